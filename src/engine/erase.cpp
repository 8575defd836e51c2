// Erasing a person: the calls, one step of each person's way at a time, those of many people together; and what is
// durable of it. While it lasts the records concerned are kept out of all other calls.
#include <algorithm>
#include <utility>

#include "base/json.hpp"
#include "base/log.hpp"
#include "engine/engine.hpp"
#include "zoho/reactions.hpp"
#include "zoho/wire.hpp"

namespace zs::engine {

using Stage = Erasure::Stage;
using event::Kind;
using zoho::Answer;
using zoho::ItemAnswer;
using zoho::Verb;
using zoho::Verdict;

namespace {

constexpr std::int32_t k_patience = 5;    // how often a deletion is repeated before a person is asked
constexpr Duration k_held_again = 10min;  // a hold may have ended without anybody saying so
constexpr Duration k_wipe_again = 100ms;  // a reader stood in the way

/// Refusals of ours as a whole, which the engine meets, reports and outlasts by itself.
bool is_about_token(std::string_view code) {
  return code == "TOKEN_REVOKED" || code == "NO_CREDENTIALS" || code == "CLIENT_REFUSED";
}

std::string doing(const ErasureStep& step) {
  const std::string module(plan::name_of(step.module));
  switch (step.verb) {
    case Verb::update:
      return "erasure: taking the person out of a record of " + module;
    case Verb::delete_records:
      return "erasure: deleting a record of " + module;
    case Verb::purge:
      return "erasure: purging a record of " + module + " from the recycle bin";
    default:
      return "erasure: looking for a record of " + module;
  }
}

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
  if (find(id) == nullptr) return;
  for (const EntityId waiter : withdraw(id)) {
    if (Work* work = find(waiter)) {
      work->waits_for = 0;
      route(*work);
    }
  }
}

void Engine::release(Erasure& erasure) {
  for (const EntityId id : std::exchange(erasure.guarded, {})) {
    const auto busy = busy_.find(id);
    if (busy != busy_.end() && --busy->second == 0) busy_.erase(busy);
  }
  may_have_dirty_ = true;
}

/// Whether nothing but erasures keeps these records.
bool Engine::has_landed(const Erasure& erasure) const {
  return std::ranges::all_of(erasure.guarded, [&](EntityId id) {
    const auto guards =
        std::ranges::count_if(erasures_, [&](const auto& one) { return one.second.guarded.contains(id); });
    return busy_.at(id) == guards;
  });
}

void Engine::pursue_erasures() {
  for (auto& [id, erasure] : erasures_) {
    const auto done = pursue(id, erasure);
    if (!done) {
      store_failed(done.error());
      return;
    }
  }
  std::erase_if(erasures_, [](const auto& one) { return one.second.stage == Stage::over; });
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
  if (erasure.stage == Stage::calling && erasure.at == erasure.steps.size()) ZS_TRY(remove(id, erasure));
  if (erasure.stage != Stage::wiping) return {};
  ZS_ASSIGN(const std::vector<store::PendingErasure> pending, reader_->erasures());
  if (std::ranges::find(pending, id, &store::PendingErasure::id) == pending.end()) {
    erasure.stage = Stage::over;
    log::info("a person was erased", {{"entity", id}});
    release(erasure);
    return {};
  }
  if (erasure.due <= now_) {
    ZS_TRY(store_.write([](store::Transaction& tx) { return tx.wipe(); }));
    erasure.due = now_ + k_wipe_again;
  }
  next_wakeup_ = std::min(next_wakeup_, erasure.due);
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

/// The next call of everybody's way, those of a kind together.
void Engine::call_for_erasures() {
  std::map<std::tuple<zoho::Module, Verb, EntityId>, std::vector<EntityId>> groups;
  for (auto& [id, erasure] : erasures_) {
    if (erasure.stage != Stage::calling || erasure.in_flight || erasure.is_held) continue;
    // What was not found needs no more steps.
    const auto is_idle = [&](const ErasureStep& step) {
      return (step.verb != Verb::find_by_key || step.is_check) && erasure.records[step.entity].empty();
    };
    while (erasure.at < erasure.steps.size() && is_idle(erasure.steps[erasure.at])) ++erasure.at;
    if (erasure.at == erasure.steps.size()) {
      next_wakeup_ = now_;
      continue;
    }
    if (erasure.due > now_) {
      next_wakeup_ = std::min(next_wakeup_, erasure.due);
      continue;
    }
    const ErasureStep& step = erasure.steps[erasure.at];
    if (step.verb == Verb::find_by_key && !zoho::is_askable(step.key)) {
      ItemAnswer answer;
      answer.code = "ID_NOT_ASKABLE";
      answer.message = "whether Zoho has a record of an id with quotes cannot be asked";
      hold_erasure(id, erasure, answer);
      continue;
    }
    groups[{step.module, step.verb, erasure.is_alone ? id : 0}].push_back(id);
  }
  for (const auto& [kind, ids] : groups) {
    const auto& [module, verb, alone] = kind;
    const std::size_t most = zoho::max_items(verb);
    for (std::size_t from = 0; from < ids.size(); from += most) {
      const std::size_t count = std::min(most, ids.size() - from);
      if (!call_for_some(module, verb,
                         std::vector<EntityId>(ids.begin() + static_cast<std::ptrdiff_t>(from),
                                               ids.begin() + static_cast<std::ptrdiff_t>(from + count))))
        return;
    }
  }
}

bool Engine::call_for_some(zoho::Module module, Verb verb, std::vector<EntityId> ids) {
  const batch::Cost cost = cost_of(verb, ids.size(), true);
  if (!may_go(cost)) return false;
  const auto toll = pay(cost);
  if (!toll) return false;
  zoho::Call call;
  call.id = next_call_++;
  call.verb = verb;
  call.module = module;
  for (const EntityId id : ids) {
    Erasure& erasure = erasures_.at(id);
    const ErasureStep& step = erasure.steps[erasure.at];
    zoho::Item item;
    item.zoho_id = erasure.records[step.entity];
    item.fields = step.fields;
    item.key = step.key;
    call.items.push_back(std::move(item));
    erasure.in_flight = true;
  }
  const std::uint64_t call_id = call.id;
  erasure_flights_.emplace(call_id, ErasureFlight{verb, std::move(ids), *toll});
  crm_.send(std::move(call), [this, alive = alive_, call_id](Answer answer) {
    if (*alive) erasure_answers_.push_back({call_id, std::move(answer)});
  });
  return true;
}

void Engine::settle_erasures() {
  for (Answered& one : std::exchange(erasure_answers_, {})) {
    auto landed = erasure_flights_.extract(one.id);
    if (landed.empty()) continue;
    const ErasureFlight& flight = landed.mapped();
    land(flight.toll, one.answer);
    if (on_call) on_call(flight.verb, one.answer.outcome, now_ - flight.toll.sent);
    for (std::size_t i = 0; i < flight.ids.size(); ++i) {
      const auto found = erasures_.find(flight.ids[i]);
      if (found == erasures_.end()) continue;
      found->second.in_flight = false;
      if (one.answer.outcome == Answer::Outcome::answered) {
        settle_step(found->first, found->second, one.answer, i);
      } else {
        settle_no_step(found->first, found->second, one.answer, flight.ids.size() == 1);
      }
    }
    if (one.answer.outcome != Answer::Outcome::answered) settle_no_call(flight, one.answer);
  }
}

void Engine::settle_no_call(const ErasureFlight& flight, const Answer& answer) {
  using enum Answer::Outcome;
  status_.last_error = answer.code + (answer.message.empty() ? "" : ": " + answer.message);
  log::warn("a call of an erasure brought no result",
            {{"verb", zoho::name_of(flight.verb)}, {"records", flight.ids.size()}, {"code", answer.code}});
}

void Engine::settle_no_step(EntityId id, Erasure& erasure, const Answer& answer, bool was_alone) {
  using enum Answer::Outcome;
  const Verb verb = erasure.steps[erasure.at].verb;
  ItemAnswer refusal;
  refusal.code = answer.code;
  refusal.message = answer.message;
  switch (answer.outcome) {
    case throttled:
      return;  // the governor says when
    case refused:
      if (!was_alone) {
        erasure.is_alone = true;
      } else if (answer.code == "INVALID_DATA" && (verb == Verb::delete_records || verb == Verb::purge)) {
        refusal.verdict = Verdict::gone;
        settle_write(id, erasure, refusal);
      } else {
        hold_erasure(id, erasure, refusal);
      }
      return;
    case not_allowed:
      if (is_about_token(answer.code)) break;
      hold_erasure(id, erasure, refusal);
      return;
    case unknown:
      erasure.is_purge_unsure = erasure.is_purge_unsure || verb == Verb::purge;
      break;
    case not_sent:
    case stale_token:
    case answered:
      break;
  }
  put_off(erasure);
}

void Engine::settle_step(EntityId id, Erasure& erasure, const Answer& answer, std::size_t index) {
  const ErasureStep& step = erasure.steps[erasure.at];
  if (step.verb == Verb::find_by_key) {
    settle_key(id, erasure, answer.records);
  } else if (step.verb != Verb::read) {
    settle_write(id, erasure, answer.items[index]);
  } else if (std::ranges::find(answer.records, erasure.records[step.entity], &zoho::Record::zoho_id) ==
             answer.records.end()) {
    next_step(erasure);
  } else {
    delete_again(id, erasure);
  }
}

/// A record is still there, or another one: once more from the deletion on.
void Engine::delete_again(EntityId id, Erasure& erasure) {
  if (erasure.rounds < k_patience) {
    while (erasure.steps[erasure.at].verb != Verb::delete_records) --erasure.at;
    erasure.attempts = erasure.rounds++;
    put_off(erasure);
    return;
  }
  erasure.rounds = 0;
  ItemAnswer still_there;
  still_there.code = "NOT_DELETED";
  still_there.message = "Zoho says that the record is deleted, and still shows it";
  hold_erasure(id, erasure, still_there);
}

void Engine::settle_key(EntityId id, Erasure& erasure, const std::vector<zoho::Record>& records) {
  const ErasureStep& step = erasure.steps[erasure.at];
  const std::string& field = options_.mapping.external_id[static_cast<std::size_t>(step.module)];
  const std::string wanted = json_quoted(step.key);
  for (const zoho::Record& record : records) {
    const auto value = record.fields.find(field);
    if (value == record.fields.end() || value->second != wanted) continue;
    // On disk before the record is deleted: nobody can ask for the id after that, and it must be purged.
    const auto noted = store_.write([&](store::Transaction& tx) -> Result<void> {
      ZS_ASSIGN(std::optional<store::Entity> entity, tx.load(step.entity));
      entity->zoho_id = record.zoho_id;
      return tx.save_synced(*entity);
    });
    if (!noted && noted.error().code == Errc::conflict) continue;  // it is another person's by now
    if (!noted) {
      store_failed(noted.error());
      return;
    }
    erasure.records[step.entity] = record.zoho_id;
    if (step.is_check) {
      delete_again(id, erasure);
      return;
    }
  }
  next_step(erasure);
}

void Engine::settle_write(EntityId id, Erasure& erasure, const ItemAnswer& answer) {
  const Verb verb = erasure.steps[erasure.at].verb;
  const bool is_gone = answer.verdict == Verdict::gone;
  switch (answer.verdict) {
    case Verdict::applied:
    case Verdict::gone:
      break;
    case Verdict::retry:
      put_off(erasure);
      return;
    default:
      hold_erasure(id, erasure, answer);
      return;
  }
  if (verb == Verb::purge && is_gone && erasure.was_deleted && !erasure.is_purge_unsure) {
    // It was deleted a moment ago and the recycle bin does not know it yet.
    if (erasure.rounds < k_patience) {
      erasure.attempts = erasure.rounds++;
      put_off(erasure);
      return;
    }
    erasure.rounds = 0;
    ItemAnswer not_there = answer;
    not_there.code = "NOT_IN_BIN";
    hold_erasure(id, erasure, not_there);
    return;
  }
  if (verb == Verb::delete_records) {
    erasure.was_deleted = !is_gone;
    erasure.is_purge_unsure = false;
  }
  next_step(erasure);
}

void Engine::next_step(Erasure& erasure) {
  ++erasure.at;
  erasure.attempts = 0;
  erasure.is_alone = false;
  erasure.due = now_;
}

void Engine::put_off(Erasure& erasure) {
  const Duration grown = std::min<Duration>(5min, 1s * (1 << std::min(erasure.attempts, 9)));
  ++erasure.attempts;
  erasure.due =
      now_ + grown / 2 + Duration{static_cast<std::int64_t>(static_cast<double>(grown.count()) * random_.unit() / 2)};
}

void Engine::hold_erasure(EntityId id, Erasure& erasure, const ItemAnswer& answer) {
  const ErasureStep& step = erasure.steps[erasure.at];
  erasure.due = now_ + k_held_again;
  store::Held held;
  held.id = id;
  held.since_ms = now_ms();
  held.code = answer.code;
  held.field = answer.field;
  held.message = doing(step) + " was refused" + (answer.message.empty() ? "" : ": " + answer.message);
  held.mend = zoho::mend_of(answer.code, answer.field) + "; the erasure goes on from here";
  held.retry_ms = to_millis(erasure.due);
  held.attempts = erasure.attempts;
  const auto done = store_.write([&](store::Transaction& tx) { return tx.hold(held); });
  if (!done) {
    store_failed(done.error());
    return;
  }
  erasure.is_held = true;
  ++status_.held;
  log::warn("an erasure needs a person", {{"entity", id}, {"code", held.code}});
}

}  // namespace zs::engine
