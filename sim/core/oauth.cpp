#include "core/oauth.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/envelope.hpp"
#include "core/text.hpp"

namespace zohosim {
namespace {

constexpr std::int64_t k_life_ms = 3'600'000;
constexpr std::int64_t k_window_ms = 600'000;
constexpr std::size_t k_requests_in_window = 10;

/// Parameters may stand in the query, in a urlencoded body or in a multipart one; JSON bodies are refused.
Pairs form_of(const HttpRequest& request) {
  Pairs out = parse_form(request.query);
  const std::string_view type = request.header("content-type");
  Pairs body = type.starts_with("multipart/form-data") ? parse_multipart(type, request.body)
               : type.starts_with("application/json")  ? Pairs{}
                                                       : parse_form(request.body);
  out.insert(out.end(), std::make_move_iterator(body.begin()), std::make_move_iterator(body.end()));
  return out;
}

/// Refusals come with status 200: a client that looks at the status alone takes them for tokens.
HttpAnswer refused(std::string_view error) { return json_answer(200, Members().text("error", error).take()); }

HttpAnswer throttle_answer() {
  return json_answer(400, Members()
                              .text("error_description",
                                    "You have made too many requests continuously. Please try again after some time.")
                              .text("error", "Access Denied")
                              .text("status", "failure")
                              .take());
}

}  // namespace

Accounts::Accounts(const Options& options, zs::Random& random) : options_(options), random_(random) {
  refresh_.insert(options.refresh_token);
  codes_.emplace(options.grant_code, Code{});
}

std::string Accounts::fresh_token() {
  return fmt::format("1000.{:016x}{:016x}.{:016x}{:016x}", random_.next(), random_.next(), random_.next(),
                     random_.next());
}

bool Accounts::throttled(std::int64_t now_ms) {
  while (!requests_.empty() && requests_.front() <= now_ms - k_window_ms) requests_.pop_front();
  if (requests_.size() >= k_requests_in_window) return true;
  requests_.push_back(now_ms);
  return false;
}

HttpAnswer Accounts::token(const HttpRequest& request, std::int64_t now_ms) {
  if (throttled(now_ms)) {
    ++refused_;
    return throttle_answer();
  }
  return grant(request, form_of(request), now_ms);
}

HttpAnswer Accounts::grant(const HttpRequest& request, const Pairs& form, std::int64_t now_ms) {
  if (pair_or(form, "client_id", "") != options_.client_id) return refused("invalid_client");
  if (pair_or(form, "client_secret", "") != options_.client_secret) return refused("invalid_client_secret");
  const std::string type = pair_or(form, "grant_type", "");
  if (type == "refresh_token") {
    const std::string token = pair_or(form, "refresh_token", "");
    if (!refresh_.contains(token)) return refused("invalid_code");
    return mint(request, token, false, now_ms);
  }
  if (type == "authorization_code") {
    const auto found = codes_.find(pair_or(form, "code", ""));
    if (found == codes_.end()) return refused("invalid_code");
    if (found->second.redirect_uri != pair_or(form, "redirect_uri", "")) return refused("invalid_redirect_uri");
    const bool is_offline = found->second.is_offline;
    codes_.erase(found);
    const std::string token = fresh_token();
    if (is_offline) refresh_.insert(token);
    return mint(request, token, is_offline, now_ms);
  }
  return refused("unsupported_grant_type");
}

HttpAnswer Accounts::mint(const HttpRequest& request, const std::string& refresh_token, bool with_refresh,
                          std::int64_t now_ms) {
  ++mints_;
  access_.push_back({fresh_token(), refresh_token, now_ms + k_life_ms});
  const auto of_same = [&](const Access& access) { return access.refresh_token == refresh_token; };
  if (std::ranges::count_if(access_, of_same) > options_.live_tokens) {
    access_.erase(std::ranges::find_if(access_, of_same));
  }
  std::string scopes;
  for (const std::string& scope : options_.scopes) scopes.append(scopes.empty() ? "" : " ").append(scope);
  Members body;
  body.text("access_token", access_.back().token);
  if (with_refresh) body.text("refresh_token", refresh_token);
  body.text("scope", scopes).text("api_domain", request.origin(options_.origin));
  return json_answer(200, body.text("token_type", "Bearer").number("expires_in", k_life_ms / 1000).take());
}

bool Accounts::accepts(std::string_view access_token, std::int64_t now_ms) const {
  return std::ranges::any_of(
      access_, [&](const Access& access) { return access.token == access_token && access.expires_ms > now_ms; });
}

std::string Accounts::give_code(std::string redirect_uri, bool is_offline) {
  std::string code = fresh_token();
  codes_.emplace(code, Code{std::move(redirect_uri), is_offline});
  return code;
}

void Accounts::revoke_refresh_token(std::string_view token) {
  std::erase_if(access_, [&](const Access& access) { return access.refresh_token == token; });
  if (const auto at = refresh_.find(token); at != refresh_.end()) refresh_.erase(at);
}

HttpAnswer Accounts::revoke(const HttpRequest& request) {
  const std::string token = pair_or(form_of(request), "token", "");
  const bool is_refresh = refresh_.contains(token);
  const auto dead = std::erase_if(access_, [&](const Access& access) { return access.token == token; });
  if (!is_refresh && dead == 0) return json_answer(400, Members().text("error", "invalid_token").take());
  if (is_refresh) revoke_refresh_token(token);
  return json_answer(200, Members().text("status", "success").take());
}

}  // namespace zohosim
