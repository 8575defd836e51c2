// `doctor`: what stands between the configuration, the credentials and the org, each fault with its mend.
#include "setup/doctor.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "base/log.hpp"
#include "cli/access.hpp"
#include "cli/command.hpp"
#include "cli/notes.hpp"
#include "cli/output.hpp"
#include "cli/probe.hpp"
#include "net/curl_transport.hpp"
#include "setup/calls.hpp"
#include "setup/examine.hpp"

namespace zs::cli {
namespace {

using setup::Note;
using setup::Weight;

/// What the configuration itself is doubtful about.
std::vector<Note> doubts_of(const config::Loaded& loaded) {
  std::vector<Note> notes;
  for (const config::Finding& finding : loaded.findings) {
    notes.push_back(
        {Weight::warning, (finding.key.empty() ? finding.where : finding.key) + " " + finding.problem, finding.mend});
  }
  return notes;
}

std::string as_json(const zoho::OrgMetadata& org, const std::vector<Note>& notes) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().key("org").begin_object().field("id", org.id).field("edition", org.edition);
  json.field("type", org.type).end_object();
  write_notes(json, "faults", notes, Weight::fault);
  write_notes(json, "warnings", notes, Weight::warning);
  write_notes(json, "fine", notes, Weight::present);
  json.end_object();
  return out + "\n";
}

std::string as_text(const std::vector<Note>& notes) {
  std::string out = section("In order", notes, Weight::present, "=");
  out += section("Worth a look: zohosync works without", notes, Weight::warning, "?");
  out += section("Faults", notes, Weight::fault, "!");
  const bool is_well = std::ranges::none_of(notes, [](const Note& note) { return note.weight == Weight::fault; });
  return out + (is_well ? "\nNo fault.\n" : "\nNot all is as it must be; see the faults.\n");
}

Exit report(const Options& options, const zoho::OrgMetadata& org, const std::vector<Note>& notes) {
  print(options.json ? as_json(org, notes) : as_text(notes));
  const bool has_fault = std::ranges::any_of(notes, [](const Note& note) { return note.weight == Weight::fault; });
  return has_fault ? Exit::failed : Exit::done;
}

}  // namespace

Exit doctor(const Options& options) {
  config::Loaded loaded = config::load(options.config_file, config::process_environment());
  if (!loaded.usable())
    return fail_with(Exit::usage, "the configuration cannot be used:\n" + config::describe(loaded.findings));
  const config::Config& config = loaded.config;
  // The reasons are told in words; the broker's own log lines would only double them.
  log::set_level(log::Level::error);
  std::vector<Note> notes = doubts_of(loaded);
  const auto transport = net::make_curl_transport({.max_connections_per_host = 1});
  const setup::Lend lend = lender(config, options, *transport, options.probe ? NoStore::create : NoStore::do_without);
  const auto token = lend("");
  if (!token) {
    if (token.error().code == Errc::unavailable) return fail_with(Exit::unreachable, token.error().text);
    notes.push_back({Weight::fault, token.error().text, {}});
    return report(options, {}, notes);
  }
  // The token that was just got serves the calls; only a refused one is asked for again.
  const auto calls = setup::make_calls(config, *transport, [&](std::string_view refused) {
    return refused.empty() ? Result<zoho::Token>(*token) : lend(refused);
  });
  if (options.probe) return probe_org(options, config, *calls);
  const auto facts = setup::examine(*calls);
  if (!facts) return fail_with(exit_of(facts.error()), facts.error().text);
  const std::vector<Note> found = setup::diagnose(config, *facts, token->scope);
  notes.insert(notes.end(), found.begin(), found.end());
  return report(options, facts->view.org, notes);
}

}  // namespace zs::cli
