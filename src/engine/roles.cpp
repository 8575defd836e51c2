// Contact roles of Deals on their way to Zoho. Before an entry is set or taken away the Deal's list is read, for an
// entry that a person made or changed is to stay; only a Deal that was made just now has none.
#include <algorithm>
#include <utility>

#include "engine/engine.hpp"
#include "zoho/roles.hpp"

namespace zs::engine {

using zoho::Verb;
using zoho::Verdict;

void Engine::route_roles(Work& work, const plan::Change& change) {
  if (!work.are_roles_seen) {
    enqueue(work, Verb::read_roles);
  } else if (!change.roles.empty()) {
    enqueue(work, Verb::set_roles);
  } else {
    enqueue(work, Verb::remove_roles);
  }
}

/// As many as go into a call; the rest follows.
plan::Change Engine::role_change(Verb verb, const Work& work) const {
  plan::Change all = plan::diff(work.desired, work.entity.synced, options_.mapping, zoho::Module::deals);
  plan::Change out;
  if (verb == Verb::set_roles) {
    for (const auto& entry : all.roles) {
      if (out.roles.size() < zoho::k_most_roles) out.roles.insert(entry);
    }
  } else if (verb == Verb::remove_roles) {
    // A list of ids in the query: zoho/crm-api.md 2.1.
    for (const std::string& contact : all.roles_gone) {
      if (out.roles_gone.size() < zoho::max_items(Verb::read)) out.roles_gone.insert(contact);
    }
  }
  return out;
}

std::vector<std::pair<std::string, std::string>> Engine::roles_on_wire(const plan::Change& change) const {
  std::vector<std::pair<std::string, std::string>> out;
  for (const auto& [contact, role] : change.roles) {
    const auto id = org_->schema.roles.find(role);
    out.emplace_back(contact, id == org_->schema.roles.end() ? std::string() : id->second);
  }
  for (const std::string& contact : change.roles_gone) out.emplace_back(contact, std::string());
  return out;
}

Result<void> Engine::settle_roles_read(store::Transaction& tx, Work& work, const std::vector<zoho::Record>& records) {
  plan::see_roles(work.entity.synced, work.desired, zoho::roles_in(records, org_->schema));
  work.are_roles_seen = true;
  return tx.save_synced(work.entity);
}

Result<void> Engine::settle_roles(store::Transaction& tx, Work& work, const Flight& flight,
                                  const zoho::Answer& answer) {
  const plan::Change& sent = flight.changes.at(0);
  plan::Synced& synced = work.entity.synced;
  const zoho::ItemAnswer* gravest = nullptr;
  bool applied = false;
  for (const zoho::ItemAnswer& part : answer.parts) {
    const std::string& contact = part.zoho_id;
    const auto role = sent.roles.find(contact);
    if (part.verdict == Verdict::applied) {
      applied = true;
      plan::Change one;
      if (role == sent.roles.end()) {
        one.roles_gone.insert(contact);
      } else {
        one.roles.insert(*role);
      }
      plan::confirm(synced, one);
      continue;
    }
    // It says that nothing was done for this one.
    synced.roles_doubt.erase(contact);
    if (part.verdict == Verdict::gone) {
      ZS_TRY(lose_role_holder(tx, work, contact));
    } else if (gravest == nullptr || part.verdict > gravest->verdict) {
      gravest = &part;
    }
  }
  if (applied) {
    ++status_.applied;
    schema_doubts_.erase(work.entity.id);
  }
  ZS_TRY(tx.save_synced(work.entity));
  return gravest == nullptr ? Result<void>{} : settle_item(tx, work, flight, 0, *gravest);
}

/// The contact that a role was for is not there: its user is written whole, which shows what became of it. Until it has
/// another record, the Deal does without.
Result<void> Engine::lose_role_holder(store::Transaction& tx, Work& work, const std::string& contact) {
  work.entity.synced.roles.erase(contact);
  work.entity.synced.roles_theirs.insert(contact);
  ZS_ASSIGN(std::optional<store::Entity> user, tx.find_by_zoho_id(event::Kind::user, contact));
  if (!user || options_.on_deleted == OnDeleted::leave) return {};
  ZS_ASSIGN(const std::optional<store::Held> held, tx.held(user->id));
  if (held) return {};
  user->synced.fields.clear();
  ZS_TRY(tx.save_synced(*user));
  suspects_.insert(user->id);
  may_have_dirty_ = true;
  return tx.mark_dirty(user->id, work.dirty.lane, now_ms());
}

/// A person has a record now, or another one: Deals of the account may have to show it. One that is being planned just
/// now, too: so the mark is made in any case.
Result<void> Engine::wake_deals_of(store::Transaction& tx, const store::Entity& user, store::Lane lane) {
  constexpr std::size_t k_many = 10'000;
  const plan::RoleRules& rules = options_.mapping.roles;
  if (!rules.enabled || rules.others.empty()) return {};
  // The work's own copy may be from before a move to another account.
  ZS_ASSIGN(const std::optional<store::Entity> now, tx.load(user.id));
  if (!now || now->account_key.empty()) return {};
  ZS_ASSIGN(const std::vector<store::Entity> deals,
            tx.of_account(now->account_key, event::Kind::subscription, true, k_many));
  for (const store::Entity& deal : deals) {
    if (!state::first_paid(deal.registers)) continue;
    ZS_ASSIGN(const std::optional<store::Held> held, tx.held(deal.id));
    if (!held) ZS_TRY(tx.mark_dirty(deal.id, lane, now_ms()));
  }
  return {};
}

}  // namespace zs::engine
