#include "engine/erasure.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "base/json.hpp"
#include "event/parse.hpp"
#include "state/derive.hpp"
#include "zoho/wire.hpp"

namespace zs::engine {
namespace {

using event::Kind;
using store::Entity;
using zoho::Module;
using zoho::Verb;

constexpr std::size_t k_all = 1'000'000;

bool contains(const std::vector<Entity>& entities, EntityId id) {
  return std::ranges::find(entities, id, &Entity::id) != entities.end();
}

/// Others that an event has told of, but for those who are being erased as well.
Result<bool> has_others(store::Reader& reader, const Entity& account, EntityId user) {
  std::size_t seen = 0;
  // More and more of them, as long as all are on their way out.
  for (std::size_t limit = 2;; limit *= 4) {
    ZS_ASSIGN(const std::vector<Entity> people, reader.of_account(account.key, Kind::user, true, limit));
    for (; seen < people.size(); ++seen) {
      if (people[seen].id == user) continue;
      ZS_ASSIGN(const bool is_leaving, reader.is_erased(Kind::user, people[seen].key));
      if (!is_leaving) return true;
    }
    if (people.size() < limit) return false;
  }
}

void add_missing(std::vector<Entity>& to, std::vector<Entity> from) {
  for (Entity& one : from) {
    if (!contains(to, one.id)) to.push_back(std::move(one));
  }
}

/// Texts by which the person could be told.
std::vector<std::string> traces_of(const Entity& user) {
  std::vector<std::string> out{user.key};
  for (const char* name : {"email", "first_name", "last_name", "phone"}) {
    out.emplace_back(user.registers.text(name));
  }
  out.push_back(state::full_name(user.registers));
  out.push_back(user.zoho_id);
  std::erase_if(out, [](const std::string& text) { return text.empty(); });
  return out;
}

/// As it stands inside a JSON text.
std::string in_json(const std::string& text) {
  const std::string quoted = json_quoted(text);
  return quoted.substr(1, quoted.size() - 2);
}

/// Takes a person out of the store: what goes as a whole, and what only loses its traces.
class Removal {
 public:
  Removal(store::Transaction& tx, ErasureScope scope, std::int64_t now_ms)
      : tx_(tx), scope_(std::move(scope)), traces_(traces_of(scope_.user)), now_ms_(now_ms) {
    gone_.push_back(scope_.user);
    std::ranges::copy(scope_.accounts, std::back_inserter(gone_));
    std::ranges::copy(scope_.orphans, std::back_inserter(gone_));
  }

  Result<void> run() {
    ZS_TRY(collect_events());
    ZS_ASSIGN(const std::vector<std::string> hashes, tx_.erase_events(events_));
    ZS_TRY(rename_in_stamps(hashes));
    for (const Entity& one : scope_.subscriptions) ZS_TRY(unlink(one.id));
    for (const Entity& one : gone_) ZS_TRY(tx_.erase_entity(one.id, now_ms_));
    for (const Entity& one : scope_.accounts) {
      // An account of one's own has one's own id.
      if (one.key == scope_.user.key) ZS_TRY(tx_.bury(Kind::account, one.key));
    }
    return {};
  }

  /// What stays, after its name was derived anew.
  Result<void> clean(EntityId id) {
    ZS_ASSIGN(std::optional<Entity> entity, tx_.load(id));
    return entity ? clean(*entity) : Result<void>();
  }

 private:
  Result<void> collect_events() {
    event::Parser parser;
    for (const Entity& one : gone_) {
      ZS_ASSIGN(std::vector<store::LedgerEvent> events, tx_.events_of(one.id, k_all));
      for (store::LedgerEvent& event : events) {
        bool is_theirs = one.kind != Kind::account;
        if (!is_theirs) {
          // Others' events may have described the account; they are theirs, and stay.
          ZS_ASSIGN(const std::vector<EntityId> touched, tx_.touched_by(event.seq));
          is_theirs = std::ranges::all_of(touched, [&](EntityId id) { return contains(gone_, id); });
        }
        if (is_theirs) take(std::move(event));
      }
    }
    for (const Entity& one : scope_.subscriptions) {
      ZS_ASSIGN(std::vector<store::LedgerEvent> events, tx_.events_of(one.id, k_all));
      for (store::LedgerEvent& event : events) {
        if (names_user(parser, event, scope_.user.key)) take(std::move(event));
      }
    }
    for (const store::LedgerEvent& event : events_) {
      ZS_ASSIGN(const std::vector<EntityId> touched, tx_.touched_by(event.seq));
      for (const EntityId id : touched) {
        if (!contains(gone_, id)) stamped_.insert(id);
      }
    }
    return {};
  }

  void take(store::LedgerEvent event) {
    if (seqs_.insert(event.seq).second) events_.push_back(std::move(event));
  }

  /// What stays names the events that set it; theirs are named by their hashes from now on.
  Result<void> rename_in_stamps(const std::vector<std::string>& hashes) {
    for (const EntityId id : stamped_) {
      ZS_ASSIGN(std::optional<Entity> entity, tx_.load(id));
      if (!entity) continue;
      bool changed = false;
      for (std::size_t i = 0; i < events_.size(); ++i) {
        const event::Stamp stamp{events_[i].time, events_[i].source, events_[i].id};
        changed = entity->registers.rename_event(stamp, hashes[i]) || changed;
      }
      if (changed) ZS_TRY(tx_.save_state(*entity));
    }
    return {};
  }

  Result<void> unlink(EntityId id) {
    ZS_ASSIGN(std::optional<Entity> loaded, tx_.load(id));
    if (!loaded) return {};
    Entity& entity = *loaded;
    state::Registers& registers = entity.registers;
    if (const event::Stamp* stamp = registers.stamp_of("user_id"); stamp != nullptr && !entity.account_key.empty()) {
      // It hung on the account by way of its user.
      const event::Stamp since = *stamp;
      if (registers.text("account_id").empty())
        registers.merge("account_id", event::Value::of_text(entity.account_key), since);
    }
    if (registers.text("user_id") == scope_.user.key) registers.clear("user_id");
    entity.user_key.clear();
    ZS_TRY(tx_.save_state(entity));
    if (!entity.zoho_id.empty()) entity.synced.fields.insert_or_assign("Contact_Name", "null");
    return clean(entity);
  }

  /// What shows the person in Zoho's state of a record, in its flags, its timeline and its hold. A value that goes is
  /// in doubt then, and is written anew.
  Result<void> clean(Entity& entity) {
    const auto shows = [&](std::string_view text) {
      return std::ranges::any_of(traces_, [&](const std::string& trace) { return text.contains(in_json(trace)); });
    };
    const auto in_fields = [&](plan::Fields& fields) {
      return std::erase_if(fields, [&](const auto& field) { return shows(field.second); });
    };
    const auto cleaned =
        in_fields(entity.synced.fields) + in_fields(entity.synced.refused) + std::erase_if(entity.flags, shows);
    ZS_TRY(tx_.save_synced(entity));
    for (const std::string& trace : traces_) ZS_TRY(tx_.erase_timeline(entity.id, in_json(trace)));
    ZS_ASSIGN(const std::optional<store::Held> held, tx_.held(entity.id));
    const bool held_shows = held && (shows(held->detail) || shows(held->message));
    if (cleaned > 0 || held_shows) ZS_TRY(tx_.mark_dirty(entity.id, store::Lane::live, now_ms_));
    return {};
  }

  store::Transaction& tx_;
  ErasureScope scope_;
  std::vector<std::string> traces_;
  std::int64_t now_ms_;
  std::vector<Entity> gone_;
  std::vector<store::LedgerEvent> events_;
  std::set<store::Seq> seqs_;
  std::set<EntityId> stamped_;
};

/// Somebody came into an account whose record was deleted meanwhile: it is made anew, and its Deals are written again.
Result<void> make_anew(store::Transaction& tx, EntityId id, std::int64_t now_ms) {
  ZS_ASSIGN(std::optional<Entity> entity, tx.load(id));
  if (!entity) return {};
  if (entity->kind == Kind::account) {
    entity->zoho_id.clear();
    entity->synced = {};
    ZS_TRY(tx.mark_account_dirty(entity->key, Kind::user, store::Lane::live, now_ms));
    ZS_TRY(tx.mark_account_dirty(entity->key, Kind::subscription, store::Lane::live, now_ms));
  } else {
    for (const char* field : {"Deal_Name", "Account_Name", "Contact_Name"}) entity->synced.fields.erase(field);
  }
  ZS_TRY(tx.save_link(*entity, {store::Cause::erased, now_ms}));
  return tx.mark_dirty(id, store::Lane::live, now_ms);
}

void add_deletion(std::vector<ErasureStep>& steps, const Entity& entity) {
  const Module module = plan::module_of(entity.kind);
  if (entity.zoho_id.empty()) steps.push_back({entity.id, module, Verb::find_by_key, entity.key, {}});
  for (const Verb verb : {Verb::delete_records, Verb::purge, Verb::read})
    steps.push_back({entity.id, module, verb, entity.key, {}});
  if (zoho::is_askable(entity.key)) steps.push_back({entity.id, module, Verb::find_by_key, entity.key, {}, true});
}

}  // namespace

std::vector<EntityId> ErasureScope::entities() const {
  std::vector<EntityId> out{user.id};
  for (const auto* some : {&accounts, &orphans, &subscriptions}) {
    for (const Entity& one : *some) out.push_back(one.id);
  }
  return out;
}

Result<ErasureScope> erasure_scope(store::Reader& reader, const Entity& user) {
  ErasureScope scope;
  scope.user = user;
  // The account that they are in, and the one of their own, which they may have left behind.
  for (const std::string& key : std::set<std::string>{user.account_key, user.key}) {
    if (key.empty()) continue;
    ZS_ASSIGN(std::optional<Entity> account, reader.find(Kind::account, key));
    if (!account) continue;
    ZS_ASSIGN(const bool stays, has_others(reader, *account, user.id));
    if (stays) continue;
    ZS_ASSIGN(std::vector<Entity> deals, reader.of_account(key, Kind::subscription, false, k_all));
    add_missing(scope.orphans, std::move(deals));
    scope.accounts.push_back(std::move(*account));
  }
  ZS_ASSIGN(std::vector<Entity> own, reader.subscriptions_of_user(user.key, k_all));
  for (Entity& one : own) {
    const bool is_orphan = one.account_key.empty() || contains(scope.orphans, one.id);
    add_missing(is_orphan ? scope.orphans : scope.subscriptions, {std::move(one)});
  }
  const bool goes = std::ranges::find(scope.accounts, user.account_key, &Entity::key) != scope.accounts.end();
  if (goes || user.account_key.empty()) return scope;
  ZS_ASSIGN(std::optional<Entity> account, reader.find(Kind::account, user.account_key));
  if (!account) return scope;
  ZS_ASSIGN(std::vector<Entity> deals, reader.of_account(user.account_key, Kind::subscription, false, k_all));
  std::erase_if(deals, [&](const Entity& one) { return contains(scope.subscriptions, one.id); });
  scope.witnesses = std::move(deals);
  scope.witnesses.push_back(std::move(*account));
  return scope;
}

std::vector<ErasureStep> erasure_steps(const ErasureScope& scope, const plan::Schema& schema) {
  std::vector<ErasureStep> steps;
  const auto let_go = [&](const Entity& deal, bool is_orphan) {
    const bool was_wanted = !deal.zoho_id.empty() || state::first_paid(deal.registers).has_value();
    if (!was_wanted) return;
    if (deal.zoho_id.empty()) steps.push_back({deal.id, Module::deals, Verb::find_by_key, deal.key, {}});
    ErasureStep step{deal.id, Module::deals, Verb::update, deal.key, {}};
    const auto clear = [&](const char* field) {
      if (schema.find(Module::deals, field) != nullptr) step.fields.emplace(field, "null");
    };
    clear("Contact_Name");
    if (is_orphan) {
      clear("Account_Name");
      const std::string_view plan = name_of(state::subscription_facts(deal.registers).plan);
      step.fields.emplace("Deal_Name", json_quoted(deal.key + (plan.empty() ? "" : " - " + std::string(plan))));
    }
    if (!step.fields.empty()) steps.push_back(std::move(step));
  };
  for (const Entity& deal : scope.orphans) let_go(deal, true);
  for (const Entity& deal : scope.subscriptions) let_go(deal, false);
  add_deletion(steps, scope.user);
  for (const Entity& account : scope.accounts) add_deletion(steps, account);
  return steps;
}

Result<bool> remove_person(store::Transaction& tx, EntityId user, const DealtWith& dealt_with, std::int64_t now_ms,
                           const ShownElsewhere& shown) {
  ZS_ASSIGN(const std::optional<Entity> entity, tx.load(user));
  if (!entity) return fail(Errc::not_found, "no entity " + std::to_string(user));
  ZS_ASSIGN(const ErasureScope scope, erasure_scope(tx, *entity));
  const std::vector<EntityId> concerned = scope.entities();
  const auto is_new = [&](EntityId id) { return !dealt_with.all.contains(id); };
  if (std::ranges::any_of(concerned, is_new)) return false;
  Removal removal(tx, scope, now_ms);
  ZS_TRY(removal.run());
  for (const EntityId id : dealt_with.all) {
    const bool is_spared = std::ranges::find(concerned, id) == concerned.end() ||
                           (dealt_with.renamed.contains(id) && contains(scope.subscriptions, id));
    if (is_spared) ZS_TRY(make_anew(tx, id, now_ms));
  }
  if (!scope.witnesses.empty()) ZS_TRY(refold_account(tx, entity->account_key, now_ms, shown));
  for (const Entity& one : scope.witnesses) ZS_TRY(removal.clean(one.id));
  ZS_TRY(tx.forget_desk(entity->key));
  ZS_TRY(tx.end_erasure(user));
  return true;
}

}  // namespace zs::engine
