#include "api/probe.hpp"

#include "zoho/reactions.hpp"

namespace zs::api {
namespace {

constexpr std::array<std::string_view, 7> k_states{
    "ok", "starting", "throttled", "out_of_credits", "token_revoked", "misconfigured", "unreachable"};

}  // namespace

Probe::Probe(ops::Registry& registry)
    : requests(registry.counter("zohosync_http_requests_total", "Requests served.")),
      events_accepted(registry.counter("zohosync_events_accepted_total", "Events made durable since the start.")),
      events_duplicate(registry.counter("zohosync_events_duplicate_total", "Events that were known already.")),
      events_rejected(registry.counter("zohosync_events_rejected_total", "Events refused as invalid.")),
      refused_backlog(registry.counter("zohosync_events_refused_backlog_total",
                                       "Requests refused because the backlog bound was reached.")),
      commit_seconds(registry.histogram("zohosync_commit_seconds", "From good events to events on disk, per request.",
                                        ops::duration_bounds())),
      registry_(registry) {}

void Probe::called(std::string_view verb, std::string_view outcome, double seconds) {
  const ops::Labels labels{{"verb", std::string(verb)}};
  registry_
      .histogram("zohosync_zoho_call_seconds", "Calls to Zoho, from sending to the answer or to giving up.",
                 ops::duration_bounds(), labels)
      .observe(seconds);
  registry_
      .counter("zohosync_zoho_calls_total", "Calls to Zoho by what became of them.",
               {{"verb", std::string(verb)}, {"outcome", std::string(outcome)}})
      .add();
}

void Probe::minted(std::string_view outcome) {
  registry_
      .counter("zohosync_token_mints_total", "Access tokens asked for at Zoho's accounts server, by what became of it.",
               {{"outcome", std::string(outcome)}})
      .add();
}

void Probe::held(std::string_view code) {
  registry_
      .counter("zohosync_held_total", "Records put on hold since the start, by Zoho's code and whose business it is.",
               {{"code", std::string(code)}, {"side", std::string(name_of(zoho::side_of(code)))}})
      .add();
}

std::string Probe::text(const engine::Status& status, const store::Backlog& backlog, store::Seq accepted,
                        std::int64_t oldest_seconds, const reconcile::LastRun& reconcile,
                        const reconcile::LastRun& verify) {
  const auto put = [&](std::string_view name, std::string_view help, std::int64_t value) {
    registry_.gauge(name, help).set(static_cast<double>(value));
  };
  put("zohosync_ledger_events", "Events in the ledger.", accepted);
  put("zohosync_unfolded_events", "Events that the state does not show yet.", backlog.unfolded);
  put("zohosync_backlog_entities", "Records that wait or are in flight.", backlog.dirty);
  put("zohosync_backlog_oldest_seconds", "Age of the oldest change that waits.", oldest_seconds);
  put("zohosync_held_entities", "Records that need a person.", backlog.held);
  put("zohosync_hanging_entities", "Records that hang on a held one.", backlog.hanging);
  put("zohosync_events_folded", "Events folded into the state since the start.", status.folded);
  put("zohosync_mapping_links_imported", "Links that an import of the id map made since the start.", status.imported);
  put("zohosync_zoho_records_applied", "Record writes that Zoho confirmed since the start.", status.applied);
  put("zohosync_zoho_records_retried", "Record writes put off after a failure since the start.", status.retried);
  put("zohosync_zoho_credits_used_24h", "API credits spent in the last 24 hours, as far as known.",
      status.credits_used);
  put("zohosync_zoho_credits_limit", "API credits of the org for 24 hours; 0: not known.", status.credits_limit);
  if (reconcile.ended_ms != 0) {
    put("zohosync_reconcile_drift", "Records that the last reconcile found to differ.", reconcile.drift);
    put("zohosync_reconcile_left", "Of these: not mended by it.", reconcile.left);
    put("zohosync_reconcile_last_run_timestamp_seconds", "When the last reconcile ended.", reconcile.ended_ms / 1000);
  }
  if (verify.ended_ms != 0) {
    put("zohosync_mapping_faults", "Faults of the id map that the last mapping verify found.", verify.drift);
    put("zohosync_mapping_faults_left", "Of these: not mended by it.", verify.left);
    put("zohosync_mapping_verify_last_run_timestamp_seconds", "When the last mapping verify ended.",
        verify.ended_ms / 1000);
  }
  put("zohosync_zoho_resume_timestamp_seconds", "When a pause of writing ends or is tested, Unix time; 0: no pause.",
      status.resume_ms / 1000);
  for (const std::string_view state : k_states) {
    registry_
        .gauge("zohosync_zoho_state", "1 for the state that writing to Zoho is in.", {{"state", std::string(state)}})
        .set(status.state == state ? 1 : 0);
  }
  return registry_.text();
}

}  // namespace zs::api
