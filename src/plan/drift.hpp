#pragma once
// What was just read from Zoho against what it should hold: the difference that is ours to mend.

#include "plan/desired.hpp"
#include "plan/diff.hpp"
#include "plan/mapping.hpp"
#include "plan/synced.hpp"

namespace zs::plan {

/// Two texts of a field's type that mean the same: an instant in two time zones, text that Zoho has trimmed.
[[nodiscard]] bool means_the_same(std::string_view a, std::string_view b, const FieldInfo* info);

/// A read as the synced state that diff() compares with. Values that mean the desired ones take their text; fields that
/// the read did not ask for count as right; tags of people are not in it. What Zoho refused before stays refused.
[[nodiscard]] Synced synced_of_read(const Fields& fields, const Tags& tags, const Desired& desired,
                                    const Synced& believed, const Mapping& mapping, Module module,
                                    const Schema& schema);

}  // namespace zs::plan
