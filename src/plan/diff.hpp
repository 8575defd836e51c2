#pragma once
// Desired against synced: the smallest change that makes Zoho's record agree, in what is ours.

#include "plan/desired.hpp"
#include "plan/mapping.hpp"
#include "plan/synced.hpp"

namespace zs::plan {

struct Change {
  Fields set;
  Tags add;  // before `remove`: an exclusive axis is never without a value
  Tags remove;
  Fields roles{};     // Deals: contact id -> the role's name
  Tags roles_gone{};  // contacts that lose the entry that we made

  [[nodiscard]] bool empty() const { return set.empty() && add.empty() && remove.empty() && !changes_roles(); }
  [[nodiscard]] bool changes_roles() const { return !roles.empty() || !roles_gone.empty(); }
  bool operator==(const Change&) const = default;
};

/// For a record that is not in Zoho yet: all that is wanted, cleared fields included (they are not sent, but
/// known to be empty afterwards), but for what Zoho has refused before.
[[nodiscard]] Change first_write(const Desired& desired, const Synced& synced);

/// For a record that Zoho has. Fields and tags that are not ours are not in it; applying it twice changes nothing.
[[nodiscard]] Change diff(const Desired& desired, const Synced& synced, const Mapping& mapping, Module module);

/// Whether there is a value for a field that people may fill themselves (policy if-empty) and that Zoho was not seen to
/// hold something else in: the record must be read before it is known whether there is a gap.
[[nodiscard]] bool has_gaps(const Desired& desired, const Synced& synced, const Mapping& mapping, Module module);

/// What was read of such fields: where there is something, the value of ours is not wanted until it changes.
void see_gaps(Synced& synced, const Desired& desired, const Fields& read, const Mapping& mapping, Module module);

/// `synced` after Zoho has confirmed `change` (all of it, or a part).
void confirm(Synced& synced, const Change& change);

}  // namespace zs::plan
