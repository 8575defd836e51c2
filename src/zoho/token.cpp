#include "zoho/token.hpp"

#include <algorithm>
#include <utility>

#include "base/crypto.hpp"
#include "base/json.hpp"
#include "base/log.hpp"
#include "zoho/json_read.hpp"
#include "zoho/scopes.hpp"
#include "zoho/token_answer.hpp"

namespace zs::zoho {
namespace {

// Zoho blocks the eleventh mint in ten minutes; two are left for whoever shares the credentials.
constexpr std::size_t k_max_mints = 8;
constexpr std::int64_t k_mint_window_ms = 600'000;
// Renewed this long before it ends, plus up to a minute that differs per process.
constexpr std::int64_t k_margin_ms = 180'000;
// A call that goes out with less than this may arrive too late.
constexpr std::int64_t k_last_moment_ms = 5'000;
// Between attempts to renew a token that still serves.
constexpr std::int64_t k_renewal_pause_ms = 30'000;
// Between attempts without a token that came to nothing, at first and at most.
constexpr std::int64_t k_first_pause_ms = 5'000;
constexpr std::int64_t k_longest_pause_ms = 300'000;
constexpr std::int64_t k_refusal_pause_ms = 60'000;

/// Names the credentials without telling them: what was minted with others is not ours.
std::string digest_of(const Credentials& credentials) {
  return sha256_hex(credentials.client_id + "\n" + credentials.client_secret + "\n" + credentials.refresh_token)
      .substr(0, 16);
}

void warn_of_missing_scopes(const Token& token) {
  const std::vector<Need> missing = missing_scopes(token.scope);
  if (missing.empty()) return;
  log::warn("the access token lacks scopes",
            {{"missing", listed(missing)}, {"mend", "make a refresh token with all of them: zohosync auth"}});
}

}  // namespace

std::string_view name_of(TokenState state) {
  switch (state) {
    case TokenState::ok:
      return "ok";
    case TokenState::no_credentials:
      return "no_credentials";
    case TokenState::revoked:
      return "token_revoked";
    case TokenState::misconfigured:
      return "misconfigured";
    case TokenState::throttled:
      return "throttled";
    case TokenState::unreachable:
      return "unreachable";
  }
  return "?";
}

TokenBroker::TokenBroker(Options options, net::HttpTransport& transport, const Clock& clock, Random& random)
    : options_(std::move(options)), transport_(transport), clock_(clock), random_(random) {
  margin_ms_ = k_margin_ms + static_cast<std::int64_t>(random_.below(60'000));
  owner_ = digest_of(options_.credentials());
}

TokenBroker::~TokenBroker() { *alive_ = false; }

void TokenBroker::restore(std::string_view saved) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  if (saved.empty() || parser.parse(saved.data(), saved.size()).get(root) != simdjson::SUCCESS) return;
  Token token{text_of(root, "access_token"), text_of(root, "api_domain"), text_of(root, "scope"),
              number_of(root, "expires_ms")};
  const bool is_whole = is_token(token.access_token) && token.expires_ms > 0;
  if (is_whole && text_of(root, "owner") == owner_) token_ = std::move(token);
  simdjson::dom::array mints;
  if (root["mints_ms"].get(mints) == simdjson::SUCCESS) {
    for (simdjson::dom::element mint : mints) {
      std::int64_t at = 0;
      if (mint.get(at) == simdjson::SUCCESS) mints_ms_.push_back(at);
    }
  }
  cooldown_until_ms_ = number_of(root, "cooldown_until_ms");
}

std::string TokenBroker::saved_state() const {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  if (token_) {
    json.field("access_token", token_->access_token).field("api_domain", token_->api_domain);
    json.field("scope", token_->scope).field("expires_ms", token_->expires_ms).field("owner", owner_);
  }
  json.key("mints_ms").begin_array();
  for (const std::int64_t at : mints_ms_) json.number(at);
  json.end_array().field("cooldown_until_ms", cooldown_until_ms_).end_object();
  return out;
}

void TokenBroker::persist() {
  options_.save(saved_state(), [] {});
}

bool TokenBroker::may_mint(std::int64_t now) const {
  // Times further ahead than the window are those of a clock that was set back since.
  if (now < cooldown_until_ms_ && cooldown_until_ms_ <= now + k_mint_window_ms) return false;
  const auto recent = std::ranges::count_if(
      mints_ms_, [&](std::int64_t at) { return at > now - k_mint_window_ms && at <= now + k_mint_window_ms; });
  return static_cast<std::size_t>(recent) < k_max_mints;
}

void TokenBroker::with_token(Done done) {
  const std::int64_t now = to_millis(clock_.now());
  const bool may_try = !minting_ && now >= not_before_ms_ && may_mint(now);
  if (token_ && now < token_->expires_ms - k_last_moment_ms) {
    done({token_, TokenState::ok, {}});
    if (may_try && token_ && now >= token_->expires_ms - margin_ms_) mint();
    return;
  }
  if (!minting_ && !may_try) {
    if (now < not_before_ms_) {
      done(last_refusal_);
      return;
    }
    state_ = TokenState::throttled;
    done({std::nullopt, state_, "no more than ten tokens in ten minutes: waiting"});
    return;
  }
  waiters_.push_back(std::move(done));
  if (!minting_) mint();
}

void TokenBroker::invalidate(std::string_view access_token) {
  if (!token_ || token_->access_token != access_token) return;
  token_.reset();
  unproved_refusals_ = std::exchange(is_proved_, false) ? 0 : unproved_refusals_ + 1;
  if (unproved_refusals_ >= 2) {
    // Not a token that has died, but one that never lived: more of them would only use up the ten minutes' mints.
    state_ = TokenState::misconfigured;
    last_refusal_ = {std::nullopt, state_,
                     "Zoho refuses access tokens that its accounts server has just given: zoho.api_url may belong to "
                     "another data centre or environment (production, sandbox) than the refresh token"};
    not_before_ms_ = to_millis(clock_.now()) + std::min<std::int64_t>(k_mint_window_ms, k_refusal_pause_ms << std::min(
                                                                                            unproved_refusals_ - 2, 4));
    log::warn("no access token", {{"state", name_of(state_)}, {"reason", last_refusal_.message}});
  }
  persist();
}

void TokenBroker::accepted(std::string_view access_token) {
  if (is_proved_ || !token_ || token_->access_token != access_token) return;
  is_proved_ = true;
  unproved_refusals_ = 0;
}

bool TokenBroker::take_new_credentials() {
  std::string owner = digest_of(options_.credentials());
  if (owner == owner_) return false;
  owner_ = std::move(owner);
  token_.reset();
  is_proved_ = false;
  unproved_refusals_ = 0;
  retry_now();
  persist();
  log::info("other Zoho credentials are taken up");
  return true;
}

void TokenBroker::retry_now() {
  not_before_ms_ = 0;
  failures_in_a_row_ = 0;
}

void TokenBroker::mint() {
  const Credentials credentials = options_.credentials();
  if (!credentials.complete()) {
    state_ = TokenState::no_credentials;
    finish({std::nullopt, state_, "client id, client secret or refresh token is missing"});
    return;
  }
  minting_ = true;
  if (std::string owner = digest_of(credentials); owner != owner_) {
    owner_ = std::move(owner);
    token_.reset();
  }
  const std::int64_t now = to_millis(clock_.now());
  while (!mints_ms_.empty() && mints_ms_.front() <= now - k_mint_window_ms) mints_ms_.pop_front();
  mints_ms_.push_back(now);
  // The attempt is on disk before it goes out: a crash loop must not mint without end.
  options_.save(saved_state(), [this, alive = alive_, post = options_.post, credentials] {
    post([this, alive, credentials] {
      if (*alive) send_mint(credentials);
    });
  });
}

void TokenBroker::send_mint(const Credentials& credentials) {
  net::ClientRequest request;
  request.method = "POST";
  request.url = options_.accounts_url + "/oauth/v2/token";
  request.headers = {{"content-type", "application/x-www-form-urlencoded"}};
  request.body = token_form({{"grant_type", "refresh_token"},
                             {"client_id", credentials.client_id},
                             {"client_secret", credentials.client_secret},
                             {"refresh_token", credentials.refresh_token}});
  request.timeout = options_.timeout;
  transport_.send(std::move(request), [this, alive = alive_, post = options_.post,
                                       owner = digest_of(credentials)](net::ClientResponse response) {
    post([this, alive, owner, answer = std::move(response)] {
      if (!*alive) return;
      minting_ = false;
      if (owner == owner_) {
        minted(answer);
      } else {
        // Got with credentials that have been replaced meanwhile: of no use to those who wait.
        for (Done& done : std::exchange(waiters_, {})) with_token(std::move(done));
      }
    });
  });
}

void TokenBroker::minted(const net::ClientResponse& response) {
  const std::int64_t now = to_millis(clock_.now());
  const auto refuse = [&](TokenState state, std::string message) {
    state_ = state;
    if (token_) {
      not_before_ms_ = now + k_renewal_pause_ms;
    } else if (response.exchange != net::Exchange::not_sent) {
      // Less and less often: a long outage must not use up the mints that its end needs.
      not_before_ms_ = now + std::min(k_longest_pause_ms, k_first_pause_ms << std::min(failures_in_a_row_++, 10));
    }
    last_refusal_ = {std::nullopt, state, std::move(message)};
    if (options_.on_mint) options_.on_mint(state);
    finish(last_refusal_);
  };
  if (response.exchange != net::Exchange::answered) {
    // What never reached Zoho does not count there.
    if (response.exchange == net::Exchange::not_sent && !mints_ms_.empty()) {
      mints_ms_.pop_back();
      persist();
    }
    refuse(TokenState::unreachable, "the accounts server cannot be reached: " + response.failure);
    return;
  }
  TokenAnswer answer = read_token_answer(response.status, response.body, now);
  if (answer.state == TokenState::ok) {
    if (options_.api_base) {
      auto base = options_.api_base(answer.token.api_domain);
      if (!base) {
        refuse(TokenState::misconfigured, base.error().text);
        return;
      }
      answer.token.api_domain = std::move(*base);
    }
    take(std::move(answer.token));
    return;
  }
  if (answer.state == TokenState::throttled) {
    cooldown_until_ms_ = now + k_mint_window_ms;
    persist();
  }
  refuse(answer.state, "the accounts server refused: " + answer.error);
}

void TokenBroker::take(Token token) {
  token_ = std::move(token);
  is_proved_ = false;
  retry_now();
  state_ = TokenState::ok;
  warn_of_missing_scopes(*token_);
  persist();
  if (options_.on_mint) options_.on_mint(state_);
  finish({token_, state_, {}});
}

void TokenBroker::finish(const Outcome& outcome) {
  if (!outcome.token) log::warn("no access token", {{"state", name_of(outcome.state)}, {"reason", outcome.message}});
  for (Done& done : std::exchange(waiters_, {})) done(outcome);
}

}  // namespace zs::zoho
