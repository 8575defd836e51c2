#pragma once
// What the token endpoint says, read by its body alone: many refusals come as HTTP 200 (zoho/oauth-and-desk.md 1.4).

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "zoho/token.hpp"

namespace zs::zoho {

struct TokenAnswer {
  TokenState state = TokenState::unreachable;
  Token token;                // when ok
  std::string refresh_token;  // when ok: of a code's exchange, empty for a refresh
  std::string error;          // otherwise: Zoho's word in lower case, or what was there instead of one
};

/// Whether it can be a token: it goes into a header.
[[nodiscard]] bool is_token(std::string_view text);

[[nodiscard]] TokenAnswer read_token_answer(int status, std::string_view body, std::int64_t now_ms);

/// A urlencoded body: secrets never stand in a URL.
[[nodiscard]] std::string token_form(const std::vector<std::pair<std::string_view, std::string_view>>& fields);

}  // namespace zs::zoho
