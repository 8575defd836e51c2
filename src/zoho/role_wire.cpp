#include "zoho/role_wire.hpp"

#include <algorithm>

#include "base/json.hpp"
#include "zoho/reactions.hpp"

namespace zs::zoho {
namespace {

namespace dom = simdjson::dom;

ItemAnswer read_role_row(const Call& call, dom::element row, int status, const std::string& contact) {
  ItemAnswer answer;
  answer.code = text_of(row, "code");
  answer.message = text_of(row, "message");
  answer.zoho_id = contact;
  if (answer.code == "SUCCESS" && text_of(row, "status") == "success") {
    answer.verdict = Verdict::applied;
    return answer;
  }
  dom::element details;
  std::string path;
  if (row["details"].get(details) == simdjson::SUCCESS) {
    answer.field = text_of(details, "api_name");
    path = text_of(details, "json_path");
  }
  // "$.data[0].Contact_Role.id" is about the role, whatever api_name says.
  if (path.contains(".Contact_Role")) answer.field = "Contact_Role";
  if (answer.code == "INVALID_DATA" && call.verb == Verb::remove_roles) {
    answer.verdict = Verdict::applied;
  } else if (answer.code == "INVALID_DATA") {
    answer.verdict = answer.field == "Contact_Role" ? Verdict::read_schema : Verdict::gone;
  } else {
    ErrorRow error;
    error.code = answer.code;
    error.field = answer.field;
    error.status = status;
    answer.verdict = verdict_of(error, call.verb);
    // There is one value in it, which cannot be left out.
    if (answer.verdict == Verdict::mend) answer.verdict = Verdict::hold;
  }
  return answer;
}

/// Empty for an entry without a role; "?" when the answer does not tell.
std::string role_id_of(const Record& record) {
  const auto found = record.fields.find("Contact_Role");
  if (found == record.fields.end()) return "?";
  if (found->second == "null") return {};
  // Canonical: {"id":"…"}.
  constexpr std::string_view k_head = "{\"id\":";
  const std::string_view text = found->second;
  if (!text.starts_with(k_head) || !text.ends_with("}")) return "?";
  const std::string id = json_unquoted(text.substr(k_head.size(), text.size() - k_head.size() - 1));
  return id.empty() ? "?" : id;
}

}  // namespace

std::size_t units_of(const Call& call) {
  return call.verb == Verb::set_roles && !call.items.empty() ? call.items.front().roles.size() : call.items.size();
}

WireRequest write_role_call(const Call& call) {
  const Item& deal = call.items.at(0);
  WireRequest request{"GET", "/crm/v8/Deals/" + deal.zoho_id + "/Contact_Roles", {}};
  if (call.verb == Verb::read_roles) {
    // Whether the role has to be named to be shown is not said.
    request.path += "?fields=Contact_Role,id&per_page=200";
  } else if (call.verb == Verb::remove_roles) {
    request.method = "DELETE";
    std::string ids;
    for (const auto& [contact, role] : deal.roles) ids += (ids.empty() ? "" : ",") + contact;
    request.path += "?ids=" + ids;
  } else {
    request.method = "PUT";
    JsonWriter json(request.body);
    json.begin_object().key("data").begin_array();
    for (const auto& [contact, role] : deal.roles) {
      json.begin_object().field("id", contact).key("Contact_Role").begin_object().field("id", role);
      json.end_object().end_object();
    }
    json.end_array().end_object();
  }
  return request;
}

void read_role_rows(const Call& call, const dom::array& rows, int status, Answer& answer) {
  const Item& deal = call.items.at(0);
  const auto unbelievable = [&] {
    answer.parts.clear();
    answer.outcome = Answer::Outcome::unknown;
    answer.code = "ANSWER_MISMATCH";
    answer.message = "the answer does not match the contacts sent";
  };
  if (rows.size() != deal.roles.size()) return unbelievable();
  std::size_t at = 0;
  for (const dom::element row : rows) {
    const std::string& contact = deal.roles[at++].first;
    dom::element details;
    const bool told = row["details"].get(details) == simdjson::SUCCESS;
    const std::string id = told ? text_of(details, "id") : std::string();
    ItemAnswer one = read_role_row(call, row, status, contact);
    if ((!id.empty() || one.code == "SUCCESS") && id != contact) return unbelievable();
    answer.parts.push_back(std::move(one));
  }
  answer.outcome = Answer::Outcome::answered;
  answer.items.push_back({Verdict::applied, deal.zoho_id, "SUCCESS", {}, {}, {}, 0});
}

Verdict verdict_of_role_call(const dom::element& body, const ItemAnswer& answer) {
  if (answer.code != "INVALID_DATA") return answer.verdict == Verdict::gone ? Verdict::hold : answer.verdict;
  dom::element details;
  const bool names_deal =
      body["details"].get(details) == simdjson::SUCCESS && number_of(details, "resource_path_index") == 1;
  return names_deal ? Verdict::gone : Verdict::hold;
}

plan::Fields roles_in(const std::vector<Record>& records, const plan::Schema& schema) {
  plan::Fields out;
  for (const Record& record : records) {
    const std::string id = role_id_of(record);
    const auto known = std::ranges::find_if(schema.roles, [&](const auto& role) { return role.second == id; });
    out.emplace(record.zoho_id, id.empty() ? id : known != schema.roles.end() ? known->first : "?" + id);
  }
  return out;
}

}  // namespace zs::zoho
