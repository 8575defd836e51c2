#include "plan/diff.hpp"

namespace zs::plan {
namespace {

bool policy_lets(Policy policy, const std::string* known) {
  switch (policy) {
    case Policy::platform:
      return true;
    case Policy::if_empty:
      return known != nullptr && *known == "null";
    case Policy::create_only:
    case Policy::never:
      return false;
  }
  return false;
}

}  // namespace

Change first_write(const Desired& desired) { return {desired.fields, desired.tags, {}}; }

Change diff(const Desired& desired, const Synced& synced, const Mapping& mapping, Module module) {
  Change change;
  for (const auto& [field, value] : desired.fields) {
    const auto known = synced.fields.find(field);
    const std::string* known_value = known == synced.fields.end() ? nullptr : &known->second;
    if (known_value != nullptr && *known_value == value) continue;
    if (policy_lets(mapping.policy_of(module, field), known_value)) change.set.emplace(field, value);
  }
  for (const std::string& tag : desired.tags) {
    if (!synced.tags.contains(tag)) change.add.insert(tag);
  }
  for (const std::string& tag : mapping.managed_tags(module)) {
    if (desired.tags.contains(tag)) continue;
    if (synced.tags.contains(tag) || synced.tags_doubt.contains(tag)) change.remove.insert(tag);
  }
  return change;
}

void confirm(Synced& synced, const Change& change) {
  for (const auto& [field, value] : change.set) synced.fields.insert_or_assign(field, value);
  for (const std::string& tag : change.add) {
    synced.tags.insert(tag);
    synced.tags_doubt.erase(tag);
  }
  for (const std::string& tag : change.remove) {
    synced.tags.erase(tag);
    synced.tags_doubt.erase(tag);
  }
}

}  // namespace zs::plan
