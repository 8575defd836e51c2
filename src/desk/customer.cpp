#include "desk/customer.hpp"

#include "plan/form.hpp"
#include "state/derive.hpp"

namespace zs::desk {
namespace {

void put_registers(Customer& customer, std::string_view prefix, const state::Registers& registers, bool alive) {
  for (const auto& entry : registers.entries()) {
    if (entry.name.starts_with('~')) continue;
    // What was said of a user after its deletion does not count.
    const event::Value* value = alive ? state::find_alive(registers, entry.name) : &entry.value;
    if (value == nullptr || value->is_null() || value->text.empty()) continue;
    customer.facts.insert_or_assign(std::string(prefix) + entry.name, value->text);
  }
}

}  // namespace

Result<std::optional<Customer>> load_customer(store::Reader& reader, std::string_view user_id) {
  ZS_ASSIGN(const std::optional<store::Entity> user, reader.find(event::Kind::user, user_id));
  if (!user || user->registers.empty()) return std::nullopt;
  Customer customer;
  customer.user_id = user->key;
  customer.crm_contact_id = user->zoho_id;
  customer.synced_ms = user->synced_ms;
  customer.last_name = state::last_name(user->registers, user->key);
  const auto text = [&](std::string_view name) {
    const event::Value* value = state::find_alive(user->registers, name);
    return value == nullptr ? std::string{} : value->text;
  };
  customer.first_name = text("first_name");
  customer.email = text("email");
  if (!plan::is_email(customer.email)) customer.email.clear();
  put_registers(customer, "user.", user->registers, true);

  state::AccountSummary summary;
  if (!user->account_key.empty()) {
    ZS_ASSIGN(const std::optional<store::Entity> account, reader.find(event::Kind::account, user->account_key));
    if (account) {
      summary = account->summary;
      put_registers(customer, "account.", account->registers, false);
      if (!account->zoho_id.empty()) customer.facts.insert_or_assign("account_id", account->zoho_id);
    }
    customer.facts.insert_or_assign("account_key", user->account_key);
  }
  const bool gone = state::is_deleted(user->registers);
  customer.plan = name_of(gone ? state::Plan::none : summary.plan);
  customer.facts.insert_or_assign("user_id", user->key);
  customer.facts.insert_or_assign("contact_id", user->zoho_id);
  customer.facts.insert_or_assign("plan", customer.plan);
  customer.facts.insert_or_assign("lifecycle", name_of(gone ? state::Lifecycle::churned : summary.lifecycle));
  if (customer.crm_contact_id.empty()) {
    ZS_ASSIGN(const std::optional<store::Held> held, reader.held(user->id));
    customer.is_held = held.has_value();
  }
  return customer;
}

std::map<std::string, std::string> values_for(const std::vector<FieldSource>& sources, const Customer& customer) {
  std::map<std::string, std::string> out;
  for (const FieldSource& source : sources) {
    const auto found = customer.facts.find(source.from);
    if (found != customer.facts.end() && !found->second.empty()) out.insert_or_assign(source.field, found->second);
  }
  return out;
}

}  // namespace zs::desk
