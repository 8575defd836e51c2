#pragma once
// Ready mixtures of trouble, for people who want a bad day without writing its rules. Chance decides by the
// simulator's seed, so a run can be had again.

#include <optional>
#include <string_view>
#include <vector>

namespace zohosim {

/// The rules of "mild", "rough" or "hostile", as the JSON list that the control API takes.
[[nodiscard]] std::optional<std::string_view> fault_profile(std::string_view name);
[[nodiscard]] std::vector<std::string_view> fault_profile_names();

}  // namespace zohosim
