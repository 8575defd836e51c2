// Access tokens for sibling services: lent from the one broker, so that nobody else mints with the shared credentials.
#include <fmt/ranges.h>

#include "api/http_api.hpp"
#include "api/problem.hpp"
#include "base/json.hpp"
#include "zoho/scopes.hpp"

namespace zs::api {
namespace {

std::string_view mend_of(zoho::TokenState state) {
  switch (state) {
    case zoho::TokenState::no_credentials:
    case zoho::TokenState::revoked:
      return "make a refresh token with `zohosync auth`; the daemon takes it up by itself";
    case zoho::TokenState::misconfigured:
      return "`zohosync doctor` says what is wrong";
    default:
      return "it is tried again by itself";
  }
}

/// Told here rather than by Zoho in the middle of the sibling's work. 409: the caller may ask, the credentials cannot.
net::Response scopes_missing(const std::vector<std::string>& lacking) {
  const std::string names = fmt::format("{}", fmt::join(lacking, ", "));
  std::string members;
  JsonWriter writer(members);
  writer.begin_array();
  for (const std::string& scope : lacking) writer.string(scope);
  writer.end_array();
  return problem(409, "scope_missing",
                 "the shared credentials lack the scope " + names + ": " + std::string(zoho::k_mend_extra_scope),
                 "\"missing\":" + members);
}

}  // namespace

void HttpApi::get_token(net::Request&& request, net::Reply reply, std::string) {
  std::string wanted;
  for (const auto& [name, value] : net::parse_query(request.query)) {
    if (name != "scope") {
      reply(problem(400, "parameter_unknown", "\"" + name + "\" is no parameter here; there is scope"));
      return;
    }
    wanted.append(wanted.empty() ? "" : ",").append(value);
  }
  parts_.lend_token(
      [reply = std::move(reply), wanted = std::move(wanted)](const zoho::TokenSource::Outcome& outcome) mutable {
        if (!outcome.token) {
          net::Response response =
              problem(503, zoho::name_of(outcome.state), outcome.message + "; " + std::string(mend_of(outcome.state)));
          response.headers.emplace_back("Retry-After", outcome.state == zoho::TokenState::throttled ? "60" : "10");
          reply(std::move(response));
          return;
        }
        if (const auto lacking = zoho::not_covered(outcome.token->scope, wanted); !lacking.empty()) {
          reply(scopes_missing(lacking));
          return;
        }
        std::string body;
        JsonWriter writer(body);
        writer.begin_object().field("access_token", outcome.token->access_token);
        writer.field("expires_at", format_rfc3339(from_millis(outcome.token->expires_ms)));
        writer.field("api_domain", outcome.token->api_domain).field("scope", outcome.token->scope).end_object();
        net::Response response = json(200, std::move(body));
        response.headers.emplace_back("Cache-Control", "no-store");
        reply(std::move(response));
      });
}

}  // namespace zs::api
