#include <array>

#include "core/control.hpp"
#include "core/simulator.hpp"

namespace zohosim {
namespace {

std::string_view edition_name(Edition edition) {
  constexpr std::array<std::string_view, 5> k_names{"free", "standard", "professional", "enterprise", "ultimate"};
  return k_names[static_cast<std::size_t>(edition)];
}

void write_module(zs::JsonWriter& out, const Module& module) {
  out.key(module.schema.api_name).begin_object();
  out.field("records", module.records.live_count())
      .field("deleted", static_cast<std::int64_t>(module.deletions.size()));
  out.field("twins", module.records.twins()).key("tags").begin_object();
  for (const TagNumber number : module.tags.all()) {
    out.field(module.tags.at(number).name, module.tags.at(number).records);
  }
  out.end_object().key("tag_colors").begin_object();
  for (const TagNumber number : module.tags.all()) out.field(module.tags.at(number).name, module.tags.at(number).color);
  out.end_object().end_object();
}

void write_counters(zs::JsonWriter& out, const Simulator& simulator) {
  const Counters& counters = simulator.counters();
  out.key("counters").begin_object().key("calls").begin_object();
  std::int64_t crm = 0;
  for (const auto& [kind, count] : counters.calls) {
    out.field(kind, count);
    if (kind != "authorize" && kind != "token" && kind != "revoke") crm += count;
  }
  out.end_object();
  out.field("crm_calls", crm).field("credits", counters.credits);
  out.field("credits_24h", simulator.gate().spent(simulator.now_ms()));
  out.field("credits_limit", daily_credits(simulator.options()));
  out.field("concurrency_limit", std::int64_t{concurrency(simulator.options())});
  out.field("highest_concurrency", std::int64_t{simulator.gate().most_calls()});
  out.field("highest_sub_concurrency", std::int64_t{simulator.gate().most_heavy()});
  out.field("calls_now", std::int64_t{simulator.gate().calls_now()});
  out.field("refused_for_credits", counters.refused_for_credits);
  out.field("refused_for_concurrency", counters.refused_for_concurrency);
  out.field("refused_for_sub_concurrency", counters.refused_for_sub_concurrency);
  out.field("unauthorized", counters.unauthorized);
  out.field("rows_with_automation", counters.rows_with_automation).field("rows_silent", counters.rows_silent);
  out.field("faults", counters.faults);
  std::int64_t twins_ever = 0;
  for (const auto& module : simulator.org().modules()) twins_ever += module->records.twins_ever();
  out.field("twins_ever", twins_ever);
}

}  // namespace

std::string state_json(const Simulator& simulator) {
  std::string body;
  zs::JsonWriter out(body);
  out.begin_object();
  out.field("now", format_instant(simulator.now_ms(), 0)).field("revision", simulator.revision());
  out.field("edition", edition_name(simulator.options().edition));
  out.field("faults_set", static_cast<std::int64_t>(simulator.faults().all().size())).key("modules").begin_object();
  for (const auto& module : simulator.org().modules()) write_module(out, *module);
  out.end_object().key("twins").begin_object();
  for (const auto& module : simulator.org().modules()) {
    if (!identity_field(module->schema.api_name).empty()) out.field(module->schema.api_name, module->records.twins());
  }
  out.end_object().key("deals_by_stage").begin_object();
  for (const auto& [stage, count] : simulator.org().find("Deals")->records.tallies()) out.field(stage, count);
  out.end_object();
  write_counters(out, simulator);
  out.field("mints", simulator.accounts().mints()).field("refused_mints", simulator.accounts().refused_mints());
  out.end_object().end_object();
  return body;
}

}  // namespace zohosim
