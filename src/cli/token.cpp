// `token`: an access token for a sibling service that shares the credentials, without a mint of its own.
#include <fmt/ranges.h>

#include "cli/access.hpp"
#include "cli/command.hpp"
#include "cli/environment.hpp"
#include "cli/output.hpp"

#include "base/json.hpp"
#include "base/log.hpp"
#include "base/time.hpp"
#include "net/curl_transport.hpp"
#include "zoho/scopes.hpp"

namespace zs::cli {

Exit token(const Options& options) {
  const auto config = load_config(options);
  if (!config) return config.error();
  // The reasons are told in words; the broker's own log lines would only double them.
  log::set_level(log::Level::error);
  const auto transport = net::make_curl_transport({.max_connections_per_host = 1});
  const auto token = lender(*config, options, *transport, NoStore::create)("");
  if (!token) return fail_with(exit_of(token.error()), token.error().text);
  const auto lacking = zoho::not_covered(token->scope, zoho::comma_separated(options.scopes));
  if (!lacking.empty()) {
    return fail_with(Exit::failed, fmt::format("the shared credentials lack the scope {}: {}", fmt::join(lacking, ", "),
                                               zoho::k_mend_extra_scope));
  }
  if (!options.json) return print(token->access_token + "\n") ? Exit::done : Exit::failed;
  std::string out;
  JsonWriter json(out);
  json.begin_object().field("access_token", token->access_token);
  json.field("expires_at", format_rfc3339(from_millis(token->expires_ms)));
  json.field("api_domain", token->api_domain).field("scope", token->scope).end_object();
  return print(out + "\n") ? Exit::done : Exit::failed;
}

}  // namespace zs::cli
