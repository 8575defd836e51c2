#include "engine/desired.hpp"

#include <utility>

#include "plan/diff.hpp"

namespace zs::engine {

using event::Kind;

namespace {

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
