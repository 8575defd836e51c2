// Comparing Zoho with what it should hold: start one, see how far it is and what it found.
#include <simdjson.h>

#include <algorithm>
#include <utility>

#include "api/http_api.hpp"
#include "api/problem.hpp"
#include "base/json.hpp"
#include "base/text.hpp"

namespace zs::api {

void HttpApi::start_reconcile(net::Request&& request, net::Reply reply, std::string) {
  bool repair = false;
  auto scope = reconcile::Scope::all;
  if (!trim(request.body).empty()) {
    simdjson::dom::parser parser;
    simdjson::dom::object body;
    bool is_good = parser.parse(request.body).get(body) == simdjson::SUCCESS;
    for (const auto& [name, value] : body) {
      if (!is_good) break;
      std::string_view text;
      if (name == "repair") {
        is_good = value.get(repair) == simdjson::SUCCESS;
      } else if (name == "scope") {
        is_good = value.get(text) == simdjson::SUCCESS && (text == "all" || text == "mapping");
        scope = text == "mapping" ? reconcile::Scope::mapping : reconcile::Scope::all;
      } else {
        is_good = false;
      }
    }
    if (!is_good) {
      reply(problem(400, "body_invalid",
                    "send {} to look, or {\"repair\": true} to mend what was found; \"scope\" may be \"all\" or "
                    "\"mapping\", which is the id map alone"));
      return;
    }
  }
  const auto started = parts_.engine.start_reconcile(repair, scope);
  if (!started) {
    reply(not_started(started.error()));
    return;
  }
  std::string body;
  JsonWriter(body)
      .begin_object()
      .field_bool("started", true)
      .field("scope", name_of(scope))
      .field_bool("repair", repair)
      .end_object();
  reply(json(202, std::move(body)));
}

void HttpApi::get_reconcile(net::Request&& request, net::Reply reply, std::string) {
  std::size_t after = 0;
  std::size_t limit = 100;
  for (const auto& [name, value] : net::parse_query(request.query)) {
    if (name != "after" && name != "limit") continue;
    const auto number = parse_integer(value);
    (name == "after" ? after : limit) = static_cast<std::size_t>(number.value_or(0));
    if (!number || *number < 0) {
      reply(problem(400, "parameter_invalid", name + " must be a number"));
      return;
    }
  }
  const auto report = parts_.engine.reconcile_report(after, std::min<std::size_t>(limit, 1'000));
  reply(report ? json(200, *report) : failure(report.error()));
}

}  // namespace zs::api
