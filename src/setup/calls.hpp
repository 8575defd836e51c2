#pragma once
// Blocking calls to Zoho for a program that has nothing else to do: the asynchronous Api with its answers run on the
// caller's own thread.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "config/config.hpp"
#include "net/http_client.hpp"
#include "zoho/token.hpp"

namespace zs::setup {

struct Reply {
  int status = 0;
  std::string body;
  std::optional<std::int64_t> credits_remaining = {};  // X-API-CREDITS-REMAINING
};

class Calls {
 public:
  virtual ~Calls() = default;
  /// Any answer that Zoho itself gave to the request, refusals of a single row included. Errors: `invalid` when the
  /// configuration lacks something, `unavailable` when Zoho was not reached or wants a pause, `conflict` when it
  /// refuses (missing scope or right, wrong data centre, revoked token), `outcome_unknown` when it may have acted.
  /// Texts say the mend.
  [[nodiscard]] virtual Result<Reply> call(std::string_view method, std::string_view path, std::string_view body) = 0;
};

/// Gives an access token with the base of the calls as its api_domain, or the reason in words, with the mend. `refused`
/// is the token that Zoho has just refused, empty at first. Blocks.
using Lend = std::function<Result<zoho::Token>(std::string_view refused)>;

/// Never mints by itself: one token serves the daemon and every command beside it.
[[nodiscard]] std::unique_ptr<Calls> make_calls(const config::Config& config, net::HttpTransport& transport, Lend lend);

}  // namespace zs::setup
