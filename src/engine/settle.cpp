// What answers mean. Everything that came in since the last tick is settled in one commit: ids, synced
// state, timeline, and what leaves the backlog.
#include <algorithm>
#include <iterator>
#include <utility>

#include "base/json.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "engine/engine.hpp"
#include "zoho/reactions.hpp"

namespace zs::engine {

using zoho::Answer;
using zoho::ItemAnswer;
using zoho::Verb;
using zoho::Verdict;

namespace {

constexpr std::int32_t k_pause_after_failures = 3;
constexpr std::int32_t k_parents_looked_at = 3;

bool is_mandatory(const plan::Mapping& mapping, zoho::Module module, std::string_view field) {
  for (const std::string_view name : {"Last_Name", "Account_Name", "Deal_Name", "Stage", "Closing_Date", "Pipeline"}) {
    if (field == name) return true;
  }
  return field == mapping.external_id[static_cast<std::size_t>(module)];
}

std::string state_of_refusal(const Answer& answer) {
  return answer.code == "TOKEN_REVOKED" ? "token_revoked" : "misconfigured";
}

}  // namespace

void Engine::settle() {
  std::vector<Answered> answers = std::exchange(answers_, {});
  left_.clear();
  to_route_.clear();
  to_pause_.reset();
  counted_failure_ = false;
  std::vector<std::pair<std::uint64_t, Flight>> landed;
  for (const Answered& one : answers) {
    auto flight = flights_.extract(one.id);
    if (flight.empty()) continue;
    governor_.finished(flight.mapped().is_heavy);
    for (const EntityId id : flight.mapped().ids) {
      const auto busy = busy_.find(id);
      if (busy != busy_.end() && --busy->second == 0) busy_.erase(busy);
      // Its work was dropped while the call was out: it may be planned again now.
      if (find(id) == nullptr) may_have_dirty_ = true;
    }
    if (on_call) on_call(flight.mapped().verb, one.answer.outcome, now_ - flight.mapped().sent);
    const auto queue = queues_.find(flight.mapped().key);
    if (queue != queues_.end() && queue->second.under_way > 0) --queue->second.under_way;
    if (one.answer.credits_remaining) governor_.correct_credits(*one.answer.credits_remaining, now_);
    landed.emplace_back(one.id, std::move(flight.mapped()));
  }
  const auto done = store_.write([&](store::Transaction& tx) -> Result<void> {
    std::size_t next = 0;
    for (const Answered& one : answers) {
      if (next == landed.size() || landed[next].first != one.id) continue;
      ZS_TRY(settle_call(tx, one.id, landed[next].second, one.answer));
      ++next;
    }
    return tx.set_meta("credits", governor_.save_credits(now_));
  });
  if (!done) {
    store_failed(done.error());
    return;
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
    pause(ours ? state_of_refusal(*to_pause_) : "unreachable",
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
    return settle_nothing(tx, flight, answer);
  }
  failures_in_a_row_ = 0;
  pause_state_.clear();
  governor_.went_well();
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
    if (flight.verb == Verb::find_by_email) {
      ZS_TRY(settle_found(tx, *work, answer.records));
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

Result<void> Engine::settle_nothing(store::Transaction& tx, Flight& flight, const Answer& answer) {
  using enum Answer::Outcome;
  if (answer.outcome == throttled || answer.outcome == stale_token || answer.outcome == not_allowed ||
      answer.outcome == not_sent) {
    governor_.refund(flight.credits);
  }
  const auto count_failure = [&] {
    if (!std::exchange(counted_failure_, true)) ++failures_in_a_row_;
    return failures_in_a_row_ >= k_pause_after_failures;
  };
  const auto requeue = [&] {
    std::erase_if(flight.ids, [&](EntityId id) { return find(id) == nullptr; });
    Queue& queue = queues_[flight.key];
    queue.ids.insert(queue.ids.begin(), flight.ids.begin(), flight.ids.end());
    queue.since = now_;
  };
  switch (answer.outcome) {
    case throttled:
      governor_.throttled(now_, std::chrono::seconds{answer.retry_after_seconds.value_or(0)});
      requeue();
      return {};
    case stale_token:
      if (count_failure()) to_pause_ = answer;
      requeue();
      return {};
    case not_allowed:
    case not_sent:
      to_pause_ = answer;
      return {};
    case refused:
      if (flight.ids.size() > 1) {
        const auto middle = flight.ids.begin() + static_cast<std::ptrdiff_t>(flight.ids.size() / 2);
        halves_.emplace_back(flight.key, std::vector<EntityId>(flight.ids.begin(), middle));
        halves_.emplace_back(flight.key, std::vector<EntityId>(middle, flight.ids.end()));
        return {};
      }
      if (Work* work = find(flight.ids.front())) {
        --work->under_way;
        hold(*work, answer.code, {}, answer.message);
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
      work.must_retry = true;
      return {};
    case Verdict::retry_slowly:
      work.must_retry = true;
      work.retry_slowly = true;
      return {};
    case Verdict::exists:
      if (answer.field == options_.mapping.external_id[static_cast<std::size_t>(module)]) {
        // Ours: made by a call whose answer was lost.
        return adopt_own(tx, work, answer.zoho_id);
      }
      if (flight.verb == Verb::insert && work.candidate.empty()) {
        work.candidate = answer.zoho_id;
        work.candidate_field = answer.field;
      } else {
        hold(work, answer.code, answer.field, answer.message, {answer.zoho_id});
      }
      return {};
    case Verdict::gone:
      return settle_gone(tx, work);
    case Verdict::parent_gone:
      return settle_parent_gone(tx, work, answer);
    case Verdict::drop_field: {
      const auto sent = flight.changes[index].set.find(answer.field);
      if (is_mandatory(options_.mapping, module, answer.field) || sent == flight.changes[index].set.end()) {
        hold(work, answer.code, answer.field, answer.message);
        return {};
      }
      // The record is worth more than one of its fields; what was refused is shown and not sent again until it changes.
      work.entity.synced.refused.insert_or_assign(answer.field, sent->second);
      return tx.save_synced(work.entity);
    }
    case Verdict::hold:
      hold(work, answer.code, answer.field, answer.message, answer.candidates);
      return {};
  }
  return {};
}

Result<void> Engine::settle_applied(store::Transaction& tx, Work& work, const Flight& flight, std::size_t index,
                                    const ItemAnswer& answer) {
  ++status_.applied;
  plan::confirm(work.entity.synced, flight.changes[index]);
  if (flight.verb != Verb::insert) return tx.save_synced(work.entity);
  // A record that we made is empty where we sent nothing: clearing such a field later needs no call.
  for (const plan::FieldRule& rule : options_.mapping.fields[static_cast<std::size_t>(flight.key.module)]) {
    work.entity.synced.fields.try_emplace(rule.field, "null");
  }
  work.entity.zoho_id = answer.zoho_id;
  return link(tx, work);
}

/// A record that carries our platform id, with unknown content. It is read next; if that never happens (a crash, a
/// pause), every field and tag of ours is in doubt and is written.
Result<void> Engine::adopt_own(store::Transaction& tx, Work& work, std::string zoho_id) {
  work.entity.zoho_id = std::move(zoho_id);
  work.entity.synced.fields.clear();
  work.entity.synced.tags.clear();
  work.entity.synced.tags_doubt = options_.mapping.managed_tags(plan::module_of(work.entity.kind));
  work.must_read = true;
  return link(tx, work);
}

/// Writes the new id into the map; whoever waited for it may go.
Result<void> Engine::link(store::Transaction& tx, Work& work) {
  work.candidate.clear();
  const auto saved = tx.save_synced(work.entity);
  if (!saved && saved.error().code == Errc::conflict) {
    const std::string taken = std::exchange(work.entity.zoho_id, {});
    work.must_read = false;
    hold(work, "ID_TAKEN", {}, "the record belongs to another platform id", {taken});
    return {};
  }
  ZS_TRY(saved);
  ZS_TRY(tx.unblock_children(work.entity.id));
  may_have_dirty_ = true;
  return wake_children(tx, work);
}

/// What names this record in Zoho, or was held for want of it, is looked at again.
Result<void> Engine::wake_children(store::Transaction& tx, const Work& work) {
  constexpr std::size_t k_many = 10'000;
  std::vector<store::Entity> children;
  if (work.entity.kind == event::Kind::user) {
    ZS_ASSIGN(children, tx.subscriptions_of_user(work.entity.key, k_many));
  } else if (work.entity.kind == event::Kind::account) {
    // An account that is made anew has a new id, which all of its records must name. One that is made the first time
    // concerns only those who were held for want of it.
    ZS_ASSIGN(const store::Backlog backlog, tx.backlog());
    if (work.entity.synced_ms == 0 && backlog.held == 0) return {};
    ZS_ASSIGN(children, tx.of_account(work.entity.key, event::Kind::user, true, k_many));
    ZS_ASSIGN(std::vector<store::Entity> deals,
              tx.of_account(work.entity.key, event::Kind::subscription, false, k_many));
    std::ranges::move(deals, std::back_inserter(children));
  }
  for (const store::Entity& child : children) {
    ZS_ASSIGN(const std::optional<store::Dirty> dirty, tx.dirty(child.id));
    if (dirty) continue;
    ZS_ASSIGN(const std::optional<store::Held> held, tx.held(child.id));
    const bool wanted_us = held && held->code.starts_with("PARENT_");
    const bool names_us = !held && !child.zoho_id.empty();
    if (wanted_us || names_us) ZS_TRY(tx.mark_dirty(child.id, work.dirty.lane, now_ms()));
  }
  return {};
}

/// The record that a lookup names is gone: its owner is written whole, which shows whether it is, and what
/// is to be done about it; the child waits for that.
Result<void> Engine::settle_parent_gone(store::Transaction& tx, Work& work, const ItemAnswer& answer) {
  const bool is_contact = answer.field == "Contact_Name";
  const std::string& key = is_contact ? work.entity.user_key : work.entity.account_key;
  ZS_ASSIGN(std::optional<store::Entity> parent, tx.find(is_contact ? event::Kind::user : event::Kind::account, key));
  // A parent that is there after all and still refused is not ours to mend.
  const bool in_vain = work.dirty.attempts >= k_parents_looked_at;
  if (!parent || in_vain || options_.on_deleted == OnDeleted::leave) {
    hold(work, "PARENT_GONE", answer.field, answer.message);
    return {};
  }
  ZS_ASSIGN(const std::optional<store::Held> held, tx.held(parent->id));
  if (!held) {
    parent->synced.fields.clear();
    ZS_TRY(tx.save_synced(*parent));
    ZS_TRY(tx.mark_dirty(parent->id, work.dirty.lane, now_ms()));
    may_have_dirty_ = true;
  }
  work.must_block = parent->id;
  return {};
}

Result<void> Engine::settle_found(store::Transaction& tx, Work& work, const std::vector<zoho::Record>& records) {
  work.is_searched = true;
  const std::string& id_field = options_.mapping.external_id[static_cast<std::size_t>(zoho::Module::contacts)];
  const std::string email = to_lower(email_of(work));
  const auto value = [](const zoho::Record& record, const std::string& field) -> std::string {
    const auto found = record.fields.find(field);
    return found == record.fields.end() ? std::string{} : json_unquoted(found->second);
  };
  std::vector<std::string> free;
  std::vector<std::string> foreign;
  for (const zoho::Record& record : records) {
    if (to_lower(value(record, "Email")) != email) continue;
    const std::string owner = value(record, id_field);
    if (owner == work.entity.key) {
      return adopt_own(tx, work, record.zoho_id);
    }
    ZS_ASSIGN(const std::optional<store::Entity> holder, tx.find_by_zoho_id(event::Kind::user, record.zoho_id));
    const bool is_taken = holder || std::ranges::any_of(works_, [&](const auto& entry) {
                            return entry.second.get() != &work && entry.second->candidate == record.zoho_id;
                          });
    if (owner.empty()) {
      if (!is_taken) free.push_back(record.zoho_id);
      continue;
    }
    // Two of our users may share an e-mail; a platform id that we do not know is somebody else's claim.
    ZS_ASSIGN(const std::optional<store::Entity> known, tx.find(event::Kind::user, owner));
    if (!holder && !known) foreign.push_back(record.zoho_id);
  }
  if (!foreign.empty()) {
    foreign.insert(foreign.end(), free.begin(), free.end());
    hold(work, "FOREIGN_CONTACT", id_field,
         "a Contact with this e-mail carries a platform id that no event has told of", foreign);
  } else if (free.size() > 1) {
    hold(work, "AMBIGUOUS_CONTACT", "Email",
         std::to_string(free.size()) + " Contacts have this e-mail and no platform id", free);
  } else if (free.size() == 1) {
    work.candidate = free.front();
    work.candidate_field = "Email";
  }
  return {};
}

Result<void> Engine::settle_read(store::Transaction& tx, Work& work, const zoho::Record* record) {
  const zoho::Module module = plan::module_of(work.entity.kind);
  const bool is_candidate = !work.candidate.empty();
  if (record == nullptr) {
    if (!is_candidate) return settle_gone(tx, work);
    // It went away between the look-up and now.
    work.candidate.clear();
    work.must_retry = true;
    return {};
  }
  if (is_candidate) {
    const auto owner = record->fields.find(options_.mapping.external_id[static_cast<std::size_t>(module)]);
    const bool is_free =
        owner == record->fields.end() || owner->second == "null" || owner->second == json_quoted(work.entity.key);
    if (!is_free) {
      hold(work, "FOREIGN_CONTACT", work.candidate_field, "the record with the same value carries another platform id",
           {record->zoho_id});
      return {};
    }
    work.entity.zoho_id = record->zoho_id;
  }
  work.must_read = false;
  work.entity.synced.fields = record->fields;
  work.entity.synced.tags.clear();
  work.entity.synced.tags_doubt.clear();
  for (const std::string& tag : options_.mapping.managed_tags(module)) {
    if (record->tags.contains(tag)) work.entity.synced.tags.insert(tag);
  }
  std::string entry;
  JsonWriter(entry)
      .begin_object()
      .field("what", "adopt")
      .field("module", plan::name_of(module))
      .field("zoho_id", record->zoho_id)
      .end_object();
  ZS_TRY(tx.add_timeline(work.entity.id, {now_ms(), std::move(entry)}));
  return link(tx, work);
}

Result<void> Engine::settle_gone(store::Transaction& tx, Work& work) {
  switch (options_.on_deleted) {
    case OnDeleted::recreate:
      work.entity.zoho_id.clear();
      work.entity.synced = {};
      work.must_read = false;
      return tx.save_synced(work.entity);
    case OnDeleted::leave:
      // As good as synced: until an event changes it, nobody asks again.
      work.must_leave = true;
      return {};
    case OnDeleted::hold:
      break;
  }
  hold(work, "RECORD_GONE", "id", "the record was deleted or merged in Zoho", {work.entity.zoho_id});
  return {};
}

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
    if (work.must_hold) {
      ++status_.held;
      return tx.hold(*work.must_hold);
    }
    ++status_.retried;
    const std::int32_t attempts = work.dirty.attempts + 1;
    const Duration base = work.retry_slowly ? Duration{5min} : Duration{1s};
    const Duration grown =
        std::min<Duration>(work.retry_slowly ? Duration{1h} : Duration{5min}, base * (1 << std::min(attempts - 1, 9)));
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
    work.is_queued = false;
    to_route_.push_back(id);
    return {};
  }
  const bool is_linked = !work.entity.zoho_id.empty() && !work.must_read;
  if (!is_linked ||
      !plan::diff(work.desired, work.entity.synced, options_.mapping, plan::module_of(work.entity.kind)).empty()) {
    work.is_queued = false;
    to_route_.push_back(id);
    return {};
  }
  ZS_ASSIGN(const bool cleared, tx.clear_dirty(id, work.dirty.version));
  if (cleared) {
    work.entity.synced_ms = now_ms();
    work.entity.flags = work.desired.flags;
    for (const auto& [field, value] : work.entity.synced.refused) {
      if (work.desired.fields.contains(field) && work.desired.fields.at(field) == value)
        work.entity.flags.push_back(field + " refused by Zoho");
    }
    ZS_TRY(tx.save_synced(work.entity));
    ZS_TRY(tx.unblock_children(id));
  }
  may_have_dirty_ = true;
  left_.push_back(id);
  return {};
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
  json.end_array().end_object();
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
        work->entity.flags = work->desired.flags;
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
        ++status_.held;
        ZS_TRY(tx.hold(held));
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
