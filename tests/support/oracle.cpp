#include "support/oracle.hpp"

#include <algorithm>
#include <set>

#include "event/parse.hpp"
#include "state/derive.hpp"
#include "state/fold.hpp"

namespace zs::test {
namespace {

using event::Kind;

/// Every patch in the order of time: the last word on each field is simply the last one read.
std::map<Kind, std::map<std::string, state::Registers>> replay(std::vector<store::NewEvent> events) {
  std::ranges::sort(events, {}, [](const store::NewEvent& e) { return event::Stamp{e.time, e.source, e.id}; });
  std::map<Kind, std::map<std::string, state::Registers>> all;
  event::Parser parser;
  for (const store::NewEvent& one : events) {
    const auto event = parser.stored({one.time, one.source, one.id}, one.type, one.data);
    for (const event::Patch& patch : event->patches) state::apply(all[patch.kind][patch.key], *event, patch);
  }
  return all;
}

std::string reference(std::string_view kind, std::string_view id) { return std::string(kind) + ":" + std::string(id); }

}  // namespace

Expected expect(const std::vector<store::NewEvent>& accepted, const plan::Mapping& mapping,
                const plan::Schema& schema) {
  auto all = replay(accepted);
  Expected out;
  event::Parser parser;
  for (const store::NewEvent& one : accepted) {
    const auto event = parser.stored({one.time, one.source, one.id}, one.type, one.data);
    for (const event::Patch& patch : event->patches) {
      if (patch.kind != Kind::user) continue;
      out.maybe_accounts.insert(patch.key);
      for (const auto& [name, value] : patch.fields) {
        if (name == "account_id") out.maybe_accounts.insert(value.text);
      }
    }
  }
  std::map<std::string, std::vector<std::string>> people;  // account -> known users
  std::map<std::string, std::vector<state::SubscriptionFacts>> subscriptions;
  std::map<std::string, std::string> account_of;  // subscription -> account
  std::set<std::string> accounts;
  for (const auto& [id, registers] : all[Kind::account]) accounts.insert(id);
  for (const auto& [id, registers] : all[Kind::user]) {
    if (!state::user_facts(registers).known) {
      out.maybe_contacts.insert(id);
      continue;
    }
    const std::string account = state::account_of_user(registers, id);
    people[account].push_back(id);
    accounts.insert(account);
  }
  for (const auto& [id, registers] : all[Kind::subscription]) {
    std::string account{registers.text("account_id")};
    const std::string user{registers.text("user_id")};
    if (account.empty() && all[Kind::user].contains(user) && state::user_facts(all[Kind::user][user]).known) {
      account = state::account_of_user(all[Kind::user][user], user);
    }
    if (out.maybe_contacts.contains(user) || out.maybe_accounts.contains(account)) out.maybe_deals.insert(id);
    account_of[id] = account;
    subscriptions[account].push_back(state::subscription_facts(registers));
  }
  std::map<std::string, state::AccountSummary> summaries;
  for (const std::string& id : accounts) {
    state::Members members;
    for (const std::string& user : people[id]) members.kinds.push_back(state::user_facts(all[Kind::user][user]));
    if (people[id].size() == 1) members.sole = &all[Kind::user][people[id].front()];
    summaries[id] = state::summarize(all[Kind::account][id], id, members, subscriptions[id]);
    const plan::Desired desired = plan::desired_account(mapping, schema, id, all[Kind::account][id], summaries[id]);
    if (desired.wanted) out.accounts[id] = {desired.fields, desired.tags};
  }
  for (const auto& [account, users] : people) {
    for (const std::string& id : users) {
      plan::Desired desired = plan::desired_contact(mapping, schema, id, all[Kind::user][id],
                                                    all[Kind::account][account], {summaries[account], "x"});
      desired.fields["Account_Name"] = reference("account", account);
      out.contacts[id] = {desired.fields, desired.tags};
    }
  }
  for (const auto& [id, account] : account_of) {
    if (!summaries.contains(account) || !summaries[account].exists) continue;  // nobody knows whose it is
    const state::Registers& registers = all[Kind::subscription][id];
    plan::Desired desired =
        plan::desired_deal(mapping, schema, id, registers, all[Kind::account][account], {summaries[account], "x"}, "x");
    if (!desired.wanted) continue;
    desired.fields["Account_Name"] = reference("account", account);
    const std::string user{registers.text("user_id")};
    if (out.contacts.contains(user)) {
      desired.fields["Contact_Name"] = reference("contact", user);
    } else {
      desired.fields.erase("Contact_Name");
    }
    out.deals[id] = {desired.fields, desired.tags};
  }
  return out;
}

}  // namespace zs::test
