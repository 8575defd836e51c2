#include "plan/diff.hpp"

#include <algorithm>

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

bool is_null(std::string_view value) { return value == "null"; }

bool was_refused(const Synced& synced, const std::string& field, const std::string& value) {
  const auto refused = synced.refused.find(field);
  return refused != synced.refused.end() && refused->second == value;
}

/// A value for a field under if-empty that may have to be written.
bool may_fill(const Synced& synced, const std::string& field, const std::string& value, const Mapping& mapping,
              Module module) {
  const auto known = synced.fields.find(field);
  const bool is_there = known != synced.fields.end() && known->second == value;
  return !is_there && !is_null(value) && mapping.policy_of(module, field) == Policy::if_empty &&
         !was_refused(synced, field, value);
}

}  // namespace

Change first_write(const Desired& desired, const Synced& synced) {
  Change change{desired.fields, desired.tags, {}};
  std::erase_if(change.set, [&](const auto& entry) { return was_refused(synced, entry.first, entry.second); });
  return change;
}

Change diff(const Desired& desired, const Synced& synced, const Mapping& mapping, Module module) {
  Change change;
  for (const auto& [field, value] : desired.fields) {
    const auto known = synced.fields.find(field);
    const std::string* known_value = known == synced.fields.end() ? nullptr : &known->second;
    if (known_value != nullptr && *known_value == value) continue;
    if (was_refused(synced, field, value)) continue;
    if (policy_lets(mapping.policy_of(module, field), known_value)) change.set.emplace(field, value);
  }
  for (const std::string& tag : desired.tags) {
    if (!synced.tags.contains(tag)) change.add.insert(tag);
  }
  for (const std::string& tag : mapping.managed_tags(module)) {
    if (desired.tags.contains(tag)) continue;
    if (synced.tags.contains(tag) || synced.tags_doubt.contains(tag)) change.remove.insert(tag);
  }
  if (module == Module::deals) diff_roles(mapping.roles, desired, synced, change);
  return change;
}

bool has_gaps(const Desired& desired, const Synced& synced, const Mapping& mapping, Module module) {
  return std::ranges::any_of(
      desired.fields, [&](const auto& entry) { return may_fill(synced, entry.first, entry.second, mapping, module); });
}

void see_gaps(Synced& synced, const Desired& desired, const Fields& read, const Mapping& mapping, Module module) {
  for (const auto& [field, value] : desired.fields) {
    if (!may_fill(synced, field, value, mapping, module)) continue;
    const auto there = read.find(field);
    const std::string now = there == read.end() ? "null" : there->second;
    synced.fields.insert_or_assign(field, now);
    if (!is_null(now) && now != value) synced.refused.insert_or_assign(field, value);
  }
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
  for (const auto& [contact, role] : change.roles) {
    synced.roles.insert_or_assign(contact, role);
    synced.roles_doubt.erase(contact);
  }
  for (const std::string& contact : change.roles_gone) {
    synced.roles.erase(contact);
    synced.roles_doubt.erase(contact);
  }
}

}  // namespace zs::plan
