// From the store into the window: live changes first, and none so many that they keep others out.
#include <algorithm>
#include <unordered_set>
#include <utility>

#include "engine/engine.hpp"
#include "zoho/wire.hpp"

namespace zs::engine {

using event::Kind;

/// A pause drops the window. Until Zoho answers again one call is out at a time: what fills it is enough.
std::size_t Engine::window() const {
  constexpr std::size_t k_probing = 100;
  return pause_state_.empty() ? options_.window : std::min(options_.window, k_probing);
}

void Engine::claim() {
  const bool due = next_due_ms_ != 0 && next_due_ms_ <= now_ms();
  if (!may_have_dirty_ && !due) return;
  // Rows come live first. With the window half full only live ones are looked for, so that no backfill, however large
  // or stuck, stands in their way; else it is filled in one go, past what is in it already.
  const auto is_live = [](const auto& entry) { return entry.second->dirty.lane == store::Lane::live; };
  const auto live_now = static_cast<std::size_t>(std::ranges::count_if(works_, is_live));
  const std::size_t most = window();
  const bool has_room = works_.size() <= most / 2 && !governor_.credits().lacks(1, false, now_);
  const std::size_t room = most - std::min(has_room ? works_.size() : live_now, most);
  // The line is walked past all that is here already: not for every few that have left, but for what has just come.
  const std::size_t nearly_full = most - std::max<std::size_t>(1, most / 16);
  if (room == 0 || (!has_room && !has_news_ && live_now > nearly_full)) {
    may_have_dirty_ = false;
    claim_at_ = nearly_full;
    next_due_ms_ = 0;  // what comes due meanwhile waits for room as well
    return;
  }
  has_news_ = false;
  const auto dropped = std::ranges::count_if(busy_, [this](const auto& entry) { return find(entry.first) == nullptr; });
  const auto ready = next_in_line(room, (has_room ? works_.size() : live_now) + static_cast<std::size_t>(dropped));
  if (!ready) {
    store_failed(ready.error());
    return;
  }
  std::vector<Work*> fresh;
  bool passed_over = false;
  for (const store::Dirty& dirty : *ready) {
    if (fresh.size() >= room) break;
    if (!has_room && dirty.lane != store::Lane::live) {
      passed_over = true;
      break;
    }
    if (busy_.contains(dirty.id)) continue;  // settle sees to it when its call has landed
    std::vector<EntityId> waiters;
    if (const Work* there = find(dirty.id)) {
      // A backfill's work that a live event has touched goes over to the live lane.
      if (dirty.lane >= there->dirty.lane) continue;
      waiters = withdraw(dirty.id);
    }
    Work* work = admit(dirty);
    if (work == nullptr) return;
    work->waiters = std::move(waiters);
    fresh.push_back(work);
  }
  may_have_dirty_ = fresh.size() >= room && has_room;
  const bool is_filled = fresh.size() >= room && !has_room;
  claim_at_ = passed_over ? most / 2 : is_filled ? nearly_full : 0;
  const auto next = reader_->next_due(now_ms());
  next_due_ms_ = next ? *next : now_ms() + 1000;
  // Parents first, so that their children find them in the window.
  std::ranges::stable_sort(fresh, {}, [](const Work* work) { return plan::module_of(work->entity.kind); });
  std::vector<EntityId> order;
  for (const Work* work : fresh) order.push_back(work->entity.id);
  for (const EntityId id : order) {
    if (Work* work = find(id)) route(*work);
  }
}

/// Enough rows to fill the room past those that are in the window already. When more live changes wait than there is
/// room for, as after an outage, most of the room goes to what changed last, and some to what has waited longest, so
/// that nothing waits for ever.
Result<std::vector<store::Dirty>> Engine::next_in_line(std::size_t room, std::size_t there) {
  ZS_ASSIGN(std::vector<store::Dirty> oldest, reader_->ready(now_ms(), room + there));
  if (oldest.size() < room + there || oldest.back().lane != store::Lane::live) return oldest;
  ZS_ASSIGN(std::vector<store::Dirty> line, reader_->newest(now_ms(), room - room / 4 + there));
  const auto is_fresh = [&](const store::Dirty& row) {
    const Work* known = find(row.id);
    return !busy_.contains(row.id) && (known == nullptr || row.lane < known->dirty.lane);
  };
  std::size_t taken = 0;
  std::erase_if(line, [&](const store::Dirty& row) { return !is_fresh(row) || taken++ >= room - room / 4; });
  std::unordered_set<EntityId> seen;
  for (const store::Dirty& row : line) seen.insert(row.id);
  for (const store::Dirty& row : oldest) {
    if (!seen.contains(row.id)) line.push_back(row);
  }
  return line;
}

std::vector<EntityId> Engine::withdraw(EntityId id) {
  for (auto& [key, queue] : queues_) queue.ids.erase(id);
  for (auto& [key, ids] : halves_) std::erase(ids, id);
  std::vector<EntityId> waiters = std::move(find(id)->waiters);
  works_.erase(id);
  return waiters;
}

Work* Engine::admit(const store::Dirty& dirty) {
  auto entity = reader_->load(dirty.id);
  if (!entity || !*entity) {
    store_failed(entity ? Error{Errc::corrupt, "a dirty entity is not in the store"} : entity.error());
    return nullptr;
  }
  auto work = std::make_unique<Work>();
  work->dirty = dirty;
  work->entity = std::move(**entity);
  work->is_searched = work->entity.kind != Kind::user;
  if (suspects_.erase(dirty.id) > 0 && !work->entity.zoho_id.empty() && zoho::is_askable(work->entity.key))
    work->relearn = Relearn::by_key;
  return works_.emplace(dirty.id, std::move(work)).first->second.get();
}

Work* Engine::promote(EntityId id, store::Lane lane) {
  Work* work = find(id);
  work->dirty.lane = lane;
  if (busy_.contains(id)) return work;  // in a call: its next step goes in the other lane
  const store::Dirty dirty = work->dirty;
  std::vector<EntityId> waiters = withdraw(id);
  work = admit(dirty);
  if (work == nullptr) return nullptr;
  work->waiters = std::move(waiters);
  route(*work);
  return find(id);
}

Result<void> Engine::service_is_back(store::Transaction& tx) {
  const auto put_off = std::exchange(put_off_, {});
  if (std::exchange(pause_state_, {}).empty()) return {};
  for (const EntityId id : put_off) {
    ZS_ASSIGN(const std::optional<store::Dirty> dirty, tx.dirty(id));
    if (dirty && dirty->due_ms > now_ms()) ZS_TRY(tx.postpone(id, now_ms(), dirty->attempts));
  }
  may_have_dirty_ = true;
  return {};
}

}  // namespace zs::engine
