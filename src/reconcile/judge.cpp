#include "reconcile/judge.hpp"

#include <limits>
#include <utility>

#include "base/json.hpp"
#include "engine/desired.hpp"
#include "plan/drift.hpp"

namespace zs::reconcile {
namespace {

struct Rest {
  bool is_moving = false;
  bool is_held = false;
};

Result<Rest> rest_of(store::Reader& reader, const store::Entity& entity, std::int64_t since_ms) {
  ZS_ASSIGN(const std::optional<store::Dirty> dirty, reader.dirty(entity.id));
  ZS_ASSIGN(const std::optional<store::Held> held, reader.held(entity.id));
  const bool is_fresh = entity.synced_ms >= since_ms || (held && held->since_ms >= since_ms);
  return Rest{dirty.has_value() || is_fresh, held.has_value()};
}

Judgement about(const store::Entity& entity, Standing standing) {
  Judgement out;
  out.standing = standing;
  out.entity = entity.id;
  out.synced_ms = entity.synced_ms;
  out.finding.module = plan::module_of(entity.kind);
  out.finding.key = entity.key;
  out.finding.zoho_id = entity.zoho_id;
  return out;
}

Judgement drifted(const store::Entity& entity, Drift what, bool needs_person) {
  Judgement out = about(entity, Standing::drifted);
  out.finding.what = what;
  out.finding.needs_person = needs_person;
  return out;
}

/// Who is who alone, whatever else the record holds.
Judgement judge_identity(const store::Entity& entity, const std::string& carried, bool is_held, const Rules& rules) {
  if (!carried.empty() && carried != entity.key) {
    // Whoever holds it was told already.
    Judgement out = drifted(entity, Drift::foreign_id, true);
    out.finding.other_id = carried;
    return out;
  }
  if (!carried.empty()) return about(entity, Standing::right);
  Judgement out = drifted(entity, Drift::id_missing, is_held);
  out.read = entity.synced;
  out.read.fields.insert_or_assign(rules.mapping.external_id[static_cast<std::size_t>(plan::module_of(entity.kind))],
                                   "null");
  return out;
}

Result<Judgement> judge_linked(store::Reader& reader, const store::Entity& entity, const zoho::Record& record,
                               const std::string& carried, std::int64_t since_ms, const Rules& rules) {
  ZS_ASSIGN(const Rest rest, rest_of(reader, entity, since_ms));
  if (rest.is_moving) return about(entity, Standing::moving);
  if (rules.scope == Scope::mapping || engine::is_unheard_of(entity))
    return judge_identity(entity, carried, rest.is_held, rules);
  ZS_ASSIGN(const engine::Formed formed, engine::form_desired(reader, entity, rules.mapping, rules.schema));
  if (!formed.desired.wanted || formed.is_link_only) return drifted(entity, Drift::left_behind, true);
  if (!carried.empty() && carried != entity.key) {
    Judgement out = drifted(entity, Drift::foreign_id, true);
    out.finding.other_id = carried;
    return out;
  }
  const plan::Module module = plan::module_of(entity.kind);
  plan::Synced read = plan::synced_of_read(record.fields, record.tags, formed.desired, entity.synced, rules.mapping,
                                           module, rules.schema);
  plan::Change change = plan::diff(formed.desired, read, rules.mapping, module);
  if (change.empty()) return about(entity, Standing::right);
  Judgement out = drifted(entity, Drift::differs, rest.is_held);
  for (const auto& [field, value] : change.set) {
    const auto found = read.fields.find(field);
    if (found != read.fields.end()) out.finding.found.emplace(*found);
  }
  out.finding.change = std::move(change);
  out.read = std::move(read);
  return out;
}

}  // namespace

Result<Judgement> judge(store::Reader& reader, const zoho::Record& record, plan::Module module, std::int64_t since_ms,
                        const Rules& rules) {
  const event::Kind kind = plan::kind_of(module);
  const auto field = record.fields.find(rules.mapping.external_id[static_cast<std::size_t>(module)]);
  const std::string carried = field == record.fields.end() ? std::string{} : json_unquoted(field->second);
  ZS_ASSIGN(const std::optional<store::Entity> linked, reader.find_by_zoho_id(kind, record.zoho_id));
  if (linked) return judge_linked(reader, *linked, record, carried, since_ms, rules);
  if (carried.empty()) {
    Judgement out;
    out.standing = Standing::peoples;
    return out;
  }
  ZS_ASSIGN(const std::optional<store::Entity> owner, reader.find(kind, carried));
  bool is_wanted = false;
  if (owner) {
    ZS_ASSIGN(const Rest rest, rest_of(reader, *owner, since_ms));
    if (rest.is_moving) return about(*owner, Standing::moving);
    ZS_ASSIGN(const engine::Formed formed, engine::form_desired(reader, *owner, rules.mapping, rules.schema));
    is_wanted = formed.desired.wanted;
    if (is_wanted && owner->zoho_id.empty()) {
      Judgement out = drifted(*owner, Drift::not_linked, rest.is_held);
      out.finding.zoho_id = record.zoho_id;
      return out;
    }
  }
  Judgement out;
  if (owner && !owner->zoho_id.empty()) {
    out = drifted(*owner, Drift::twin, true);
    out.standing = Standing::to_verify;
    out.finding.other_id = owner->zoho_id;
  } else {
    out.standing = Standing::drifted;
    out.finding.what = Drift::orphan;
    out.finding.module = module;
    out.finding.key = carried;
    out.finding.needs_person = true;
  }
  out.finding.zoho_id = record.zoho_id;
  return out;
}

Result<Judgement> judge_absent(store::Reader& reader, store::EntityId id, const std::string& zoho_id,
                               std::int64_t since_ms, const Rules& rules) {
  ZS_ASSIGN(const std::optional<store::Entity> entity, reader.load(id));
  if (!entity) return Judgement{};
  ZS_ASSIGN(const Rest rest, rest_of(reader, *entity, since_ms));
  if (rest.is_moving || entity->zoho_id != zoho_id) return about(*entity, Standing::moving);
  ZS_ASSIGN(const engine::Formed formed, engine::form_desired(reader, *entity, rules.mapping, rules.schema));
  if (!formed.desired.wanted || rules.leaves_missing) return about(*entity, Standing::right);
  return drifted(*entity, Drift::missing, rest.is_held);
}

Result<Judgement> judge_unlinked(store::Reader& reader, const store::Entity& entity, const Rules& rules) {
  ZS_ASSIGN(const Rest rest, rest_of(reader, entity, std::numeric_limits<std::int64_t>::max()));
  // What is held says so itself: `held list`.
  if (rest.is_moving || rest.is_held) return about(entity, Standing::moving);
  ZS_ASSIGN(const engine::Formed formed, engine::form_desired(reader, entity, rules.mapping, rules.schema));
  if (!formed.desired.wanted) return about(entity, Standing::right);
  return drifted(entity, Drift::not_written, false);
}

}  // namespace zs::reconcile
