#pragma once
// What follows from the registers: lifecycle, plan, source, compliance, names, deal stage. Pure functions;
// the meaning is interface.md 3.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "state/registers.hpp"

namespace zs::state {

enum class Status : std::uint8_t { none, trialing, active, past_due, paused, canceled, expired };
enum class Plan : std::uint8_t { none, base, plus, pro };  // ascending tiers
enum class Lifecycle : std::uint8_t { trial, active, churned };

[[nodiscard]] Status parse_status(std::string_view text);
[[nodiscard]] std::string_view name_of(Status status);
[[nodiscard]] Plan parse_plan(std::string_view text);
[[nodiscard]] std::string_view name_of(Plan plan);
[[nodiscard]] std::string_view name_of(Lifecycle lifecycle);
/// Statuses that money stands behind: the first of them makes the Deal.
[[nodiscard]] bool is_paid(Status status);

struct Compliance {
  bool gdpr = false;
  bool ccpa = false;
  bool operator==(const Compliance&) const = default;
};

/// By country (EEA, UK, CH → gdpr) and region (US-CA → ccpa), unless `compliance` says otherwise.
[[nodiscard]] Compliance compliance_of(const Registers& user_or_account);

/// SHA-256, 32 bytes, of an e-mail without blanks around it and with A-Z in lower case: by it people are looked up
/// without their e-mail in a URL. As personal as the e-mail itself. Empty for an empty one.
[[nodiscard]] std::string email_digest(std::string_view email);

/// What an account needs to know of one subscription. Fits an integer so that the store can keep it in
/// an index and answer "which kinds of subscription does this account have" without reading them.
struct SubscriptionFacts {
  Status status = Status::none;  // as it counts: trialing after a paid status is active
  Plan plan = Plan::none;
  bool ever_paid = false;

  [[nodiscard]] std::uint32_t pack() const;
  [[nodiscard]] static SubscriptionFacts unpack(std::uint32_t bits);
  bool operator==(const SubscriptionFacts&) const = default;
};
[[nodiscard]] SubscriptionFacts subscription_facts(const Registers& subscription);

/// What an account needs to know of one user, packed alike.
struct UserFacts {
  bool known = false;  // named by an event that is not later than its deletion
  Compliance compliance;

  [[nodiscard]] std::uint32_t pack() const;
  [[nodiscard]] static UserFacts unpack(std::uint32_t bits);
};
[[nodiscard]] UserFacts user_facts(const Registers& user);

/// The day of the first paid status, when there was one.
[[nodiscard]] std::optional<Time> first_paid(const Registers& subscription);

/// True once user.deleted was seen, whatever came after.
[[nodiscard]] bool is_deleted(const Registers& user);
/// A register's text as of the deletion: facts later than user.deleted do not count.
[[nodiscard]] const Value* find_alive(const Registers& user, std::string_view name);

/// "First Last", or the one of them that there is, or empty.
[[nodiscard]] std::string full_name(const Registers& user);
/// Never empty: last name, else first name, else the e-mail's local part, else the user id.
[[nodiscard]] std::string last_name(const Registers& user, std::string_view user_id);
/// The account a user belongs to: the one it was given, else its own, which has the user's id.
[[nodiscard]] std::string account_of_user(const Registers& user, std::string_view user_id);

/// All of an account that its records, its people's and its deals' depend on.
struct AccountSummary {
  bool exists = false;  // described by an event, or somebody is in it
  std::string name;
  Lifecycle lifecycle = Lifecycle::trial;
  Plan plan = Plan::none;
  Compliance compliance;

  bool operator==(const AccountSummary&) const = default;
  [[nodiscard]] std::string encode() const;
  [[nodiscard]] static AccountSummary decode(std::string_view text);
};

/// What is known about the people of an account. `sole` is set when there is exactly one.
struct Members {
  std::vector<UserFacts> kinds;  // the distinct ones that occur, known users only
  const Registers* sole = nullptr;
};

[[nodiscard]] AccountSummary summarize(const Registers& account, std::string_view account_id, const Members& members,
                                       std::span<const SubscriptionFacts> subscriptions);

/// "<account name> - <plan>", or the account's name alone without a plan.
[[nodiscard]] std::string deal_name(const AccountSummary& account, Plan plan);

}  // namespace zs::state
