// The last calls as people read them: all, those of a kind, those that went wrong, those that hold a text.

#include <algorithm>
#include <charconv>

#include "core/control.hpp"
#include "core/simulator.hpp"

namespace zohosim {
namespace {

struct Wanted {
  std::string kind;
  std::string text;
  bool failed = false;

  [[nodiscard]] bool fits(const LoggedCall& call) const {
    if (!kind.empty() && call.kind != kind) return false;
    if (failed && call.status >= 200 && call.status < 300 && call.fault.empty()) return false;
    const auto holds = [this](const std::string& part) { return part.find(text) != std::string::npos; };
    return text.empty() || holds(call.path) || holds(call.query) || holds(call.sent) || holds(call.answered);
  }
};

void write_call(zs::JsonWriter& out, const LoggedCall& call, bool bodies) {
  out.begin_object().field("number", call.number).field("at", format_instant(call.at_ms, 0));
  out.field("method", call.method).field("path", call.path).field("query", call.query).field("kind", call.kind);
  out.field("status", std::int64_t{call.status}).field("credits", std::int64_t{call.credits});
  out.field("delay_ms", call.delay_ms).field("fault", call.fault);
  if (!call.trigger.empty()) out.key("trigger").raw(call.trigger);
  if (bodies) out.field("request", call.sent).field("answer", call.answered);
  out.end_object();
}

}  // namespace

HttpAnswer control_calls(const Simulator& simulator, const Pairs& params) {
  const auto limit = static_cast<std::size_t>(std::max<std::int64_t>(0, integer_or(params, "limit", 50)));
  const bool bodies = pair_or(params, "bodies", "true") != "false";
  const Wanted wanted{pair_or(params, "kind", ""), pair_or(params, "search", ""),
                      pair_or(params, "failed", "") == "true"};
  const auto& calls = simulator.log().calls();
  std::string body;
  zs::JsonWriter out(body);
  out.begin_object().field("total", simulator.log().total()).key("calls").begin_array();
  std::size_t listed = 0;
  for (std::size_t i = calls.size(); i > 0 && listed < limit; --i) {
    if (!wanted.fits(calls[i - 1])) continue;
    write_call(out, calls[i - 1], bodies);
    ++listed;
  }
  out.end_array().end_object();
  return json_answer(200, std::move(body));
}

HttpAnswer control_one_call(const Simulator& simulator, std::string_view number) {
  std::int64_t wanted = 0;
  std::from_chars(number.data(), number.data() + number.size(), wanted);
  const auto& calls = simulator.log().calls();
  const auto call = std::ranges::find(calls, wanted, &LoggedCall::number);
  if (call == calls.end()) return control_problem(404, "no such call, or not kept any more");
  std::string body;
  zs::JsonWriter out(body);
  write_call(out, *call, true);
  return json_answer(200, std::move(body));
}

}  // namespace zohosim
