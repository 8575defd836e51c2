#pragma once
// The one broker of access tokens: a single mint for all who wait, renewed early, kept over restarts, and
// never more than Zoho's ten in ten minutes (zoho/oauth-and-desk.md 1.5, 1.9).

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
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

/// Where calls get their access tokens from.
class TokenSource {
 public:
  struct Outcome {
    std::optional<Token> token;
    TokenState state = TokenState::ok;
    std::string message;
  };
  using Done = std::move_only_function<void(const Outcome&)>;

  virtual ~TokenSource() = default;
  /// Calls back at once when a token is there, else when one has come or cannot be had.
  virtual void with_token(Done done) = 0;
  /// Zoho refused this very token: forget it unless a newer one has taken its place.
  virtual void invalidate(std::string_view access_token) = 0;
  /// Zoho took this token.
  virtual void accepted(std::string_view access_token) = 0;
};

class TokenBroker final : public TokenSource {
 public:
  struct Options {
    std::string accounts_url;
    /// Asked before every mint, so that a mended secret is picked up without a restart.
    std::function<Credentials()> credentials;
    /// Makes the state durable; called with what restore() takes. It holds a token: keep it as safe as the store.
    /// `kept` is called afterwards, from any thread, also when it could not be kept.
    std::function<void(std::string state, std::move_only_function<void()> kept)> save;
    /// Runs a task on the broker's thread.
    std::function<void(std::move_only_function<void()>)> post;
    std::chrono::milliseconds timeout{10'000};
    /// The base of API calls for what a token answer says of it; an error for a host that is not Zoho's, or another
    /// data centre's: such a token is not used. Absent: as the answer says.
    std::function<Result<std::string>(std::string_view api_domain)> api_base{};
    /// Told of every mint that went out, with what became of it.
    std::function<void(TokenState)> on_mint{};
  };

  TokenBroker(Options options, net::HttpTransport& transport, const Clock& clock, Random& random);
  ~TokenBroker() override;
  TokenBroker(const TokenBroker&) = delete;
  TokenBroker& operator=(const TokenBroker&) = delete;

  /// A token that was minted with other credentials than those of now is not taken over; the log of mints is.
  void restore(std::string_view saved);
  /// A token near its end is still given out while the next one is minted beside it.
  void with_token(Done done) override;
  void invalidate(std::string_view access_token) override;
  void accepted(std::string_view access_token) override;
  /// Looks whether the credentials are others than before; then what was got with the old ones is forgotten. True
  /// when they are: whoever waits for a mended secret may go on.
  [[nodiscard]] bool take_new_credentials();
  /// Somebody says that what stood in the way is mended: no pause before the next attempt.
  void retry_now();
  [[nodiscard]] TokenState state() const { return state_; }
  /// The token as it is, without any attempt to get one.
  [[nodiscard]] const std::optional<Token>& token() const { return token_; }

 private:
  void mint();
  void send_mint(const Credentials& credentials);
  void minted(const net::ClientResponse& response);
  void take(Token token);
  void finish(const Outcome& outcome);
  [[nodiscard]] bool may_mint(std::int64_t now) const;
  [[nodiscard]] std::string saved_state() const;
  void persist();

  Options options_;
  net::HttpTransport& transport_;
  const Clock& clock_;
  Random& random_;
  std::optional<Token> token_;
  std::string owner_;  // a digest of the credentials in use; of those that a mint under way was sent with
  std::deque<std::int64_t> mints_ms_;
  std::int64_t cooldown_until_ms_ = 0;
  std::int64_t not_before_ms_ = 0;  // no mint earlier, for what stands in last_refusal_
  Outcome last_refusal_;
  std::int64_t margin_ms_ = 0;
  bool is_proved_ = false;  // Zoho has taken the token
  int failures_in_a_row_ = 0;
  int unproved_refusals_ = 0;  // in a row: tokens that Zoho gave and would not take
  bool minting_ = false;
  TokenState state_ = TokenState::ok;
  std::vector<Done> waiters_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // what is kept may be told after us
};

}  // namespace zs::zoho
