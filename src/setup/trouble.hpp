#pragma once
// Why nothing could be asked of Zoho, in words that name the mend (zoho/oauth-and-desk.md 1.4 and 1.8).

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "config/config.hpp"
#include "zoho/token.hpp"

namespace zs::setup {

/// No access token was to be had.
[[nodiscard]] Error token_trouble(zoho::TokenState state, std::string_view message, const config::Zoho& zoho);

/// The scope that a settings call needs (zoho/crm-api.md 4); empty for a path that is none of ours.
[[nodiscard]] std::string scope_of(std::string_view method, std::string_view path);

/// A refusal of the request itself, by status and code: what the whole run stumbles over, or Errc::conflict when only
/// this request is meant. `api_url` is empty when Zoho's own word for the API's host was followed.
[[nodiscard]] Error refusal(int status, std::string_view code, std::string_view message, std::string_view method,
                            std::string_view path);

}  // namespace zs::setup
