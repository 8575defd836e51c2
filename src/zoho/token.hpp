#pragma once
// The one broker of access tokens: a single mint for all who wait, renewed early, kept over restarts, and
// never more than Zoho's ten in ten minutes (zoho/oauth-and-desk.md 1.5, 1.9).

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "net/http_client.hpp"

namespace zs::zoho {

struct Credentials {
  std::string client_id;
  std::string client_secret;
  std::string refresh_token;
  [[nodiscard]] bool complete() const { return !client_id.empty() && !client_secret.empty() && !refresh_token.empty(); }
};

struct Token {
  std::string access_token;
  std::string api_domain;
  std::string scope;
  std::int64_t expires_ms = 0;
};

enum class TokenState : std::uint8_t { ok, no_credentials, revoked, misconfigured, throttled, unreachable };
[[nodiscard]] std::string_view name_of(TokenState state);

class TokenBroker {
 public:
  struct Options {
    std::string accounts_url;
    /// Asked before every mint, so that a mended secret is picked up without a restart.
    std::function<Credentials()> credentials;
    /// Makes the state durable; called with what restore() takes. It holds a token: keep it as safe as the store.
    std::function<void(const std::string&)> save;
    /// Runs a task on the broker's thread.
    std::function<void(std::move_only_function<void()>)> post;
    std::chrono::milliseconds timeout{10'000};
  };
  struct Outcome {
    std::optional<Token> token;
    TokenState state = TokenState::ok;
    std::string message;
  };
  using Done = std::move_only_function<void(const Outcome&)>;

  TokenBroker(Options options, net::HttpTransport& transport, const Clock& clock, Random& random);

  void restore(std::string_view saved);
  /// Calls back at once when a fresh token is there, else after the mint that all waiters share.
  void with_token(Done done);
  /// Zoho refused this very token: forget it unless a newer one has taken its place.
  void invalidate(std::string_view access_token);
  [[nodiscard]] TokenState state() const { return state_; }

 private:
  void mint();
  void minted(net::ClientResponse response);
  void finish(const Outcome& outcome);
  [[nodiscard]] bool may_mint(std::int64_t now) const;
  void persist();

  Options options_;
  net::HttpTransport& transport_;
  const Clock& clock_;
  Random& random_;
  std::optional<Token> token_;
  std::deque<std::int64_t> mints_ms_;
  std::int64_t cooldown_until_ms_ = 0;
  std::int64_t margin_ms_ = 0;
  bool minting_ = false;
  TokenState state_ = TokenState::ok;
  std::vector<Done> waiters_;
};

}  // namespace zs::zoho
