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
    } else if (!store_broken_ && may_go(cost_of(errand.call->verb, errand.call->items.size(), false))) {
      send_errand(std::move(errand));
    } else {
      errands_.push_back(std::move(errand));
    }
  }
  if (std::ranges::any_of(errands_, [this](const Errand& one) { return !one.call && one.not_before <= now_; }))
    next_wakeup_ = now_;
}

void Engine::send_errand(Errand errand) {
  zoho::Call call = std::move(*errand.call);
  const zoho::Verb verb = call.verb;
  const auto toll = pay(cost_of(verb, call.items.size(), false));
  if (!toll) {
    errand.call = std::move(call);
    errands_.push_back(std::move(errand));
    return;
  }
  call.id = next_call_++;
  ++errands_out_;
  crm_.send(std::move(call), [this, alive = alive_, done = std::move(errand.done), toll = *toll,
                              verb](const zoho::Answer& answer) mutable {
    if (!*alive) return;
    using enum zoho::Answer::Outcome;
    now_ = clock_.now();
    --errands_out_;
    land(toll, answer);
    if (answer.outcome == answered && ends_pause(toll)) {
      answers_again();
      pause_state_.clear();
    }
    // Should it fail, the next settle says it again.
    static_cast<void>(store_.write([this](store::Transaction& tx) { return save_limits(tx); }));
    if (on_call) on_call(verb, answer.outcome, now_ - toll.sent);
    // Where there is no way to Zoho, there is none for anybody.
    if (answer.outcome == not_sent && ends_pause(toll))
      pause("unreachable", answer.message.empty() ? answer.code : answer.message, true);
    done(answer);
    next_wakeup_ = now_;
  });
}

}  // namespace zs::engine
