// How a work leaves the window, or goes on: done, put off, held, blocked; and the timeline's entry.
#include <algorithm>
#include <utility>

#include "base/json.hpp"
#include "engine/engine.hpp"

namespace zs::engine {

using zoho::ItemAnswer;
using zoho::Verdict;

/// Once nothing of the work is under way: on hold, put off, done, or on to its next step.
Result<void> Engine::conclude(store::Transaction& tx, Work& work) {
  if (work.under_way > 0 || std::ranges::find(left_, work.entity.id) != left_.end()) return {};
  const EntityId id = work.entity.id;
  ZS_ASSIGN(const std::optional<store::Dirty> dirty, tx.dirty(id));
  const bool has_changed = !dirty || dirty->version != work.dirty.version;
  if (work.must_block != 0 || work.must_leave) {
    left_.push_back(id);
    may_have_dirty_ = true;
    if (has_changed) return {};
    if (work.must_block != 0) {
      ZS_TRY(tx.postpone(id, now_ms(), work.dirty.attempts + 1));
      return tx.block(id, work.must_block);
    }
    ZS_ASSIGN(const bool cleared, tx.clear_dirty(id, work.dirty.version));
    static_cast<void>(cleared);
    return tx.unblock_children(id);
  }
  if (work.must_hold || work.must_retry) {
    left_.push_back(id);
    may_have_dirty_ = true;
    if (has_changed) return {};  // what was refused is not what is wanted any more
    if (work.must_hold) return keep_held(tx, *work.must_hold);
    ++status_.retried;
    const std::int32_t attempts = work.dirty.attempts + 1;
    const Duration grown = std::min<Duration>(5min, Duration{1s} * (1 << std::min(attempts - 1, 9)));
    const Duration wait =
        grown / 2 + Duration{static_cast<std::int64_t>(static_cast<double>(grown.count()) * random_.unit() / 2)};
    return tx.postpone(id, to_millis(now_ + wait) + 1, attempts);
  }
  if (has_changed) {
    may_have_dirty_ = true;
    if (!dirty) {
      left_.push_back(id);
      return {};
    }
    // On with the newer state from where we are: starting over would look the person up again at every change.
    ZS_ASSIGN(std::optional<store::Entity> newer, tx.load(id));
    work.dirty = *dirty;
    work.entity.registers = std::move(newer->registers);
    work.entity.account_key = std::move(newer->account_key);
    work.entity.user_key = std::move(newer->user_key);
    work.entity.facts = newer->facts;
    work.entity.summary = std::move(newer->summary);
    work.are_gaps_seen = false;
    work.are_roles_seen = std::exchange(work.is_made_now, false);
    work.is_queued = false;
    to_route_.push_back(id);
    return {};
  }
  if (is_needed(work)) {
    work.is_queued = false;
    to_route_.push_back(id);
    return {};
  }
  ZS_ASSIGN(const bool cleared, tx.clear_dirty(id, work.dirty.version));
  if (cleared) {
    work.entity.synced_ms = now_ms();
    work.entity.flags = flags_of(work);
    ZS_TRY(tx.save_synced(work.entity));
    ZS_TRY(tx.unblock_children(id));
  }
  may_have_dirty_ = true;
  left_.push_back(id);
  return {};
}

/// Whether there is something left to do for it in Zoho.
bool Engine::is_needed(const Work& work) const {
  const zoho::Module module = plan::module_of(work.entity.kind);
  const bool is_linked = !work.entity.zoho_id.empty() && !work.must_read && work.relearn == Relearn::no;
  return !is_linked || plan::has_gaps(work.desired, work.entity.synced, options_.mapping, module) ||
         !plan::diff(work.desired, work.entity.synced, options_.mapping, module).empty();
}

void Engine::see_gaps(Work& work, const zoho::Record& record) const {
  plan::see_gaps(work.entity.synced, work.desired, record.fields, options_.mapping, plan::module_of(work.entity.kind));
  work.are_gaps_seen = true;
}

Result<void> Engine::note(store::Transaction& tx, const Work& work, std::uint64_t call_id, const Flight& flight,
                          std::size_t index, const ItemAnswer& answer) {
  const plan::Change& change = flight.changes[index];
  std::string entry;
  JsonWriter json(entry);
  json.begin_object().field("what", zoho::name_of(flight.verb)).field("module", plan::name_of(flight.key.module));
  json.field("call", static_cast<std::int64_t>(call_id))
      .field("records_in_call", static_cast<std::int64_t>(flight.ids.size()));
  json.field("code", answer.code);
  if (!answer.zoho_id.empty()) json.field("zoho_id", answer.zoho_id);
  if (!answer.field.empty()) json.field("field", answer.field);
  if (answer.verdict != Verdict::applied) json.field("message", answer.message);
  json.key("fields").begin_array();
  for (const auto& [field, value] : change.set) json.string(field);
  json.end_array().key("tags_added").begin_array();
  for (const std::string& tag : change.add) json.string(tag);
  json.end_array().key("tags_removed").begin_array();
  for (const std::string& tag : change.remove) json.string(tag);
  json.end_array();
  if (change.changes_roles()) {
    json.key("roles").begin_object();
    for (const auto& [contact, role] : change.roles) json.field(contact, role);
    for (const std::string& contact : change.roles_gone) json.key(contact).null();
    json.end_object();
  }
  json.end_object();
  return tx.add_timeline(work.entity.id, {now_ms(), std::move(entry)});
}

void Engine::conclude_decided() {
  // Waiters of what leaves are routed after the commit, and may be decided in their turn.
  while (!finished_.empty() || !holds_.empty() || !blocks_.empty()) {
    const auto finished = std::exchange(finished_, {});
    const auto holds = std::exchange(holds_, {});
    const auto blocks = std::exchange(blocks_, {});
    std::vector<EntityId> leaving;
    const auto done = store_.write([&](store::Transaction& tx) -> Result<void> {
      for (const EntityId id : finished) {
        Work* work = find(id);
        if (work == nullptr) continue;
        leaving.push_back(id);
        ZS_ASSIGN(const bool cleared, tx.clear_dirty(id, work->dirty.version));
        if (!cleared) {
          may_have_dirty_ = true;
          continue;
        }
        if (work->entity.zoho_id.empty()) {
          ZS_TRY(tx.unblock_children(id));
          may_have_dirty_ = true;
          continue;
        }
        work->entity.synced_ms = now_ms();
        work->entity.flags = flags_of(*work);
        ZS_TRY(tx.save_synced(work->entity));
        ZS_TRY(tx.unblock_children(id));
        may_have_dirty_ = true;
      }
      for (const store::Held& held : holds) {
        const Work* work = find(held.id);
        if (work == nullptr) continue;
        leaving.push_back(held.id);
        ZS_ASSIGN(const std::optional<store::Dirty> dirty, tx.dirty(held.id));
        if (!dirty || dirty->version != work->dirty.version) {
          may_have_dirty_ = true;
          continue;
        }
        ZS_TRY(keep_held(tx, held));
      }
      for (const auto& [child, parent] : blocks) {
        const Work* work = find(child);
        if (work == nullptr) continue;
        leaving.push_back(child);
        ZS_ASSIGN(const std::optional<store::Dirty> dirty, tx.dirty(child));
        if (dirty && dirty->version == work->dirty.version) {
          ZS_TRY(tx.block(child, parent));
        } else {
          may_have_dirty_ = true;
        }
      }
      return {};
    });
    if (!done) {
      store_failed(done.error());
      return;
    }
    std::vector<EntityId> waiters;
    for (const EntityId id : leaving) {
      if (Work* work = find(id)) waiters.insert(waiters.end(), work->waiters.begin(), work->waiters.end());
      works_.erase(id);
    }
    for (const EntityId id : waiters) {
      if (Work* work = find(id)) {
        work->waits_for = 0;
        route(*work);
      }
    }
    if (on_progress) on_progress();
  }
}

}  // namespace zs::engine
