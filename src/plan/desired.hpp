#pragma once
// What Zoho should hold of a customer: pure functions from state to record.

#include <string>
#include <string_view>
#include <vector>

#include "plan/mapping.hpp"
#include "plan/synced.hpp"
#include "state/derive.hpp"

namespace zs::plan {

struct Desired {
  bool wanted = false;  // false: there is nothing to put into Zoho (a trial makes no Deal)
  Fields fields;        // canonical JSON by Zoho field
  Tags tags;
  std::vector<std::string> flags;  // what was clamped or left out, for people
};

/// The parts of the customer's other records that a record shows.
struct AccountView {
  state::AccountSummary summary;
  std::string zoho_id;
};

/// A record of somebody of whom nothing but the id is known, or wanted: it carries our id, and the tags that it has
/// stay.
[[nodiscard]] Desired desired_link(const Mapping& mapping, Module module, std::string_view key, const Synced& synced);

[[nodiscard]] Desired desired_account(const Mapping& mapping, const Schema& schema, std::string_view account_id,
                                      const state::Registers& account, const state::AccountSummary& summary);

[[nodiscard]] Desired desired_contact(const Mapping& mapping, const Schema& schema, std::string_view user_id,
                                      const state::Registers& user, const state::Registers& account,
                                      const AccountView& view);

/// `contact_id` is empty while the subscription's user has no Contact: the Deal then names none.
[[nodiscard]] Desired desired_deal(const Mapping& mapping, const Schema& schema, std::string_view subscription_id,
                                   const state::Registers& subscription, const state::Registers& account,
                                   const AccountView& view, std::string_view contact_id);

}  // namespace zs::plan
