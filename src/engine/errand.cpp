// Calls that are about no work: reads for a reconcile. They go when nothing else wants to, on what the repair lane may
// spend, and rest while the engine does.
#include <algorithm>
#include <utility>

#include "engine/engine.hpp"

namespace zs::engine {

void Engine::run_errand(zoho::Call call, std::move_only_function<void(const zoho::Answer&)> done, Time not_before) {
  errands_.push_back({not_before, std::move(call), std::move(done)});
  next_wakeup_ = std::min(next_wakeup_, std::max(not_before, now_));
}

void Engine::run_step(std::move_only_function<void()> step, Time not_before) {
  errands_.push_back({not_before, std::nullopt, [step = std::move(step)](const zoho::Answer&) mutable { step(); }});
  next_wakeup_ = std::min(next_wakeup_, std::max(not_before, now_));
}

bool Engine::has_errands() const {
  return errands_out_ > 0 ||
         std::ranges::any_of(errands_, [this](const Errand& one) { return one.not_before <= now_; });
}

void Engine::run_errands() {
  // Once around: what a step adds waits for the next tick.
  for (std::size_t left = errands_.size(); left > 0; --left) {
    Errand errand = std::move(errands_.front());
    errands_.pop_front();
    if (errand.not_before > now_) {
      next_wakeup_ = std::min(next_wakeup_, errand.not_before);
      errands_.push_back(std::move(errand));
    } else if (!errand.call) {
      errand.done({});
    } else if (may_send_errand(*errand.call)) {
      send_errand(std::move(errand));
    } else {
      errands_.push_back(std::move(errand));
    }
  }
  if (std::ranges::any_of(errands_, [this](const Errand& one) { return !one.call && one.not_before <= now_; }))
    next_wakeup_ = now_;
}

bool Engine::may_send_errand(const zoho::Call& call) {
  const bool heavy = zoho::is_heavy(call.verb, call.items.size());
  const std::int64_t credits = zoho::credits_of(call.verb, call.items.size());
  if (governor_.may_start(heavy, credits, false, now_)) return true;
  if (governor_.is_paused(now_)) next_wakeup_ = std::min(next_wakeup_, governor_.paused_until());
  if (governor_.out_of_credits(credits, false, now_))
    next_wakeup_ = std::min(next_wakeup_, governor_.credits_back(credits, false, now_));
  return false;
}

void Engine::send_errand(Errand errand) {
  zoho::Call call = std::move(*errand.call);
  call.id = next_call_++;
  const bool heavy = zoho::is_heavy(call.verb, call.items.size());
  const std::int64_t credits = zoho::credits_of(call.verb, call.items.size());
  const zoho::Verb verb = call.verb;
  governor_.started(heavy, credits, now_);
  ++errands_out_;
  ++status_.calls;
  crm_.send(std::move(call), [this, alive = alive_, done = std::move(errand.done), heavy, credits, verb,
                              sent = now_](const zoho::Answer& answer) mutable {
    if (!*alive) return;
    using enum zoho::Answer::Outcome;
    now_ = clock_.now();
    --errands_out_;
    governor_.finished(heavy);
    if (answer.outcome == answered) {
      governor_.went_well();
      failures_in_a_row_ = 0;
      pause_state_.clear();
    }
    if (answer.outcome == throttled)
      governor_.throttled(now_, std::chrono::seconds{answer.retry_after_seconds.value_or(0)});
    const bool unserved = answer.outcome == throttled || answer.outcome == stale_token ||
                          answer.outcome == not_allowed || answer.outcome == not_sent;
    if (unserved) governor_.refund(credits);
    if (answer.credits_remaining) governor_.correct_credits(*answer.credits_remaining, now_);
    // Not waited for: the next settle says it again.
    store_.write_async(
        [saved = governor_.save_credits(now_)](store::Transaction& tx) { return tx.set_meta("credits", saved); },
        [](const Result<void>&) {});
    if (on_call) on_call(verb, answer.outcome, now_ - sent);
    // Where there is no way to Zoho, there is none for anybody.
    if (answer.outcome == not_sent) pause("unreachable", answer.message.empty() ? answer.code : answer.message, true);
    done(answer);
    next_wakeup_ = now_;
  });
}

}  // namespace zs::engine
