#include "desk/wire.hpp"

#include <simdjson.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "desk/json_read.hpp"

namespace zs::desk {
namespace {

namespace dom = simdjson::dom;

// Desk clips nothing itself: a longer first name refuses the whole contact (3.3).
constexpr std::size_t k_max_first_name = 40;
constexpr std::size_t k_max_last_name = 80;
constexpr std::size_t k_max_contact_custom = 100;

std::string page() { return "&limit=" + std::to_string(k_page); }

std::string by_field(std::string_view module, std::string_view field, std::string_view value) {
  return "/" + std::string(module) +
         "/search?customField1=" + percent_encode(std::string(field) + ":" + std::string(value)) + page();
}

void write_custom(JsonWriter& json, const std::map<std::string, std::string>& custom, std::size_t limit) {
  if (custom.empty()) return;
  json.key("cf").begin_object();
  for (const auto& [name, value] : custom) json.field(name, clamp_utf16(value, limit));
  json.end_object();
}

/// `yyyy-MM-ddTHH:mm:ss.SSSZ`, always with milliseconds (3.1).
std::string desk_time(Time time) {
  const auto second = std::chrono::floor<std::chrono::seconds>(time);
  std::string text = format_rfc3339(Time{second});
  text.pop_back();
  std::string millis = std::to_string(std::chrono::floor<std::chrono::milliseconds>(time - second).count());
  return text + "." + std::string(3 - millis.size(), '0') + millis + "Z";
}

std::unexpected<Error> unreadable(std::string_view what) {
  return fail(Errc::corrupt, "Desk's answer is no " + std::string(what));
}

/// Calls `take` for each row of {"data":[…]}.
template <class Take>
Result<void> each_row(std::string_view body, std::string_view what, Take take) {
  if (trim(body).empty()) return {};
  dom::parser parser;
  dom::array rows;
  if (parser.parse(body.data(), body.size())["data"].get(rows) != simdjson::SUCCESS) return unreadable(what);
  for (const dom::element row : rows) take(row);
  return {};
}

TicketHit ticket_of(dom::element row) {
  TicketHit hit{text_of(row, "id"),
                text_of(row, "ticketNumber"),
                text_of(row, "webUrl"),
                text_of(row, "contactId"),
                text_of(row, "departmentId"),
                text_of(row, "subject"),
                std::nullopt};
  dom::object custom;
  if (row["cf"].get(custom) == simdjson::SUCCESS) {
    hit.custom.emplace();
    for (const auto& [name, value] : custom) {
      std::string_view text;
      if (value.get(text) == simdjson::SUCCESS) hit.custom->emplace(name, text);
    }
  }
  return hit;
}

}  // namespace

WireRequest list_organizations() { return {"GET", "/organizations"}; }
WireRequest list_departments() { return {"GET", "/departments?isEnabled=true&limit=200"}; }
WireRequest list_layouts(std::string_view department_id) {
  return {"GET", "/layouts?module=tickets&departmentId=" + percent_encode(department_id)};
}
WireRequest get_layout(std::string_view layout_id) { return {"GET", "/layouts/" + percent_encode(layout_id)}; }

WireRequest find_contacts_by_email(std::string_view email) {
  return {"GET", "/contacts/search?email=" + percent_encode(email) + page()};
}
WireRequest find_contacts_by_field(std::string_view field, std::string_view value) {
  return {"GET", by_field("contacts", field, value)};
}
WireRequest find_tickets_by_field(std::string_view field, std::string_view value) {
  return {"GET", by_field("tickets", field, value)};
}
WireRequest find_tickets_of_contact(std::string_view contact_id, Time from, Time to) {
  return {"GET", "/tickets/search?contactId=" + percent_encode(contact_id) +
                     "&createdTimeRange=" + percent_encode(desk_time(from) + "," + desk_time(to)) + page()};
}

WireRequest create_contact(const NewContact& contact) {
  WireRequest request{"POST", "/contacts"};
  JsonWriter json(request.body);
  json.begin_object().field("lastName", clamp_utf16(contact.last_name, k_max_last_name));
  if (!contact.first_name.empty()) json.field("firstName", clamp_utf16(contact.first_name, k_max_first_name));
  if (!contact.email.empty()) json.field("email", contact.email);
  write_custom(json, contact.custom, k_max_contact_custom);
  json.end_object();
  return request;
}

WireRequest create_ticket(const NewTicket& ticket) {
  WireRequest request{"POST", "/tickets"};
  JsonWriter json(request.body);
  json.begin_object().field("departmentId", ticket.department_id).field("contactId", ticket.contact_id);
  json.field("subject", ticket.subject);
  if (!ticket.description.empty()) json.field("description", ticket.description);
  for (const auto& [name, value] : ticket.fields) json.field(name, value);
  write_custom(json, ticket.custom, 255);
  json.end_object();
  return request;
}

Result<std::vector<std::string>> read_organizations(std::string_view body) {
  std::vector<std::string> ids;
  ZS_TRY(each_row(body, "list of organizations", [&](dom::element row) { ids.push_back(text_of(row, "id")); }));
  return ids;
}

Result<std::vector<Department>> read_departments(std::string_view body) {
  std::vector<Department> departments;
  ZS_TRY(each_row(body, "list of departments", [&](dom::element row) {
    bool enabled = true;
    if (row["isEnabled"].get(enabled) == simdjson::SUCCESS && !enabled) return;
    departments.push_back({text_of(row, "id"), text_of(row, "name"), bool_of(row, "isDefault")});
  }));
  return departments;
}

Result<std::vector<ContactHit>> read_contacts(std::string_view body) {
  std::vector<ContactHit> hits;
  ZS_TRY(each_row(body, "list of contacts", [&](dom::element row) {
    ContactHit hit{text_of(row, "id"), text_of(row, "email"), {}, false};
    dom::element mapped;
    if (row["zohoCRMContact"].get(mapped) == simdjson::SUCCESS) hit.crm_id = text_of(mapped, "id");
    hits.push_back(std::move(hit));
  }));
  return hits;
}

Result<std::vector<TicketHit>> read_tickets(std::string_view body) {
  std::vector<TicketHit> hits;
  ZS_TRY(each_row(body, "list of tickets", [&](dom::element row) { hits.push_back(ticket_of(row)); }));
  return hits;
}

Result<TicketHit> read_ticket(std::string_view body) {
  dom::parser parser;
  dom::element root;
  if (parser.parse(body.data(), body.size()).get(root) != simdjson::SUCCESS) return unreadable("ticket");
  TicketHit hit = ticket_of(root);
  if (hit.id.empty()) return unreadable("ticket");
  return hit;
}

Result<std::string> read_id(std::string_view body) {
  dom::parser parser;
  dom::element root;
  std::string id;
  if (parser.parse(body.data(), body.size()).get(root) == simdjson::SUCCESS) id = text_of(root, "id");
  if (id.empty()) return unreadable("record");
  return id;
}

Refusal read_refusal(int status, std::string_view body) {
  Refusal refusal{"HTTP_" + std::to_string(status), {}};
  dom::parser parser;
  dom::element root;
  if (parser.parse(body.data(), body.size()).get(root) != simdjson::SUCCESS) return refusal;
  if (std::string code = text_of(root, "errorCode"); !code.empty()) refusal.code = std::move(code);
  dom::array errors;
  if (root["errors"].get(errors) != simdjson::SUCCESS) return refusal;
  // Desk's own message may quote what was sent, so it stays here (zoho/oauth-and-desk.md 5).
  for (const dom::element error : errors)
    refusal.fields.push_back({text_of(error, "fieldName"), text_of(error, "errorType"), {}});
  return refusal;
}

}  // namespace zs::desk
