// What each work of the window needs next.
#include <algorithm>
#include <utility>

#include "base/json.hpp"
#include "base/log.hpp"
#include "engine/desired.hpp"
#include "engine/engine.hpp"
#include "zoho/wire.hpp"

namespace zs::engine {

using event::Kind;
using zoho::Verb;

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
  ZS_ASSIGN(Formed formed, engine::form_desired(*reader_, entity, options_.mapping, org_->schema));
  work.desired = std::move(formed.desired);
  if (!options_.send_external_id)
    work.desired.fields.erase(options_.mapping.external_id[static_cast<std::size_t>(plan::module_of(entity.kind))]);
  if (entity.kind == Kind::account || !work.desired.wanted || formed.is_link_only) return Readiness::ready;
  ZS_ASSIGN(const Readiness with_account, await_parent(work, formed.account, entity.account_key));
  if (with_account != Readiness::ready) return with_account;
  // A Contact that is on its way is worth waiting for; one that is held or unknown is not: the Deal goes without.
  const std::optional<store::Entity>& user = formed.user;
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
      there->dirty.lane = std::min(dirty->lane, work.dirty.lane);
      route(*there);
    } else if (dirty || held) {
      blocks_.emplace_back(work.entity.id, parent->id);
      return Readiness::leaves;
    }
  }
  // What a live change waits for is as urgent as that itself, though it came with a backfill.
  if (there != nullptr && there->dirty.lane > work.dirty.lane) {
    there = promote(parent->id, work.dirty.lane);
    if (there == nullptr) return Readiness::leaves;
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
  const bool is_account = work.entity.kind == Kind::account;
  queue.ids.push(work.entity.id, is_account ? work.entity.key : work.entity.account_key);
}

void Engine::finish(Work& work) {
  work.is_queued = true;  // nothing more may be planned for this version
  finished_.push_back(work.entity.id);
}

}  // namespace zs::engine
