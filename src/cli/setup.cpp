// `setup`: what Zoho has and lacks of what zohosync needs, and with --apply the making of it.
#include "setup/calls.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "base/log.hpp"
#include "cli/access.hpp"
#include "cli/command.hpp"
#include "cli/environment.hpp"
#include "cli/notes.hpp"
#include "cli/output.hpp"
#include "net/curl_transport.hpp"
#include "setup/apply.hpp"
#include "setup/org.hpp"
#include "setup/plan.hpp"

namespace zs::cli {
namespace {

using setup::Outcome;
using setup::Plan;
using setup::Step;
using setup::Weight;

std::string plan_text(const config::Config& config, const setup::OrgView& org, const Plan& plan) {
  const std::string edition = org.org.edition.empty() ? "unknown edition" : org.org.edition;
  std::string out = "Zoho org " + printable(org.org.id) + " (" + printable(edition) +
                    (org.org.type.empty() ? "" : ", " + printable(org.org.type)) + ") at " + config.zoho.api_url + "\n";
  out += section("There already", plan.notes, Weight::present, "=");
  if (!plan.steps.empty()) out += "\nMissing; costs " + counted(plan.credits(), "API credit") + " to create\n";
  for (const Step& step : plan.steps) out += "  + " + describe(step) + "\n";
  out += section("Worth a look: goes on without", plan.notes, Weight::warning, "?");
  out += section("In the way: zohosync must not run like this", plan.notes, Weight::fault, "!");
  return out;
}

std::string as_json(const setup::OrgView& org, const Plan& plan, const std::vector<Outcome>& outcomes) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().key("org").begin_object().field("id", org.org.id).field("edition", org.org.edition);
  json.field("type", org.org.type).end_object();
  write_notes(json, "present", plan.notes, Weight::present);
  json.key("missing").begin_array();
  for (const Step& step : plan.steps) {
    json.begin_object().field("what", describe(step)).field("credits", credits_of(step)).end_object();
  }
  json.end_array();
  write_notes(json, "warnings", plan.notes, Weight::warning);
  write_notes(json, "faults", plan.notes, Weight::fault);
  json.key("applied").begin_array();
  for (const Outcome& outcome : outcomes) {
    json.begin_object().field("what", describe(outcome.step)).field_bool("done", outcome.done);
    json.field("trouble", outcome.trouble).end_object();
  }
  json.end_array().end_object();
  return out + "\n";
}

/// What is left to say below the plan, once nothing more is done.
std::string last_words(const Plan& plan, const Options& options, bool all_done) {
  if (plan.has_fault() || !all_done) return "\nNot all is as it must be; see above.\n";
  if (plan.steps.empty()) return "\nNothing to do.\n";
  if (options.apply) return "\nDone, and found in Zoho afterwards.\n";
  return "\nNothing was changed. `zohosync setup --apply` creates what is missing.\n";
}

}  // namespace

Exit setup(const Options& options) {
  const auto config = load_config(options);
  if (!config) return config.error();
  // The reasons are told in words below; the broker's own log line would only double them.
  log::set_level(log::Level::error);
  const auto transport = net::make_curl_transport({.max_connections_per_host = 1});
  const auto calls = setup::make_calls(*config, *transport, lender(*config, options, *transport, NoStore::do_without));
  const auto org = setup::read_org(*calls);
  if (!org) return fail_with(exit_of(org.error()), org.error().text);
  const Plan plan = setup::plan_setup(*config, *org);
  if (!options.json) print(plan_text(*config, *org, plan));

  std::vector<Outcome> outcomes;
  if (options.apply) {
    if (!options.json && !plan.steps.empty()) print("\n");
    auto applied = setup::apply(plan, *calls, [&](const Outcome& outcome) {
      if (options.json) return;
      print((outcome.done ? "  done:   " : "  failed: ") + describe(outcome.step) +
            (outcome.done ? "" : ": " + printable(outcome.trouble)) + "\n");
    });
    if (!applied) return fail_with(exit_of(applied.error()), applied.error().text);
    outcomes = std::move(*applied);
  }
  const bool all_done = std::ranges::all_of(outcomes, &Outcome::done);
  print(options.json ? as_json(*org, plan, outcomes) : last_words(plan, options, all_done));
  return plan.has_fault() || !all_done ? Exit::failed : Exit::done;
}

}  // namespace zs::cli
