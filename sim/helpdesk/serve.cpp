// Where Desk's calls come in: token, scope, portal and limits, before what they ask for.

#include "core/scopes.hpp"
#include "core/simulator.hpp"
#include "core/text.hpp"
#include "helpdesk/desk.hpp"

namespace zohosim {

using desk::desk_error;

std::optional<HttpAnswer> Simulator::refuse_desk_call(const HttpRequest& request, const Route& route) {
  const std::string_view token = request.access_token();
  if (token.empty()) return desk_error(401, "UNAUTHORIZED", "You are not authenticated to perform this operation.");
  if (!world_->accounts.accepts(token, now_ms()))
    return desk_error(401, "INVALID_OAUTH", "The OAuth token is invalid.");
  if (!scopes_allow(options_.scopes, route, {}))
    return desk_error(403, "SCOPE_MISMATCH", "The OAuth token has no scope for this operation.");
  if (route.endpoint == Endpoint::desk_organizations) return std::nullopt;
  std::string portal(request.header("orgid"));
  if (portal.empty()) portal = pair_or(parse_form(request.query), "orgId", "");
  if (portal.empty() && options_.desk.org_id_may_be_absent) return std::nullopt;
  if (!portal.empty() && !parse_id(portal))
    return desk_error(500, "INTERNAL_SERVER_ERROR", "An internal error occurred.");
  if (parse_id(portal) != world_->desk.org_id())
    return desk_error(403, "OAUTH_ORG_MISMATCH", "The token is for another organization than `orgId`.");
  return std::nullopt;
}

HttpAnswer Simulator::serve_desk(const HttpRequest& request, const Route& route, const Misfortune& misfortune,
                                 LoggedCall& log) {
  World& world = *world_;
  if (misfortune.expire_token) world.accounts.expire_access_tokens();
  if (auto refused = refuse_desk_call(request, route)) {
    ++world.counters.unauthorized;
    return std::move(*refused);
  }
  desk::DeskGate& gate = world.desk.gate();
  const std::int64_t now = now_ms();
  const int credits = desk::price_of(route.endpoint, integer_or(parse_form(request.query), "from", 0));
  switch (gate.enter(credits, now)) {
    case desk::DeskGate::Admission::out_of_credits: {
      HttpAnswer answer = desk_error(429, "THRESHOLD_EXCEEDED", "The credits of the day are used up.");
      answer.headers.emplace_back("Retry-After", std::to_string(gate.seconds_to_reset(now)));
      return answer;
    }
    case desk::DeskGate::Admission::too_many:
      return desk_error(429, "TOO_MANY_REQUESTS", "Too many calls at the same time.");
    case desk::DeskGate::Admission::admitted:
      break;
  }
  log.credits = credits;
  HttpAnswer answer = world.desk.answer({request, route, world.org, now});
  answer.places = {0, 0, generation_, 1};
  answer.headers.emplace_back("X-Rate-Limit-Request-Weight-v3", std::to_string(credits));
  answer.headers.emplace_back("X-Rate-Limit-Remaining-v3", std::to_string(gate.remaining(now)));
  return answer;
}

}  // namespace zohosim
