// The calls of erasures, one step of each person's way at a time, those of many people together; and what their answers
// mean. Every step can be taken twice: a lost answer is a step repeated.
#include <algorithm>
#include <tuple>
#include <utility>

#include "base/json.hpp"
#include "base/log.hpp"
#include "engine/engine.hpp"
#include "zoho/reactions.hpp"
#include "zoho/wire.hpp"

namespace zs::engine {

using Stage = Erasure::Stage;
using zoho::Answer;
using zoho::ItemAnswer;
using zoho::Verb;
using zoho::Verdict;

namespace {

constexpr std::int32_t k_patience = 5;    // how often a deletion is repeated before a person is asked
constexpr Duration k_held_again = 10min;  // a hold may have ended without anybody saying so

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

}  // namespace

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
      return tx.save_link(*entity, {store::Cause::adopted_external_id, now_ms()});
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
