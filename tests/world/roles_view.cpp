#include "world/roles_view.hpp"

#include <simdjson.h>

#include <algorithm>
#include <set>

namespace zs::world {
namespace {

std::string text_at(const test::ExpectedRecord& record, std::string_view field) {
  const auto found = record.fields.find(field);
  return found == record.fields.end() ? std::string() : found->second;
}

std::string control(World& world, const std::string& method, const std::string& path, const std::string& query,
                    const std::string& body, int& status) {
  zohosim::HttpRequest request;
  request.method = method;
  request.path = path;
  request.query = query;
  request.body = body;
  const auto answer = world.simulator().handle(request);
  status = answer.status;
  return answer.body;
}

}  // namespace

std::map<std::string, ShownRole> roles_of(World& world, const std::string& deal) {
  std::map<std::string, ShownRole> out;
  int status = 0;
  const std::string body = control(world, "GET", "/control/roles", "deal=" + deal, {}, status);
  if (status != 200) return out;
  simdjson::dom::parser parser;
  for (const auto one : parser.parse(body)["roles"].get_array()) {
    ShownRole shown;
    if (!one["role"].is_null()) shown.role = std::string_view(one["role"]);
    shown.by_person = bool(one["by_person"]);
    out.emplace(std::string(std::string_view(one["contact"])), shown);
  }
  return out;
}

bool give_role(World& world, const std::string& deal, const std::string& contact, const std::string& role) {
  int status = 0;
  control(world, "POST", "/control/roles", {},
          R"({"deal":")" + deal + R"(","contact":")" + contact + R"(","role":)" +
              (role.empty() ? "null" : "\"" + role + "\"") + "}",
          status);
  return status == 200;
}

std::map<std::string, std::map<std::string, std::string>> expected_roles(World& world, const plan::RoleRules& rules) {
  const test::Expected expected = test::expect(world.accepted(), world.mapping(), world.schema());
  std::set<std::string> deleted;
  for (const store::NewEvent& event : world.accepted()) {
    if (event.type != "user.deleted") continue;
    simdjson::dom::parser parser;
    deleted.emplace(std::string_view(parser.parse(event.data)["user"]["id"]));
  }
  constexpr std::string_view k_contact = "contact:";
  std::map<std::string, std::map<std::string, std::string>> out;
  for (const auto& [id, deal] : expected.deals) {
    auto& roles = out[id];
    const std::string named = text_at(deal, "Contact_Name");
    const std::string user = named.starts_with(k_contact) ? named.substr(k_contact.size()) : "";
    if (!user.empty() && !deleted.contains(user)) roles.emplace(user, rules.primary);
    const std::string account = text_at(deal, "Account_Name");
    std::size_t others = 0;
    for (const auto& [key, contact] : expected.contacts) {
      if (account.empty() || text_at(contact, "Account_Name") != account || key == user || deleted.contains(key))
        continue;
      if (++others <= rules.max_others) roles.emplace(key, rules.others);
    }
  }
  return out;
}

}  // namespace zs::world
