// What calls cost, and what answers say of the org's limits.
#include <chrono>

#include "base/log.hpp"
#include "engine/engine.hpp"
#include "zoho/limits.hpp"
#include "zoho/metadata.hpp"

namespace zs::engine {

using zoho::Answer;

namespace {

/// Nothing was done and nothing charged.
bool is_unserved(const Answer& answer) {
  using enum Answer::Outcome;
  return answer.outcome == throttled || answer.outcome == stale_token || answer.outcome == not_allowed ||
         answer.outcome == not_sent;
}

}  // namespace

batch::Cost Engine::cost_of(zoho::Verb verb, std::size_t items, bool is_live) const {
  return {zoho::is_heavy(verb, items), zoho::credits_of(verb, items, org_->prices), is_live};
}

bool Engine::may_go(const batch::Cost& cost) {
  if (governor_.may_start(cost, now_)) return true;
  if (cost.is_live && governor_.credits().lacks(cost.credits, true, now_)) credits_wanted_ = cost.credits;
  next_wakeup_ = std::min(next_wakeup_, governor_.next_chance(cost, now_));
  return false;
}

std::optional<Toll> Engine::pay(const batch::Cost& cost) {
  const Toll toll{cost, governor_.credits().surely_counted(), now_};
  governor_.started(cost, now_);
  const auto saved = store_.write([&](store::Transaction& tx) { return save_limits(tx); });
  if (!saved) {
    governor_.finished(cost, now_, now_);
    governor_.credits().refund(cost.credits, cost.is_live);
    store_failed(saved.error());
    return std::nullopt;
  }
  ++status_.calls;
  return toll;
}

/// A call is over: its places are free again, unless the server may still be at it.
void Engine::land(const Toll& toll, const Answer& answer) {
  const bool gave_up = answer.outcome == Answer::Outcome::unknown && answer.http_status == 0;
  if (gave_up) {
    governor_.abandoned(toll.cost, toll.sent, now_);
  } else {
    governor_.finished(toll.cost, toll.sent, now_);
  }
  batch::CreditLedger& credits = governor_.credits();
  const bool unserved = is_unserved(answer);
  if (unserved) credits.refund(toll.cost.credits, toll.cost.is_live);
  if (answer.credits_remaining) {
    credits.correct(*answer.credits_remaining, toll.counted_before, unserved ? 0 : toll.cost.credits, now_);
  } else if (answer.outcome == Answer::Outcome::answered) {
    credits.correct_by_silence(now_);
  }
  if (answer.outcome == Answer::Outcome::answered) governor_.went_well();
  heed_limits(answer);
}

/// Too many calls at once, or no credits left: Zoho has one code for both (zoho/crm-api.md 5.4).
void Engine::heed_limits(const Answer& answer) {
  if (answer.outcome != Answer::Outcome::throttled) return;
  const Duration at_least = std::chrono::seconds{answer.retry_after_seconds.value_or(0)};
  if (!zoho::tells_of_credits(answer.message)) {
    governor_.throttled(now_, at_least);
  } else if (governor_.limits().daily_credits > 0) {
    governor_.credits().exhausted(now_);
  } else {
    governor_.throttled(now_, std::max<Duration>(at_least, std::chrono::minutes{15}));
  }
}

/// Before each call and after it, so that no crash forgets a credit, or a call that Zoho may still be at.
Result<void> Engine::save_limits(store::Transaction& tx) {
  batch::CreditLedger& credits = governor_.credits();
  if (credits.must_save_all()) ZS_TRY(tx.set_meta("credits", credits.save(now_)));
  ZS_TRY(tx.set_meta("credits_last", credits.save_last()));
  return tx.set_meta("calls_out", governor_.save_calls(now_));
}

Result<void> Engine::restore_limits() {
  ZS_ASSIGN(const std::optional<std::string> all, reader_->meta("credits"));
  ZS_ASSIGN(const std::optional<std::string> last, reader_->meta("credits_last"));
  ZS_ASSIGN(const std::optional<std::string> calls, reader_->meta("calls_out"));
  governor_.credits().restore(all.value_or(""), last.value_or(""));
  governor_.restore_calls(calls.value_or(""));
  return {};
}

void Engine::set_limits() {
  const std::string edition = options_.edition.empty() ? org_->edition : options_.edition;
  batch::Governor::Limits limits = governor_.limits();
  const int allowed = zoho::concurrency_of(edition);
  limits.concurrency = options_.concurrency > 0 ? std::min(options_.concurrency, allowed) : allowed;
  limits.daily_credits = zoho::credits_of_edition(edition, org_->licences);
  governor_.set_limits(limits);
  log::info("connected to Zoho", {{"org", org_->id}, {"edition", edition}, {"concurrency", limits.concurrency}});
}

}  // namespace zs::engine
