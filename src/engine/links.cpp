// Links that were not learned from an answer to a write of ours: an import of an existing map.
#include <algorithm>
#include <utility>

#include "base/json.hpp"
#include "engine/engine.hpp"

namespace zs::engine {

using event::Kind;

Result<std::vector<LinkOutcome>> Engine::link_records(std::span<const NewLink> links) {
  now_ = clock_.now();
  std::vector<LinkOutcome> outcomes;
  std::vector<EntityId> linked;
  ZS_TRY(store_.write([&](store::Transaction& tx) -> Result<void> {
    outcomes.clear();
    linked.clear();
    for (const NewLink& one : links) {
      ZS_ASSIGN(const LinkOutcome outcome, link_record(tx, one, linked));
      outcomes.push_back(outcome);
    }
    return {};
  }));
  // What was planned for them was planned without a record.
  for (const EntityId id : linked) let_go(id);
  status_.imported += std::ranges::count(outcomes, LinkOutcome::linked);
  may_have_dirty_ = true;
  next_wakeup_ = now_;
  if (on_progress) on_progress();
  return outcomes;
}

Result<LinkOutcome> Engine::link_record(store::Transaction& tx, const NewLink& link, std::vector<EntityId>& linked) {
  ZS_ASSIGN(std::optional<store::Entity> entity, tx.find(link.kind, link.key));
  ZS_ASSIGN(bool is_erased, tx.is_erased(Kind::user, link.kind == Kind::user ? link.key : link.user_key));
  if (!is_erased && link.kind == Kind::account) {
    ZS_ASSIGN(is_erased, tx.is_erased(Kind::account, link.key));
  }
  if (is_erased) return LinkOutcome::erased;
  if (entity && entity->zoho_id == link.zoho_id) return LinkOutcome::already;
  if (entity && !entity->zoho_id.empty()) return LinkOutcome::elsewhere;
  ZS_ASSIGN(const std::optional<store::Entity> holder, tx.find_by_zoho_id(link.kind, link.zoho_id));
  if (holder) return LinkOutcome::taken;
  // An insert that is out may make a second record: its answer has to be heard first.
  if (entity && busy_.contains(entity->id)) return LinkOutcome::in_flight;
  if (!entity) {
    entity.emplace();
    entity->kind = link.kind;
    entity->key = link.key;
    if (link.kind != Kind::account) entity->account_key = link.account_key;
    if (link.kind == Kind::subscription) entity->user_key = link.user_key;
    ZS_TRY(tx.save_state(*entity));
  }
  entity->zoho_id = link.zoho_id;
  entity->synced = link.synced;
  ZS_TRY(tx.save_link(*entity, {store::Cause::imported, now_ms()}));
  std::string entry;
  JsonWriter(entry)
      .begin_object()
      .field("what", "import")
      .field("module", plan::name_of(plan::module_of(link.kind)))
      .field("message", "linked by an import of the id map")
      .field("zoho_id", link.zoho_id)
      .end_object();
  ZS_TRY(tx.add_timeline(entity->id, {now_ms(), std::move(entry)}));
  ZS_TRY(tx.mark_dirty(entity->id, store::Lane::repair, now_ms()));
  ZS_TRY(tx.unblock_children(entity->id));
  ZS_TRY(wake_children(tx, *entity, store::Lane::repair));
  linked.push_back(entity->id);
  return LinkOutcome::linked;
}

/// Out of the window; whoever waits for it there finds it linked.
void Engine::let_go(EntityId id) {
  if (find(id) == nullptr) return;
  for (const EntityId waiter : withdraw(id)) {
    if (Work* work = find(waiter)) {
      work->waits_for = 0;
      route(*work);
    }
  }
}

}  // namespace zs::engine
