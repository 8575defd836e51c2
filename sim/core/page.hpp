#pragma once
// The page at `/`: what the org holds and what was done to it, for people. One file, nothing from outside.

#include "core/http.hpp"

namespace zohosim {

[[nodiscard]] HttpAnswer page_answer();

}  // namespace zohosim
