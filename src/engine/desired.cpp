#include "engine/desired.hpp"

#include <utility>

#include "plan/diff.hpp"

namespace zs::engine {

using event::Kind;

namespace {

bool is_there(const store::Entity& user) {
  return state::user_facts(user.registers).known && !state::is_deleted(user.registers);
}

/// The account's other people by key, as many as get a role, whether they are in Zoho yet or not: who waits keeps a
/// place.
Result<std::vector<std::string>> other_contacts(store::Reader& reader, const store::Entity& deal,
                                                const plan::RoleRules& rules) {
  constexpr std::size_t k_most_looked_at = 4'000;
  std::vector<std::string> out;
  if (rules.others.empty() || deal.account_key.empty()) return out;
  for (std::size_t limit = rules.max_others + 1;; limit *= 4) {
    ZS_ASSIGN(const std::vector<store::Entity> people, reader.of_account(deal.account_key, Kind::user, true, limit));
    out.clear();
    std::size_t places = 0;
    for (const store::Entity& one : people) {
      if (one.key == deal.user_key || !is_there(one)) continue;
      if (++places > rules.max_others) break;
      if (!one.zoho_id.empty()) out.push_back(one.zoho_id);
    }
    // Those who were deleted stand among them and get nothing.
    if (places >= rules.max_others || people.size() < limit || limit >= k_most_looked_at) return out;
  }
}

Result<void> form_roles(store::Reader& reader, const store::Entity& deal, const plan::RoleRules& rules,
                        const plan::Schema& schema, Formed& formed) {
  const bool has_user = formed.user && is_there(*formed.user);
  ZS_ASSIGN(const std::vector<std::string> others, other_contacts(reader, deal, rules));
  formed.desired.roles = plan::desired_roles(rules, has_user ? formed.user->zoho_id : "", others);
  for (const auto& [contact, role] : formed.desired.roles) {
    if (!schema.roles.contains(role) && formed.desired.unknown_roles.insert(role).second)
      formed.desired.flags.push_back("the contact role '" + role + "' left out: the org has none of that name");
  }
  return {};
}

Result<Formed> form_whole(store::Reader& reader, const store::Entity& entity, const plan::Mapping& mapping,
                          const plan::Schema& schema) {
  Formed formed;
  if (entity.kind == Kind::account) {
    formed.desired = plan::desired_account(mapping, schema, entity.key, entity.registers, entity.summary);
    return formed;
  }
  if (!entity.account_key.empty()) {
    ZS_ASSIGN(formed.account, reader.find(Kind::account, entity.account_key));
  }
  const std::optional<store::Entity>& account = formed.account;
  const plan::AccountView view{account ? account->summary : state::AccountSummary{}, account ? account->zoho_id : ""};
  const state::Registers none;
  const state::Registers& account_registers = account ? account->registers : none;
  if (entity.kind == Kind::user) {
    formed.desired = plan::desired_contact(mapping, schema, entity.key, entity.registers, account_registers, view);
    return formed;
  }
  if (!entity.user_key.empty()) {
    ZS_ASSIGN(formed.user, reader.find(Kind::user, entity.user_key));
  }
  formed.desired = plan::desired_deal(mapping, schema, entity.key, entity.registers, account_registers, view,
                                      formed.user ? formed.user->zoho_id : "");
  if (mapping.roles.enabled && formed.desired.wanted) ZS_TRY(form_roles(reader, entity, mapping.roles, schema, formed));
  return formed;
}

}  // namespace

bool is_unheard_of(const store::Entity& entity) {
  // An account that an event has concerned has a name, if only its id.
  return !entity.zoho_id.empty() && entity.registers.empty() && entity.summary.name.empty();
}

Result<Formed> form_desired(store::Reader& reader, const store::Entity& entity, const plan::Mapping& mapping,
                            const plan::Schema& schema) {
  ZS_ASSIGN(Formed formed, form_whole(reader, entity, mapping, schema));
  if (formed.desired.wanted || entity.zoho_id.empty()) return formed;
  // A link that only our side knows of is half a link, whatever else is wanted in the record.
  const plan::Module module = plan::module_of(entity.kind);
  plan::Desired link = plan::desired_link(mapping, module, entity.key, entity.synced);
  if (is_unheard_of(entity) || !plan::diff(link, entity.synced, mapping, module).set.empty()) {
    formed.desired = std::move(link);
    formed.is_link_only = true;
  }
  return formed;
}

}  // namespace zs::engine
