#include "core/role_calls.hpp"

#include <algorithm>
#include <set>

#include "base/json.hpp"
#include "core/control.hpp"
#include "core/render.hpp"
#include "core/simulator.hpp"

namespace zohosim {
namespace {

constexpr std::size_t k_most_contacts = 100;
constexpr std::int64_t k_most_per_page = 200;

std::uint64_t role_id(const Organization& org, std::uint16_t role) { return org.zgid() - 195'000 + role; }

std::optional<std::uint16_t> role_of(const Organization& org, std::string_view id) {
  const auto number = parse_id(id);
  for (std::uint16_t role = 1; number && role <= contact_role_names().size(); ++role) {
    if (role_id(org, role) == *number) return role;
  }
  return std::nullopt;
}

std::string role_ref(const Organization& org, std::uint16_t role) {
  if (role == 0) return "null";
  return Members().text("name", contact_role_names()[role - 1]).id("id", role_id(org, role)).take();
}

HttpAnswer invalid_in_path(int index) {
  return error_answer(
      400, {"INVALID_DATA", "the id given seems to be invalid", Members().number("resource_path_index", index).take()});
}

/// The deal of the path, if it is one that can be changed.
std::expected<Slot, HttpAnswer> deal_of(const Call& call) {
  const Module& deals = *call.org.find("Deals");
  const auto slot = addressed(deals, {}, call.route.id);
  if (!slot) return std::unexpected(invalid_in_path(1));
  return *slot;
}

std::optional<HttpAnswer> held_back(const Record& deal) {
  if (deal.hold == Hold::locked)
    return error_answer(400, {"RECORD_LOCKED", "record is locked", Members().id("id", deal.id).take()});
  if (deal.hold == Hold::approval)
    return error_answer(400, {"NOT_APPROVED", "record not approved", Members().id("id", deal.id).take()});
  return std::nullopt;
}

/// What one contact's row asks for; nothing is changed by it.
Checked<RoleEntry> read_entry(const Call& call, const Json& row, std::size_t index, const std::string& contact) {
  const std::string at = "$.data[" + std::to_string(index) + "].";
  const Module& contacts = *call.org.find("Contacts");
  const auto slot = addressed(contacts, {}, contact);
  if (!slot) return refuse("INVALID_DATA", "the id given seems to be invalid", details_at({"id", at + "id"}));
  const Json* role = row.find("Contact_Role");
  if (role == nullptr || role->is_null()) return missing({"Contact_Role", at + "Contact_Role"});
  const auto number = role_of(call.org, role->string_or("id", ""));
  if (!number)
    return refuse("INVALID_DATA", "the id given seems to be invalid",
                  details_at({"Contact_Role", at + "Contact_Role.id"}));
  return RoleEntry{contacts.records.at(*slot).id, *number, false};
}

Row set_row(const Call& call, std::uint64_t deal, const Checked<RoleEntry>& entry) {
  if (!entry) return failed_row(entry.error());
  call.org.roles().put(deal, *entry);
  return {true, success_object("relation updated", Members().id("id", entry->contact))};
}

Row removed_row(const Call& call, std::uint64_t deal, const std::string& contact) {
  const auto id = parse_id(contact);
  if (!id || !call.org.roles().remove(deal, *id))
    return failed_row({"INVALID_DATA", "the relation does not exist", Members().text("id", contact).take()});
  return {true, success_object("relation removed", Members().text("id", contact))};
}

}  // namespace

HttpAnswer list_contact_roles(const Call& call) {
  std::string body;
  zs::JsonWriter out(body);
  out.begin_object().key("contact_roles").begin_array();
  for (std::uint16_t role = 1; role <= contact_role_names().size(); ++role) {
    out.begin_object().field("id", std::to_string(role_id(call.org, role)));
    out.field("name", contact_role_names()[role - 1]).field("sequence_number", std::int64_t{role}).end_object();
  }
  out.end_array().end_object();
  return json_answer(200, std::move(body));
}

HttpAnswer list_deal_roles(const Call& call) {
  const std::string* names = find_pair(call.params, "fields");
  const std::string& one = call.route.action;
  const bool names_fields = names != nullptr && !names->empty();
  if (!names_fields && one.empty()) return missing_parameter("fields");
  const auto deal = deal_of(call);
  if (!deal) return deal.error();
  const Module& contacts = *call.org.find("Contacts");
  std::vector<const Field*> fields;
  for (const std::string& name : comma_list(names_fields ? *names : "")) {
    if (const Field* field = contacts.schema.find(name)) fields.push_back(field);
  }
  std::vector<std::pair<Slot, std::uint16_t>> found;
  for (const RoleEntry& entry : call.org.roles().of(call.org.find("Deals")->records.at(*deal).id)) {
    if (!one.empty() && one != std::to_string(entry.contact)) continue;
    if (const auto slot = contacts.records.live(entry.contact)) found.emplace_back(*slot, entry.role);
  }
  const auto size =
      static_cast<std::size_t>(std::clamp<std::int64_t>(integer_or(call.params, "per_page", 200), 1, k_most_per_page));
  const auto page = static_cast<std::size_t>(std::max<std::int64_t>(integer_or(call.params, "page", 1), 1));
  const std::size_t from = std::min(found.size(), (page - 1) * size);
  const std::size_t to = std::min(found.size(), from + size);
  if (from == to) return nothing_there();
  std::string data;
  for (std::size_t i = from; i < to; ++i) {
    std::string record;
    zs::JsonWriter out(record);
    write_record(out, call, contacts, contacts.records.at(found[i].first), &fields);
    record.pop_back();
    data.append(data.empty() ? "" : ",").append(record);
    data.append(record.size() > 1 ? "," : "")
        .append("\"Contact_Role\":")
        .append(role_ref(call.org, found[i].second))
        .append("}");
  }
  const std::string info = Members()
                               .number("per_page", static_cast<std::int64_t>(size))
                               .number("count", static_cast<std::int64_t>(to - from))
                               .number("page", static_cast<std::int64_t>(page))
                               .flag("more_records", to < found.size())
                               .take();
  return json_answer(200, "{\"data\":[" + data + "],\"info\":" + info + "}");
}

HttpAnswer set_deal_roles(const Call& call) {
  const auto deal = deal_of(call);
  if (!deal) return deal.error();
  const Record& record = call.org.find("Deals")->records.at(*deal);
  if (auto held = held_back(record)) return std::move(*held);
  const Json* rows = call.body == nullptr ? nullptr : call.body->find("data");
  if (rows == nullptr || !rows->is_array() || rows->items.empty())
    return error_answer(400, missing({"data", "$.data"}).error());
  const std::string& one = call.route.action;
  if (rows->items.size() > (one.empty() ? k_most_contacts : 1))
    return error_answer(
        400, {"LIMIT_EXCEEDED", "the number of contacts in one request is limited",
              Members().text("api_name", "data").number("maximum_length", one.empty() ? k_most_contacts : 1).take()});
  if (!one.empty() && !addressed(*call.org.find("Contacts"), {}, one)) return invalid_in_path(3);
  std::vector<Row> out;
  for (std::size_t i = 0; i < rows->items.size(); ++i) {
    const Json& row = rows->items[i];
    const std::string contact = one.empty() ? std::string(row.string_or("id", "")) : one;
    out.push_back(set_row(call, record.id, read_entry(call, row, i, contact)));
  }
  return rows_answer(call.options, "data", out, 200);
}

HttpAnswer remove_deal_roles(const Call& call) {
  const auto deal = deal_of(call);
  if (!deal) return deal.error();
  const Record& record = call.org.find("Deals")->records.at(*deal);
  if (auto held = held_back(record)) return std::move(*held);
  const auto ids = comma_list(call.route.action.empty() ? pair_or(call.params, "ids", "") : call.route.action);
  if (ids.empty()) return missing_parameter("ids");
  if (ids.size() > k_most_contacts)
    return error_answer(400, {"LIMIT_EXCEEDED", "the number of ids in one request is limited",
                              Members().text("param_name", "ids").number("maximum_length", k_most_contacts).take()});
  std::vector<Row> out;
  for (const std::string& id : ids) out.push_back(removed_row(call, record.id, id));
  return rows_answer(call.options, "data", out, 200);
}

HttpAnswer control_roles(const Simulator& simulator, const Pairs& params) {
  const Organization& org = simulator.org();
  const auto id = parse_id(pair_or(params, "deal", ""));
  const Module& contacts = *org.find("Contacts");
  if (!id || !org.find("Deals")->records.live(*id)) return control_problem(404, "no such deal");
  std::string body;
  zs::JsonWriter out(body);
  out.begin_object().key("roles").begin_array();
  for (const RoleEntry& entry : org.roles().of(*id)) {
    const auto slot = contacts.records.live(entry.contact);
    if (!slot) continue;
    out.begin_object().field("contact", std::to_string(entry.contact));
    out.field("name", org.display_name(contacts, contacts.records.at(*slot))).key("role");
    if (entry.role == 0) {
      out.null();
    } else {
      out.string(contact_role_names()[entry.role - 1]);
    }
    out.field_bool("by_person", entry.by_person).end_object();
  }
  out.end_array().key("known").begin_array();
  for (const std::string_view name : contact_role_names()) out.string(name);
  out.end_array().end_object();
  return json_answer(200, std::move(body));
}

HttpAnswer change_roles_as_person(Simulator& simulator, const Json& body) {
  Organization& org = simulator.org();
  const auto deal = addressed(*org.find("Deals"), {}, body.string_or("deal", ""));
  const auto contact = addressed(*org.find("Contacts"), {}, body.string_or("contact", ""));
  const Json* role = body.find("role");
  if (!deal || !contact || role == nullptr)
    return control_problem(400, R"(give {"deal": id, "contact": id, "role": a name or null})");
  const std::uint64_t deal_id = org.find("Deals")->records.at(*deal).id;
  const std::uint64_t contact_id = org.find("Contacts")->records.at(*contact).id;
  if (role->is_null()) {
    if (!org.roles().remove(deal_id, contact_id)) return control_problem(404, "the contact has no role there");
    return control_done();
  }
  const auto names = contact_role_names();
  const auto named = std::ranges::find(names, role->text);
  if (named == names.end()) return control_problem(404, "no such role: " + role->text);
  org.roles().put(deal_id, {contact_id, static_cast<std::uint16_t>(named - names.begin() + 1), true});
  return control_done();
}

}  // namespace zohosim
