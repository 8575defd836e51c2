#pragma once
// What setup and doctor found, as people and programs read it.

#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "setup/plan.hpp"

namespace zs::cli {

/// The notes of one weight under a title, each with its mend below; empty when there are none.
[[nodiscard]] std::string section(std::string_view title, const std::vector<setup::Note>& notes, setup::Weight weight,
                                  std::string_view sign);
/// The same as `"key": [{"what", "mend"}, …]`.
void write_notes(JsonWriter& json, std::string_view key, const std::vector<setup::Note>& notes, setup::Weight weight);

}  // namespace zs::cli
