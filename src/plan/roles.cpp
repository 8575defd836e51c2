#include "plan/roles.hpp"

#include <algorithm>
#include <set>

#include "plan/desired.hpp"
#include "plan/diff.hpp"

namespace zs::plan {

Fields desired_roles(const RoleRules& rules, std::string_view primary_contact,
                     std::span<const std::string> other_contacts) {
  Fields out;
  if (!rules.enabled) return out;
  if (!rules.primary.empty() && !primary_contact.empty()) out.emplace(primary_contact, rules.primary);
  if (rules.others.empty()) return out;
  std::size_t count = 0;
  for (const std::string& contact : other_contacts) {
    if (contact.empty() || contact == primary_contact) continue;
    if (++count > rules.max_others) break;
    out.emplace(contact, rules.others);
  }
  return out;
}

void diff_roles(const RoleRules& rules, const Desired& desired, const Synced& synced, Change& change) {
  if (!rules.enabled) return;
  for (const auto& [contact, role] : desired.roles) {
    if (synced.roles_theirs.contains(contact) || desired.unknown_roles.contains(role)) continue;
    const auto known = synced.roles.find(contact);
    const bool is_there = known != synced.roles.end() && known->second == role;
    if (!is_there || synced.roles_doubt.contains(contact)) change.roles.emplace(contact, role);
  }
  for (const Fields* ours : {&synced.roles, &synced.roles_doubt}) {
    for (const auto& [contact, role] : *ours) {
      if (!desired.roles.contains(contact)) change.roles_gone.insert(contact);
    }
  }
}

void see_roles(Synced& synced, const Desired& desired, const Fields& read) {
  std::set<std::string, std::less<>> contacts;
  const Synced& before = synced;
  for (const Fields* some : {&before.roles, &before.roles_doubt, &desired.roles}) {
    for (const auto& [contact, role] : *some) contacts.insert(contact);
  }
  // A merge of two contacts takes the entry along: it is ours still, under the survivor's id.
  Fields moved;
  for (const auto& [contact, role] : synced.roles) {
    if (!read.contains(contact) && !desired.roles.contains(contact)) moved.emplace(role, contact);
  }
  Tags theirs;
  for (const std::string& contact : contacts) {
    const auto found = read.find(contact);
    const auto ours = synced.roles.find(contact);
    const auto sent = synced.roles_doubt.find(contact);
    const auto wanted = desired.roles.find(contact);
    if (found == read.end() || found->second.empty()) {
      // Whoever took away what is still wanted as it was meant it: it is not set again before something changes.
      const bool was_settled = ours != synced.roles.end() && sent == synced.roles_doubt.end();
      if (!was_settled || wanted == desired.roles.end() || wanted->second != ours->second) synced.roles.erase(contact);
      continue;
    }
    const std::string& role = found->second;
    const bool is_as_sent = sent != synced.roles_doubt.end() && sent->second == role;
    const bool is_as_set = ours != synced.roles.end() && ours->second == role;
    const bool is_moved = ours == synced.roles.end() && wanted != desired.roles.end() && moved.erase(role) > 0;
    if (is_as_sent || is_as_set || is_moved) {
      synced.roles.insert_or_assign(contact, role);
    } else {
      synced.roles.erase(contact);
      if (wanted != desired.roles.end()) theirs.insert(contact);
    }
  }
  synced.roles_doubt.clear();
  synced.roles_theirs = std::move(theirs);
}

Synced roles_of_read(const Synced& believed, const Desired& desired, const Fields& read) {
  Synced out = believed;
  see_roles(out, desired, read);
  std::erase_if(out.roles, [&](const auto& entry) {
    const auto found = read.find(entry.first);
    return found == read.end() || found->second.empty();
  });
  return out;
}

}  // namespace zs::plan
