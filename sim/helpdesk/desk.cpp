#include "helpdesk/desk.hpp"

#include <algorithm>
#include <array>

#include "core/envelope.hpp"
#include "core/text.hpp"
#include "helpdesk/search.hpp"

namespace zohosim::desk {
namespace {

/// Desk's name of a CRM Contact's field.
struct Shared {
  std::string_view desk;
  std::string_view crm;
};
constexpr std::array k_shared{Shared{"lastName", "Last_Name"}, Shared{"firstName", "First_Name"},
                              Shared{"email", "Email"},        Shared{"phone", "Phone"},
                              Shared{"mobile", "Mobile"},      Shared{"title", "Title"}};

HttpAnswer list_answer(const std::vector<std::string>& items) {
  if (items.empty()) return nothing_there();
  std::string body = R"({"data":[)";
  for (std::size_t i = 0; i < items.size(); ++i) body.append(i == 0 ? "" : ",").append(items[i]);
  return json_answer(200, body + "]}");
}

HttpAnswer not_found() { return desk_error(404, "URL_NOT_FOUND", "The URL you are looking for is not found"); }

void write_values(zs::JsonWriter& out, const Values& values, std::span<const Member> members) {
  for (const Member& member : members) {
    if (member.form == Form::ignored) continue;
    const auto found = values.find(member.name);
    out.key(member.name);
    if (found == values.end())
      out.null();
    else
      out.string(found->second);
  }
}

void write_custom(zs::JsonWriter& out, const Values& values, const std::vector<std::string>& names) {
  out.key("cf").begin_object();
  for (const std::string& name : names) {
    const auto found = values.find(name);
    out.key(name);
    if (found == values.end())
      out.null();
    else
      out.string(found->second);
  }
  out.end_object();
}

std::string_view status_type(std::string_view status) {
  if (status == "Closed") return "Closed";
  return status == "On Hold" ? "On Hold" : "Open";
}

std::string value_or(const Values& values, std::string_view name, std::string_view otherwise) {
  const auto found = values.find(name);
  return found == values.end() ? std::string(otherwise) : found->second;
}

/// The part of a sorted list that a page asks for, newest first.
template <class Item, class Fits, class Write>
HttpAnswer page_of(const std::vector<Item>& items, const Search& search, const Fits& fits, const Write& write) {
  std::vector<std::string> out;
  std::size_t seen = 0;
  for (auto item = items.rbegin(); item != items.rend() && out.size() < search.limit; ++item) {
    if (fits(*item) && seen++ >= search.from) out.push_back(write(*item));
  }
  return list_answer(out);
}

}  // namespace

Desk::Desk(const Options& options) : options_(options), gate_(options) {
  // Other ids than the CRM's: to take one for the other must fail.
  ids_.skip_to(892'000'000'000'042'000);
  org_id_ = 3'981'311;
  for (const std::string& name : options.desk.departments) departments_.push_back({ids_.next(), name});
}

HttpAnswer Desk::answer(const DeskCall& call) {
  synchronize(call.crm, call.now_ms);
  switch (call.route.endpoint) {
    case Endpoint::desk_organizations:
      return list_organizations();
    case Endpoint::desk_departments:
      return list_departments();
    case Endpoint::desk_contact:
      return get_contact(call);
    case Endpoint::desk_contacts:
      return list_contacts(call);
    case Endpoint::desk_contact_search:
      return search_contacts(call);
    case Endpoint::desk_contact_create:
      return create_contact(call);
    case Endpoint::desk_contact_update:
      return update_contact(call);
    case Endpoint::desk_ticket:
      return get_ticket(call);
    case Endpoint::desk_tickets:
      return list_tickets(call);
    case Endpoint::desk_ticket_search:
      return search_tickets(call);
    case Endpoint::desk_ticket_create:
      return create_ticket(call);
    case Endpoint::desk_wrong_method:
      return desk_error(405, "METHOD_NOT_ALLOWED", "The request method is not allowed for this URL");
    default:
      return not_found();
  }
}

void Desk::synchronize(const Organization& crm, std::int64_t now_ms) {
  if (options_.desk.sync_delay.count() < 0) return;
  const RecordStore& records = crm.find("Contacts")->records;
  for (; synchronized_ < records.slots(); ++synchronized_) {
    const Record& record = records.at(synchronized_);
    const std::int64_t due = record.created_ms + options_.desk.sync_delay.count();
    if (due > now_ms) return;
    if (record.life != Life::live) continue;
    ++mapped_;
    contacts_.push_back({ids_.next(), due, due, synchronized_, {}});
  }
}

std::optional<Values> Desk::values_of(const Contact& contact, const Organization& crm) const {
  if (!contact.crm) return contact.values;
  const Module& module = *crm.find("Contacts");
  const Record& record = module.records.at(*contact.crm);
  if (record.life != Life::live) return std::nullopt;
  Values out = contact.values;
  for (const auto& [desk, name] : k_shared) {
    const Field* field = module.schema.find(name);
    const auto value = field == nullptr ? std::nullopt : stored_text(module, record, *field);
    if (value && !value->empty()) out.insert_or_assign(std::string(desk), std::string(*value));
  }
  return out;
}

std::string Desk::contact_json(const Contact& contact, const Organization& crm) const {
  const Values values = values_of(contact, crm).value_or(Values{});
  std::string body;
  zs::JsonWriter out(body);
  out.begin_object().field("id", std::to_string(contact.id));
  write_values(out, values, contact_members());
  write_custom(out, values, options_.desk.custom_fields);
  out.key("zohoCRMContact");
  if (contact.crm) {
    const std::uint64_t id = crm.find("Contacts")->records.at(*contact.crm).id;
    out.begin_object().field("id", std::to_string(id)).field("type", "contacts").end_object();
  } else {
    out.null();
  }
  out.field("createdTime", format_time(contact.created_ms)).field("modifiedTime", format_time(contact.modified_ms));
  out.end_object();
  return body;
}

std::string Desk::ticket_json(const Ticket& ticket) const {
  std::string body;
  zs::JsonWriter out(body);
  const std::string id = std::to_string(ticket.id);
  out.begin_object().field("id", id).field("ticketNumber", std::to_string(ticket.number));
  out.field("departmentId", std::to_string(ticket.department)).field("contactId", std::to_string(ticket.contact));
  Values values = ticket.values;
  values.insert_or_assign("webUrl", options_.origin + "/agent/desk/tickets/details/" + id);
  values.try_emplace("status", "Open");
  write_values(out, values, ticket_members());
  out.field("statusType", status_type(values["status"]));
  write_custom(out, ticket.values, options_.desk.custom_fields);
  out.field("createdTime", format_time(ticket.created_ms)).field("modifiedTime", format_time(ticket.modified_ms));
  out.end_object();
  return body;
}

const Contact* Desk::find_contact(std::uint64_t id) const {
  const auto found = std::ranges::lower_bound(contacts_, id, {}, &Contact::id);
  return found != contacts_.end() && found->id == id ? &*found : nullptr;
}

const Contact* Desk::contact_with_email(std::string_view email, const Organization& crm) const {
  const auto found = std::ranges::find_if(contacts_, [&](const Contact& contact) {
    const auto values = values_of(contact, crm);
    return values && equal_folded(value_or(*values, "email", ""), email);
  });
  return found == contacts_.end() ? nullptr : &*found;
}

HttpAnswer Desk::list_organizations() const {
  return list_answer({Members()
                          .id("id", org_id_)
                          .text("companyName", "Simulated")
                          .text("portalName", "simulated")
                          .text("portalURL", options_.origin)
                          .text("edition", "ENTERPRISE")
                          .flag("isDefault", true)
                          .take()});
}

HttpAnswer Desk::list_departments() const {
  std::vector<std::string> out;
  for (const Department& department : departments_) {
    out.push_back(Members()
                      .id("id", department.id)
                      .text("name", department.name)
                      .flag("isEnabled", true)
                      .flag("isDefault", &department == &departments_.front())
                      .take());
  }
  return list_answer(out);
}

HttpAnswer Desk::get_contact(const DeskCall& call) const {
  const auto id = parse_id(call.route.id);
  const Contact* contact = id ? find_contact(*id) : nullptr;
  if (contact == nullptr || !values_of(*contact, call.crm)) return not_found();
  return json_answer(200, contact_json(*contact, call.crm));
}

HttpAnswer Desk::list_contacts(const DeskCall& call) const {
  const auto search = read_search(call.request.query, {});
  if (!search) return search.error();
  return page_of(
      contacts_, *search, [&](const Contact& one) { return values_of(one, call.crm).has_value(); },
      [&](const Contact& one) { return contact_json(one, call.crm); });
}

HttpAnswer Desk::search_contacts(const DeskCall& call) const {
  const auto search = read_search(
      call.request.query, {"email", "phone", "mobile", "accountName", "firstName", "lastName", "fullName", "id"});
  if (!search) return search.error();
  const auto fits = [&](const Contact& contact) {
    // The index lags behind.
    if (call.now_ms - contact.modified_ms < options_.desk.search_lag.count()) return false;
    auto values = values_of(contact, call.crm);
    if (!values) return false;
    values->insert_or_assign("id", std::to_string(contact.id));
    const std::string first = value_or(*values, "firstName", "");
    values->insert_or_assign("fullName", first + (first.empty() ? "" : " ") + value_or(*values, "lastName", ""));
    return search->fits(*values, contact.created_ms, contact.modified_ms);
  };
  return page_of(contacts_, *search, fits, [&](const Contact& one) { return contact_json(one, call.crm); });
}

HttpAnswer Desk::create_contact(const DeskCall& call) {
  const auto body = read_body(call.request);
  if (!body) return body.error();
  Faults faults;
  Values values = read_values(*body, contact_members(), 100, options_, faults);
  demand(values, "lastName", faults);
  const std::string email = value_or(values, "email", "");
  if (options_.desk.email_is_unique && !email.empty() && contact_with_email(email, call.crm) != nullptr)
    faults.push_back({"/email", "duplicate", "another contact has this e-mail"});
  if (!faults.empty()) return refused(faults);
  contacts_.push_back({ids_.next(), call.now_ms, call.now_ms, std::nullopt, std::move(values)});
  return json_answer(200, contact_json(contacts_.back(), call.crm));
}

HttpAnswer Desk::update_contact(const DeskCall& call) {
  const auto id = parse_id(call.route.id);
  const Contact* found = id ? find_contact(*id) : nullptr;
  if (found == nullptr) return not_found();
  const auto body = read_body(call.request);
  if (!body) return body.error();
  Faults faults;
  const Values values = read_values(*body, contact_members(), 100, options_, faults);
  if (!faults.empty()) return refused(faults);
  Contact& contact = contacts_[static_cast<std::size_t>(found - contacts_.data())];
  for (const auto& [name, value] : values) contact.values.insert_or_assign(name, value);
  contact.modified_ms = call.now_ms;
  return json_answer(200, contact_json(contact, call.crm));
}

HttpAnswer Desk::get_ticket(const DeskCall& call) const {
  const auto id = parse_id(call.route.id);
  const auto found = std::ranges::find(tickets_, id.value_or(0), &Ticket::id);
  return found == tickets_.end() ? not_found() : json_answer(200, ticket_json(*found));
}

HttpAnswer Desk::list_tickets(const DeskCall& call) const {
  const auto search = read_search(call.request.query, {"departmentId", "contactId", "status"});
  if (!search) return search.error();
  return page_of(
      tickets_, *search,
      [&](const Ticket& ticket) {
        Values values = ticket.values;
        values.insert_or_assign("departmentId", std::to_string(ticket.department));
        values.insert_or_assign("contactId", std::to_string(ticket.contact));
        return search->fits(values, ticket.created_ms, ticket.modified_ms);
      },
      [&](const Ticket& ticket) { return ticket_json(ticket); });
}

HttpAnswer Desk::search_tickets(const DeskCall& call) const {
  const auto search =
      read_search(call.request.query, {"id", "ticketNumber", "departmentId", "contactId", "email", "phone", "status",
                                       "priority", "channel", "subject", "description", "category", "subCategory"});
  if (!search) return search.error();
  const auto fits = [&](const Ticket& ticket) {
    if (call.now_ms - ticket.modified_ms < options_.desk.search_lag.count()) return false;
    Values values = ticket.values;
    values.try_emplace("status", "Open");
    values.insert_or_assign("id", std::to_string(ticket.id));
    values.insert_or_assign("ticketNumber", std::to_string(ticket.number));
    values.insert_or_assign("departmentId", std::to_string(ticket.department));
    values.insert_or_assign("contactId", std::to_string(ticket.contact));
    return search->fits(values, ticket.created_ms, ticket.modified_ms);
  };
  return page_of(tickets_, *search, fits, [&](const Ticket& ticket) { return ticket_json(ticket); });
}

std::uint64_t Desk::contact_of_ticket(const DeskCall& call, const Json& body, Faults& faults) {
  if (const Json* id = body.find("contactId"); id != nullptr && !id->is_null()) {
    const auto number = id->is_string() ? parse_id(id->text) : std::nullopt;
    const Contact* contact = number ? find_contact(*number) : nullptr;
    if (contact != nullptr && values_of(*contact, call.crm)) return contact->id;
    faults.push_back({"/contactId", "invalid", "no such contact"});
    return 0;
  }
  const Json* given = body.find("contact");
  if (given == nullptr || !given->is_object()) {
    faults.push_back({"/contactId", "missing", "is mandatory, unless `contact` is given"});
    return 0;
  }
  constexpr std::array k_inner{Member{"lastName", Form::text, 200}, Member{"firstName", Form::text, 100},
                               Member{"email", Form::email, 255}};
  Faults inner;
  Values values = read_values(*given, k_inner, 0, options_, inner);
  demand(values, "lastName", inner);
  demand(values, "email", inner);
  for (Fault& fault : inner) faults.push_back({"/contact" + fault.field, fault.type, std::move(fault.message)});
  if (!inner.empty()) return 0;
  const Contact* known =
      options_.desk.ticket_reuses_contact ? contact_with_email(values.at("email"), call.crm) : nullptr;
  if (known != nullptr) return known->id;
  contacts_.push_back({ids_.next(), call.now_ms, call.now_ms, std::nullopt, std::move(values)});
  return contacts_.back().id;
}

HttpAnswer Desk::create_ticket(const DeskCall& call) {
  const auto body = read_body(call.request);
  if (!body) return body.error();
  Faults faults;
  Values values = read_values(*body, ticket_members(), 255, options_, faults);
  const Json* named = body->find("departmentId");
  const std::uint64_t department =
      named != nullptr && named->is_string() ? parse_id(named->text).value_or(0) : std::uint64_t{0};
  if (named == nullptr || named->is_null()) {
    faults.push_back({"/departmentId", "missing", "is mandatory"});
  } else if (std::ranges::find(departments_, department, &Department::id) == departments_.end()) {
    faults.push_back({"/departmentId", "invalid", "no such department"});
  }
  for (const std::string& name : options_.desk.mandatory) demand(values, name, faults);
  // A ticket that is refused leaves no contact behind.
  if (!faults.empty()) return refused(faults);
  const std::uint64_t contact = contact_of_ticket(call, *body, faults);
  if (!faults.empty()) return refused(faults);
  const auto number = static_cast<std::int64_t>(tickets_.size()) + 101;
  tickets_.push_back({ids_.next(), number, department, contact, call.now_ms, call.now_ms, std::move(values)});
  return json_answer(200, ticket_json(tickets_.back()));
}

}  // namespace zohosim::desk
