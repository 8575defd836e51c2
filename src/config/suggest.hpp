#pragma once
// "Did you mean": the known word most like an unknown one.

#include <span>
#include <string>
#include <string_view>

namespace zs::config {

/// Empty when nothing is near enough to be meant.
[[nodiscard]] std::string_view nearest(std::string_view word, std::span<const std::string_view> known);
/// "a, b, c"
[[nodiscard]] std::string listed(std::span<const std::string_view> words);

}  // namespace zs::config
