#include "plan/mapping.hpp"

#include <algorithm>

namespace zs::plan {

std::string_view name_of(Module module) {
  switch (module) {
    case Module::accounts:
      return "Accounts";
    case Module::contacts:
      return "Contacts";
    case Module::deals:
      return "Deals";
  }
  return "?";
}

Module module_of(event::Kind kind) {
  switch (kind) {
    case event::Kind::account:
      return Module::accounts;
    case event::Kind::user:
      return Module::contacts;
    case event::Kind::subscription:
      return Module::deals;
  }
  return Module::accounts;
}

event::Kind kind_of(Module module) {
  switch (module) {
    case Module::accounts:
      return event::Kind::account;
    case Module::contacts:
      return event::Kind::user;
    case Module::deals:
      return event::Kind::subscription;
  }
  return event::Kind::account;
}

Tags Mapping::managed_tags(Module module) const {
  Tags names;
  for (const TagRule& tag : tags) {
    if (tag.on[static_cast<std::size_t>(module)]) names.insert(tag.name);
  }
  return names;
}

Policy Mapping::policy_of(Module module, std::string_view field) const {
  const auto& rules = fields[static_cast<std::size_t>(module)];
  const auto found = std::ranges::find(rules, field, &FieldRule::field);
  return found == rules.end() ? Policy::platform : found->policy;
}

bool Mapping::is_mirror(std::string_view field) const {
  return std::ranges::any_of(mirrors, [&](const auto& entry) { return entry.second == field; });
}

const FieldInfo* Schema::find(Module module, std::string_view field) const {
  const auto& known = fields[static_cast<std::size_t>(module)];
  const auto found = known.find(field);
  return found == known.end() ? nullptr : &found->second;
}

}  // namespace zs::plan
