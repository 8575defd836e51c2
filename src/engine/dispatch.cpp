// From queues into calls: as full as their price wants, as soon as the governor lets them.
#include <algorithm>
#include <utility>

#include "batch/fill.hpp"
#include "engine/engine.hpp"

namespace zs::engine {

using zoho::Verb;

namespace {

/// What has one price whatever its size need not be counted in tens.
std::size_t price_step(Verb verb) { return verb == Verb::find_by_email || verb == Verb::read ? 1 : 10; }

plan::Change change_for(Verb verb, const Work& work, const plan::Mapping& mapping) {
  if (verb == Verb::insert) return plan::first_write(work.desired, work.entity.synced);
  plan::Change all = plan::diff(work.desired, work.entity.synced, mapping, plan::module_of(work.entity.kind));
  switch (verb) {
    case Verb::update:
      return {std::move(all.set), {}, {}};
    case Verb::add_tags:
      return {{}, std::move(all.add), {}};
    case Verb::remove_tags:
      return {{}, {}, std::move(all.remove)};
    default:
      return {};
  }
}

/// Whether a work still wants what the call is about: an answer to another call of it may have changed that.
bool still_fits(const QueueKey& key, const Work& work, const plan::Change& change) {
  const auto joined = [](const plan::Tags& tags) {
    std::string out;
    for (const std::string& tag : tags) out += (out.empty() ? "" : ",") + tag;
    return out;
  };
  const bool is_linked = !work.entity.zoho_id.empty();
  switch (key.verb) {
    case Verb::insert:
      return !is_linked;
    case Verb::update:
      return is_linked && !change.set.empty();
    case Verb::add_tags:
      return is_linked && joined(change.add) == key.tags;
    case Verb::remove_tags:
      return is_linked && joined(change.remove) == key.tags;
    case Verb::find_by_email:
      return !is_linked;
    case Verb::read:
      return is_linked || !work.candidate.empty();
    case Verb::find_by_key:
    case Verb::delete_records:
    case Verb::purge:
      break;
  }
  return false;
}

}  // namespace

void Engine::dispatch() {
  std::vector<Outgoing> outgoing;
  // Live first; within a lane parents before children, as the keys are ordered. What the governor refuses one queue it
  // may allow the next: a lighter call, a lane with credits left.
  for (const bool live : {true, false}) {
    std::erase_if(halves_, [&](const auto& half) {
      return half.first.is_live == live && build(half.first, half.second, outgoing);
    });
    for (auto& [key, queue] : queues_) {
      if (key.is_live == live) fill_calls(key, queue, outgoing);
    }
  }
  std::erase_if(queues_, [](const auto& entry) { return entry.second.ids.empty() && entry.second.under_way == 0; });
  if (!outgoing.empty()) send(std::move(outgoing));
  for (const EntityId id : std::exchange(to_route_, {})) {
    if (Work* work = find(id)) route(*work);
    next_wakeup_ = now_;
  }
}

void Engine::fill_calls(const QueueKey& key, Queue& queue, std::vector<Outgoing>& out) {
  std::erase_if(queue.ids, [&](EntityId id) { return find(id) == nullptr; });
  while (!queue.ids.empty()) {
    const batch::FillPolicy policy{zoho::max_items(key.verb), price_step(key.verb), options_.linger};
    const std::size_t count = batch::take_now({queue.ids.size(), now_ - queue.since, queue.under_way}, policy);
    if (count == 0) {
      next_wakeup_ = std::min(next_wakeup_, queue.since + options_.linger);
      return;
    }
    const std::vector<EntityId> ids(queue.ids.begin(), queue.ids.begin() + static_cast<std::ptrdiff_t>(count));
    if (!build(key, ids, out)) return;
    queue.ids.erase(queue.ids.begin(), queue.ids.begin() + static_cast<std::ptrdiff_t>(count));
    queue.since = now_;  // what stays waits anew, for a whole step
    ++queue.under_way;
  }
}

/// Makes one call, unless the governor says no.
bool Engine::build(const QueueKey& key, const std::vector<EntityId>& ids, std::vector<Outgoing>& out) {
  const bool heavy = zoho::is_heavy(key.verb, ids.size());
  const std::int64_t credits = zoho::credits_of(key.verb, ids.size());
  if (!governor_.may_start(heavy, credits, key.is_live, now_)) {
    if (governor_.is_paused(now_)) next_wakeup_ = std::min(next_wakeup_, governor_.paused_until());
    if (governor_.out_of_credits(credits, key.is_live, now_)) {
      next_wakeup_ = std::min(next_wakeup_, governor_.credits_back(credits, key.is_live, now_));
    }
    return false;
  }
  Outgoing one;
  one.call.verb = key.verb;
  one.call.module = key.module;
  if (key.is_live) one.call.trigger = options_.trigger;
  one.flight = Flight{key.verb, key, {}, {}, heavy, credits, now_};
  for (const EntityId id : ids) {
    Work* work = find(id);
    if (work == nullptr) continue;
    plan::Change change = change_for(key.verb, *work, options_.mapping);
    if (!still_fits(key, *work, change)) {
      if (--work->under_way == 0) {
        work->is_queued = false;
        to_route_.push_back(id);
      }
      continue;
    }
    zoho::Item item;
    item.zoho_id = work->candidate.empty() ? work->entity.zoho_id : work->candidate;
    item.fields = change.set;
    item.tags = key.verb == Verb::insert ? change.add : plan::Tags{};
    if (key.verb == Verb::find_by_email) item.email = email_of(*work);
    if (key.verb == Verb::add_tags) one.call.tags = change.add;
    if (key.verb == Verb::remove_tags) one.call.tags = change.remove;
    one.call.items.push_back(std::move(item));
    one.flight.ids.push_back(id);
    one.flight.changes.push_back(std::move(change));
  }
  if (one.flight.ids.empty()) return true;
  one.call.id = next_call_++;
  governor_.started(heavy, credits, now_);
  out.push_back(std::move(one));
  return true;
}

/// Doubt first, on disk, then the calls.
void Engine::send(std::vector<Outgoing> outgoing) {
  const bool changes_records = std::ranges::any_of(outgoing, [](const Outgoing& one) {
    return one.call.verb == Verb::update || one.call.verb == Verb::add_tags || one.call.verb == Verb::remove_tags;
  });
  if (changes_records) {
    const auto doubted = store_.write([&](store::Transaction& tx) -> Result<void> {
      for (const Outgoing& one : outgoing) {
        if (one.call.verb == Verb::insert || one.call.verb == Verb::find_by_email || one.call.verb == Verb::read)
          continue;
        for (std::size_t i = 0; i < one.flight.ids.size(); ++i) {
          Work* work = find(one.flight.ids[i]);
          work->entity.synced.doubt(one.flight.changes[i].set);
          work->entity.synced.doubt_tags(one.flight.changes[i].add);
          work->entity.synced.doubt_tags(one.flight.changes[i].remove);
          ZS_TRY(tx.save_synced(work->entity));
        }
      }
      return tx.set_meta("credits", governor_.save_credits(now_));
    });
    if (!doubted) {
      for (const Outgoing& one : outgoing) {
        governor_.finished(one.flight.is_heavy);
        governor_.refund(one.flight.credits);
      }
      store_failed(doubted.error());
      return;
    }
  }
  for (Outgoing& one : outgoing) {
    const std::uint64_t id = one.call.id;
    for (const EntityId entity : one.flight.ids) ++busy_[entity];
    flights_.emplace(id, std::move(one.flight));
    ++status_.calls;
    crm_.send(std::move(one.call), [this, alive = alive_, id](zoho::Answer answer) {
      if (*alive) answers_.push_back({id, std::move(answer)});
    });
  }
}

}  // namespace zs::engine
