// From the store into the window, and what each entity there needs next.
#include <algorithm>
#include <utility>

#include "base/json.hpp"
#include "base/log.hpp"
#include "engine/engine.hpp"
#include "zoho/wire.hpp"

namespace zs::engine {

using event::Kind;
using zoho::Verb;

void Engine::claim() {
  const bool due = next_due_ms_ != 0 && next_due_ms_ <= now_ms();
  if (!may_have_dirty_ && !due) return;
  // Rows come live first. With the window half full only live ones are looked for, so that no backfill, however large
  // or stuck, stands in their way; else it is filled in one go, past what is in it already.
  const auto is_live = [](const auto& entry) { return entry.second->dirty.lane == store::Lane::live; };
  const auto live_now = static_cast<std::size_t>(std::ranges::count_if(works_, is_live));
  const bool has_room = works_.size() <= options_.window / 2 && !governor_.out_of_credits(1, false, now_);
  const std::size_t room =
      has_room ? options_.window - works_.size() : options_.window - std::min(live_now, options_.window);
  if (room == 0) {
    may_have_dirty_ = false;
    waits_for_room_ = true;
    return;
  }
  const auto ready = reader_->ready(now_ms(), room + (has_room ? works_.size() : live_now) + busy_.size());
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
  waits_for_room_ = passed_over || (fresh.size() >= room && !has_room);
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

std::vector<EntityId> Engine::withdraw(EntityId id) {
  for (auto& [key, queue] : queues_) std::erase(queue.ids, id);
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

void Engine::route(Work& work) {
  if (work.is_queued || work.under_way > 0) return;
  const auto formed = form_desired(work);
  if (!formed) {
    store_failed(formed.error());
    return;
  }
  if (*formed == Readiness::leaves) {
    work.is_queued = true;
    return;
  }
  if (!work.desired.wanted) {
    finish(work);
    return;
  }
  const bool is_ready = *formed == Readiness::ready;
  if (work.relearn != Relearn::no) {
    route_lost(work);
    return;
  }
  if (work.entity.zoho_id.empty()) {
    // A person is looked up while the account is being made: a signup takes two round trips, not three.
    if (!work.is_searched) {
      if (zoho::is_askable(email_of(work))) {
        enqueue(work, Verb::find_by_email);
        return;
      }
      work.is_searched = true;
    }
    if (is_ready) enqueue(work, work.candidate.empty() ? Verb::insert : Verb::read);
  } else if (work.must_read) {
    enqueue(work, Verb::read);
  } else if (is_ready) {
    route_change(work);
  }
}

std::string Engine::email_of(const Work& work) {
  const auto email = work.desired.fields.find("Email");
  if (email == work.desired.fields.end() || email->second.size() < 2 || email->second.front() != '"') return {};
  return email->second.substr(1, email->second.size() - 2);
}

void Engine::route_change(Work& work) {
  const zoho::Module module = plan::module_of(work.entity.kind);
  if (!work.are_gaps_seen && plan::has_gaps(work.desired, work.entity.synced, options_.mapping, module)) {
    // Only what is empty now may be filled, and people do not tell us when they fill it.
    enqueue(work, Verb::read);
    return;
  }
  const plan::Change change = plan::diff(work.desired, work.entity.synced, options_.mapping, module);
  if (change.empty()) {
    finish(work);
    return;
  }
  const auto joined = [](const plan::Tags& tags) {
    std::string out;
    for (const std::string& tag : tags) out += (out.empty() ? "" : ",") + tag;
    return out;
  };
  const bool tags_change = !change.add.empty() || !change.remove.empty();
  const bool mirrors =
      std::ranges::any_of(change.set, [&](const auto& entry) { return options_.mapping.is_mirror(entry.first); });
  if (!change.set.empty() && !(mirrors && tags_change)) enqueue(work, Verb::update);
  // The old value of an axis goes only after the new one is there.
  if (!change.add.empty()) {
    enqueue(work, Verb::add_tags, joined(change.add));
  } else if (!change.remove.empty()) {
    enqueue(work, Verb::remove_tags, joined(change.remove));
  }
}

Result<Engine::Readiness> Engine::form_desired(Work& work) {
  const store::Entity& entity = work.entity;
  const plan::Mapping& mapping = options_.mapping;
  const plan::Schema& schema = org_->schema;
  const auto finish_forming = [&] {
    if (!options_.send_external_id)
      work.desired.fields.erase(mapping.external_id[static_cast<std::size_t>(plan::module_of(entity.kind))]);
  };
  if (entity.kind == Kind::account) {
    work.desired = plan::desired_account(mapping, schema, entity.key, entity.registers, entity.summary);
    finish_forming();
    return Readiness::ready;
  }
  std::optional<store::Entity> account;
  if (!entity.account_key.empty()) {
    ZS_ASSIGN(account, reader_->find(Kind::account, entity.account_key));
  }
  const plan::AccountView view{account ? account->summary : state::AccountSummary{}, account ? account->zoho_id : ""};
  const state::Registers none;
  const state::Registers& account_registers = account ? account->registers : none;
  if (entity.kind == Kind::user) {
    work.desired = plan::desired_contact(mapping, schema, entity.key, entity.registers, account_registers, view);
    finish_forming();
    if (!work.desired.wanted) return Readiness::ready;
    return await_parent(work, account, entity.account_key);
  }
  std::optional<store::Entity> user;
  if (!entity.user_key.empty()) {
    ZS_ASSIGN(user, reader_->find(Kind::user, entity.user_key));
  }
  work.desired = plan::desired_deal(mapping, schema, entity.key, entity.registers, account_registers, view,
                                    user ? user->zoho_id : "");
  finish_forming();
  if (!work.desired.wanted) return Readiness::ready;
  ZS_ASSIGN(const Readiness with_account, await_parent(work, account, entity.account_key));
  if (with_account != Readiness::ready) return with_account;
  // A Contact that is on its way is worth waiting for; one that is held or unknown is not: the Deal goes without.
  if (user && user->zoho_id.empty() && user->facts != 0) {
    ZS_ASSIGN(const std::optional<store::Held> held, reader_->held(user->id));
    ZS_ASSIGN(const std::optional<store::Dirty> dirty, reader_->dirty(user->id));
    if (!held && dirty) return await_parent(work, user, entity.user_key);
  }
  return Readiness::ready;
}

Result<Engine::Readiness> Engine::await_parent(Work& work, const std::optional<store::Entity>& parent,
                                               std::string_view parent_key) {
  if (parent && !parent->zoho_id.empty()) return Readiness::ready;
  Work* there = parent ? find(parent->id) : nullptr;
  if (parent && there == nullptr) {
    ZS_ASSIGN(const std::optional<store::Dirty> dirty, reader_->dirty(parent->id));
    ZS_ASSIGN(const std::optional<store::Held> held, reader_->held(parent->id));
    if (dirty && dirty->blocked_on == 0 && dirty->due_ms <= now_ms() && !busy_.contains(parent->id)) {
      // It could go now and only stands further back in the line: it is taken along.
      there = admit(*dirty);
      if (there == nullptr) return Readiness::leaves;
      route(*there);
    } else if (dirty || held) {
      blocks_.emplace_back(work.entity.id, parent->id);
      return Readiness::leaves;
    }
  }
  if (there != nullptr) {
    work.waits_for = parent->id;
    if (std::ranges::find(there->waiters, work.entity.id) == there->waiters.end())
      there->waiters.push_back(work.entity.id);
    return Readiness::waits;
  }
  hold(work, "PARENT_MISSING", work.entity.kind == Kind::user ? "account_id" : "user_id or account_id",
       parent_key.empty() ? "no event has told yet whom it belongs to"
                          : "no event has told of '" + std::string(parent_key) + "' yet");
  holds_.push_back(*work.must_hold);
  return Readiness::leaves;
}

void Engine::enqueue(Work& work, Verb verb, std::string tags) {
  work.is_queued = true;
  ++work.under_way;
  QueueKey key{plan::module_of(work.entity.kind), verb, work.dirty.lane == store::Lane::live, std::move(tags)};
  Queue& queue = queues_[key];
  if (queue.ids.empty()) queue.since = now_;
  queue.ids.push_back(work.entity.id);
}

void Engine::finish(Work& work) {
  work.is_queued = true;  // nothing more may be planned for this version
  finished_.push_back(work.entity.id);
}

}  // namespace zs::engine
