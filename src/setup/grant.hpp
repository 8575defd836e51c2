#pragma once
// From a person's consent to a refresh token (zoho/oauth-and-desk.md 1.1 to 1.4): what to open, what comes back, what
// it is exchanged for. Errors say the mend.

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "config/config.hpp"
#include "net/http_client.hpp"
#include "zoho/token.hpp"

namespace zs::setup {

/// Where clients are made and self-client codes generated.
[[nodiscard]] std::string console_url(const config::Zoho& zoho);

/// What a person opens for a server-based client. `state` ties the answer to this question.
[[nodiscard]] std::string consent_url(const config::Zoho& zoho, std::string_view redirect_uri, std::string_view state);

/// The code in what the browser brought back, if it answers our question and comes from the configured data centre:
/// the accounts server that it names is compared with the table, never called (1.2). Errc::conflict when it is not the
/// answer to `state`: wait on.
[[nodiscard]] Result<std::string> read_callback(const config::Zoho& zoho, std::string_view query,
                                                std::string_view state);

struct Grant {
  zoho::Token token;  // with the checked base of API calls as its api_domain
  std::string refresh_token;
};

/// `redirect_uri` is empty for a self client. Errc::conflict when Zoho refuses, Errc::unavailable when it is not there.
[[nodiscard]] Result<Grant> exchange(const config::Zoho& zoho, std::string_view code, std::string_view redirect_uri,
                                     net::HttpTransport& transport, Time now);

}  // namespace zs::setup
