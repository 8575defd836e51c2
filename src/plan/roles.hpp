#pragma once
// Contact roles of a Deal: who of the account stands beside it in Zoho, and as what (zoho/crm-api.md 8). Roles that
// people gave are theirs: they are neither changed nor taken away.

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "plan/synced.hpp"

namespace zs::plan {

struct Change;
struct Desired;

/// The configured roles, by the names that the org gives them.
struct RoleRules {
  bool enabled = false;
  std::string primary = "Decision Maker";  // of the subscription's user; empty: none
  std::string others;                      // of the account's other users; empty: they get none
  std::size_t max_others = 20;
};

/// Contact id -> name of the role that it should have.
[[nodiscard]] Fields desired_roles(const RoleRules& rules, std::string_view primary_contact,
                                   std::span<const std::string> other_contacts);

/// What is to be set and taken away; nothing where the rules are off. A removal is only ever of an entry of ours.
void diff_roles(const RoleRules& rules, const Desired& desired, const Synced& synced, Change& change);

/// `read`: contact id -> the role's name, empty for an entry without one. What was in doubt is known afterwards, and
/// whose each entry is. An entry is ours if it is as we set it or were about to.
void see_roles(Synced& synced, const Desired& desired, const Fields& read);

/// The synced state that diff_roles() compares with, of a read that nothing of ours is under way beside: what we set
/// and nobody changed is right, what somebody took away is missing.
[[nodiscard]] Synced roles_of_read(const Synced& believed, const Desired& desired, const Fields& read);

}  // namespace zs::plan
