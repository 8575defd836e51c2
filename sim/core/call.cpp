#include "core/call.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace zohosim {

ExternalHeader parse_external(std::string_view header, std::string_view module) {
  ExternalHeader out;
  for (const std::string& path : comma_list(header)) {
    const auto parts = zs::split(path, '.');
    if (parts.empty() || parts[0] != module) continue;
    if (parts.size() == 2) out.key = parts[1];
    if (parts.size() == 3) out.lookups.emplace(parts[1], parts[2]);
  }
  return out;
}

std::optional<Slot> addressed(const Module& module, const ExternalHeader& external, std::string_view name) {
  if (external.key.empty()) {
    const auto id = parse_id(name);
    return id ? module.records.live(*id) : std::nullopt;
  }
  const Field* field = module.schema.find(external.key);
  if (field == nullptr || field->external == External::none) return std::nullopt;
  const auto found = module.records.find(field->number, name);
  return found.empty() ? std::nullopt : std::optional(found.front());
}

std::string user_ref(const User& user) { return Members().text("name", user.full_name()).id("id", user.id).take(); }

std::expected<Module*, HttpAnswer> module_parameter(const Call& call) {
  const std::string* name = find_pair(call.params, "module");
  if (name == nullptr) return std::unexpected(missing_parameter("module"));
  Module* module = call.org.find(*name);
  if (module == nullptr) return std::unexpected(invalid_module(false));
  return module;
}

Row failed_row(const Refusal& refusal) { return {false, error_object(refusal)}; }

HttpAnswer rows_answer(const Options& options, std::string_view list, const std::vector<Row>& rows, int all_ok) {
  std::string body = "{" + zs::json_quoted(list) + ":[";
  for (std::size_t i = 0; i < rows.size(); ++i) body.append(i == 0 ? "" : ",").append(rows[i].json);
  body += "]}";
  const bool some_ok = std::ranges::any_of(rows, &Row::ok);
  const bool some_failed = !std::ranges::all_of(rows, &Row::ok);
  int status = all_ok;
  if (some_failed) status = !some_ok ? 400 : options.mixed_is_207 ? 207 : all_ok;
  return json_answer(status, std::move(body));
}

}  // namespace zohosim
