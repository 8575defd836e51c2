#include "forecast/copy.hpp"

#include <limits>

namespace zs::forecast {

using event::Kind;
using store::Entity;

namespace {

constexpr std::size_t k_everybody = 1'000'000;
constexpr std::size_t k_page = 500;

/// The ids that a patch ties its entity to.
void for_each_named(const event::Patch& patch, const auto& use) {
  use(patch.kind, std::string_view(patch.key));
  for (const auto& [name, value] : patch.fields) {
    if (value.type == event::Value::Type::null) continue;
    if (name == "account_id") use(Kind::account, std::string_view(value.text));
    if (name == "user_id") use(Kind::user, std::string_view(value.text));
  }
  // A user that is in no account yet has one of its own.
  if (patch.kind == Kind::user) use(Kind::account, std::string_view(patch.key));
}

}  // namespace

Result<std::unique_ptr<Copy>> Copy::of(store::Reader& from, const std::vector<std::string>& users) {
  store::Options options;
  options.path = ":memory:";
  options.inline_commits = true;
  ZS_ASSIGN(auto store, store::open_sqlite(options));
  std::unique_ptr<Copy> copy(new Copy(from, std::move(store)));
  copy->all_ = users.empty();
  ZS_TRY(copy->choose(users));
  return copy;
}

Result<void> Copy::choose(const std::vector<std::string>& users) {
  for (const std::string& user : users) {
    chosen_.emplace(Kind::user, user);
    ZS_ASSIGN(const std::optional<Entity> entity, from_.find(Kind::user, user));
    if (entity && !entity->account_key.empty()) chosen_.emplace(Kind::account, entity->account_key);
    ZS_ASSIGN(const std::vector<Entity> subscriptions, from_.subscriptions_of_user(user, k_everybody));
    for (const Entity& one : subscriptions) chosen_.emplace(Kind::subscription, one.key);
  }
  return {};
}

Result<void> Copy::take_backlog() {
  for (const Key& key : chosen_) ZS_TRY(pull(key.first, key.second));
  if (!all_) return {};
  ZS_ASSIGN(const std::vector<store::Dirty> ready,
            from_.ready(std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::size_t>::max()));
  for (const store::Dirty& dirty : ready) {
    ZS_ASSIGN(const std::optional<Entity> entity, from_.load(dirty.id));
    if (entity) ZS_TRY(pull(entity->kind, entity->key));
  }
  return {};
}

Result<void> Copy::complete() {
  return store_->write([&](store::Transaction& tx) -> Result<void> {
    for (const store::EntityId id : to_copy_) {
      ZS_ASSIGN(const std::optional<Entity> entity, from_.load(id));
      if (entity) ZS_TRY(copy(tx, *entity));
    }
    to_copy_.clear();
    return {};
  });
}

Result<void> Copy::take_unfolded() {
  ZS_ASSIGN(store::Seq after, from_.fold_cursor());
  for (std::size_t seen = k_page; seen == k_page;) {
    ZS_ASSIGN(const std::vector<store::LedgerEvent> events, from_.events_after(after, k_page));
    seen = events.size();
    ZS_TRY(store_->write([&](store::Transaction& tx) -> Result<void> {
      for (const store::LedgerEvent& event : events) {
        after = event.seq;
        ZS_ASSIGN(const bool taken, take(tx, event, event.received_ms));
        static_cast<void>(taken);
      }
      return {};
    }));
  }
  return {};
}

Result<std::size_t> Copy::take_events(const std::vector<store::NewEvent>& events, std::int64_t now_ms) {
  std::size_t taken = 0;
  ZS_TRY(store_->write([&](store::Transaction& tx) -> Result<void> {
    for (const store::NewEvent& event : events) {
      ZS_ASSIGN(const std::optional<store::LedgerEvent> known, from_.find_event(event.source, event.id));
      if (known) continue;
      ZS_ASSIGN(const bool is_new, take(tx, event, now_ms));
      if (is_new) ++taken;
    }
    return {};
  }));
  return taken;
}

Result<void> Copy::take_owner(const std::string& zoho_id, const std::string& platform_id) {
  ZS_ASSIGN(const std::optional<Entity> linked, from_.find_by_zoho_id(Kind::user, zoho_id));
  if (linked) ZS_TRY(pull(Kind::user, linked->key));
  ZS_TRY(pull(Kind::user, platform_id));
  only_to_know_ = true;
  auto done = complete();
  only_to_know_ = false;
  return done;
}

bool Copy::concerns(const event::Event& event) {
  if (all_) return true;
  bool is_chosen = false;
  for (const event::Patch& patch : event.patches) {
    // An account alone ties nobody to it: its other people stay out.
    for_each_named(patch, [&](Kind kind, std::string_view key) {
      const bool ties = kind != Kind::account || patch.kind == Kind::account;
      is_chosen = is_chosen || (ties && chosen_.contains({kind, std::string(key)}));
    });
  }
  if (!is_chosen) return false;
  for (const event::Patch& patch : event.patches) {
    for_each_named(patch, [&](Kind kind, std::string_view key) { chosen_.emplace(kind, key); });
  }
  return true;
}

Result<bool> Copy::take(store::Transaction& tx, const store::NewEvent& event, std::int64_t received_ms) {
  const auto read = parser_.stored({event.time, event.source, event.id}, event.type, event.data);
  if (!read || !concerns(*read)) return false;
  for (const event::Patch& patch : read->patches) {
    Result<void> pulled;
    for_each_named(patch, [&](Kind kind, std::string_view key) {
      if (pulled) pulled = pull(kind, key);
    });
    ZS_TRY(pulled);
  }
  return tx.append(event, received_ms);
}

Result<void> Copy::pull(Kind kind, std::string_view key) {
  to_pull_.emplace_back(kind, std::string(key));
  while (!to_pull_.empty()) {
    const Key next = std::move(to_pull_.front());
    to_pull_.pop_front();
    if (next.second.empty() || !there_.insert(next).second) continue;
    ZS_ASSIGN(const std::optional<Entity> entity, from_.find(next.first, next.second));
    if (!entity) continue;
    to_copy_.insert(entity->id);
    ZS_TRY(queue_related(*entity));
  }
  return {};
}

Result<void> Copy::queue_related(const Entity& entity) {
  std::vector<Entity> related;
  switch (entity.kind) {
    case Kind::account: {
      ZS_ASSIGN(related, from_.of_account(entity.key, Kind::user, false, k_everybody));
      for (const Entity& one : related) to_pull_.emplace_back(one.kind, one.key);
      ZS_ASSIGN(related, from_.of_account(entity.key, Kind::subscription, false, k_everybody));
      break;
    }
    case Kind::user: {
      to_pull_.emplace_back(Kind::account, entity.account_key);
      ZS_ASSIGN(related, from_.subscriptions_of_user(entity.key, k_everybody));
      break;
    }
    case Kind::subscription:
      to_pull_.emplace_back(Kind::user, entity.user_key);
      to_pull_.emplace_back(Kind::account, entity.account_key);
      break;
  }
  for (const Entity& one : related) to_pull_.emplace_back(one.kind, one.key);
  return {};
}

Result<void> Copy::copy(store::Transaction& tx, const Entity& entity) {
  Entity here = entity;
  here.id = 0;
  ZS_TRY(tx.save_state(here));
  ZS_TRY(tx.save_link(here, {store::Cause::imported, here.synced_ms}));
  ZS_ASSIGN(std::optional<store::Held> held, from_.held(entity.id));
  if (held) {
    held->id = here.id;
    ZS_TRY(tx.hold(*held));
  }
  ZS_ASSIGN(const std::optional<store::Dirty> dirty, from_.dirty(entity.id));
  const bool is_asked_for = !only_to_know_ && (all_ || chosen_.contains({entity.kind, entity.key}));
  // Whoever waits for a parent finds that out again.
  if (dirty && is_asked_for) ZS_TRY(tx.mark_dirty(here.id, dirty->lane, dirty->since_ms));
  return {};
}

}  // namespace zs::forecast
