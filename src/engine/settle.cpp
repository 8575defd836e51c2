// What answers mean. Everything that came in since the last tick is settled in one commit, or in one for each call
// while senders press: ids, synced state, timeline, and what leaves the backlog.
#include <algorithm>
#include <span>
#include <utility>

#include "base/log.hpp"
#include "engine/engine.hpp"
#include "zoho/roles.hpp"

namespace zs::engine {

using zoho::Answer;
using zoho::ItemAnswer;
using zoho::Verb;
using zoho::Verdict;

namespace {

constexpr std::int32_t k_pause_after_failures = 3;
constexpr std::int32_t k_attempts_in_line = 10;
constexpr int k_rereads = 3;

std::string state_of_refusal(const Answer& answer) {
  return answer.code == "TOKEN_REVOKED" ? "token_revoked" : "misconfigured";
}

}  // namespace

/// What came in frees its place at once, before what it says is worked up.
void Engine::land_answers() {
  for (Answered& one : std::exchange(answers_, {})) {
    auto flight = flights_.extract(one.id);
    if (flight.empty()) continue;
    land(flight.mapped().toll, one.answer);
    if (on_call) on_call(flight.mapped().verb, one.answer.outcome, now_ - flight.mapped().toll.sent);
    const auto queue = queues_.find(flight.mapped().key);
    if (queue != queues_.end() && queue->second.under_way > 0) --queue->second.under_way;
    landed_.push_back({one.id, std::move(flight.mapped()), std::move(one.answer)});
  }
}

void Engine::settle() {
  std::vector<Landed> landed = std::exchange(landed_, {});
  left_.clear();
  to_route_.clear();
  to_pause_.reset();
  counted_failure_ = false;
  for (const Landed& one : landed) {
    for (const EntityId id : one.flight.ids) {
      const auto busy = busy_.find(id);
      if (busy != busy_.end() && --busy->second == 0) busy_.erase(busy);
      // Its work was dropped while the call was out: it may be planned again now.
      if (find(id) == nullptr) may_have_dirty_ = true;
    }
  }
  // While senders press each call has a commit of its own, so that who posts waits for one of them at most.
  const std::size_t at_once = do_senders_press_ ? 1 : landed.size();
  for (std::span<Landed> ahead = landed; !ahead.empty(); ahead = ahead.subspan(std::min(at_once, ahead.size()))) {
    const auto done = store_.write([&](store::Transaction& tx) -> Result<void> {
      for (Landed& one : ahead.first(std::min(at_once, ahead.size())))
        ZS_TRY(settle_call(tx, one.id, one.flight, one.answer));
      return save_limits(tx);
    });
    if (!done) {
      store_failed(done.error());
      return;
    }
  }
  // Before the window is touched: a pause drops it whole.
  std::vector<EntityId> waiters;
  for (const EntityId id : left_) {
    if (Work* work = find(id)) {
      waiters.insert(waiters.end(), work->waiters.begin(), work->waiters.end());
      works_.erase(id);
    }
  }
  if (to_pause_) {
    const bool ours = to_pause_->outcome == Answer::Outcome::not_allowed;
    pause(ours || to_pause_->outcome == Answer::Outcome::stale_token ? state_of_refusal(*to_pause_) : "unreachable",
          to_pause_->message.empty() ? to_pause_->code : to_pause_->message,
          to_pause_->outcome == Answer::Outcome::not_sent);
  } else {
    for (const EntityId id : to_route_) {
      if (Work* work = find(id)) route(*work);
    }
    for (const EntityId id : waiters) {
      if (Work* work = find(id)) {
        work->waits_for = 0;
        route(*work);
      }
    }
  }
  left_.clear();
  to_route_.clear();
  if (on_progress) on_progress();
}

Result<void> Engine::settle_call(store::Transaction& tx, std::uint64_t id, Flight& flight, const Answer& answer) {
  if (answer.outcome != Answer::Outcome::answered) {
    status_.last_error = answer.code + (answer.message.empty() ? "" : ": " + answer.message);
    log::warn("a call to Zoho brought no result", {{"call", static_cast<std::int64_t>(id)},
                                                   {"verb", zoho::name_of(flight.verb)},
                                                   {"records", flight.ids.size()},
                                                   {"code", answer.code}});
    return settle_nothing(tx, id, flight, answer);
  }
  if (ends_pause(flight.toll)) {
    answers_again();
    ZS_TRY(service_is_back(tx));
  }
  const bool cut_off = flight.verb == Verb::find_by_email && answer.records.size() >= 200 && flight.ids.size() > 1;
  if (cut_off) {
    // More people than one answer holds: ask for half of them at a time.
    const auto middle = flight.ids.begin() + static_cast<std::ptrdiff_t>(flight.ids.size() / 2);
    halves_.emplace_back(flight.key, std::vector<EntityId>(flight.ids.begin(), middle));
    halves_.emplace_back(flight.key, std::vector<EntityId>(middle, flight.ids.end()));
    return {};
  }
  for (std::size_t i = 0; i < flight.ids.size(); ++i) {
    Work* work = find(flight.ids[i]);
    if (work == nullptr) continue;
    --work->under_way;
    if (flight.verb == Verb::find_by_key) {
      ZS_TRY(settle_found_by_key(tx, *work, answer.records));
    } else if (flight.verb == Verb::find_by_email) {
      ZS_TRY(settle_found(tx, *work, answer.records));
    } else if (flight.verb == Verb::read_roles) {
      ZS_TRY(settle_roles_read(tx, *work, answer.records));
    } else if (zoho::is_role_write(flight.verb)) {
      ZS_TRY(note(tx, *work, id, flight, i, answer.items[i]));
      ZS_TRY(settle_roles(tx, *work, flight, answer));
    } else if (flight.verb == Verb::read) {
      const std::string& wanted = work->candidate.empty() ? work->entity.zoho_id : work->candidate;
      const auto record = std::ranges::find(answer.records, wanted, &zoho::Record::zoho_id);
      ZS_TRY(settle_read(tx, *work, record == answer.records.end() ? nullptr : &*record));
    } else {
      ZS_TRY(note(tx, *work, id, flight, i, answer.items[i]));
      ZS_TRY(settle_item(tx, *work, flight, i, answer.items[i]));
    }
    ZS_TRY(conclude(tx, *work));
  }
  return {};
}

Result<void> Engine::settle_nothing(store::Transaction& tx, std::uint64_t call_id, Flight& flight,
                                    const Answer& answer) {
  using enum Answer::Outcome;
  // An answer to what went out before a pause tells nothing of the time after it: it does not prolong it either.
  const bool is_news = ends_pause(flight.toll);
  const auto count_failure = [&] {
    if (is_news && !std::exchange(counted_failure_, true)) ++failures_in_a_row_;
    return is_news && failures_in_a_row_ >= k_pause_after_failures;
  };
  const auto requeue = [&] {
    std::erase_if(flight.ids, [&](EntityId one) { return find(one) == nullptr; });
    Queue& queue = queues_[flight.key];
    queue.ids.push_front(flight.ids);
    queue.since = now_;
  };
  switch (answer.outcome) {
    case throttled:
      requeue();
      return {};
    case stale_token:
      if (count_failure()) to_pause_ = answer;
      requeue();
      return {};
    case not_allowed:
    case not_sent:
      if (is_news) to_pause_ = answer;
      return {};
    case refused:
      if (flight.ids.size() > 1) {
        const auto middle = flight.ids.begin() + static_cast<std::ptrdiff_t>(flight.ids.size() / 2);
        halves_.emplace_back(flight.key, std::vector<EntityId>(flight.ids.begin(), middle));
        halves_.emplace_back(flight.key, std::vector<EntityId>(middle, flight.ids.end()));
        return {};
      }
      if (Work* work = find(flight.ids.front())) {
        // Nobody else is in it: what it says is said of this record.
        --work->under_way;
        ZS_TRY(note(tx, *work, call_id, flight, 0, answer.items.at(0)));
        ZS_TRY(settle_item(tx, *work, flight, 0, answer.items.at(0)));
        ZS_TRY(conclude(tx, *work));
      }
      return {};
    case unknown:
    case answered:
      break;
  }
  if (count_failure()) to_pause_ = answer;
  for (const EntityId id : flight.ids) {
    if (Work* work = find(id)) {
      --work->under_way;
      work->must_retry = true;
      put_off_.push_back(id);
      ZS_TRY(conclude(tx, *work));
    }
  }
  return {};
}

Result<void> Engine::settle_item(store::Transaction& tx, Work& work, const Flight& flight, std::size_t index,
                                 const ItemAnswer& answer) {
  const zoho::Module module = plan::module_of(work.entity.kind);
  switch (answer.verdict) {
    case Verdict::applied:
      return settle_applied(tx, work, flight, index, answer);
    case Verdict::retry:
      // What fails for a quarter of an hour while others go through is this record's own trouble.
      if (work.dirty.attempts >= k_attempts_in_line) {
        work.dirty.attempts = 0;
        hold_for_now(work, answer);
      } else {
        work.must_retry = true;
      }
      return {};
    case Verdict::reread:
      if (work.entity.zoho_id.empty() || ++work.rereads > k_rereads) {
        hold(work, answer.code, answer.field, answer.message);
      } else {
        work.must_read = true;
      }
      return {};
    case Verdict::read_schema:
      read_schema_for(work, answer);
      return {};
    case Verdict::exists:
      if (answer.field == options_.mapping.external_id[static_cast<std::size_t>(module)]) {
        // Ours: made by a call whose answer was lost.
        return adopt_own(tx, work, answer.zoho_id, store::Cause::adopted_external_id);
      }
      if (flight.verb == Verb::insert && work.candidate.empty()) {
        work.candidate = answer.zoho_id;
        work.candidate_field = answer.field;
      } else {
        hold(work, answer.code, answer.field, answer.message, {answer.zoho_id});
      }
      return {};
    case Verdict::gone:
      return lose(tx, work);
    case Verdict::parent_gone:
      return settle_parent_gone(tx, work, answer);
    case Verdict::mend:
      return settle_mend(tx, work, flight.changes[index], answer);
    case Verdict::hold_for_now:
      hold_for_now(work, answer);
      return {};
    case Verdict::hold:
      hold(work, answer.code, answer.field, answer.message, answer.candidates);
      return {};
  }
  return {};
}

Result<void> Engine::settle_applied(store::Transaction& tx, Work& work, const Flight& flight, std::size_t index,
                                    const ItemAnswer& answer) {
  ++status_.applied;
  schema_doubts_.erase(work.entity.id);
  // Tags that went out beside the update that found another record to be the entity's: they are on the one that it had.
  const bool is_about_another =
      flight.verb != Verb::insert && !answer.zoho_id.empty() && answer.zoho_id != work.entity.zoho_id;
  if (is_about_another) return {};
  plan::confirm(work.entity.synced, flight.changes[index]);
  if (flight.verb != Verb::insert) return tx.save_synced(work.entity);
  // A record that we made is empty where we sent nothing: clearing such a field later needs no call.
  for (const plan::FieldRule& rule : options_.mapping.fields[static_cast<std::size_t>(flight.key.module)]) {
    work.entity.synced.fields.try_emplace(rule.field, "null");
  }
  work.entity.zoho_id = answer.zoho_id;
  work.are_roles_seen = true;
  work.is_made_now = true;
  return link(tx, work, work.entity.synced_ms == 0 ? store::Cause::inserted : store::Cause::recreated);
}

}  // namespace zs::engine
