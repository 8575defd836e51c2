#include <algorithm>
#include <map>
#include <utility>

#include "base/text.hpp"
#include "config/schema.hpp"
#include "config/suggest.hpp"

namespace zs::config {
namespace {

constexpr std::string_view k_prefix = "ZOHOSYNC_";

using Path = std::vector<std::string>;

/// What variables there can be, without the common prefix.
struct Variables {
  std::map<std::string, Path, std::less<>> settings;            // "SERVER_LISTEN" -> server, listen
  std::map<std::string, Path, std::less<>> open;                // "FIELDS_CONTACT_" -> fields, contact
  std::map<std::string, std::string, std::less<>> open_member;  // "FIELDS_CONTACT_EMAIL" -> Email
};

std::string variable_of(const Path& path) {
  std::string name;
  for (const std::string& part : path) {
    if (!name.empty()) name += '_';
    name += to_upper(part);
  }
  return name;
}

void collect(std::span<const Shape> shapes, Path& path, Variables& out) {
  for (const Shape& shape : shapes) {
    path.push_back(shape.name);
    const std::string name = variable_of(path);
    if (shape.kind == Shape::Kind::table) collect(shape.members, path, out);
    if (shape.kind == Shape::Kind::setting || shape.kind == Shape::Kind::refused) out.settings.emplace(name, path);
    if (shape.kind == Shape::Kind::open) {
      out.open.emplace(name + '_', path);
      for (const Shape& known : shape.members) {
        out.open_member.emplace(name + '_' + to_upper(known.name), known.name);
      }
    }
    path.pop_back();
  }
}

/// The member at `path`, made if need be; null where the file has something else than a table on the way,
/// which reading will complain about.
Value* place_for(Value& document, std::span<const std::string> path) {
  Value* at = &document;
  for (const std::string& part : path) {
    if (at->type != Value::Type::table) return nullptr;
    if (at->find(part) == nullptr) at->members.push_back({part, {}});
    at = at->find(part);
  }
  return at;
}

void put(Value& document, const Path& path, const std::string& variable_name, const std::string& text) {
  Value* place = place_for(document, path);
  if (place == nullptr) return;
  Value value;
  value.type = Value::Type::text;
  value.where = variable_name;
  value.from_environment = true;
  value.text = text;
  *place = std::move(value);
}

std::optional<Path> path_of(std::string_view name, const Variables& variables) {
  if (const auto found = variables.settings.find(name); found != variables.settings.end()) return found->second;
  for (const auto& [prefix, table] : variables.open) {
    if (!name.starts_with(prefix) || name.size() == prefix.size()) continue;
    Path path = table;
    const auto known = variables.open_member.find(to_upper(name));
    path.push_back(known == variables.open_member.end() ? std::string(name.substr(prefix.size())) : known->second);
    return path;
  }
  return std::nullopt;
}

bool is_read_elsewhere(std::string_view name) {
  return name == "CONFIG" || name == "API_KEY" || (name.starts_with("WEBHOOK_") && name.ends_with("_SECRETS"));
}

/// A warning at most: an orchestrator puts variables of its own beside ours, named for the service.
void warn_if_meant_for_us(const std::string& full_name, std::string_view name, const Variables& variables,
                          std::span<const Shape> sections, Report& report) {
  std::vector<std::string_view> known;
  for (const auto& [setting, path] : variables.settings) known.push_back(setting);
  const std::string_view near = nearest(name, known);
  const bool of_a_section = std::ranges::any_of(
      sections, [name](const Shape& section) { return name.starts_with(to_upper(section.name) + '_'); });
  if (near.empty() && !of_a_section) return;
  report.warn(full_name, "", "this variable names no setting and changes nothing",
              near.empty() ? "take it away" : "did you mean " + std::string(k_prefix) + std::string(near) + "?");
}

}  // namespace

void lay_environment_over(Value& document, const Environment& environment, std::span<const Shape> shapes,
                          Report& report) {
  Variables variables;
  Path path;
  collect(shapes, path, variables);
  for (const auto& [full_name, text] : environment) {
    if (!full_name.starts_with(k_prefix) || trim(text).empty()) continue;
    const std::string_view name = std::string_view(full_name).substr(k_prefix.size());
    if (is_read_elsewhere(name)) continue;
    if (const auto place = path_of(name, variables)) {
      put(document, *place, full_name, text);
    } else {
      warn_if_meant_for_us(full_name, name, variables, shapes, report);
    }
  }
}

std::string webhook_variable(std::string_view webhook) {
  std::string name = to_upper(webhook);
  std::ranges::replace(name, '-', '_');
  return std::string(k_prefix) + "WEBHOOK_" + name + "_SECRETS";
}

std::string outgoing_webhook_variable(std::string_view webhook) {
  return webhook_variable("out_" + std::string(webhook));
}

std::string variable(const Environment& environment, std::string_view name) {
  const auto found = environment.find(name);
  return found == environment.end() ? std::string{} : std::string(trim(found->second));
}

}  // namespace zs::config
