#include "links/describe.hpp"

#include <algorithm>
#include <set>
#include <string>

#include "plan/mapping.hpp"
#include "state/derive.hpp"
#include "zoho/reactions.hpp"

namespace zs::links {
namespace {

using event::Kind;
using event::Value;

constexpr std::size_t k_timeline_rows = 200;

void write_value(const Value& value, JsonWriter& json) {
  switch (value.type) {
    case Value::Type::null:
      json.null();
      break;
    case Value::Type::text:
      json.string(value.text);
      break;
    case Value::Type::number:
    case Value::Type::boolean:
      json.raw(value.text);
      break;
  }
}

/// Each register with the fact that set it: who wants to know why a field has its value finds the event here.
void write_registers(const state::Registers& registers, JsonWriter& json) {
  json.begin_object();
  for (const auto& entry : registers.entries()) {
    if (entry.name.starts_with('~')) continue;
    const event::Stamp& stamp = registers.stamp(entry);
    json.key(entry.name).begin_object().key("value");
    write_value(entry.value, json);
    json.field("time", format_rfc3339(stamp.time)).field("source", stamp.source).field("event", stamp.id).end_object();
  }
  json.end_object();
}

void write_tags(const plan::Tags& tags, JsonWriter& json) {
  json.begin_array();
  for (const std::string& tag : tags) json.string(tag);
  json.end_array();
}

void write_derived(const store::Entity& entity, JsonWriter& json) {
  json.begin_object();
  switch (entity.kind) {
    case Kind::account:
      json.field_bool("exists", entity.summary.exists).field("name", entity.summary.name);
      json.field("lifecycle", name_of(entity.summary.lifecycle)).field("plan", name_of(entity.summary.plan));
      json.field_bool("gdpr", entity.summary.compliance.gdpr).field_bool("ccpa", entity.summary.compliance.ccpa);
      break;
    case Kind::user: {
      const state::Compliance compliance = state::compliance_of(entity.registers);
      json.field_bool("deleted", state::is_deleted(entity.registers));
      json.field_bool("gdpr", compliance.gdpr).field_bool("ccpa", compliance.ccpa);
      break;
    }
    case Kind::subscription: {
      const state::SubscriptionFacts facts = state::subscription_facts(entity.registers);
      json.field("status", name_of(facts.status))
          .field("plan", name_of(facts.plan))
          .field_bool("ever_paid", facts.ever_paid);
      if (const auto paid = state::first_paid(entity.registers)) json.field("first_paid", format_date(*paid));
      break;
    }
  }
  json.end_object();
}

void write_optional_id(std::string_view name, std::string_view id, JsonWriter& json) {
  json.key(name);
  if (id.empty()) {
    json.null();
  } else {
    json.string(id);
  }
}

}  // namespace

Result<void> describe_entity(store::Reader& reader, const store::Entity& entity, JsonWriter& json) {
  ZS_ASSIGN(const std::optional<store::Dirty> dirty, reader.dirty(entity.id));
  ZS_ASSIGN(const std::optional<store::Held> held, reader.held(entity.id));
  json.begin_object().field("id", entity.key).field("module", plan::name_of(plan::module_of(entity.kind)));
  write_optional_id("zoho_id", entity.zoho_id, json);
  json.key("state");
  write_registers(entity.registers, json);
  json.key("derived");
  write_derived(entity, json);
  json.key("in_zoho").begin_object();
  for (const auto& [field, value] : entity.synced.fields) json.key(field).raw(value);
  json.end_object().key("tags");
  write_tags(entity.synced.tags, json);
  if (entity.kind == Kind::subscription) {
    json.key("contact_roles").begin_object();
    for (const auto& [contact, role] : entity.synced.roles) json.field(contact, role);
    json.end_object();
  }
  json.key("flags").begin_array();
  for (const std::string& flag : entity.flags) json.string(flag);
  json.end_array();
  json.field("status", held ? "held" : dirty ? (dirty->blocked_on != 0 ? "blocked" : "waiting") : "settled");
  write_optional_id("synced_at", entity.synced_ms == 0 ? "" : format_rfc3339(from_millis(entity.synced_ms)), json);
  json.key("held");
  if (held) {
    ZS_TRY(describe_held(reader, *held, json));
  } else {
    json.null();
  }
  json.end_object();
  return {};
}

Result<void> describe_held(store::Reader& reader, const store::Held& held, JsonWriter& json) {
  ZS_ASSIGN(const std::optional<store::Entity> entity, reader.load(held.id));
  json.begin_object().field("id", std::to_string(held.id));
  if (entity) {
    json.field("kind", name_of(entity->kind))
        .field("key", entity->key)
        .field("module", plan::name_of(plan::module_of(entity->kind)));
    write_optional_id("zoho_id", entity->zoho_id, json);
  }
  json.field("since", format_rfc3339(from_millis(held.since_ms))).field("code", held.code).field("field", held.field);
  json.field("side", name_of(zoho::side_of(held.code)));
  json.field("message", held.message).field("mend", held.mend);
  write_optional_id("retry_at", held.retry_ms == 0 ? "" : format_rfc3339(from_millis(held.retry_ms)), json);
  json.key("detail").raw(held.detail.empty() ? "{}" : held.detail).end_object();
  return {};
}

Result<void> describe_timeline(store::Reader& reader, const std::vector<const store::Entity*>& entities,
                               JsonWriter& json) {
  struct Line {
    std::int64_t at_ms;
    std::string text;
  };
  std::vector<Line> lines;
  std::set<store::Seq> seen;  // an event may touch the user and the account
  for (const store::Entity* entity : entities) {
    ZS_ASSIGN(const std::vector<store::LedgerEvent> events, reader.events_of(entity->id, k_timeline_rows));
    for (const store::LedgerEvent& event : events) {
      if (!seen.insert(event.seq).second) continue;
      std::string text;
      JsonWriter(text)
          .begin_object()
          .field("at", format_rfc3339(from_millis(event.received_ms)))
          .field("what", "event")
          .field("type", event.type)
          .field("source", event.source)
          .field("event", event.id)
          .field("time", format_rfc3339(event.time))
          .end_object();
      lines.push_back({event.received_ms, std::move(text)});
    }
    ZS_ASSIGN(const std::vector<store::TimelineEntry> calls, reader.timeline(entity->id, k_timeline_rows));
    for (const store::TimelineEntry& call : calls) {
      std::string text =
          "{\"at\":" + json_quoted(format_rfc3339(from_millis(call.at_ms))) + ",\"of\":" + json_quoted(entity->key);
      if (call.entry.size() > 2) text += "," + call.entry.substr(1, call.entry.size() - 2);
      lines.push_back({call.at_ms, text + "}"});
    }
  }
  std::ranges::stable_sort(lines, std::ranges::greater{}, &Line::at_ms);
  if (lines.size() > k_timeline_rows) lines.resize(k_timeline_rows);
  json.begin_array();
  for (const Line& line : lines) json.raw(line.text);
  json.end_array();
  return {};
}

}  // namespace zs::links
