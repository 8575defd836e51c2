#include "zoho/token.hpp"

#include <algorithm>
#include <utility>

#include "base/json.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "zoho/json_read.hpp"
#include "zoho/token_reactions.hpp"

namespace zs::zoho {
namespace {

// Zoho blocks the eleventh mint in ten minutes; two are left for whoever shares the credentials.
constexpr std::size_t k_max_mints = 8;
constexpr std::int64_t k_mint_window_ms = 600'000;
// Renewed this long before it ends, plus up to a minute that differs per process.
constexpr std::int64_t k_margin_ms = 180'000;

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
}

void TokenBroker::restore(std::string_view saved) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  if (saved.empty() || parser.parse(saved.data(), saved.size()).get(root) != simdjson::SUCCESS) return;
  Token token{text_of(root, "access_token"), text_of(root, "api_domain"), text_of(root, "scope"),
              number_of(root, "expires_ms")};
  if (!token.access_token.empty()) token_ = std::move(token);
  simdjson::dom::array mints;
  if (root["mints_ms"].get(mints) == simdjson::SUCCESS) {
    for (simdjson::dom::element mint : mints) {
      std::int64_t at = 0;
      if (mint.get(at) == simdjson::SUCCESS) mints_ms_.push_back(at);
    }
  }
  cooldown_until_ms_ = number_of(root, "cooldown_until_ms");
}

void TokenBroker::persist() {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  if (token_) {
    json.field("access_token", token_->access_token).field("api_domain", token_->api_domain);
    json.field("scope", token_->scope).field("expires_ms", token_->expires_ms);
  }
  json.key("mints_ms").begin_array();
  for (const std::int64_t at : mints_ms_) json.number(at);
  json.end_array().field("cooldown_until_ms", cooldown_until_ms_).end_object();
  options_.save(out);
}

bool TokenBroker::may_mint(std::int64_t now) const {
  if (now < cooldown_until_ms_) return false;
  const auto recent = std::ranges::count_if(mints_ms_, [&](std::int64_t at) { return at > now - k_mint_window_ms; });
  return static_cast<std::size_t>(recent) < k_max_mints;
}

void TokenBroker::with_token(Done done) {
  const std::int64_t now = to_millis(clock_.now());
  if (token_ && now < token_->expires_ms - margin_ms_) {
    done({token_, TokenState::ok, {}});
    return;
  }
  if (!minting_ && !may_mint(now)) {
    // An old token that still has minutes to live serves better than none.
    if (token_ && now < token_->expires_ms - 5'000) {
      done({token_, TokenState::ok, {}});
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
  if (token_ && token_->access_token == access_token) token_.reset();
}

void TokenBroker::mint() {
  const Credentials credentials = options_.credentials();
  if (!credentials.complete()) {
    state_ = TokenState::no_credentials;
    finish({std::nullopt, state_, "client id, client secret or refresh token is missing"});
    return;
  }
  minting_ = true;
  // The attempt counts before it goes out: a crash loop must not mint without end.
  const std::int64_t now = to_millis(clock_.now());
  while (!mints_ms_.empty() && mints_ms_.front() <= now - k_mint_window_ms) mints_ms_.pop_front();
  mints_ms_.push_back(now);
  persist();
  net::ClientRequest request;
  request.method = "POST";
  request.url = options_.accounts_url + "/oauth/v2/token";
  request.headers = {{"content-type", "application/x-www-form-urlencoded"}};
  request.body = "grant_type=refresh_token&client_id=" + percent_encode(credentials.client_id) +
                 "&client_secret=" + percent_encode(credentials.client_secret) +
                 "&refresh_token=" + percent_encode(credentials.refresh_token);
  request.timeout = options_.timeout;
  transport_.send(std::move(request), [this](net::ClientResponse response) {
    options_.post([this, answer = std::move(response)]() mutable { minted(std::move(answer)); });
  });
}

void TokenBroker::minted(net::ClientResponse response) {
  minting_ = false;
  if (response.exchange != net::Exchange::answered) {
    state_ = TokenState::unreachable;
    // What never reached Zoho does not count there: an outage must not use up the mints that its end needs.
    if (response.exchange == net::Exchange::not_sent && !mints_ms_.empty()) mints_ms_.pop_back();
    finish({std::nullopt, state_, "the accounts server cannot be reached: " + response.failure});
    return;
  }
  // The body decides, never the status: refusals come as HTTP 200 too (zoho/oauth-and-desk.md 1.4).
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  if (parser.parse(response.body).get(root) != simdjson::SUCCESS) {
    state_ = TokenState::unreachable;
    finish({std::nullopt, state_,
            "the accounts server answered HTTP " + std::to_string(response.status) + " without JSON"});
    return;
  }
  Token token{text_of(root, "access_token"), text_of(root, "api_domain"), text_of(root, "scope"), 0};
  if (!token.access_token.empty()) {
    // Old answers have milliseconds in expires_in, and then expires_in_sec beside it.
    const std::int64_t seconds = number_of(root, "expires_in_sec", number_of(root, "expires_in", 3600));
    token.expires_ms = to_millis(clock_.now()) + seconds * 1000;
    token_ = std::move(token);
    state_ = TokenState::ok;
    persist();
    finish({token_, state_, {}});
    return;
  }
  const std::string error = text_of(root, "error");
  state_ = token_state_of(response.status, error, text_of(root, "error_description"));
  if (state_ == TokenState::throttled) {
    cooldown_until_ms_ = to_millis(clock_.now()) + k_mint_window_ms;
    persist();
  }
  std::string message = "the accounts server refused: " + (error.empty() ? "no reason given" : error);
  if (const std::string_view mend = token_mend_of(error); !mend.empty()) message.append("; ").append(mend);
  finish({std::nullopt, state_, std::move(message)});
}

void TokenBroker::finish(const Outcome& outcome) {
  if (!outcome.token) log::warn("no access token", {{"state", name_of(outcome.state)}, {"reason", outcome.message}});
  for (Done& done : std::exchange(waiters_, {})) done(outcome);
}

}  // namespace zs::zoho
