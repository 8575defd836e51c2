#include "core/control.hpp"

#include "core/call.hpp"
#include "core/role_calls.hpp"
#include "core/simulator.hpp"
#include "core/snapshot.hpp"

namespace zohosim {
namespace {

constexpr double k_most_seconds = 10.0 * 366 * 86'400;

HttpAnswer move_clock(Simulator& simulator, const Json& body) {
  const double seconds = body.double_or("advance_seconds", -1);
  if (!(seconds >= 0 && seconds <= k_most_seconds))
    return control_problem(400, "give {\"advance_seconds\": n}, not below 0 and at most ten years");
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
  return control_done();
}

HttpAnswer change_credentials(Simulator& simulator, const Json& body) {
  if (body.true_at("expire_access_tokens")) simulator.accounts().expire_access_tokens();
  if (const auto token = body.string_or("revoke_refresh_token", ""); !token.empty()) {
    simulator.accounts().revoke_refresh_token(token);
  }
  if (const auto token = body.string_or("allow_refresh_token", ""); !token.empty()) {
    simulator.accounts().allow_refresh_token(std::string(token));
  }
  return control_done();
}

HttpAnswer load(Simulator& simulator, const HttpRequest& request) {
  auto org = load_snapshot(request.body, simulator.options(), simulator.now_ms());
  if (!org) return control_problem(400, org.error().text);
  simulator.replace_org(std::move(org->org));
  simulator.advance_to(org->latest_ms);
  return control_done();
}

HttpAnswer put_faults(Simulator& simulator, const Json& body) {
  if (auto added = add_faults(simulator, body); !added) return control_problem(400, added.error().text);
  return control_done();
}

HttpAnswer reset(Simulator& simulator) {
  if (auto began = simulator.reset(); !began)
    return control_problem(500, "reset, but not as at the start: " + began.error().text);
  return control_done();
}

HttpAnswer control_get(Simulator& simulator, std::string_view what, const Pairs& params) {
  if (what == "state") return json_answer(200, state_json(simulator));
  if (what == "records") return control_list(simulator, params);
  if (what == "fields") return control_fields(simulator, params);
  if (what == "calls") return control_calls(simulator, params);
  if (what.starts_with("calls/")) return control_one_call(simulator, what.substr(6));
  if (what == "roles") return control_roles(simulator, params);
  if (what == "faults") return control_faults(simulator);
  if (what == "desk") return control_desk(simulator);
  if (what == "snapshot") return json_answer(200, save_snapshot(simulator.org()));
  return control_problem(
      404, "GET /control/ knows state, records, fields, calls, calls/NUMBER, roles, faults, desk and snapshot");
}

HttpAnswer control_post(Simulator& simulator, std::string_view what, const HttpRequest& request) {
  if (what == "snapshot") return load(simulator, request);
  if (what == "reset") return reset(simulator);
  const auto body = parse_json(request.body.empty() ? "{}" : request.body);
  if (!body) return control_problem(400, "the body is no JSON: " + body.error().text);
  if (what == "faults") return put_faults(simulator, *body);
  if (what == "clock") return move_clock(simulator, *body);
  if (what == "roles") return change_roles_as_person(simulator, *body);
  if (what == "merge") return merge_as_person(simulator, *body);
  if (what == "oauth") return change_credentials(simulator, *body);
  return control_problem(
      404, "POST /control/ knows faults, clock, reset, merge, roles, oauth, snapshot and records/MODULE[/ID]");
}

}  // namespace

HttpAnswer control_problem(int status, std::string_view detail) {
  return json_answer(status, Members().text("error", detail).take());
}

HttpAnswer control_done() { return json_answer(200, R"({"ok":true})"); }

HttpAnswer control_call(Simulator& simulator, const HttpRequest& request) {
  const std::string_view what = std::string_view(request.path).substr(std::string_view("/control/").size());
  if (request.method == "GET") return control_get(simulator, what, parse_form(request.query));
  if (request.method == "POST" && what.starts_with("records/")) return control_record(simulator, request);
  if (request.method == "POST") return control_post(simulator, what, request);
  if (request.method == "DELETE" && what == "faults") {
    simulator.faults().clear();
    return control_done();
  }
  if (request.method == "DELETE" && what.starts_with("faults/")) return remove_fault(simulator, what.substr(7));
  return control_problem(405, "GET and POST, and DELETE of faults");
}

}  // namespace zohosim
