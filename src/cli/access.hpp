#pragma once
// The access token of a command: lent by the running daemon (by its socket, or with a key), else the one in the store,
// else minted into the store. So a hundred commands beside a daemon mint as often as the daemon alone
// (zoho/oauth-and-desk.md 1.9).

#include <string_view>

#include "base/result.hpp"
#include "cli/command.hpp"
#include "config/config.hpp"
#include "net/http_client.hpp"
#include "setup/calls.hpp"
#include "zoho/token.hpp"

namespace zs::cli {

/// What to do where there is no store yet: a command that only looks must not leave a file, which may then belong to
/// the wrong user.
enum class NoStore : std::uint8_t { create, do_without };

/// All arguments are referred to as long as it is called. Its errors: `invalid` for lacking credentials or keys,
/// `conflict` when Zoho refuses them, `unavailable` when something cannot be reached or must be waited for.
[[nodiscard]] setup::Lend lender(const config::Config& config, const Options& options, net::HttpTransport& transport,
                                 NoStore no_store);

}  // namespace zs::cli
