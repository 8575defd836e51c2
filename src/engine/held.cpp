// What needs a person: how it is put on hold, and how it goes on, by hand or by itself.
#include <algorithm>
#include <utility>

#include "base/json.hpp"
#include "base/text.hpp"
#include "engine/engine.hpp"

namespace zs::engine {

namespace {

constexpr Duration k_first_pause = 5min;
constexpr Duration k_longest_pause = 6h;
constexpr int k_most_doublings = 7;
constexpr std::size_t k_page = 500;

std::string_view name_of(store::Lane lane) {
  switch (lane) {
    case store::Lane::live:
      return "live";
    case store::Lane::backfill:
      return "backfill";
    case store::Lane::repair:
      return "repair";
  }
  return "?";
}

/// Type and size of a value, never the value.
void write_shape(std::string_view value, JsonWriter& json) {
  json.begin_object();
  if (value.starts_with('"')) {
    json.field("type", "string").field("length", static_cast<std::int64_t>(utf16_length(json_unquoted(value))));
  } else if (value.starts_with('{')) {
    json.field("type", "link");
  } else if (value == "true" || value == "false") {
    json.field("type", "boolean");
  } else if (value == "null") {
    json.field("type", "null");
  } else {
    json.field("type", "number").field("length", static_cast<std::int64_t>(value.size()));
  }
  json.end_object();
}

/// The lane that it was on when it was put on hold: a backfill fires no automation later either.
store::Lane lane_of(const store::Held& held) {
  for (const store::Lane lane : {store::Lane::backfill, store::Lane::repair}) {
    if (held.detail.contains("\"lane\":" + json_quoted(name_of(lane)))) return lane;
  }
  return store::Lane::live;
}

}  // namespace

void Engine::hold(Work& work, std::string code, std::string field, std::string message,
                  std::vector<std::string> candidates) {
  store::Held held;
  held.id = work.entity.id;
  held.since_ms = now_ms();
  held.code = std::move(code);
  held.field = std::move(field);
  held.message = std::move(message);
  held.mend = zoho::mend_of(held.code, held.field);
  JsonWriter json(held.detail);
  json.begin_object().key("candidates").begin_array();
  for (const std::string& candidate : candidates) json.string(candidate);
  json.end_array();
  if (const auto value = work.desired.fields.find(held.field); value != work.desired.fields.end()) {
    json.key("value");
    write_shape(value->second, json);
  }
  json.field("lane", name_of(work.dirty.lane)).end_object();
  work.must_hold = std::move(held);
}

/// People have something to finish first; when they will have is not known, so it is tried less and less often.
void Engine::hold_for_now(Work& work, const zoho::ItemAnswer& answer) {
  hold(work, answer.code, answer.field, answer.message, answer.candidates);
  const std::int32_t attempts = work.dirty.attempts + 1;
  const Duration grown =
      std::min<Duration>(k_longest_pause, k_first_pause * (1 << std::min(attempts - 1, k_most_doublings)));
  const Duration wait =
      grown / 2 + Duration{static_cast<std::int64_t>(static_cast<double>(grown.count()) * random_.unit() / 2)};
  work.must_hold->attempts = attempts;
  work.must_hold->retry_ms = to_millis(now_ + wait) + 1;
}

Result<void> Engine::keep_held(store::Transaction& tx, const store::Held& held) {
  ZS_TRY(tx.hold(held));
  ++status_.held;
  may_have_held_ = may_have_held_ || held.retry_ms != 0;
  if (on_held) on_held(held.code);
  return {};
}

/// A held row back into the backlog.
Result<void> Engine::take_back(store::Transaction& tx, const store::Held& held) {
  if (held.code == "RECORD_GONE") {
    // The person who retries wants it made anew; if it was restored meanwhile, the platform id finds it.
    ZS_ASSIGN(std::optional<store::Entity> entity, tx.load(held.id));
    entity->zoho_id.clear();
    entity->synced = {};
    ZS_TRY(tx.save_link(*entity, {store::Cause::retried, now_ms()}));
  }
  return tx.mark_dirty(held.id, lane_of(held), now_ms());
}

/// Takes back what is due by itself.
void Engine::resume_held() {
  if (std::exchange(may_have_held_, false)) {
    const auto next = reader_->next_held_retry();
    if (!next) return store_failed(next.error());
    next_held_ms_ = *next;
  }
  if (next_held_ms_ == 0 || next_held_ms_ > now_ms()) return;
  const auto due = reader_->held_due(now_ms(), k_page);
  if (!due) return store_failed(due.error());
  const auto done = store_.write([&](store::Transaction& tx) -> Result<void> {
    for (const store::Held& held : *due) {
      ZS_TRY(take_back(tx, held));
      // How often it was tried stays known, so that the pauses go on growing.
      ZS_TRY(tx.postpone(held.id, now_ms(), held.attempts));
    }
    return {};
  });
  if (!done) return store_failed(done.error());
  may_have_held_ = true;
  may_have_dirty_ = true;
}

Result<void> Engine::retry_held(EntityId id) {
  now_ = clock_.now();
  bool was_held = false;
  ZS_TRY(store_.write([&](store::Transaction& tx) -> Result<void> {
    ZS_ASSIGN(const std::optional<store::Held> held, tx.held(id));
    was_held = held.has_value();
    if (!was_held) return {};
    return take_back(tx, *held);
  }));
  if (!was_held) return fail(Errc::not_found, "it is not held");
  may_have_dirty_ = true;
  return {};
}

Result<std::int64_t> Engine::retry_all_held(const zoho::HeldFilter& filter) {
  now_ = clock_.now();
  std::int64_t retried = 0;
  EntityId after = 0;
  for (std::size_t seen = k_page; seen == k_page;) {
    ZS_TRY(store_.write([&](store::Transaction& tx) -> Result<void> {
      ZS_ASSIGN(const std::vector<store::Held> page, tx.held_page(after, k_page));
      seen = page.size();
      for (const store::Held& held : page) {
        after = held.id;
        if (!filter.matches(held.code)) continue;
        ZS_TRY(take_back(tx, held));
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

}  // namespace zs::engine
