#pragma once
// The consent page of the accounts server, where everybody consents at once (oauth-and-desk.md 1.2).

#include <cstdint>

#include "core/http.hpp"
#include "core/oauth.hpp"
#include "core/options.hpp"

namespace zohosim {

/// GET /oauth/v2/auth: sends the browser back to the redirect address with a code, or shows what is wrong.
[[nodiscard]] HttpAnswer authorize(const HttpRequest& request, const Options& options, Accounts& accounts);

}  // namespace zohosim
