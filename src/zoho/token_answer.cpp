#include "zoho/token_answer.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "zoho/json_read.hpp"

namespace zs::zoho {
namespace {

// Zoho's tokens live an hour; whatever an answer says, one is not believed for longer than a day.
constexpr std::int64_t k_longest_life_s = 86'400;

TokenState state_of(std::string_view error, std::string_view description) {
  if (error == "access denied" && description.contains("too many requests")) return TokenState::throttled;
  if (error == "invalid_code" || error == "invalid_grant") return TokenState::revoked;
  if (error.empty() || error == "general_error") return TokenState::unreachable;
  return TokenState::misconfigured;
}

}  // namespace

bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7F; });
}

TokenAnswer read_token_answer(int status, std::string_view body, std::int64_t now_ms) {
  TokenAnswer answer;
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  if (parser.parse(body.data(), body.size()).get(root) != simdjson::SUCCESS || !root.is_object()) {
    answer.error = "HTTP " + std::to_string(status) + " without JSON";
    return answer;
  }
  answer.token = {text_of(root, "access_token"), text_of(root, "api_domain"), text_of(root, "scope"), 0};
  if (is_token(answer.token.access_token)) {
    // Old answers have milliseconds in expires_in, and then expires_in_sec beside it.
    const std::int64_t seconds = number_of(root, "expires_in_sec", number_of(root, "expires_in", 3600));
    answer.token.expires_ms = now_ms + std::clamp<std::int64_t>(seconds, 0, k_longest_life_s) * 1000;
    answer.refresh_token = text_of(root, "refresh_token");
    answer.state = TokenState::ok;
    return answer;
  }
  answer.error = to_lower(text_of(root, "error"));
  answer.state = state_of(answer.error, to_lower(text_of(root, "error_description")));
  if (answer.error.empty()) answer.error = "HTTP " + std::to_string(status) + " without a reason";
  return answer;
}

std::string token_form(const std::vector<std::pair<std::string_view, std::string_view>>& fields) {
  std::string body;
  for (const auto& [name, value] : fields) {
    body.append(body.empty() ? "" : "&").append(name).append("=").append(percent_encode(value));
  }
  return body;
}

}  // namespace zs::zoho
