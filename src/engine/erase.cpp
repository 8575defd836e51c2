// Erasing a person: what is durable of it, and where it stands. While it lasts the records concerned are kept out of
// all other calls. The calls: erase_calls.cpp.
#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "engine/engine.hpp"

namespace zs::engine {

using Stage = Erasure::Stage;
using event::Kind;

namespace {

constexpr Duration k_wipe_again = 100ms;  // a reader stood in the way, or there is more to sweep
constexpr std::size_t k_at_once = 100;    // people on their way: as many as a few calls take along

/// Events of the user are refused from here on; the row is there for the intent to hang on.
Result<EntityId> intend(store::Transaction& tx, const std::string& key, std::int64_t now_ms) {
  ZS_ASSIGN(std::optional<store::Entity> entity, tx.find(Kind::user, key));
  if (!entity) {
    entity.emplace();
    entity->kind = Kind::user;
    entity->key = key;
    ZS_TRY(tx.save_state(*entity));
  }
  ZS_TRY(tx.begin_erasure(entity->id, now_ms));
  ZS_TRY(tx.mark_dirty(entity->id, store::Lane::live, now_ms));
  return entity->id;
}

}  // namespace

Result<void> Engine::load_erasures() {
  ZS_ASSIGN(const std::vector<store::PendingErasure> pending, reader_->erasures());
  ZS_ASSIGN(const store::Seq last, reader_->last_seq());
  for (const store::PendingErasure& one : pending) {
    ZS_ASSIGN(const std::optional<store::Entity> entity, reader_->load(one.id));
    take_on(one.id, entity ? entity->key : "", last);
    if (one.is_removed) erasures_.at(one.id).stage = Stage::wiping;
  }
  return {};
}

void Engine::take_on(EntityId id, std::string key, store::Seq up_to) {
  Erasure& erasure = erasures_[id];
  erasure.key = std::move(key);
  erasure.up_to = up_to;
  guard(erasure, id);
}

Result<ErasureReport> Engine::erase(const std::string& user_key) {
  now_ = clock_.now();
  ZS_ASSIGN(const bool is_erased, reader_->is_erased(Kind::user, user_key));
  if (!is_erased) {
    EntityId id = 0;
    store::Seq last = 0;
    ZS_TRY(store_.write([&](store::Transaction& tx) -> Result<void> {
      ZS_ASSIGN(id, intend(tx, user_key, now_ms()));
      ZS_ASSIGN(last, tx.last_seq());
      return {};
    }));
    log::info("the erasure of a person begins", {{"entity", id}});
    take_on(id, user_key, last);
    next_wakeup_ = {};
  }
  ErasureReport report;
  for (const auto& [id, erasure] : erasures_) {
    // After a start nobody can tell any more whose bytes are being wiped: they may be this user's.
    const bool may_be_theirs = erasure.key == user_key || erasure.key.empty();
    if (!may_be_theirs) continue;
    // A retry may have ended the hold, and the next tick will take it up.
    ZS_ASSIGN(const std::optional<store::Held> held, reader_->held(id));
    report.state = erasure.is_held && held ? ErasureState::held : ErasureState::erasing;
    report.entity = id;
    if (erasure.key == user_key) break;
  }
  return report;
}

Result<std::vector<Engine::Intended>> Engine::intend_deleted(store::Transaction& tx,
                                                             const std::vector<std::string>& deleted) {
  std::vector<Intended> intended;
  for (const std::string& key : deleted) {
    ZS_ASSIGN(const bool is_erased, tx.is_erased(Kind::user, key));
    if (is_erased) continue;
    ZS_ASSIGN(const EntityId id, intend(tx, key, now_ms()));
    ZS_ASSIGN(const store::Seq last, tx.last_seq());
    intended.push_back({id, key, last});
  }
  return intended;
}

/// No call about this record but the erasure's own from now on, once those that are out have landed.
void Engine::guard(Erasure& erasure, EntityId id) {
  if (!erasure.guarded.insert(id).second) return;
  ++busy_[id];
  ++guards_[id];
  let_go(id);
}

void Engine::release(Erasure& erasure) {
  for (const EntityId id : std::exchange(erasure.guarded, {})) {
    const auto busy = busy_.find(id);
    if (busy != busy_.end() && --busy->second == 0) busy_.erase(busy);
    const auto guards = guards_.find(id);
    if (guards != guards_.end() && --guards->second == 0) guards_.erase(guards);
  }
  may_have_dirty_ = true;
}

/// Whether nothing but erasures keeps these records.
bool Engine::has_landed(const Erasure& erasure) const {
  return std::ranges::all_of(erasure.guarded, [&](EntityId id) { return busy_.at(id) == guards_.at(id); });
}

void Engine::pursue_erasures() {
  if (erasures_.empty()) return;
  const auto done = pursue_some();
  if (!done) store_failed(done.error());
  std::erase_if(erasures_, [](const auto& one) { return one.second.stage == Stage::over; });
}

Result<void> Engine::pursue_some() {
  std::set<EntityId> pending;
  const auto is_wiping = [](const auto& one) { return one.second.stage == Stage::wiping; };
  if (std::ranges::any_of(erasures_, is_wiping)) {
    ZS_ASSIGN(const std::vector<store::PendingErasure> rows, reader_->erasures());
    for (const store::PendingErasure& row : rows) pending.insert(row.id);
  }
  std::size_t active = 0;
  bool must_wipe = false;
  for (auto& [id, erasure] : erasures_) {
    if (erasure.stage == Stage::wiping) {
      must_wipe = wiped(id, erasure, pending) || must_wipe;
      continue;
    }
    if (erasure.is_held || ++active <= k_at_once) ZS_TRY(pursue(id, erasure));
  }
  if (!must_wipe) return {};
  return store_.write([](store::Transaction& tx) { return tx.wipe(); });
}

/// True when the store is to be asked again for it.
bool Engine::wiped(EntityId id, Erasure& erasure, const std::set<EntityId>& pending) {
  if (!pending.contains(id)) {
    erasure.stage = Stage::over;
    log::info("a person was erased", {{"entity", id}});
    release(erasure);
    return false;
  }
  const bool is_due = erasure.due <= now_;
  if (is_due) erasure.due = now_ + k_wipe_again;
  next_wakeup_ = std::min(next_wakeup_, erasure.due);
  return is_due;
}

Result<void> Engine::pursue(EntityId id, Erasure& erasure) {
  if (erasure.is_held) ZS_TRY(look_whether_held(id, erasure));
  if (erasure.stage == Stage::folding) {
    ZS_ASSIGN(const store::Seq cursor, reader_->fold_cursor());
    if (cursor < erasure.up_to) {
      may_have_events_ = true;
      return {};
    }
    erasure.stage = Stage::landing;
  }
  if (erasure.stage == Stage::landing) ZS_TRY(find_way(id, erasure));
  if (erasure.stage == Stage::calling && erasure.at == erasure.steps.size()) return remove(id, erasure);
  return {};
}

Result<void> Engine::look_whether_held(EntityId id, Erasure& erasure) {
  ZS_ASSIGN(const std::optional<store::Held> held, reader_->held(id));
  if (held && erasure.due > now_) {
    next_wakeup_ = std::min(next_wakeup_, erasure.due);
    return {};
  }
  if (held) {
    ZS_TRY(store_.write([&](store::Transaction& tx) { return tx.mark_dirty(id, store::Lane::live, now_ms()); }));
  }
  erasure.is_held = false;
  erasure.attempts = 0;
  erasure.due = now_;
  return {};
}

Result<void> Engine::find_way(EntityId id, Erasure& erasure) {
  ZS_ASSIGN(const std::optional<store::Entity> user, reader_->load(id));
  if (!user) return fail(Errc::corrupt, "the user of an erasure is not in the store");
  ZS_ASSIGN(const ErasureScope scope, erasure_scope(*reader_, *user));
  for (const EntityId one : scope.entities()) guard(erasure, one);
  if (!has_landed(erasure) || !org_) return {};
  for (const auto* some : {&scope.accounts, &scope.orphans, &scope.subscriptions}) {
    for (const store::Entity& one : *some) erasure.records[one.id] = one.zoho_id;
  }
  erasure.records[id] = user->zoho_id;
  erasure.dealt_with = {};
  for (const EntityId one : scope.entities()) erasure.dealt_with.all.insert(one);
  for (const store::Entity& one : scope.orphans) erasure.dealt_with.renamed.insert(one.id);
  erasure.steps = erasure_steps(scope, org_->schema);
  erasure.at = 0;
  erasure.attempts = 0;
  erasure.stage = Stage::calling;
  return {};
}

Result<void> Engine::remove(EntityId id, Erasure& erasure) {
  // What only shows the person's name must stand still as well, or an answer could bring the name back.
  ZS_ASSIGN(const std::optional<store::Entity> user, reader_->load(id));
  if (!user) return fail(Errc::corrupt, "the user of an erasure is not in the store");
  ZS_ASSIGN(const ErasureScope scope, erasure_scope(*reader_, *user));
  for (const store::Entity& one : scope.witnesses) guard(erasure, one.id);
  if (!has_landed(erasure)) return {};
  bool is_removed = false;
  ZS_TRY(store_.write([&](store::Transaction& tx) -> Result<void> {
    ZS_ASSIGN(is_removed, remove_person(tx, id, erasure.dealt_with, now_ms(), shown_elsewhere_));
    return {};
  }));
  if (is_removed) {
    release(erasure);
    erasure.stage = Stage::wiping;
    erasure.due = now_ + k_wipe_again;
    if (on_progress) on_progress();
  } else {
    erasure.stage = Stage::landing;
  }
  next_wakeup_ = std::min(next_wakeup_, now_ + 10ms);
  return {};
}

}  // namespace zs::engine
