#pragma once
// What a refusal of the token endpoint means (zoho/oauth-and-desk.md 1.4). The body decides, never the status alone:
// many refusals come as HTTP 200.

#include <span>
#include <string_view>

#include "zoho/token.hpp"

namespace zs::zoho {

/// `error` and `description` as in the body, empty where it has none or is no JSON.
[[nodiscard]] TokenState token_state_of(int status, std::string_view error, std::string_view description);

/// What a person can do about it, an order without a full stop; empty when there is nothing to do but wait.
[[nodiscard]] std::string_view token_mend_of(std::string_view error);

/// One line of the table; `error` in lower case.
struct TokenReaction {
  std::string_view error;
  TokenState state;
  std::string_view mend;
};
[[nodiscard]] std::span<const TokenReaction> token_reactions();

}  // namespace zs::zoho
