#include "engine/engine.hpp"

#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "zoho/limits.hpp"

namespace zs::engine {
namespace {

/// To look at the org: fields of three modules, the org and the prices, a credit each.
constexpr batch::Cost k_describing{false, 5, false};

/// For which senders may keep a live event from its turn.
constexpr Duration k_longest_rest = 50ms;

std::int64_t to_call_base(Time now) {
  // Call ids only have to differ between runs of the daemon; the start time sees to it.
  return to_millis(now) * 1000;
}

ShownElsewhere shown_elsewhere(const plan::Mapping& mapping) {
  ShownElsewhere shown;
  shown.people = mapping.roles.enabled && !mapping.roles.others.empty();
  for (const plan::Module module : {plan::Module::contacts, plan::Module::deals}) {
    for (const plan::FieldRule& rule : mapping.fields[static_cast<std::size_t>(module)]) {
      if (rule.from == event::Kind::account) shown.names.push_back(rule.name);
    }
  }
  return shown;
}

}  // namespace

Engine::Engine(store::Store& store, zoho::Crm& crm, const Clock& clock, Random& random, Options options)
    : store_(store),
      crm_(crm),
      clock_(clock),
      random_(random),
      options_(std::move(options)),
      shown_elsewhere_(shown_elsewhere(options_.mapping)),
      governor_({.concurrency = options_.concurrency > 0 ? options_.concurrency : 10,
                 .own_credits = options_.daily_credits,
                 .live_reserve = options_.live_reserve,
                 .is_enforced = options_.obey_limits},
                random) {}

Engine::~Engine() { *alive_ = false; }

Result<void> Engine::start() {
  ZS_ASSIGN(reader_, store_.reader());
  ZS_TRY(restore_limits());
  now_ = clock_.now();
  next_call_ = static_cast<std::uint64_t>(to_call_base(now_));
  next_wakeup_ = now_;
  return load_erasures();
}

Work* Engine::find(EntityId id) {
  const auto found = works_.find(id);
  return found == works_.end() ? nullptr : found->second.get();
}

void Engine::tick() {
  const Time began = clock_.now();
  now_ = began;
  next_wakeup_ = Time::max();
  if (now_ < store_retry_) {
    next_wakeup_ = store_retry_;
    return;
  }
  if (is_resting(turn_next_) && !draining_) {
    next_wakeup_ = turn_next_;
    return;
  }
  if (!answers_.empty()) {
    land_answers();
    // Whole calls that wait take the places that came free before the answers are worked up, which takes its time; but
    // not those that the newest changes may need.
    const bool is_news_near = has_news_ || (may_have_events_ && !is_in_backfill_);
    if (pause_state_.empty() && !draining_ && org_ && !is_news_near) dispatch(Fill::whole_only);
    settle();
  }
  if (!erasure_answers_.empty()) settle_erasures();
  if (!store_broken_) fold_events();
  if (!store_broken_) pursue_erasures();
  const bool is_paused = now_ < paused_until_;
  if (!is_paused && !draining_ && !store_broken_) {
    if (!org_ || must_describe_) describe();
    if (org_) {
      resume_held();
      ask_for_deletions();
      claim();
      if (!store_broken_) conclude_decided();
      if (!store_broken_) dispatch();
      if (!store_broken_) run_errands();
      if (!store_broken_) call_for_erasures();
    }
  } else if (is_paused) {
    next_wakeup_ = std::min(next_wakeup_, paused_until_);
  }
  if (store_broken_) {
    recover_from_store();
    return;
  }
  const bool may_claim = !is_paused && !draining_ && org_;
  if (claim_at_ != 0 && works_.size() <= claim_at_) {
    if (governor_.credits().lacks(1, false, now_)) {
      next_wakeup_ = std::min(next_wakeup_, governor_.credits().back_at(1, false, now_));
    } else {
      claim_at_ = 0;
      may_have_dirty_ = true;
    }
  }
  if (may_have_events_) next_wakeup_ = std::min(next_wakeup_, std::max(now_, fold_next_));
  if (may_claim && may_have_dirty_) next_wakeup_ = now_;
  if (may_claim && next_held_ms_ != 0) next_wakeup_ = std::min(next_wakeup_, from_millis(next_held_ms_));
  if (may_claim && next_due_ms_ != 0) next_wakeup_ = std::min(next_wakeup_, from_millis(next_due_ms_));
  rest(began);
  update_status();
}

void Engine::fold_events() {
  if (!may_have_events_ || is_resting(fold_next_)) return;
  const auto live = live_ahead();
  if (!live) {
    store_failed(live.error());
    return;
  }
  FoldOutcome outcome;
  std::vector<Intended> to_erase;
  store::Seq last = 0;
  const Time began = clock_.now();
  const auto done = store_.write([&](store::Transaction& tx) -> Result<void> {
    ZS_ASSIGN(last, tx.last_seq());
    ZS_ASSIGN(outcome, fold(tx, options_.fold_batch, now_ms(), shown_elsewhere_, options_.fold_faults));
    if (!live->events.empty()) ZS_TRY(fold_ahead(tx, live->events, now_ms(), shown_elsewhere_));
    if (!options_.erase_deleted_users) return {};
    ZS_ASSIGN(to_erase, intend_deleted(tx, outcome.deleted));
    return {};
  });
  if (!done) {
    store_failed(done.error());
    return;
  }
  live_folded_ = live->up_to;
  may_have_events_ = outcome.events == options_.fold_batch;
  let_senders_go_first(began, last);
  is_in_backfill_ = may_have_events_ && outcome.had_backfill;
  if (outcome.events == 0) return;
  has_news_ = has_news_ || !outcome.had_backfill || !live->events.empty();
  for (Intended& one : to_erase) take_on(one.id, std::move(one.key), one.up_to);
  status_.folded += static_cast<std::int64_t>(outcome.events);
  may_have_dirty_ = true;
  if (on_progress) on_progress();
}

/// Who posts waits for the writer that folds, too. When events come in faster than half as fast as they are folded, and
/// more wait than fit one fold, the writer is theirs for eight parts in nine.
void Engine::let_senders_go_first(Time began, store::Seq last) {
  const Duration took = clock_.now() - began;
  const Duration since = began - std::exchange(folded_at_, began);
  const store::Seq came = last - std::exchange(last_seen_, last);
  const double folded = static_cast<double>(options_.fold_batch) * static_cast<double>(since.count());
  do_senders_press_ = may_have_events_ && static_cast<double>(came) * static_cast<double>(took.count()) > folded / 2;
  fold_next_ = do_senders_press_ ? clock_.now() + std::min<Duration>(8 * took, k_longest_rest) : Time{};
}

/// A clock that was set back does not make it longer.
bool Engine::is_resting(Time until) const { return now_ < until && until - now_ <= k_longest_rest; }

/// What is sent to Zoho meanwhile takes a third of the time: the cores are theirs, too.
void Engine::rest(Time began) {
  const Time done = clock_.now();
  turn_next_ = do_senders_press_ ? done + std::min<Duration>(2 * (done - began), k_longest_rest) : Time{};
  next_wakeup_ = std::max(next_wakeup_, turn_next_);
}

Result<Engine::LiveAhead> Engine::live_ahead() {
  LiveAhead live{{}, live_folded_};
  if (!is_in_backfill_) return live;
  // Read outside of the commit: who waits for it must not wait for the walk past a backfill.
  ZS_ASSIGN(const store::Seq cursor, reader_->fold_cursor());
  ZS_ASSIGN(const store::Seq last, reader_->last_seq());
  live.up_to = std::max(live.up_to, cursor + static_cast<store::Seq>(options_.fold_batch));
  if (last <= live.up_to) return live;
  ZS_ASSIGN(live.events, reader_->live_events_after(live.up_to, options_.fold_batch));
  const bool is_all = live.events.size() < options_.fold_batch;
  live.up_to = std::max(is_all ? last : live.up_to, live.events.empty() ? 0 : live.events.back().seq);
  return live;
}

void Engine::describe() {
  if (describing_) return;
  // It takes a place like any call, but looks whatever the credits: what it finds may be that there are more.
  constexpr batch::Cost k_place{false, 0, true};
  if (!governor_.may_start(k_place, now_)) {
    next_wakeup_ = std::min(next_wakeup_, governor_.next_chance(k_place, now_));
    return;
  }
  governor_.started(k_describing, now_);
  const auto saved = store_.write([&](store::Transaction& tx) { return save_limits(tx); });
  if (!saved) {
    governor_.finished(k_describing, now_, now_);
    governor_.credits().refund(k_describing.credits, k_describing.is_live);
    return store_failed(saved.error());
  }
  describing_ = true;
  crm_.describe([this, alive = alive_, sent = now_](zoho::Answer answer, std::optional<zoho::Org> org) {
    if (!*alive) return;
    now_ = clock_.now();
    governor_.finished(k_describing, sent, now_);
    described(std::move(answer), std::move(org));
  });
}

void Engine::described(zoho::Answer answer, std::optional<zoho::Org> org) {
  describing_ = false;
  if (!org) {
    using enum zoho::Answer::Outcome;
    status_.last_error = answer.message;
    const bool nothing_spent = answer.outcome == not_sent || answer.outcome == not_allowed;
    if (nothing_spent) governor_.credits().refund(k_describing.credits, k_describing.is_live);
    heed_limits(answer);
    const std::string state = answer.outcome == throttled
                                  ? (zoho::tells_of_credits(answer.message) ? "out_of_credits" : "throttled")
                              : answer.outcome != not_allowed  ? "unreachable"
                              : answer.code == "TOKEN_REVOKED" ? "token_revoked"
                                                               : "misconfigured";
    pause(state, answer.message.empty() ? answer.code : answer.message,
          answer.outcome == not_sent || answer.outcome == stale_token);
    paused_until_ = std::max(paused_until_, governor_.paused_until());
    return;
  }
  std::string missing;
  for (const zoho::Module module : plan::k_modules) {
    const std::string& field = options_.mapping.external_id[static_cast<std::size_t>(module)];
    const plan::FieldInfo* info = org->schema.find(module, field);
    if (info == nullptr || !info->unique)
      missing += (missing.empty() ? "" : ", ") + std::string(name_of(module)) + "." + field;
  }
  if (!missing.empty() && options_.send_external_id) {
    // Without them a repeated insert makes a twin: no write before they are there.
    pause("misconfigured", "the org lacks unique fields (" + missing + "): run zohosync setup --apply", false);
    return;
  }
  org_ = std::move(org);
  if (const auto found = reader_->meta(zoho::probe_key(org_->id)); found && *found)
    org_->prices = zoho::with_probe(org_->prices, **found);
  set_limits();
  if (answer.credits_remaining)
    governor_.credits().correct(*answer.credits_remaining, governor_.credits().surely_counted(), 0, now_);
  schema_read_ = now_;
  for (const auto& [at, length] : lengths_) static_cast<void>(learn_length(at.first, at.second, length));
  must_describe_ = false;
  answers_again();
  pause_state_.clear();
}

void Engine::pause(std::string state, std::string detail, bool cheap) {
  ++pauses_in_a_row_;
  // A connection costs nothing to try; what was answered costs credits to look at again, and is looked at less and
  // less.
  const Duration first = cheap ? Duration{500ms} : Duration{10s};
  const Duration longest = cheap ? Duration{8s} : Duration{5min};
  const Duration growing = std::min<Duration>(longest, first * (1 << std::min(pauses_in_a_row_ - 1, 9)));
  const Duration jitter{static_cast<std::int64_t>(static_cast<double>(growing.count()) * random_.unit() / 2)};
  paused_until_ = now_ + growing / 2 + jitter;
  if (state != pause_state_) log::warn("writing to Zoho pauses", {{"state", state}, {"reason", detail}});
  pause_state_ = std::move(state);
  pause_detail_ = std::move(detail);
  // After a pause the newest states are planned afresh.
  drop_window();
}

void Engine::resume_now() {
  paused_until_ = {};
  answers_again();
  must_describe_ = true;
  next_wakeup_ = {};
}

void Engine::store_failed(const Error& error) {
  // Acted on at the end of the tick: the works that callers hold must not vanish under them.
  status_.last_error = error.text;
  governor_.credits().save_failed();
  if (!std::exchange(store_broken_, true)) log::error("the store refuses a read or a write", {{"reason", error.text}});
}

void Engine::recover_from_store() {
  // What is in memory may be ahead of the disk; the disk is right.
  store_broken_ = false;
  drop_window();
  may_have_events_ = true;
  store_retry_ = now_ + 1s;
  next_wakeup_ = store_retry_;
}

void Engine::drop_window() {
  // Works whose calls are out are dropped too: their answers then find nobody, the dirty row stands for them, and busy_
  // keeps them from being planned before those calls have landed.
  works_.clear();
  queues_.clear();
  halves_.clear();
  finished_.clear();
  holds_.clear();
  blocks_.clear();
  left_.clear();
  to_route_.clear();
  may_have_dirty_ = true;
}

void Engine::update_status() {
  const batch::CreditLedger& credits = governor_.credits();
  status_.credits_used = credits.used(now_);
  status_.credits_limit = credits.limit(now_);
  status_.resume_ms = 0;
  status_.detail.clear();
  const bool out_of_credits = credits.lacks(credits_wanted_, true, now_);
  if (!pause_state_.empty() && (now_ < paused_until_ || !out_of_credits)) {
    status_.state = pause_state_;
    status_.detail = pause_detail_;
    status_.resume_ms = to_millis(std::max(paused_until_, now_));
  } else if (!org_) {
    status_.state = "starting";
  } else if (out_of_credits) {
    status_.state = "out_of_credits";
    status_.resume_ms = to_millis(governor_.credits_at({false, credits_wanted_, true}, now_));
    status_.detail = "the day's API credits are spent; they come back by themselves";
  } else if (governor_.is_paused(now_)) {
    status_.state = "throttled";
    status_.resume_ms = to_millis(governor_.paused_until());
  } else {
    status_.state = "ok";
  }
}

}  // namespace zs::engine
