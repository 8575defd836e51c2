// Access tokens for sibling services: lent from the one broker, so that nobody else mints with the shared credentials.
#include "api/http_api.hpp"
#include "api/problem.hpp"
#include "base/json.hpp"

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

}  // namespace

void HttpApi::get_token(net::Request&&, net::Reply reply, std::string) {
  parts_.lend_token([reply = std::move(reply)](const zoho::TokenSource::Outcome& outcome) mutable {
    if (!outcome.token) {
      net::Response response =
          problem(503, zoho::name_of(outcome.state), outcome.message + "; " + std::string(mend_of(outcome.state)));
      response.headers.emplace_back("Retry-After", outcome.state == zoho::TokenState::throttled ? "60" : "10");
      reply(std::move(response));
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
