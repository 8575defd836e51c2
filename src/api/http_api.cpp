#include "api/http_api.hpp"

#include <array>
#include <optional>

#include "api/problem.hpp"
#include "base/text.hpp"

namespace zs::api {

namespace {
constexpr std::string_view k_id = "{id}";
}

/// `{id}` stands for one path segment, percent-decoded: an id may hold slashes, as %2F.
struct HttpApi::Route {
  std::string_view method;
  std::string_view path;
  std::optional<config::Scope> scope;  // none: open to all
  Method method_pointer;
};

const std::vector<HttpApi::Route>& HttpApi::routes() {
  using config::Scope;
  static const std::vector<Route> k_routes{
      {"POST", "/v1/events", Scope::ingest, &HttpApi::post_events},
      {"GET", "/v1/events", Scope::read, &HttpApi::get_event},
      {"GET", "/v1/status", Scope::read, &HttpApi::get_status},
      {"GET", "/v1/mappings/users/{id}", Scope::read, &HttpApi::get_mapping},
      {"GET", "/v1/mappings", Scope::read, &HttpApi::find_mappings},
      {"POST", "/v1/mappings/lookup", Scope::read, &HttpApi::lookup_mappings},
      {"GET", "/v1/mappings/export", Scope::read, &HttpApi::export_mappings},
      {"POST", "/v1/mappings/import", Scope::admin, &HttpApi::start_map_import},
      {"GET", "/v1/mappings/import", Scope::read, &HttpApi::get_map_import},
      {"GET", "/v1/mappings/changes", Scope::read, &HttpApi::get_changes},
      {"GET", "/v1/mappings/history", Scope::read, &HttpApi::get_history},
      {"GET", "/v1/webhooks", Scope::read, &HttpApi::list_webhooks},
      {"POST", "/v1/webhooks/{id}/replay", Scope::admin, &HttpApi::replay_webhook},
      {"POST", "/v1/webhooks/{id}/test", Scope::admin, &HttpApi::test_webhook},
      {"GET", "/v1/customers/{id}", Scope::read, &HttpApi::get_customer},
      {"DELETE", "/v1/users/{id}", Scope::admin, &HttpApi::erase_user},
      {"GET", "/v1/held", Scope::read, &HttpApi::list_held},
      {"POST", "/v1/held/retry", Scope::admin, &HttpApi::retry_all_held},
      {"GET", "/v1/held/{id}", Scope::read, &HttpApi::get_held},
      {"POST", "/v1/held/{id}/retry", Scope::admin, &HttpApi::retry_held},
      {"DELETE", "/v1/held/{id}", Scope::admin, &HttpApi::discard_held},
      {"GET", "/v1/token", Scope::token, &HttpApi::get_token},
      {"POST", "/v1/reconcile", Scope::admin, &HttpApi::start_reconcile},
      {"GET", "/v1/reconcile", Scope::read, &HttpApi::get_reconcile},
      {"POST", "/v1/desk/tickets", Scope::ingest, &HttpApi::open_ticket},
      {"GET", "/v1/desk/departments", Scope::read, &HttpApi::list_departments},
      {"GET", "/healthz", std::nullopt, &HttpApi::healthz},
      {"GET", "/readyz", std::nullopt, &HttpApi::readyz},
      {"GET", "/metrics", std::nullopt, &HttpApi::metrics},
  };
  return k_routes;
}

namespace {

/// The id in `path` if it fits `pattern`; empty text when the pattern has none.
std::optional<std::string> fits(std::string_view pattern, std::string_view path) {
  const std::size_t hole = pattern.find(k_id);
  if (hole == std::string_view::npos) return pattern == path ? std::optional<std::string>("") : std::nullopt;
  const std::string_view before = pattern.substr(0, hole);
  const std::string_view after = pattern.substr(hole + k_id.size());
  if (!path.starts_with(before) || !path.ends_with(after) || path.size() <= before.size() + after.size())
    return std::nullopt;
  const std::string_view id = path.substr(before.size(), path.size() - before.size() - after.size());
  if (id.contains('/')) return std::nullopt;
  bool ok = true;
  std::string decoded = percent_decode(id, false, ok);
  if (!ok || !is_valid_utf8(decoded)) return std::nullopt;
  return decoded;
}

}  // namespace

HttpApi::HttpApi(Parts parts)
    : parts_(std::move(parts)), auth_(parts_.config.keys, parts_.config.server.socket_scopes), readers_(parts_.store) {}

net::Response HttpApi::error_page(int status, std::string_view detail) { return problem(status, "http_error", detail); }

net::Response HttpApi::failure(const Error& error) {
  switch (error.code) {
    case Errc::not_found:
      return problem(404, "not_found", error.text);
    case Errc::invalid:
      return problem(400, "invalid", error.text);
    case Errc::full: {
      net::Response response =
          problem(503, "disk_full", "the disk is full: nothing was taken; free some space and send it again");
      response.headers.emplace_back("Retry-After", "30");
      return response;
    }
    default: {
      net::Response response = problem(503, "unavailable", error.text);
      response.headers.emplace_back("Retry-After", "5");
      return response;
    }
  }
}

net::Response HttpApi::json_or_404(const Result<std::optional<std::string>>& found, std::string_view not_found) {
  if (!found) return failure(found.error());
  return *found ? json(200, **found) : problem(404, "not_found", not_found);
}

net::Response HttpApi::not_started(const Error& error) {
  return error.code == Errc::conflict ? problem(409, "already_running", error.text) : failure(error);
}

void HttpApi::serve(net::Request&& request, net::Reply reply) {
  parts_.probe.requests.add();
  const std::string_view method = request.method == "HEAD" ? std::string_view("GET") : std::string_view(request.method);
  std::string allowed;
  for (const Route& route : routes()) {
    std::optional<std::string> id = fits(route.path, request.path);
    if (!id) continue;
    if (route.method != method) {
      allowed += (allowed.empty() ? "" : ", ") + std::string(route.method);
      continue;
    }
    bool answered = false;
    const bool signed_sender = route.method_pointer == &HttpApi::post_events && is_signed(request, reply, answered);
    if (answered) return;
    if (route.scope && !signed_sender) {
      switch (auth_.check(request, *route.scope)) {
        case Authenticator::Verdict::allowed:
          break;
        case Authenticator::Verdict::no_key:
        case Authenticator::Verdict::unknown_key: {
          net::Response response = problem(401, "unauthorized", "send a known API key as 'Authorization: Bearer KEY'");
          response.headers.emplace_back("WWW-Authenticate", "Bearer");
          reply(std::move(response));
          return;
        }
        case Authenticator::Verdict::not_in_scope:
          reply(problem(403, "not_in_scope",
                        request.is_local ? "the socket is not for that (server.socket_scopes); send an API key that may"
                                         : "this key has not the scope that the request needs"));
          return;
      }
    }
    (this->*route.method_pointer)(std::move(request), std::move(reply), std::move(*id));
    return;
  }
  if (allowed.empty()) {
    reply(problem(404, "not_found", "there is nothing at this path"));
    return;
  }
  net::Response response = problem(405, "method_not_allowed", "this path takes " + allowed);
  response.headers.emplace_back("Allow", allowed);
  reply(std::move(response));
}

}  // namespace zs::api
