#include "core/control.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "core/render.hpp"
#include "core/simulator.hpp"
#include "core/snapshot.hpp"

namespace zohosim {
namespace {

HttpAnswer done() { return json_answer(200, R"({"ok":true})"); }

void write_call(zs::JsonWriter& out, const LoggedCall& call) {
  out.begin_object().field("number", call.number).field("at", format_instant(call.at_ms, 0));
  out.field("method", call.method).field("path", call.path).field("query", call.query).field("kind", call.kind);
  out.field("status", std::int64_t{call.status}).field("credits", std::int64_t{call.credits});
  out.field("delay_ms", call.delay_ms).field("fault", call.fault);
  if (!call.trigger.empty()) out.key("trigger").raw(call.trigger);
  out.field("request", call.sent).field("answer", call.answered).end_object();
}

HttpAnswer list_calls(const Simulator& simulator, const Pairs& params) {
  const auto limit = static_cast<std::size_t>(std::max<std::int64_t>(0, integer_or(params, "limit", 50)));
  const auto& calls = simulator.log().calls();
  std::string body;
  zs::JsonWriter out(body);
  out.begin_object().field("total", simulator.log().total()).key("calls").begin_array();
  for (std::size_t i = 0; i < std::min(limit, calls.size()); ++i) write_call(out, calls[calls.size() - 1 - i]);
  out.end_array().end_object();
  return json_answer(200, std::move(body));
}

/// Records of a module, newest first: all, or those with an external value, an e-mail or an id.
std::vector<Slot> chosen(const Module& module, const Pairs& params) {
  if (const std::string* id = find_pair(params, "id")) {
    const auto slot = addressed(module, {}, *id);
    return slot ? std::vector{*slot} : std::vector<Slot>{};
  }
  const std::string* external = find_pair(params, "external");
  const std::string* email = find_pair(params, "email");
  if (external != nullptr || email != nullptr) {
    const Field* field = module.schema.find(external != nullptr ? identity_field(module.schema.api_name) : "Email");
    return field == nullptr ? std::vector<Slot>{}
                            : module.records.find(field->number, external != nullptr ? *external : *email);
  }
  const auto limit = static_cast<std::size_t>(std::max<std::int64_t>(0, integer_or(params, "limit", 100)));
  std::vector<Slot> out;
  for (Slot i = module.records.slots(); i > 0 && out.size() < limit; --i) {
    if (module.records.at(i - 1).life == Life::live) out.push_back(i - 1);
  }
  return out;
}

HttpAnswer list_module_records(Simulator& simulator, const Pairs& params) {
  const Module* module = simulator.org().find(pair_or(params, "module", ""));
  if (module == nullptr) return control_problem(404, "no such module; give ?module=Contacts");
  const HttpRequest none{};
  const Route nowhere{};
  const Call call{none, nowhere, params, nullptr, simulator.org(), simulator.options(), simulator.now_ms(), {}};
  std::string body;
  zs::JsonWriter out(body);
  out.begin_object().field("total", module->records.live_count()).key("records").begin_array();
  for (const Slot slot : chosen(*module, params)) write_record(out, call, *module, module->records.at(slot), nullptr);
  out.end_array().end_object();
  return json_answer(200, std::move(body));
}

HttpAnswer add_faults(Simulator& simulator, const Json& body) {
  const Json* list = body.find("faults");
  if (list == nullptr) {
    if (auto added = simulator.faults().add(body); !added) return control_problem(400, added.error().text);
    return done();
  }
  for (const Json& rule : list->items) {
    if (auto added = simulator.faults().add(rule); !added) return control_problem(400, added.error().text);
  }
  return done();
}

HttpAnswer list_faults(Simulator& simulator) {
  std::string body;
  zs::JsonWriter out(body);
  out.begin_object().key("faults").begin_array();
  for (const Fault& fault : simulator.faults().all()) {
    out.begin_object().field("on", fault.on).field("module", fault.module).field("effect", name_of(fault.effect));
    out.field("nth", fault.skip + 1).field("times", fault.times).field("seen", fault.seen).field("fired", fault.fired);
    out.end_object();
  }
  out.end_array().end_object();
  return json_answer(200, std::move(body));
}

HttpAnswer move_clock(Simulator& simulator, const Json& body) {
  const double seconds = body.double_or("advance_seconds", -1);
  if (seconds < 0) return control_problem(400, "give {\"advance_seconds\": n}, not below 0");
  simulator.advance(std::chrono::milliseconds{static_cast<std::int64_t>(seconds * 1000)});
  return json_answer(200, Members().text("now", format_instant(simulator.now_ms(), 0)).take());
}

HttpAnswer merge_as_person(Simulator& simulator, const Json& body) {
  Organization& org = simulator.org();
  Module* module = org.find(body.string_or("module", "Contacts"));
  if (module == nullptr) return control_problem(404, "no such module");
  const auto master = addressed(*module, {}, body.string_or("master", ""));
  const Json* list = body.find("losers");
  std::vector<Slot> losers;
  if (list != nullptr) {
    for (const Json& id : list->items) {
      const auto slot = addressed(*module, {}, id.text);
      if (!slot || slot == master) return control_problem(404, "no such loser: " + id.text);
      losers.push_back(*slot);
    }
  }
  if (!master || losers.empty()) return control_problem(400, R"(give {"module", "master": id, "losers": [id, …]})");
  org.merge_records(*module, *master, losers, simulator.now_ms(), simulator.options().merge_losers_are_listed);
  return done();
}

HttpAnswer change_credentials(Simulator& simulator, const Json& body) {
  if (body.true_at("expire_access_tokens")) simulator.accounts().expire_access_tokens();
  if (const auto token = body.string_or("revoke_refresh_token", ""); !token.empty()) {
    simulator.accounts().revoke_refresh_token(token);
  }
  if (const auto token = body.string_or("allow_refresh_token", ""); !token.empty()) {
    simulator.accounts().allow_refresh_token(std::string(token));
  }
  return done();
}

HttpAnswer load(Simulator& simulator, const HttpRequest& request) {
  auto org = load_snapshot(request.body, simulator.options(), simulator.now_ms());
  if (!org) return control_problem(400, org.error().text);
  simulator.replace_org(std::move(*org));
  return done();
}

HttpAnswer control_get(Simulator& simulator, std::string_view what, const Pairs& params) {
  if (what == "state") return json_answer(200, state_json(simulator));
  if (what == "records") return list_module_records(simulator, params);
  if (what == "calls") return list_calls(simulator, params);
  if (what == "faults") return list_faults(simulator);
  if (what == "snapshot") return json_answer(200, save_snapshot(simulator.org()));
  return control_problem(404, "GET /control/ knows state, records, calls, faults and snapshot");
}

HttpAnswer control_post(Simulator& simulator, std::string_view what, const HttpRequest& request) {
  if (what == "snapshot") return load(simulator, request);
  if (what == "reset") {
    simulator.reset();
    return done();
  }
  const auto body = parse_json(request.body.empty() ? "{}" : request.body);
  if (!body) return control_problem(400, "the body is no JSON: " + body.error().text);
  if (what == "faults") return add_faults(simulator, *body);
  if (what == "clock") return move_clock(simulator, *body);
  if (what == "merge") return merge_as_person(simulator, *body);
  if (what == "oauth") return change_credentials(simulator, *body);
  return control_problem(404,
                         "POST /control/ knows faults, clock, reset, merge, oauth, snapshot and records/MODULE[/ID]");
}

}  // namespace

HttpAnswer control_problem(int status, std::string_view detail) {
  return json_answer(status, Members().text("error", detail).take());
}

HttpAnswer control_call(Simulator& simulator, const HttpRequest& request) {
  const std::string_view what = std::string_view(request.path).substr(std::string_view("/control/").size());
  if (request.method == "GET") return control_get(simulator, what, parse_form(request.query));
  if (request.method == "POST" && what.starts_with("records/")) return control_record(simulator, request);
  if (request.method == "POST") return control_post(simulator, what, request);
  if (request.method == "DELETE" && what == "faults") {
    simulator.faults().clear();
    return done();
  }
  return control_problem(405, "GET and POST, and DELETE of faults");
}

}  // namespace zohosim
