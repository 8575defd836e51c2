#include "state/derive.hpp"

#include <gtest/gtest.h>

#include "state/fold.hpp"

namespace zs::state {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

/// Registers from (second, fields) steps; a value "-" clears.
struct Step {
  int second;
  Fields fields;
};

Registers build(event::Kind kind, const std::vector<Step>& steps, int deleted_at = -1) {
  Registers registers;
  for (const Step& step : steps) {
    event::Event e{{Time{std::chrono::seconds{step.second}}, "/app", std::to_string(step.second)}, "", {}, false};
    event::Patch patch{kind, "k", {}};
    for (const auto& [name, value] : step.fields)
      patch.fields.emplace_back(name, value == "-" ? Value{} : Value::of_text(value));
    apply(registers, e, patch);
  }
  if (deleted_at >= 0) {
    event::Event e{{Time{std::chrono::seconds{deleted_at}}, "/app", "d"}, "user.deleted", {}, true};
    apply(registers, e, {kind, "k", {}});
  }
  return registers;
}
Registers user(const Fields& fields) { return build(event::Kind::user, {{1, fields}}); }
Registers subscription(const std::vector<Step>& steps) { return build(event::Kind::subscription, steps); }

struct LifecycleCase {
  const char* story;
  std::vector<std::vector<Step>> subscriptions;
  Lifecycle lifecycle;
  Plan plan;
};

class AccountLifecycle : public ::testing::TestWithParam<LifecycleCase> {};

TEST_P(AccountLifecycle, FollowsItsSubscriptions) {
  std::vector<SubscriptionFacts> facts;
  for (const auto& steps : GetParam().subscriptions) {
    const auto f = subscription_facts(subscription(steps));
    EXPECT_EQ(SubscriptionFacts::unpack(f.pack()), f);
    facts.push_back(f);
  }
  const AccountSummary summary = summarize(Registers{}, "a1", Members{}, facts);
  EXPECT_EQ(summary.lifecycle, GetParam().lifecycle) << GetParam().story;
  EXPECT_EQ(summary.plan, GetParam().plan) << GetParam().story;
}

const Step k_trial{1, {{"status", "trialing"}, {"plan", "plus"}}};
const Step k_active{2, {{"status", "active"}, {"plan", "plus"}}};
const Step k_past_due{3, {{"status", "past_due"}}};
const Step k_canceled{4, {{"status", "canceled"}}};
const Step k_back{5, {{"status", "active"}, {"plan", "pro"}}};

INSTANTIATE_TEST_SUITE_P(
    Table, AccountLifecycle,
    ::testing::Values(
        LifecycleCase{"nobody subscribed yet", {}, Lifecycle::trial, Plan::none},
        LifecycleCase{"a trial counts for the plan", {{k_trial}}, Lifecycle::trial, Plan::plus},
        LifecycleCase{"paid", {{k_trial, k_active}}, Lifecycle::active, Plan::plus},
        LifecycleCase{"dunning is still active", {{k_trial, k_active, k_past_due}}, Lifecycle::active, Plan::plus},
        LifecycleCase{
            "paused is still active", {{k_active, {6, {{"status", "paused"}}}}}, Lifecycle::active, Plan::plus},
        LifecycleCase{"canceled after paying", {{k_trial, k_active, k_canceled}}, Lifecycle::churned, Plan::none},
        LifecycleCase{
            "expired after paying", {{k_active, {6, {{"status", "expired"}}}}}, Lifecycle::churned, Plan::none},
        LifecycleCase{"canceled without ever paying", {{k_trial, k_canceled}}, Lifecycle::trial, Plan::none},
        LifecycleCase{"came back", {{k_trial, k_active, k_canceled, k_back}}, Lifecycle::active, Plan::pro},
        LifecycleCase{"a late activation does not reopen", {{k_canceled, k_active}}, Lifecycle::churned, Plan::none},
        LifecycleCase{"a later trialing of a paid one counts as active",
                      {{k_active, {9, {{"status", "trialing"}}}}},
                      Lifecycle::active,
                      Plan::plus},
        LifecycleCase{"one of two still runs", {{k_active, k_canceled}, {k_back}}, Lifecycle::active, Plan::pro},
        LifecycleCase{"the highest live tier",
                      {{k_active}, {k_back}, {{7, {{"status", "active"}, {"plan", "base"}}}}},
                      Lifecycle::active,
                      Plan::pro},
        LifecycleCase{"an ended higher tier does not count",
                      {{k_back, {8, {{"status", "canceled"}}}}, {{7, {{"status", "active"}, {"plan", "base"}}}}},
                      Lifecycle::active,
                      Plan::base},
        LifecycleCase{"a new trial after churn is churned still",
                      {{k_active, k_canceled}, {{9, {{"status", "trialing"}, {"plan", "pro"}}}}},
                      Lifecycle::churned,
                      Plan::none},
        LifecycleCase{"a subscription of unknown status", {{{1, {{"plan", "pro"}}}}}, Lifecycle::trial, Plan::none}));

struct ComplianceCase {
  Fields fields;
  bool gdpr;
  bool ccpa;
};
class UserCompliance : public ::testing::TestWithParam<ComplianceCase> {};
TEST_P(UserCompliance, FollowsCountryAndRegionUnlessSaid) {
  EXPECT_EQ(compliance_of(user(GetParam().fields)), (Compliance{GetParam().gdpr, GetParam().ccpa}));
}
INSTANTIATE_TEST_SUITE_P(Table, UserCompliance,
                         ::testing::Values(ComplianceCase{{}, false, false},
                                           ComplianceCase{{{"country", "DE"}}, true, false},
                                           ComplianceCase{{{"country", "NO"}}, true, false},
                                           ComplianceCase{{{"country", "GB"}}, true, false},
                                           ComplianceCase{{{"country", "CH"}}, true, false},
                                           ComplianceCase{{{"country", "US"}}, false, false},
                                           ComplianceCase{{{"country", "US"}, {"region", "US-CA"}}, false, true},
                                           ComplianceCase{{{"country", "US"}, {"region", "US-NY"}}, false, false},
                                           ComplianceCase{{{"country", "DE"}, {"region", "US-CA"}}, true, false},
                                           ComplianceCase{{{"country", "DE"}, {"compliance", ""}}, false, false},
                                           ComplianceCase{{{"country", "BR"}, {"compliance", "gdpr,ccpa"}}, true, true},
                                           ComplianceCase{{{"country", "DE"}, {"compliance", "-"}}, true, false}));

TEST(Names, FallBackUntilThereIsOne) {
  EXPECT_EQ(last_name(user({{"last_name", "Lee"}, {"first_name", "Ann"}}), "u1"), "Lee");
  EXPECT_EQ(last_name(user({{"first_name", "Ann"}, {"email", "x@y.example"}}), "u1"), "Ann");
  EXPECT_EQ(last_name(user({{"last_name", "  "}, {"email", "x@y.example"}}), "u1"), "x");
  EXPECT_EQ(last_name(user({}), "u1"), "u1");
  EXPECT_EQ(full_name(user({{"last_name", "Lee"}, {"first_name", "Ann"}})), "Ann Lee");
  EXPECT_EQ(full_name(user({{"last_name", "Lee"}})), "Lee");
}

TEST(AccountName, IsItsOwnElseItsSolePersonsElseItsId) {
  const Registers named = build(event::Kind::account, {{1, {{"name", "Acme"}}}});
  const Registers ann = user({{"first_name", "Ann"}, {"last_name", "Lee"}, {"email", "a@b.example"}});
  const Registers nameless = user({{"email", "a@b.example"}});
  EXPECT_EQ(summarize(named, "a1", {{user_facts(ann)}, &ann}, {}).name, "Acme");
  EXPECT_EQ(summarize({}, "a1", {{user_facts(ann)}, &ann}, {}).name, "Ann Lee");
  EXPECT_EQ(summarize({}, "a1", {{user_facts(nameless)}, &nameless}, {}).name, "a@b.example");
  EXPECT_EQ(summarize({}, "a1", {{user_facts(ann)}, nullptr}, {}).name, "a1") << "two people in it";
}

TEST(Account, ExistsWhenDescribedOrPeopled) {
  EXPECT_FALSE(summarize({}, "a1", {}, {}).exists);
  EXPECT_TRUE(summarize(build(event::Kind::account, {{1, {{"name", "Acme"}}}}), "a1", {}, {}).exists);
  const Registers ann = user({});
  EXPECT_TRUE(summarize({}, "a1", {{user_facts(ann)}, &ann}, {}).exists);
  EXPECT_FALSE(summarize({}, "a1", {}, std::vector{SubscriptionFacts{Status::active, Plan::pro, true}}).exists)
      << "a subscription alone does not tell us who the account is";
}

TEST(Account, TakesTheCompliancesOfItsPeopleToItsOwn) {
  const Registers german = user({{"country", "DE"}});
  const Registers account = build(event::Kind::account, {{1, {{"country", "US"}}}});
  const auto summary = summarize(account, "a1", {{user_facts(german), UserFacts{true, {false, true}}}, nullptr}, {});
  EXPECT_EQ(summary.compliance, (Compliance{true, true}));
}

TEST(AccountSummary, IsReadBackAsItWasWritten) {
  const AccountSummary summary{true, "Ac\"me ü", Lifecycle::churned, Plan::pro, {true, false}};
  EXPECT_EQ(AccountSummary::decode(summary.encode()), summary);
  EXPECT_EQ(AccountSummary::decode(AccountSummary{}.encode()), AccountSummary{});
}

TEST(DeletedUser, KeepsWhatWasSaidBeforeAndHearsNothingAfter) {
  const Registers gone = build(event::Kind::user, {{1, {{"email", "a@b.example"}}}, {9, {{"phone", "1"}}}}, 5);
  EXPECT_TRUE(is_deleted(gone));
  EXPECT_TRUE(user_facts(gone).known);
  EXPECT_EQ(find_alive(gone, "email")->text, "a@b.example");
  EXPECT_EQ(find_alive(gone, "phone"), nullptr);
}

TEST(DeletedUser, IsNotBroughtBackByALaterSignup) {
  EXPECT_FALSE(user_facts(build(event::Kind::user, {{9, {{"email", "a@b.example"}}}}, 5)).known);
  EXPECT_FALSE(user_facts(build(event::Kind::user, {}, 5)).known);
}

TEST(AccountOfUser, IsTheGivenOneElseItsOwn) {
  EXPECT_EQ(account_of_user(user({{"account_id", "org"}}), "u1"), "org");
  EXPECT_EQ(account_of_user(user({{"account_id", "-"}}), "u1"), "u1");
  EXPECT_EQ(account_of_user(user({}), "u1"), "u1");
}

TEST(FirstPaid, IsTheEarliestPaidFactWhateverCameLater) {
  EXPECT_EQ(first_paid(subscription({k_back, k_trial, k_active, k_canceled}))->time_since_epoch(),
            std::chrono::seconds{2});
  EXPECT_FALSE(first_paid(subscription({k_trial, k_canceled})));
}

TEST(DealName, IsAccountAndPlan) {
  EXPECT_EQ(deal_name({true, "Acme", Lifecycle::active, Plan::pro, {}}, Plan::pro), "Acme - pro");
  EXPECT_EQ(deal_name({true, "Acme", Lifecycle::active, Plan::pro, {}}, Plan::none), "Acme");
}

}  // namespace
}  // namespace zs::state
