#include "engine/engine.hpp"

#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "zoho/metadata.hpp"

namespace zs::engine {
namespace {

constexpr std::string_view k_meta_credits = "credits";

std::int64_t to_call_base(Time now) {
  // Call ids only have to differ between runs of the daemon; the start time sees to it.
  return to_millis(now) * 1000;
}

ShownElsewhere shown_elsewhere(const plan::Mapping& mapping) {
  ShownElsewhere names;
  for (const plan::Module module : {plan::Module::contacts, plan::Module::deals}) {
    for (const plan::FieldRule& rule : mapping.fields[static_cast<std::size_t>(module)]) {
      if (rule.from == event::Kind::account) names.push_back(rule.name);
    }
  }
  return names;
}

}  // namespace

Engine::Engine(store::Store& store, zoho::Crm& crm, const Clock& clock, Random& random, Options options)
    : store_(store),
      crm_(crm),
      clock_(clock),
      random_(random),
      options_(std::move(options)),
      shown_elsewhere_(shown_elsewhere(options_.mapping)),
      governor_(
          {options_.concurrency > 0 ? options_.concurrency : 10, 10, options_.daily_credits, options_.live_reserve},
          random) {}

Engine::~Engine() { *alive_ = false; }

Result<void> Engine::start() {
  ZS_ASSIGN(reader_, store_.reader());
  ZS_ASSIGN(const std::optional<std::string> credits, reader_->meta(k_meta_credits));
  governor_.restore_credits(credits.value_or(""));
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
  now_ = clock_.now();
  next_wakeup_ = Time::max();
  if (now_ < store_retry_) {
    next_wakeup_ = store_retry_;
    return;
  }
  if (!answers_.empty()) settle();
  if (!erasure_answers_.empty()) settle_erasures();
  if (!store_broken_) fold_events();
  if (!store_broken_) pursue_erasures();
  const bool is_paused = now_ < paused_until_;
  if (!is_paused && !draining_ && !store_broken_) {
    if (!org_ || must_describe_) describe();
    if (org_) {
      claim();
      if (!store_broken_) conclude_decided();
      if (!store_broken_) dispatch();
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
  if (waits_for_room_ && works_.size() <= options_.window / 2) {
    if (governor_.out_of_credits(1, false, now_)) {
      next_wakeup_ = std::min(next_wakeup_, governor_.credits_back(1, false, now_));
    } else {
      waits_for_room_ = false;
      may_have_dirty_ = true;
    }
  }
  if (may_have_events_ || (may_claim && may_have_dirty_)) next_wakeup_ = now_;
  if (may_claim && next_due_ms_ != 0) next_wakeup_ = std::min(next_wakeup_, from_millis(next_due_ms_));
  update_status();
}

void Engine::fold_events() {
  if (!may_have_events_) return;
  FoldOutcome outcome;
  std::vector<Intended> to_erase;
  const auto done = store_.write([&](store::Transaction& tx) -> Result<void> {
    ZS_ASSIGN(outcome, fold(tx, options_.fold_batch, now_ms(), shown_elsewhere_, options_.fold_faults));
    if (!options_.erase_deleted_users) return {};
    ZS_ASSIGN(to_erase, intend_deleted(tx, outcome.deleted));
    return {};
  });
  if (!done) {
    store_failed(done.error());
    return;
  }
  may_have_events_ = outcome.events == options_.fold_batch;
  if (outcome.events == 0) return;
  for (Intended& one : to_erase) take_on(one.id, std::move(one.key), one.up_to);
  status_.folded += static_cast<std::int64_t>(outcome.events);
  may_have_dirty_ = true;
  if (on_progress) on_progress();
}

void Engine::describe() {
  if (describing_) return;
  describing_ = true;
  // Fields of three modules and the org: a credit each.
  governor_.started(false, 4, now_);
  crm_.describe([this, alive = alive_](zoho::Answer answer, std::optional<zoho::Org> org) {
    if (*alive) described(std::move(answer), std::move(org));
  });
}

void Engine::described(zoho::Answer answer, std::optional<zoho::Org> org) {
  now_ = clock_.now();
  describing_ = false;
  governor_.finished(false);
  if (!org) {
    using enum zoho::Answer::Outcome;
    status_.last_error = answer.message;
    const bool nothing_spent = answer.outcome == not_sent || answer.outcome == not_allowed;
    if (nothing_spent) governor_.refund(4);
    if (answer.outcome == throttled)
      governor_.throttled(now_, std::chrono::seconds{answer.retry_after_seconds.value_or(0)});
    const std::string state = answer.outcome != not_allowed    ? "unreachable"
                              : answer.code == "TOKEN_REVOKED" ? "token_revoked"
                                                               : "misconfigured";
    pause(state, answer.message.empty() ? answer.code : answer.message, answer.outcome == not_sent);
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
  const std::string edition = options_.edition.empty() ? org->edition : options_.edition;
  batch::Governor::Limits limits = governor_.limits();
  const int allowed = zoho::concurrency_of(edition);
  limits.concurrency = options_.concurrency > 0 ? std::min(options_.concurrency, allowed) : allowed;
  const std::int64_t credits = zoho::credits_of_edition(edition, org->licences);
  limits.daily_credits = options_.daily_credits > 0 && credits > 0 ? std::min(options_.daily_credits, credits)
                         : options_.daily_credits > 0              ? options_.daily_credits
                                                                   : credits;
  governor_.set_limits(limits);
  org_ = std::move(org);
  must_describe_ = false;
  failures_in_a_row_ = 0;
  pause_state_.clear();
  log::info("connected to Zoho", {{"org", org_->id}, {"edition", edition}, {"concurrency", limits.concurrency}});
}

void Engine::pause(std::string state, std::string detail, bool cheap) {
  ++failures_in_a_row_;
  // A connection costs nothing to try; what was answered costs credits to look at again, and is looked at less and
  // less.
  const Duration first = cheap ? Duration{500ms} : Duration{10s};
  const Duration longest = cheap ? Duration{8s} : Duration{5min};
  const Duration growing = std::min<Duration>(longest, first * (1 << std::min(failures_in_a_row_ - 1, 9)));
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
  failures_in_a_row_ = 0;
  must_describe_ = true;
  next_wakeup_ = {};
}

void Engine::store_failed(const Error& error) {
  // Acted on at the end of the tick: the works that callers hold must not vanish under them.
  status_.last_error = error.text;
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

namespace {

/// A held row back into the backlog.
Result<void> take_back(store::Transaction& tx, const store::Held& held, std::int64_t now_ms) {
  if (held.code == "RECORD_GONE") {
    // The person who retries wants it made anew; if it was restored meanwhile, the platform id finds it.
    ZS_ASSIGN(std::optional<store::Entity> entity, tx.load(held.id));
    entity->zoho_id.clear();
    entity->synced = {};
    ZS_TRY(tx.save_synced(*entity));
  }
  return tx.mark_dirty(held.id, store::Lane::live, now_ms);
}

}  // namespace

Result<void> Engine::retry_held(EntityId id) {
  now_ = clock_.now();
  bool was_held = false;
  ZS_TRY(store_.write([&](store::Transaction& tx) -> Result<void> {
    ZS_ASSIGN(const std::optional<store::Held> held, tx.held(id));
    was_held = held.has_value();
    if (!was_held) return {};
    return take_back(tx, *held, now_ms());
  }));
  if (!was_held) return fail(Errc::not_found, "it is not held");
  may_have_dirty_ = true;
  return {};
}

Result<std::int64_t> Engine::retry_all_held(std::string_view code) {
  constexpr std::size_t k_page = 500;
  now_ = clock_.now();
  std::int64_t retried = 0;
  EntityId after = 0;
  for (std::size_t seen = k_page; seen == k_page;) {
    ZS_TRY(store_.write([&](store::Transaction& tx) -> Result<void> {
      ZS_ASSIGN(const std::vector<store::Held> page, tx.held_page(after, k_page));
      seen = page.size();
      for (const store::Held& held : page) {
        after = held.id;
        if (!code.empty() && held.code != code) continue;
        ZS_TRY(take_back(tx, held, now_ms()));
        ++retried;
      }
      return {};
    }));
  }
  may_have_dirty_ = true;
  return retried;
}

Result<void> Engine::discard_held(EntityId id) {
  bool was_held = false;
  ZS_TRY(store_.write([&](store::Transaction& tx) -> Result<void> {
    ZS_ASSIGN(was_held, tx.drop_held(id));
    return tx.unblock_children(id);
  }));
  if (!was_held) return fail(Errc::not_found, "it is not held");
  may_have_dirty_ = true;
  return {};
}

void Engine::update_status() {
  status_.credits_used = governor_.credits_used(now_);
  status_.credits_limit = governor_.limits().daily_credits;
  status_.resume_ms = 0;
  status_.detail.clear();
  const bool out_of_credits = governor_.out_of_credits(1, true, now_);
  if (!pause_state_.empty() && (now_ < paused_until_ || !out_of_credits)) {
    status_.state = pause_state_;
    status_.detail = pause_detail_;
    status_.resume_ms = to_millis(std::max(paused_until_, now_));
  } else if (!org_) {
    status_.state = "starting";
  } else if (out_of_credits) {
    status_.state = "out_of_credits";
    status_.resume_ms = to_millis(governor_.credits_back(1, true, now_));
    status_.detail = "the day's API credits are spent; they come back by themselves";
  } else if (governor_.is_paused(now_)) {
    status_.state = "throttled";
    status_.resume_ms = to_millis(governor_.paused_until());
  } else {
    status_.state = "ok";
  }
}

}  // namespace zs::engine
