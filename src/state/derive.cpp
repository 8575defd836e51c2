#include "state/derive.hpp"

#include <algorithm>
#include <array>

#include "base/crypto.hpp"
#include "base/json.hpp"
#include "base/text.hpp"

namespace zs::state {
namespace {

constexpr std::array<std::string_view, 7> k_statuses{"",       "trialing", "active", "past_due",
                                                     "paused", "canceled", "expired"};
constexpr std::array<std::string_view, 4> k_plans{"", "base", "plus", "pro"};
constexpr std::array<std::string_view, 3> k_lifecycles{"trial", "active", "churned"};

/// EU, Iceland, Liechtenstein, Norway; United Kingdom; Switzerland.
constexpr std::array<std::string_view, 32> k_gdpr_countries{
    "AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IE", "IT", "LV",
    "LT", "LU", "MT", "NL", "PL", "PT", "RO", "SK", "SI", "ES", "SE", "IS", "LI", "NO", "GB", "CH"};

std::string alive_text(const Registers& registers, std::string_view name) {
  const Value* value = find_alive(registers, name);
  return value == nullptr || value->is_null() ? std::string{} : std::string(trim(value->text));
}

bool is_live(Status status) { return status == Status::trialing || is_paid(status); }

}  // namespace

std::string email_digest(std::string_view email) {
  const std::string plain = to_lower(trim(email));
  if (plain.empty()) return {};
  const auto digest = sha256(plain);
  return {digest.begin(), digest.end()};
}

Status parse_status(std::string_view text) {
  const auto found = std::ranges::find(k_statuses, text);
  return found == k_statuses.end() ? Status::none : static_cast<Status>(found - k_statuses.begin());
}
std::string_view name_of(Status status) { return k_statuses[static_cast<std::size_t>(status)]; }

Plan parse_plan(std::string_view text) {
  const auto found = std::ranges::find(k_plans, text);
  return found == k_plans.end() ? Plan::none : static_cast<Plan>(found - k_plans.begin());
}
std::string_view name_of(Plan plan) { return k_plans[static_cast<std::size_t>(plan)]; }
std::string_view name_of(Lifecycle lifecycle) { return k_lifecycles[static_cast<std::size_t>(lifecycle)]; }

bool is_paid(Status status) {
  return status == Status::active || status == Status::past_due || status == Status::paused;
}

bool is_deleted(const Registers& user) { return user.stamp_of(k_deleted) != nullptr; }

const Value* find_alive(const Registers& user, std::string_view name) {
  const Stamp* stamp = user.stamp_of(name);
  if (stamp == nullptr) return nullptr;
  const Stamp* deleted = user.stamp_of(k_deleted);
  if (deleted != nullptr && *deleted < *stamp) return nullptr;
  return user.find(name);
}

Compliance compliance_of(const Registers& registers) {
  if (const Value* said = find_alive(registers, "compliance"); said != nullptr && !said->is_null()) {
    return {said->text.contains("gdpr"), said->text.contains("ccpa")};
  }
  const std::string country = alive_text(registers, "country");
  const std::string region = alive_text(registers, "region");
  return {std::ranges::find(k_gdpr_countries, country) != k_gdpr_countries.end(), region == "US-CA" && country == "US"};
}

std::uint32_t SubscriptionFacts::pack() const {
  // Bit 7 keeps the integer from being 0, which stands for "nothing known".
  return 0x80U | static_cast<std::uint32_t>(status) | (static_cast<std::uint32_t>(plan) << 3U) |
         (ever_paid ? 0x20U : 0U);
}

SubscriptionFacts SubscriptionFacts::unpack(std::uint32_t bits) {
  return {static_cast<Status>(bits & 7U), static_cast<Plan>((bits >> 3U) & 3U), (bits & 0x20U) != 0};
}

SubscriptionFacts subscription_facts(const Registers& subscription) {
  SubscriptionFacts facts;
  facts.status = parse_status(subscription.text("status"));
  facts.plan = parse_plan(subscription.text("plan"));
  facts.ever_paid = subscription.stamp_of(k_first_paid) != nullptr;
  if (facts.ever_paid && facts.status == Status::trialing) facts.status = Status::active;
  return facts;
}

std::uint32_t UserFacts::pack() const {
  if (!known) return 0;
  return 1U | (compliance.gdpr ? 2U : 0U) | (compliance.ccpa ? 4U : 0U);
}

UserFacts UserFacts::unpack(std::uint32_t bits) { return {(bits & 1U) != 0, {(bits & 2U) != 0, (bits & 4U) != 0}}; }

UserFacts user_facts(const Registers& user) {
  const Stamp* known = user.stamp_of(k_known_since);
  const Stamp* deleted = user.stamp_of(k_deleted);
  return {known != nullptr && (deleted == nullptr || *known < *deleted), compliance_of(user)};
}

std::optional<Time> first_paid(const Registers& subscription) {
  const Stamp* stamp = subscription.stamp_of(k_first_paid);
  return stamp == nullptr ? std::nullopt : std::optional(stamp->time);
}

std::string full_name(const Registers& user) {
  const std::string first = alive_text(user, "first_name");
  const std::string last = alive_text(user, "last_name");
  return first.empty() ? last : last.empty() ? first : first + " " + last;
}

std::string last_name(const Registers& user, std::string_view user_id) {
  if (std::string last = alive_text(user, "last_name"); !last.empty()) return last;
  if (std::string first = alive_text(user, "first_name"); !first.empty()) return first;
  const std::string email = alive_text(user, "email");
  if (std::string local = email.substr(0, email.find('@')); !local.empty()) return local;
  return std::string(user_id);
}

std::string account_of_user(const Registers& user, std::string_view user_id) {
  const Value* given = find_alive(user, "account_id");
  return given == nullptr || given->is_null() ? std::string(user_id) : given->text;
}

AccountSummary summarize(const Registers& account, std::string_view account_id, const Members& members,
                         std::span<const SubscriptionFacts> subscriptions) {
  AccountSummary summary;
  const bool has_people = std::ranges::any_of(members.kinds, &UserFacts::known);
  summary.exists = account.stamp_of(k_known_since) != nullptr || has_people;

  summary.name = trim(account.text("name"));
  if (summary.name.empty() && members.sole != nullptr) summary.name = full_name(*members.sole);
  if (summary.name.empty() && members.sole != nullptr) summary.name = alive_text(*members.sole, "email");
  if (summary.name.empty()) summary.name = account_id;

  bool ever_paid = false;
  bool active = false;
  for (const SubscriptionFacts& facts : subscriptions) {
    ever_paid = ever_paid || facts.ever_paid;
    active = active || is_paid(facts.status);
    if (is_live(facts.status)) summary.plan = std::max(summary.plan, facts.plan);
  }
  summary.lifecycle = active ? Lifecycle::active : ever_paid ? Lifecycle::churned : Lifecycle::trial;
  if (summary.lifecycle == Lifecycle::churned) summary.plan = Plan::none;

  summary.compliance = compliance_of(account);
  for (const UserFacts& user : members.kinds) {
    summary.compliance.gdpr = summary.compliance.gdpr || user.compliance.gdpr;
    summary.compliance.ccpa = summary.compliance.ccpa || user.compliance.ccpa;
  }
  return summary;
}

std::string deal_name(const AccountSummary& account, Plan plan) {
  return plan == Plan::none ? account.name : account.name + " - " + std::string(name_of(plan));
}

// One digit per member, then the name: "1" exists, lifecycle, plan, gdpr, ccpa.
std::string AccountSummary::encode() const {
  if (*this == AccountSummary{}) return {};
  std::string out;
  out += exists ? '1' : '0';
  out += static_cast<char>('0' + static_cast<int>(lifecycle));
  out += static_cast<char>('0' + static_cast<int>(plan));
  out += compliance.gdpr ? '1' : '0';
  out += compliance.ccpa ? '1' : '0';
  return out + name;
}

AccountSummary AccountSummary::decode(std::string_view text) {
  AccountSummary summary;
  if (text.size() < 5) return summary;
  summary.exists = text[0] == '1';
  summary.lifecycle = static_cast<Lifecycle>(text[1] - '0');
  summary.plan = static_cast<Plan>(text[2] - '0');
  summary.compliance = {text[3] == '1', text[4] == '1'};
  summary.name = text.substr(5);
  return summary;
}

}  // namespace zs::state
