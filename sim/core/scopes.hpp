#pragma once
// Which OAuth scopes a call needs (crm-api.md 1.1, 2.2, 2.3, 3.1, 4).

#include <string>
#include <string_view>
#include <vector>

#include "core/route.hpp"

namespace zohosim {

/// `granted` holds what the token was minted with. A module's call by name, COQL's by its `from` module.
[[nodiscard]] bool scopes_allow(const std::vector<std::string>& granted, const Route& route, std::string_view module);

}  // namespace zohosim
