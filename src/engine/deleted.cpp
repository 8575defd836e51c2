// Learning of deletions and merges without waiting for the next change: now and then Zoho is asked what was deleted,
// at the pace and from the credits of the repair lane.
#include <utility>

#include "base/log.hpp"
#include "engine/engine.hpp"

namespace zs::engine {

namespace {

constexpr std::string_view k_meta_since = "deletions_since";
// The clocks of two machines differ, and a list may lag.
constexpr Duration k_overlap = 5min;
constexpr Duration k_after_failure = 10min;

}  // namespace

void Engine::ask_for_deletions() {
  if (options_.check_deleted == Duration{0} || deletions_.under_way || store_broken_) return;
  if (!deletions_.since) {
    const auto saved = reader_->meta(k_meta_since);
    if (!saved) return store_failed(saved.error());
    deletions_.since = *saved ? parse_rfc3339(**saved).value_or(now_) : now_;
    // What was deleted before the first start was never in the map.
    const auto done = store_.write(
        [&](store::Transaction& tx) { return tx.set_meta(k_meta_since, format_rfc3339(*deletions_.since)); });
    if (!done) return store_failed(done.error());
    deletions_.next = *deletions_.since + options_.check_deleted;
  }
  if (now_ < deletions_.next) {
    next_wakeup_ = std::min(next_wakeup_, deletions_.next);
    return;
  }
  constexpr batch::Cost k_cost{false, zoho::k_deletions_credits, false};
  if (!governor_.may_start(k_cost, now_)) {
    deletions_.next = now_ + k_after_failure;
    return;
  }
  if (deletions_.module == 0 && deletions_.page == 1) deletions_.started = now_;
  const auto toll = pay(k_cost);
  if (!toll) return;
  deletions_.under_way = true;
  crm_.list_deleted(
      plan::k_modules[deletions_.module], *deletions_.since - k_overlap, deletions_.page,
      [this, alive = alive_, toll = *toll](const zoho::Answer& answer, std::optional<zoho::Deletions> deletions) {
        if (*alive) heard_of_deletions(toll, answer, std::move(deletions));
      });
}

void Engine::heard_of_deletions(const Toll& toll, const zoho::Answer& answer,
                                std::optional<zoho::Deletions> deletions) {
  now_ = clock_.now();
  deletions_.under_way = false;
  land(toll, answer);
  if (!deletions) {
    log::warn("the list of deleted records cannot be read; it is tried again",
              {{"module", plan::name_of(plan::k_modules[deletions_.module])},
               {"outcome", name_of(answer.outcome)},
               {"code", answer.code}});
    deletions_.next = now_ + k_after_failure;
    return;
  }
  const event::Kind kind = plan::kind_of(plan::k_modules[deletions_.module]);
  const bool is_last = !deletions->more && deletions_.module + 1 == plan::k_modules.size();
  const auto done = store_.write([&](store::Transaction& tx) -> Result<void> {
    for (const std::string& zoho_id : deletions->zoho_ids) {
      ZS_ASSIGN(std::optional<store::Entity> entity, tx.find_by_zoho_id(kind, zoho_id));
      if (!entity) continue;
      ZS_ASSIGN(const std::optional<store::Held> held, tx.held(entity->id));
      if (held) continue;
      // In doubt on disk: should we die before it is looked for, it is written, which shows as well that it is gone.
      entity->synced.fields.clear();
      ZS_TRY(tx.save_synced(*entity));
      ZS_TRY(tx.mark_dirty(entity->id, store::Lane::repair, now_ms()));
      suspects_.insert(entity->id);
      may_have_dirty_ = true;
    }
    if (is_last) ZS_TRY(tx.set_meta(k_meta_since, format_rfc3339(deletions_.started)));
    return save_limits(tx);
  });
  if (!done) {
    // The same page again, once the store is well.
    store_failed(done.error());
    return;
  }
  if (deletions->more) {
    ++deletions_.page;
    return;
  }
  deletions_.page = 1;
  ++deletions_.module;
  if (!is_last) return;
  deletions_.module = 0;
  deletions_.since = deletions_.started;
  deletions_.next = deletions_.started + options_.check_deleted;
}

}  // namespace zs::engine
