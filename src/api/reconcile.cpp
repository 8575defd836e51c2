// Comparing Zoho with what it should hold: start one, see how far it is and what it found.
#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "api/http_api.hpp"
#include "api/problem.hpp"
#include "base/text.hpp"

namespace zs::api {

void HttpApi::start_reconcile(net::Request&& request, net::Reply reply, std::string) {
  bool repair = false;
  if (!trim(request.body).empty()) {
    simdjson::dom::parser parser;
    simdjson::dom::object body;
    if (parser.parse(request.body).get(body) != simdjson::SUCCESS ||
        (body.size() > 0 && body["repair"].get(repair) != simdjson::SUCCESS)) {
      reply(problem(400, "body_invalid", "send {} to look, or {\"repair\": true} to mend what was found"));
      return;
    }
  }
  const auto started = parts_.engine.start_reconcile(repair);
  if (!started && started.error().code == Errc::conflict) {
    reply(problem(409, "already_running", started.error().text));
    return;
  }
  reply(started ? json(202, repair ? R"({"started":true,"repair":true})" : R"({"started":true,"repair":false})")
                : failure(started.error()));
}

void HttpApi::get_reconcile(net::Request&& request, net::Reply reply, std::string) {
  std::size_t after = 0;
  std::size_t limit = 100;
  for (const auto& [name, value] : net::parse_query(request.query)) {
    if (name != "after" && name != "limit") continue;
    std::size_t& number = name == "after" ? after : limit;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error != std::errc{} || end != value.data() + value.size()) {
      reply(problem(400, "parameter_invalid", name + " must be a number"));
      return;
    }
  }
  const auto report = parts_.engine.reconcile_report(after, std::min<std::size_t>(limit, 1'000));
  reply(report ? json(200, *report) : failure(report.error()));
}

}  // namespace zs::api
