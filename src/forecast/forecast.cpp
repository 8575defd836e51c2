#include "forecast/forecast.hpp"

#include <algorithm>
#include <utility>

#include "base/json.hpp"
#include "base/random.hpp"
#include "forecast/dry_crm.hpp"

namespace zs::forecast {
namespace {

constexpr std::size_t k_all = 1'000'000;

/// What the real store believes that Zoho holds, where the record was not just read.
Result<void> fill_in_what_was(store::Reader& from, Forecast& out) {
  for (Planned& record : out.records) {
    if (!record.is_adopted) {
      ZS_ASSIGN(const std::optional<store::Entity> entity, from.find(plan::kind_of(record.module), record.key));
      if (entity) record.was = entity->synced.fields;
    }
    std::erase_if(record.was, [&](const auto& entry) { return !record.fields.contains(entry.first); });
  }
  return {};
}

Result<void> list_held(store::Reader& reader, std::int64_t since_ms, Forecast& out) {
  constexpr std::size_t k_page = 500;
  store::EntityId after = 0;
  for (std::size_t seen = k_page; seen == k_page;) {
    ZS_ASSIGN(const std::vector<store::Held> page, reader.held_page(after, k_page));
    seen = page.size();
    for (const store::Held& held : page) {
      after = held.id;
      if (held.since_ms < since_ms) continue;
      ZS_ASSIGN(const std::optional<store::Entity> entity, reader.load(held.id));
      if (entity) out.held.push_back({plan::module_of(entity->kind), entity->key, held});
    }
  }
  return {};
}

}  // namespace

Result<Forecast> forecast(Copy& copy, Reads* reads, engine::Options options, Time now) {
  Forecast out;
  ZS_TRY(copy.complete());
  out.looked_up = reads != nullptr;
  // All at once: folded before the first call, and all in the window.
  options.fold_batch = k_all;
  options.window = k_all;
  const plan::Mapping mapping = options.mapping;
  ManualClock clock(now);
  SeededRandom random(1);
  ZS_ASSIGN(const std::unique_ptr<store::Reader> reader, copy.store().reader());
  DryCrm crm({reads, mapping, clock,
              [&reader](plan::Module module, const std::string& zoho_id) {
                const auto entity = reader->find_by_zoho_id(plan::kind_of(module), zoho_id);
                return entity && *entity ? (*entity)->key : std::string{};
              },
              [&copy](const std::string& zoho_id, const std::string& platform_id) {
                return copy.take_owner(zoho_id, platform_id);
              }},
             out);
  engine::Engine engine(copy.store(), crm, clock, random, std::move(options));
  ZS_TRY(engine.start());
  while (true) {
    engine.tick();
    if (crm.failure()) return std::unexpected(*crm.failure());
    if (engine.status().state == "misconfigured") return fail(Errc::invalid, engine.status().detail);
    if (engine.is_idle()) break;
    // Nothing comes from outside: on to the next answer, or to what the engine waits for, were it tomorrow's credits.
    const Time next = std::min(engine.next_wakeup(), crm.next_answer());
    if (next == Time::max()) return fail(Errc::corrupt, "the plan does not come to an end");
    clock.set(std::max(next, clock.now() + Duration{1}));
    crm.deliver();
  }
  ZS_TRY(fill_in_what_was(copy.from(), out));
  ZS_TRY(list_held(*reader, to_millis(now), out));
  return out;
}

namespace {

void write_tags(JsonWriter& json, std::string_view name, const plan::Tags& tags) {
  json.key(name).begin_array();
  for (const std::string& tag : tags) json.string(tag);
  json.end_array();
}

void write_record(JsonWriter& json, const Planned& record) {
  json.begin_object().field("module", plan::name_of(record.module)).field("id", record.key);
  json.field("action", record.zoho_id.empty() ? "create" : record.is_adopted ? "adopt" : "update");
  if (!record.zoho_id.empty()) json.field("zoho_id", record.zoho_id);
  json.key("fields").begin_array();
  for (const auto& [field, value] : record.fields) {
    json.begin_object().field("field", field);
    if (const auto was = record.was.find(field); was != record.was.end()) json.key("was").raw(was->second);
    json.key("becomes").raw(value).end_object();
  }
  json.end_array();
  write_tags(json, "add_tags", record.add);
  write_tags(json, "remove_tags", record.remove);
  if (!record.roles.empty() || !record.roles_gone.empty()) {
    json.key("contact_roles").begin_object();
    for (const auto& [contact, role] : record.roles) json.field(contact, role);
    for (const std::string& contact : record.roles_gone) json.key(contact).null();
    json.end_object();
  }
  json.end_object();
}

}  // namespace

std::string forecast_json(const Forecast& forecast) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().key("records").begin_array();
  for (const Planned& record : forecast.records) write_record(json, record);
  json.end_array().key("held").begin_array();
  for (const StillHeld& one : forecast.held) {
    json.begin_object().field("module", plan::name_of(one.module)).field("id", one.key).field("code", one.held.code);
    json.field("field", one.held.field).field("message", one.held.message).field("mend", one.held.mend).end_object();
  }
  json.end_array().key("calls").begin_array();
  for (const Calls& line : forecast.calls) {
    json.begin_object().field("verb", zoho::name_of(line.verb)).field("module", plan::name_of(line.module));
    json.field("calls", line.calls).field("records", line.records).field("credits", line.credits).end_object();
  }
  json.end_array().key("cost").begin_object();
  json.field("calls", forecast.total_calls).field("credits", forecast.total_credits).end_object();
  json.field_bool("looked_up", forecast.looked_up).field("credits_spent_on_plan", forecast.spent_credits);
  json.end_object();
  return out;
}

}  // namespace zs::forecast
