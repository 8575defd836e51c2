// From queues into calls: as full as their price wants, as soon as the governor lets them.
#include <algorithm>
#include <utility>

#include "batch/fill.hpp"
#include "engine/engine.hpp"
#include "zoho/limits.hpp"
#include "zoho/roles.hpp"

namespace zs::engine {

using zoho::Verb;

namespace {

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
      return !is_linked || work.relearn == Relearn::by_email;
    case Verb::find_by_key:
      return work.relearn == Relearn::by_key;
    case Verb::read:
      return is_linked || !work.candidate.empty();
    case Verb::read_roles:
      return is_linked && !work.are_roles_seen;
    case Verb::set_roles:
    case Verb::remove_roles:
      return is_linked && work.are_roles_seen && change.changes_roles();
    case Verb::list:
    case Verb::list_ids:
    case Verb::count:
    case Verb::delete_records:
    case Verb::purge:
      break;  // of no work
  }
  return false;
}

}  // namespace

void Engine::dispatch(Fill fill) {
  std::vector<Outgoing> outgoing;
  credits_wanted_ = 1;
  // Live first; within a lane parents before children, as the keys are ordered. What the governor refuses one queue it
  // may allow the next: a lighter call, a lane with credits left.
  for (const bool live : {true, false}) {
    std::erase_if(halves_, [&](const auto& half) {
      return half.first.is_live == live && build(half.first, half.second, outgoing);
    });
    for (auto& [key, queue] : queues_) {
      if (key.is_live == live) fill_calls(key, queue, fill, outgoing);
    }
  }
  std::erase_if(queues_, [](const auto& entry) { return entry.second.ids.empty() && entry.second.under_way == 0; });
  if (!outgoing.empty()) send(std::move(outgoing));
  for (const EntityId id : std::exchange(to_route_, {})) {
    if (Work* work = find(id)) route(*work);
    next_wakeup_ = now_;
  }
}

void Engine::fill_calls(const QueueKey& key, Queue& queue, Fill fill, std::vector<Outgoing>& out) {
  // Whether Zoho answers again after a pause is found out with a credit's worth.
  constexpr std::size_t k_probing = 10;
  const std::size_t most =
      pause_state_.empty() ? zoho::max_items(key.verb) : std::min(zoho::max_items(key.verb), k_probing);
  // With more in line than the window holds, what is missing in a call comes soon, and a call that is not full takes
  // the place of one that is.
  const bool is_pressed = key.is_live ? claim_at_ > window() / 2 : claim_at_ != 0;
  const Duration linger = is_pressed ? options_.linger_max : options_.linger;
  const batch::FillPolicy policy{most, zoho::items_per_credit(key.verb, org_->prices), linger,
                                 batch::saving_for(governor_.credits().tightness(now_), options_.linger_max)};
  while (!queue.ids.empty()) {
    const batch::Waiting waiting{queue.ids.size(), now_ - queue.since, queue.under_way};
    const std::size_t count = batch::take_now(waiting, policy);
    if (count < most && fill == Fill::whole_only) return;
    if (count == 0) {
      next_wakeup_ = std::min(next_wakeup_, queue.since + batch::patience(waiting, policy));
      return;
    }
    const std::vector<EntityId> ids = queue.ids.peek(count);
    const auto is_gone = [this](EntityId id) { return find(id) == nullptr; };
    if (std::ranges::any_of(ids, is_gone)) {
      queue.ids.erase_if(is_gone);
      continue;
    }
    if (!build(key, ids, out)) return;
    queue.ids.drop(count);
    queue.since = now_;  // what stays waits anew, for a whole step
    ++queue.under_way;
  }
}

/// Makes one call, unless the governor says no.
bool Engine::build(const QueueKey& key, const std::vector<EntityId>& ids, std::vector<Outgoing>& out) {
  if (!pause_state_.empty()) {
    // One call at a time until then; those that went out before the pause may never come back.
    const auto is_since = [&](const auto& flight) { return flight.second.toll.sent >= paused_until_; };
    if (!out.empty() || std::ranges::any_of(flights_, is_since)) return false;
  }
  std::size_t units = ids.size();
  if (key.verb == Verb::set_roles) {
    const Work* deal = find(ids.front());
    units = deal == nullptr ? 1 : std::max<std::size_t>(1, role_change(key.verb, *deal).roles.size());
  }
  if (!may_go(cost_of(key.verb, units, key.is_live))) return false;
  Outgoing one;
  one.call.verb = key.verb;
  one.call.module = key.module;
  if (key.is_live) one.call.trigger = options_.trigger;
  one.flight = Flight{key.verb, key, {}, {}, {{}, governor_.credits().surely_counted(), now_}};
  for (const EntityId id : ids) {
    Work* work = find(id);
    if (work == nullptr) continue;
    plan::Change change =
        zoho::is_role_call(key.verb) ? role_change(key.verb, *work) : change_for(key.verb, *work, options_.mapping);
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
    item.roles = roles_on_wire(change);
    item.tags = key.verb == Verb::insert ? change.add : plan::Tags{};
    if (key.verb == Verb::find_by_email) item.email = email_of(*work);
    if (key.verb == Verb::find_by_key) item.key = work->entity.key;
    if (key.verb == Verb::add_tags) one.call.tags = change.add;
    if (key.verb == Verb::remove_tags) one.call.tags = change.remove;
    work->is_made_now = false;
    one.call.items.push_back(std::move(item));
    one.flight.ids.push_back(id);
    one.flight.changes.push_back(std::move(change));
  }
  if (one.flight.ids.empty()) return true;
  one.call.id = next_call_++;
  one.flight.toll.cost = cost_of(key.verb, zoho::units_of(one.call), key.is_live);
  governor_.started(one.flight.toll.cost, now_);
  out.push_back(std::move(one));
  return true;
}

/// First on disk what the calls put in doubt and what they cost, then the calls.
void Engine::send(std::vector<Outgoing> outgoing) {
  const auto doubted = store_.write([&](store::Transaction& tx) -> Result<void> {
    for (const Outgoing& one : outgoing) {
      if (one.call.verb != Verb::update && one.call.verb != Verb::add_tags && one.call.verb != Verb::remove_tags &&
          !zoho::is_role_write(one.call.verb))
        continue;
      for (std::size_t i = 0; i < one.flight.ids.size(); ++i) {
        Work* work = find(one.flight.ids[i]);
        work->entity.synced.doubt(one.flight.changes[i].set);
        work->entity.synced.doubt_tags(one.flight.changes[i].add);
        work->entity.synced.doubt_tags(one.flight.changes[i].remove);
        work->entity.synced.doubt_roles(one.flight.changes[i].roles, one.flight.changes[i].roles_gone);
        ZS_TRY(tx.save_synced(work->entity));
      }
    }
    return save_limits(tx);
  });
  if (!doubted) {
    for (const Outgoing& one : outgoing) {
      governor_.finished(one.flight.toll.cost, now_, now_);
      governor_.credits().refund(one.flight.toll.cost.credits, one.flight.toll.cost.is_live);
    }
    store_failed(doubted.error());
    return;
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
