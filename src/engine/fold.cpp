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
      touched->may_rename = touched->may_rename || (news && may_rename_account(event, patch));
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
    summarize_new_accounts();
    for (auto& [key, touched] : entities_) {
      if (touched.changed || touched.entity.id == 0) ZS_TRY(tx_.save_state(touched.entity));
    }
    for (const auto& [key, lane] : accounts_) ZS_TRY(summarize(key));
    ZS_TRY(mark_dirty());
    return remember_users();
  }

 private:
  struct Touched {
    Entity entity;
    bool is_new = false;  // not in the store before
    bool changed = false;
    bool may_rename = false;          // users: the account's name may come from what changed
    bool is_shown_elsewhere = false;  // a field changed that contacts or deals copy
    Lane lane = Lane::repair;
    std::vector<store::Seq> seqs;
  };
  using Key = std::pair<Kind, std::string>;

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
      touched.is_new = true;
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
      const bool concerns_account = moved || facts != entity.facts || user->may_rename;
      if (concerns_account) concerns(entity.account_key, user->lane);
      entity.account_key = account;
      entity.facts = facts;
      if (concerns_account) concerns(account, user->lane);
      if (moved) ZS_TRY(recall_subscriptions(*user));
    }
    return {};
  }

  /// What summarize() looks at in a sole user, beside its facts.
  static bool may_rename_account(const event::Event& event, const event::Patch& patch) {
    return patch.kind == Kind::user && (event.deletes_user || std::ranges::any_of(patch.fields, [](const auto& field) {
                                          return field.first == "first_name" || field.first == "last_name" ||
                                                 field.first == "email";
                                        }));
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
      const std::uint32_t facts = state::subscription_facts(entity.registers).pack();
      const bool concerns_account = account != entity.account_key || facts != entity.facts || subscription->is_new;
      if (concerns_account) concerns(entity.account_key, subscription->lane);
      entity.account_key = account;
      entity.facts = facts;
      if (concerns_account) concerns(account, subscription->lane);
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

  /// An account has a row from the moment somebody is in it. So all who are in one without a row are at hand, and it is
  /// written once, with its summary.
  void summarize_new_accounts() {
    std::map<std::string_view, std::vector<Touched*>> members_of;
    for (const auto& [key, lane] : accounts_) {
      if (entities_.at({Kind::account, key}).is_new) members_of.try_emplace(key);
    }
    if (members_of.empty()) return;
    for (auto& [key, touched] : entities_) {
      if (key.first == Kind::account) continue;
      const auto account = members_of.find(touched.entity.account_key);
      if (account != members_of.end()) account->second.push_back(&touched);
    }
    for (const auto& [key, members] : members_of) {
      Touched& account = entities_.at({Kind::account, std::string(key)});
      state::AccountSummary now = summary_of(account.entity, members);
      if (now == account.entity.summary) continue;
      for (Touched* member : members) {
        member->changed = true;
        member->lane = std::min(member->lane, account.lane);
      }
      account.entity.summary = std::move(now);
      account.changed = true;
    }
  }

  static state::AccountSummary summary_of(const Entity& account, const std::vector<Touched*>& those_in_it) {
    state::Members members;
    std::vector<state::SubscriptionFacts> subscriptions;
    for (const Touched* one : those_in_it) {
      if (one->entity.facts == 0) continue;
      if (one->entity.kind == Kind::subscription) {
        subscriptions.push_back(state::SubscriptionFacts::unpack(one->entity.facts));
      } else {
        members.sole = members.kinds.empty() ? &one->entity.registers : nullptr;
        members.kinds.push_back(state::UserFacts::unpack(one->entity.facts));
      }
    }
    return state::summarize(account.registers, account.key, members, subscriptions);
  }

  Result<void> summarize(const std::string& account_key) {
    ZS_ASSIGN(Touched * account, at(Kind::account, account_key));
    if (account->is_new) return {};
    state::Members members;
    ZS_ASSIGN(const std::vector<std::uint32_t> user_bits, tx_.distinct_facts(account_key, Kind::user));
    for (const std::uint32_t bits : user_bits) {
      if (bits != 0) members.kinds.push_back(state::UserFacts::unpack(bits));
    }
    std::vector<Entity> people;
    if (account->entity.registers.text("name").empty() && !members.kinds.empty()) {
      ZS_ASSIGN(people, tx_.of_account(account_key, Kind::user, true, 2));
      if (people.size() == 1) members.sole = &people.front().registers;
    }
    std::vector<state::SubscriptionFacts> subscriptions;
    ZS_ASSIGN(const std::vector<std::uint32_t> subscription_bits, tx_.distinct_facts(account_key, Kind::subscription));
    for (const std::uint32_t bits : subscription_bits) {
      if (bits != 0) subscriptions.push_back(state::SubscriptionFacts::unpack(bits));
    }
    const state::AccountSummary was = account->entity.summary;
    state::AccountSummary now = state::summarize(account->entity.registers, account_key, members, subscriptions);
    if (now == was) return {};
    account->entity.summary = std::move(now);
    ZS_TRY(tx_.save_state(account->entity));
    account->changed = true;
    return spread(account->entity, was, account->lane);
  }

  /// An account's people show its lifecycle and plan, its deals its name.
  Result<void> spread(const Entity& account, const state::AccountSummary& was, Lane lane) {
    const state::AccountSummary& now = account.summary;
    const bool appeared = now.exists && !was.exists;
    if (appeared || now.lifecycle != was.lifecycle || now.plan != was.plan) {
      ZS_TRY(tx_.mark_account_dirty(account.key, Kind::user, lane, now_ms_));
    }
    if (appeared || now.name != was.name)
      ZS_TRY(tx_.mark_account_dirty(account.key, Kind::subscription, lane, now_ms_));
    return {};
  }

  Result<void> mark_dirty() {
    std::vector<store::Mark> marks;
    for (auto& [key, touched] : entities_) {
      for (const store::Seq seq : touched.seqs) ZS_TRY(tx_.note_touch(touched.entity.id, seq));
      if (touched.changed) marks.push_back({touched.entity.id, touched.lane});
      if (touched.is_shown_elsewhere && !touched.is_new) {
        ZS_TRY(tx_.mark_account_dirty(key.second, Kind::user, touched.lane, now_ms_));
        ZS_TRY(tx_.mark_account_dirty(key.second, Kind::subscription, touched.lane, now_ms_));
      }
    }
    return tx_.mark_dirty(marks, now_ms_);
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
