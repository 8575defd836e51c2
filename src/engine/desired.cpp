#include "engine/desired.hpp"

namespace zs::engine {

using event::Kind;

Result<Formed> form_desired(store::Reader& reader, const store::Entity& entity, const plan::Mapping& mapping,
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

}  // namespace zs::engine
