#include "engine/fold.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/log.hpp"
#include "event/parse.hpp"
#include "state/derive.hpp"
#include "state/fold.hpp"

namespace zs::engine {

bool names_user(event::Parser& parser, const store::LedgerEvent& row, std::string_view user) {
  const auto event = parser.stored({row.time, row.source, row.id}, row.type, row.data);
  // What cannot be read is not kept on the chance that it is harmless.
  if (!event || event->patches.empty()) return true;
  const event::Patch& subject = event->patches.front();
  if (subject.kind == event::Kind::user) return subject.key == user;
  return std::ranges::any_of(subject.fields,
                             [&](const auto& field) { return field.first == "user_id" && field.second.text == user; });
}

namespace {

using event::Kind;
using store::Entity;
using store::Lane;

/// The entities that a run of events touches, loaded once and saved once.
class Folding {
 public:
  Folding(store::Transaction& tx, std::int64_t now_ms, const ShownElsewhere& shown)
      : tx_(tx), now_ms_(now_ms), shown_(shown) {}

  Result<void> take(const event::Event& event, const store::LedgerEvent& row) {
    for (const event::Patch& patch : event.patches) {
      if (patch.kind == Kind::subscription) note_user(patch, row.seq);
      ZS_ASSIGN(Touched * touched, at(patch.kind, patch.key));
      const bool news = state::apply(touched->entity.registers, event, patch);
      touched->changed = news || touched->changed;
      if (news && patch.kind == Kind::account) {
        touched->is_shown_elsewhere =
            touched->is_shown_elsewhere || std::ranges::any_of(patch.fields, [&](const auto& field) {
              return std::ranges::find(shown_, field.first) != shown_.end();
            });
      }
      touched->lane = std::min(touched->lane, row.lane);
      touched->seqs.push_back(row.seq);
    }
    return {};
  }

  /// Somebody went out of this account by other means than an event.
  void look_again(const std::string& account_key) { concerns(account_key, Lane::live); }

  /// After the last event: links, summaries, dirty marks.
  Result<void> settle() {
    ZS_TRY(relink_users());
    ZS_TRY(relink_subscriptions());
    for (auto& [key, touched] : entities_) {
      if (touched.changed && key.first == Kind::account) accounts_.emplace(key.second, touched.lane);
    }
    for (const auto& [key, lane] : accounts_) {
      ZS_ASSIGN(Touched * account, at(Kind::account, key));
      account->lane = std::min(account->lane, lane);
    }
    ZS_TRY(gather_new_accounts());
    // People and subscriptions first: the summary of an account asks the store for them.
    ZS_TRY(save([](Kind kind) { return kind != Kind::account; }));
    for (const auto& [key, lane] : accounts_) ZS_TRY(summarize(key));
    ZS_TRY(save([](Kind kind) { return kind == Kind::account; }));
    for (auto& [key, touched] : entities_) {
      for (const store::Seq seq : touched.seqs) ZS_TRY(tx_.note_touch(touched.entity.id, seq));
      if (touched.changed) ZS_TRY(tx_.mark_dirty(touched.entity.id, touched.lane, now_ms_));
      if (touched.is_shown_elsewhere) {
        ZS_TRY(tx_.mark_account_dirty(key.second, Kind::user, touched.lane, now_ms_));
        ZS_TRY(tx_.mark_account_dirty(key.second, Kind::subscription, touched.lane, now_ms_));
      }
    }
    return remember_users();
  }

 private:
  struct Touched {
    Entity entity;
    bool changed = false;
    bool is_shown_elsewhere = false;  // a field changed that contacts or deals copy
    Lane lane = Lane::repair;
    std::vector<store::Seq> seqs;
  };
  using Key = std::pair<Kind, std::string>;

  template <class Chosen>
  Result<void> save(Chosen chosen) {
    for (auto& [key, touched] : entities_) {
      if (chosen(key.first) && (touched.changed || touched.entity.id == 0)) ZS_TRY(tx_.save_state(touched.entity));
    }
    return {};
  }

  /// An account that nobody in the store is in has all its people and subscriptions here: it is summarized without
  /// asking for them. So it is with nearly every sign-up.
  Result<void> gather_new_accounts() {
    for (const auto& [key, lane] : accounts_) {
      ZS_ASSIGN(const Touched* account, at(Kind::account, key));
      if (account->entity.id != 0) continue;
      ZS_ASSIGN(const std::vector<std::uint32_t> users, tx_.distinct_facts(key, Kind::user));
      ZS_ASSIGN(const std::vector<std::uint32_t> subscriptions, tx_.distinct_facts(key, Kind::subscription));
      if (users.empty() && subscriptions.empty()) gathered_.try_emplace(key);
    }
    for (auto& [key, touched] : entities_) {
      if (key.first == Kind::account) continue;
      const auto found = gathered_.find(touched.entity.account_key);
      if (found != gathered_.end()) found->second.push_back(&touched);
    }
    return {};
  }

  Result<Touched*> at(Kind kind, const std::string& key) {
    const auto found = entities_.find({kind, key});
    if (found != entities_.end()) return &found->second;
    ZS_ASSIGN(std::optional<Entity> stored, tx_.find(kind, key));
    Touched touched;
    if (stored) {
      touched.entity = std::move(*stored);
    } else {
      touched.entity.kind = kind;
      touched.entity.key = key;
    }
    return &entities_.emplace(Key{kind, key}, std::move(touched)).first->second;
  }

  /// Whatever a change of this account's people or subscriptions may mean for it.
  void concerns(const std::string& account_key, Lane lane) {
    if (account_key.empty()) return;
    auto [at, fresh] = accounts_.emplace(account_key, lane);
    if (!fresh) at->second = std::min(at->second, lane);
  }

  Result<void> relink_users() {
    // Collected first: relinking loads subscriptions into the same map.
    std::vector<Touched*> users;
    for (auto& [key, touched] : entities_) {
      if (key.first == Kind::user && touched.changed) users.push_back(&touched);
    }
    for (Touched* user : users) {
      Entity& entity = user->entity;
      const std::string account = state::account_of_user(entity.registers, entity.key);
      const std::uint32_t facts = state::user_facts(entity.registers).pack();
      const bool moved = account != entity.account_key || (facts != 0) != (entity.facts != 0);
      concerns(entity.account_key, user->lane);
      entity.account_key = account;
      entity.facts = facts;
      concerns(account, user->lane);
      if (moved) ZS_TRY(recall_subscriptions(*user));
    }
    return {};
  }

  /// A user that moved, or has just become known, takes along what hangs on it.
  Result<void> recall_subscriptions(const Touched& user) {
    ZS_ASSIGN(const std::vector<Entity> subscriptions, tx_.subscriptions_of_user(user.entity.key, k_no_limit));
    for (const Entity& subscription : subscriptions) {
      ZS_ASSIGN(Touched * touched, at(Kind::subscription, subscription.key));
      touched->changed = true;
      touched->lane = std::min(touched->lane, user.lane);
    }
    return {};
  }

  Result<void> relink_subscriptions() {
    std::vector<Touched*> subscriptions;
    for (auto& [key, touched] : entities_) {
      if (key.first == Kind::subscription && touched.changed) subscriptions.push_back(&touched);
    }
    for (Touched* subscription : subscriptions) {
      Entity& entity = subscription->entity;
      const std::string former = std::exchange(entity.user_key, std::string(entity.registers.text("user_id")));
      if (!former.empty() && former != entity.user_key) ZS_TRY(remember_former(former, entity.id));
      std::string account{entity.registers.text("account_id")};
      if (account.empty() && !entity.user_key.empty()) {
        ZS_ASSIGN(const Touched* user, at(Kind::user, entity.user_key));
        // An unknown user has no account yet; it is only looked at, so it must not come into being here.
        if (user->entity.facts != 0) account = user->entity.account_key;
        if (user->entity.id == 0 && user->seqs.empty()) entities_.erase({Kind::user, entity.user_key});
      }
      concerns(entity.account_key, subscription->lane);
      entity.account_key = account;
      entity.facts = state::subscription_facts(entity.registers).pack();
      concerns(account, subscription->lane);
    }
    return {};
  }

  void note_user(const event::Patch& patch, store::Seq seq) {
    const auto named = std::ranges::find(patch.fields, "user_id", &std::pair<std::string, event::Value>::first);
    if (named != patch.fields.end() && !named->second.is_null()) named_.push_back({patch.key, named->second.text, seq});
  }

  /// An event that names somebody whose subscription it is not (any more) is found from its subscription by no one who
  /// looks for theirs. It is noted as touching them: when they are to be forgotten, it has to go.
  Result<void> remember_users() {
    for (const Named& one : named_) {
      ZS_ASSIGN(const Touched* subscription, at(Kind::subscription, one.subscription));
      if (subscription->entity.user_key == one.user) continue;
      ZS_ASSIGN(const std::optional<Entity> user, tx_.find(Kind::user, one.user));
      if (user) ZS_TRY(tx_.note_touch(user->id, one.seq));
    }
    return {};
  }
  Result<void> remember_former(const std::string& former, store::EntityId subscription) {
    ZS_ASSIGN(const std::optional<Entity> user, tx_.find(Kind::user, former));
    if (!user) return {};
    event::Parser parser;
    ZS_ASSIGN(const std::vector<store::LedgerEvent> events, tx_.events_of(subscription, k_no_limit));
    for (const store::LedgerEvent& event : events) {
      if (names_user(parser, event, former)) ZS_TRY(tx_.note_touch(user->id, event.seq));
    }
    return {};
  }

  Result<void> summarize(const std::string& account_key) {
    ZS_ASSIGN(Touched * account, at(Kind::account, account_key));
    const auto gathered = gathered_.find(account_key);
    const bool is_gathered = gathered != gathered_.end();
    state::Members members;
    std::vector<Entity> people;  // that `members` points to
    std::vector<state::SubscriptionFacts> subscriptions;
    if (is_gathered) {
      gather(gathered->second, members, subscriptions);
    } else {
      ZS_TRY(look_up(*account, members, people, subscriptions));
    }
    const state::AccountSummary was = account->entity.summary;
    state::AccountSummary now = state::summarize(account->entity.registers, account_key, members, subscriptions);
    if (now == was) return {};
    account->entity.summary = std::move(now);
    account->changed = true;
    return spread(*account, was, is_gathered ? &gathered->second : nullptr);
  }

  static void gather(const std::vector<Touched*>& all, state::Members& members,
                     std::vector<state::SubscriptionFacts>& subscriptions) {
    const Entity* sole = nullptr;
    std::size_t known = 0;
    for (const Touched* one : all) {
      const Entity& entity = one->entity;
      if (entity.kind == Kind::subscription) {
        if (entity.facts != 0) subscriptions.push_back(state::SubscriptionFacts::unpack(entity.facts));
      } else if (entity.facts != 0) {
        members.kinds.push_back(state::UserFacts::unpack(entity.facts));
        sole = &entity;
        ++known;
      }
    }
    if (known == 1) members.sole = &sole->registers;
  }

  Result<void> look_up(const Touched& account, state::Members& members, std::vector<Entity>& people,
                       std::vector<state::SubscriptionFacts>& subscriptions) {
    const std::string& key = account.entity.key;
    ZS_ASSIGN(const std::vector<std::uint32_t> user_bits, tx_.distinct_facts(key, Kind::user));
    for (const std::uint32_t bits : user_bits) {
      if (bits != 0) members.kinds.push_back(state::UserFacts::unpack(bits));
    }
    if (account.entity.registers.text("name").empty() && !members.kinds.empty()) {
      ZS_ASSIGN(people, tx_.of_account(key, Kind::user, true, 2));
      if (people.size() == 1) members.sole = &people.front().registers;
    }
    ZS_ASSIGN(const std::vector<std::uint32_t> subscription_bits, tx_.distinct_facts(key, Kind::subscription));
    for (const std::uint32_t bits : subscription_bits) {
      if (bits != 0) subscriptions.push_back(state::SubscriptionFacts::unpack(bits));
    }
    return {};
  }

  /// An account's people show its lifecycle and plan, its deals its name.
  Result<void> spread(const Touched& account, const state::AccountSummary& was, const std::vector<Touched*>* gathered) {
    const state::AccountSummary& now = account.entity.summary;
    const bool appeared = now.exists && !was.exists;
    if (appeared || now.lifecycle != was.lifecycle || now.plan != was.plan) {
      ZS_TRY(mark_all(account, Kind::user, gathered));
    }
    if (appeared || now.name != was.name) ZS_TRY(mark_all(account, Kind::subscription, gathered));
    return {};
  }

  Result<void> mark_all(const Touched& account, Kind kind, const std::vector<Touched*>* gathered) {
    if (gathered == nullptr) return tx_.mark_account_dirty(account.entity.key, kind, account.lane, now_ms_);
    for (Touched* one : *gathered) {
      if (one->entity.kind != kind) continue;
      one->changed = true;
      one->lane = std::min(one->lane, account.lane);
    }
    return {};
  }

  static constexpr std::size_t k_no_limit = 1'000'000;

  struct Named {
    std::string subscription;
    std::string user;
    store::Seq seq = 0;
  };

  store::Transaction& tx_;
  std::int64_t now_ms_;
  const ShownElsewhere& shown_;
  std::vector<Named> named_;
  std::map<Key, Touched> entities_;
  std::map<std::string, Lane> accounts_;
  std::map<std::string, std::vector<Touched*>> gathered_;  // by account: everybody of those that are new
};

/// Whether the state knows whom the event speaks of, or learns from it all that a signup tells.
Result<bool> is_subject_known(store::Transaction& tx, const event::Event& event) {
  if (event.type == "user.signed_up" || event.patches.empty()) return true;
  const event::Patch& subject = event.patches.front();
  const auto knows = [&tx](Kind kind, std::string_view key) -> Result<bool> {
    ZS_ASSIGN(const std::optional<Entity> entity, tx.find(kind, key));
    return entity && (kind != Kind::user || entity->facts != 0);
  };
  if (subject.kind == Kind::user) return knows(Kind::user, subject.key);
  if (subject.kind == Kind::account) return true;
  for (const auto& [field, value] : subject.fields) {
    if (field == "user_id" && !value.is_null()) return knows(Kind::user, value.text);
  }
  return knows(Kind::subscription, subject.key);
}

}  // namespace

Result<FoldOutcome> fold(store::Transaction& tx, std::size_t limit, std::int64_t now_ms, const ShownElsewhere& shown,
                         const FoldFaults& faults) {
  ZS_ASSIGN(const store::Seq cursor, tx.fold_cursor());
  ZS_ASSIGN(const std::vector<store::LedgerEvent> rows, tx.events_after(cursor, limit));
  FoldOutcome outcome{rows.size(), 0, cursor, false, {}};
  if (rows.empty()) return outcome;
  thread_local event::Parser parser;
  Folding folding(tx, now_ms, shown);
  for (const store::LedgerEvent& row : rows) {
    outcome.cursor = row.seq;
    outcome.had_backfill = outcome.had_backfill || row.lane != Lane::live;
    // Folded ahead of its turn, and erased since.
    if (row.type == store::k_erased_type) continue;
    event::Stamp stamp{row.time, row.source, row.id};
    if (faults.arrival_order_wins) stamp.time = from_nanos(row.seq);
    const auto event = parser.stored(stamp, row.type, row.data);
    if (!event) {
      // It was checked when it came in; if it cannot be read now, one event must not stop all the others.
      log::error("an event in the ledger cannot be read and is passed over", {{"seq", row.seq}, {"type", row.type}});
      ++outcome.unreadable;
      continue;
    }
    ZS_TRY(folding.take(*event, row));
    if (event->deletes_user) outcome.deleted.push_back(event->patches.front().key);
  }
  ZS_TRY(folding.settle());
  ZS_TRY(tx.set_fold_cursor(outcome.cursor));
  return outcome;
}

Result<void> fold_ahead(store::Transaction& tx, const std::vector<store::LedgerEvent>& events, std::int64_t now_ms,
                        const ShownElsewhere& shown) {
  thread_local event::Parser parser;
  Folding folding(tx, now_ms, shown);
  for (const store::LedgerEvent& row : events) {
    const auto event = parser.stored({row.time, row.source, row.id}, row.type, row.data);
    if (!event) continue;  // its turn comes
    ZS_ASSIGN(const bool may_go, is_subject_known(tx, *event));
    if (may_go) ZS_TRY(folding.take(*event, row));
  }
  return folding.settle();
}

Result<void> refold_account(store::Transaction& tx, const std::string& account_key, std::int64_t now_ms,
                            const ShownElsewhere& shown) {
  Folding folding(tx, now_ms, shown);
  folding.look_again(account_key);
  return folding.settle();
}

}  // namespace zs::engine
