#pragma once
// The page at `/` and its files under `/page/`: what the org holds and what was done to it, for people. They are
// kept in sim/page/, need nothing from outside and are built into the program.

#include <optional>
#include <string_view>

#include "core/http.hpp"

namespace zohosim {

[[nodiscard]] std::optional<HttpAnswer> page_part(std::string_view path);

}  // namespace zohosim
