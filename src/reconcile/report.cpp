#include "reconcile/report.hpp"

#include <algorithm>
#include <numeric>

#include "base/json.hpp"
#include "base/time.hpp"

namespace zs::reconcile {
namespace {

void write_tags(JsonWriter& json, std::string_view name, const plan::Tags& tags) {
  json.key(name).begin_array();
  for (const std::string& tag : tags) json.string(tag);
  json.end_array();
}

void write_finding(JsonWriter& json, const Finding& finding) {
  json.begin_object().field("what", name_of(finding.what)).field("module", plan::name_of(finding.module));
  json.field("id", finding.key);
  if (!finding.zoho_id.empty()) json.field("zoho_id", finding.zoho_id);
  if (!finding.other_id.empty())
    json.field(finding.what == Drift::foreign_id ? "carries" : "mapped_zoho_id", finding.other_id);
  json.field_bool("needs_person", finding.needs_person);
  if (finding.what == Drift::differs) {
    json.key("fields").begin_array();
    for (const auto& [field, should] : finding.change.set) {
      const auto found = finding.found.find(field);
      json.begin_object().field("field", field);
      json.key("zoho").raw(found == finding.found.end() ? "null" : found->second);
      json.key("should").raw(should).end_object();
    }
    json.end_array();
    write_tags(json, "add_tags", finding.change.add);
    write_tags(json, "remove_tags", finding.change.remove);
  }
  json.end_object();
}

void write_time(JsonWriter& json, std::string_view name, std::int64_t ms) {
  json.key(name);
  if (ms == 0) {
    json.null();
  } else {
    json.string(format_rfc3339(from_millis(ms)));
  }
}

}  // namespace

std::string_view name_of(Scope scope) { return scope == Scope::mapping ? "mapping" : "all"; }

std::string_view name_of(Drift drift) {
  switch (drift) {
    case Drift::differs:
      return "differs";
    case Drift::missing:
      return "missing";
    case Drift::not_written:
      return "not_written";
    case Drift::not_linked:
      return "not_linked";
    case Drift::foreign_id:
      return "foreign_id";
    case Drift::twin:
      return "twin";
    case Drift::orphan:
      return "orphan";
    case Drift::left_behind:
      return "left_behind";
    case Drift::id_missing:
      return "id_missing";
  }
  return "?";
}

std::string_view name_of(State state) {
  switch (state) {
    case State::idle:
      return "idle";
    case State::counting:
      return "counting";
    case State::reading:
      return "reading";
    case State::mending:
      return "mending";
    case State::done:
      return "done";
    case State::failed:
      return "failed";
  }
  return "?";
}

std::string report_json(const Progress& progress, const std::vector<Finding>& findings, std::size_t after,
                        std::size_t limit) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().field("state", name_of(progress.state)).field("scope", name_of(progress.scope));
  json.field_bool("repair", progress.repair);
  write_time(json, "started_at", progress.started_ms);
  write_time(json, "ended_at", progress.ended_ms);
  if (progress.state == State::reading) json.field("module", plan::name_of(progress.module));
  if (!progress.error.empty()) json.field("error", progress.error);
  json.field("credits_expected", progress.credits_expected).field("credits", progress.credits);
  json.field("records", progress.records).field("compared", progress.compared).field("waiting", progress.waiting);
  json.field("drift", progress.drift).field("mended", progress.mended).field("left", progress.left());
  json.key("kinds").begin_object();
  for (const Drift drift : k_drifts) json.field(name_of(drift), progress.counts[static_cast<std::size_t>(drift)]);
  json.end_object();
  const auto total = std::accumulate(progress.counts.begin(), progress.counts.end(), std::int64_t{0});
  json.field("not_listed", total - static_cast<std::int64_t>(findings.size()));
  json.key("findings").begin_array();
  const std::size_t end = std::min(findings.size(), after + std::min(limit, findings.size()));
  for (std::size_t i = after; i < end; ++i) write_finding(json, findings[i]);
  json.end_array().key("next");
  if (end < findings.size()) {
    json.number(static_cast<std::int64_t>(end));
  } else {
    json.null();
  }
  json.end_object();
  return out;
}

}  // namespace zs::reconcile
