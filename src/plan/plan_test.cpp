#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "plan/desired.hpp"
#include "plan/diff.hpp"
#include "plan/form.hpp"
#include "state/fold.hpp"

namespace zs::plan {
namespace {

using event::Kind;
using event::Value;

Mapping mapping() {
  Mapping m;
  m.fields[1] = {{"First_Name", Kind::user, "first_name", Policy::platform},
                 {"Email", Kind::user, "email", Policy::platform},
                 {"Phone", Kind::user, "phone", Policy::platform},
                 {"Title", Kind::user, "title", Policy::if_empty},
                 {"Lead_Source", Kind::user, "source", Policy::create_only}};
  m.fields[2] = {{"Amount", Kind::subscription, "amount", Policy::platform},
                 {"Currency", Kind::subscription, "currency", Policy::platform}};
  for (const char* value : {"trial", "active", "churned"})
    m.tags.push_back({Axis::lifecycle, value, std::string("lifecycle-") + value, "", {true, true, false}});
  for (const char* value : {"base", "plus", "pro"})
    m.tags.push_back({Axis::plan, value, std::string("plan-") + value, "", {true, true, true}});
  for (const char* value : {"website", "whatsapp", "referral"})
    m.tags.push_back({Axis::source, value, std::string("source-") + value, "", {false, true, false}});
  for (const char* value : {"gdpr", "ccpa"})
    m.tags.push_back({Axis::compliance, value, std::string("compliance-") + value, "", {true, true, false}});
  m.stages = {{state::Status::active, "Closed Won"},
              {state::Status::past_due, "Closed Won"},
              {state::Status::paused, "Closed Won"},
              {state::Status::canceled, "Closed Lost"},
              {state::Status::expired, "Closed Lost"}};
  return m;
}

Schema schema() {
  Schema s;
  s.fields[0] = {{"Account_Name", {"text", 200, false}}, {"Platform_Account_ID", {"text", 100, true}}};
  s.fields[1] = {{"Last_Name", {"text", 80, false}},     {"First_Name", {"text", 40, false}},
                 {"Email", {"email", 100, false}},       {"Phone", {"phone", 30, false}},
                 {"Title", {"text", 10, false}},         {"Lead_Source", {"picklist", 120, false}},
                 {"Account_Name", {"lookup", 0, false}}, {"Platform_User_ID", {"text", 100, true}}};
  s.fields[2] = {{"Deal_Name", {"text", 120, false}},    {"Stage", {"picklist", 120, false}},
                 {"Amount", {"currency", 0, false}},     {"Currency", {"picklist", 120, false}},
                 {"Closing_Date", {"date", 0, false}},   {"Account_Name", {"lookup", 0, false}},
                 {"Contact_Name", {"lookup", 0, false}}, {"Platform_Subscription_ID", {"text", 100, true}}};
  return s;
}

state::Registers fold(Kind kind, int second, std::vector<std::pair<std::string, Value>> fields,
                      state::Registers registers = {}) {
  const event::Event e{{Time{std::chrono::seconds{second}}, "/app", std::to_string(second)}, "", {}, false};
  state::apply(registers, e, {kind, "k", std::move(fields)});
  return registers;
}

const AccountView k_account{{true, "Acme", state::Lifecycle::active, state::Plan::pro, {true, false}}, "500"};

TEST(DesiredContact, HasFieldsLookupIdentityAndFourGroupsOfTags) {
  const auto user = fold(Kind::user, 1,
                         {{"first_name", Value::of_text("Ann")},
                          {"last_name", Value::of_text("Lee")},
                          {"email", Value::of_text("a@b.example")},
                          {"country", Value::of_text("DE")},
                          {"source", Value::of_text("referral")}});
  const Desired d = desired_contact(mapping(), schema(), "u1", user, {}, k_account);
  EXPECT_TRUE(d.wanted);
  EXPECT_EQ(d.fields.at("Last_Name"), "\"Lee\"");
  EXPECT_EQ(d.fields.at("Account_Name"), R"({"id":"500"})");
  EXPECT_EQ(d.fields.at("Platform_User_ID"), "\"u1\"");
  EXPECT_EQ(d.tags, (Tags{"lifecycle-active", "plan-pro", "source-referral", "compliance-gdpr"}));
}

TEST(DesiredContact, OfADeletedUserIsChurnedAndKeepsWhatItHad) {
  auto user = fold(Kind::user, 1, {{"last_name", Value::of_text("Lee")}, {"source", Value::of_text("website")}});
  const event::Event gone{{Time{std::chrono::seconds{5}}, "/app", "d"}, "user.deleted", {}, true};
  state::apply(user, gone, {Kind::user, "u1", {}});
  user = fold(Kind::user, 9, {{"last_name", Value::of_text("Ghost")}}, user);
  const Desired d = desired_contact(mapping(), schema(), "u1", user, {}, k_account);
  EXPECT_TRUE(d.wanted);
  EXPECT_EQ(d.tags, (Tags{"lifecycle-churned", "source-website"}));
  EXPECT_NE(d.fields.at("Last_Name"), "\"Ghost\"");
}

TEST(DesiredContact, MirrorsAnAxisIntoAPicklistWhenAsked) {
  Mapping m = mapping();
  m.mirrors = {{Axis::lifecycle, "Lifecycle_Stage"}, {Axis::source, "Origin"}};
  Schema s = schema();
  s.fields[1]["Lifecycle_Stage"] = {"picklist", 120, false};
  s.fields[1]["Origin"] = {"picklist", 120, false};
  const Desired d =
      desired_contact(m, s, "u1", fold(Kind::user, 1, {{"last_name", Value::of_text("Lee")}}), {}, k_account);
  EXPECT_EQ(d.fields.at("Lifecycle_Stage"), "\"active\"");
  EXPECT_EQ(d.fields.at("Origin"), "null");
  EXPECT_TRUE(m.is_mirror("Origin"));
  EXPECT_FALSE(m.is_mirror("Email"));
}

TEST(DesiredDeal, AppearsWithTheFirstPaidStatusAndFollows) {
  auto sub =
      fold(Kind::subscription, 86'400, {{"status", Value::of_text("trialing")}, {"plan", Value::of_text("pro")}});
  EXPECT_FALSE(desired_deal(mapping(), schema(), "s1", sub, {}, k_account, "").wanted);
  sub = fold(Kind::subscription, 2 * 86'400,
             {{"status", Value::of_text("active")},
              {"amount", Value::of_number("49.00")},
              {"currency", Value::of_text("EUR")}},
             sub);
  const Desired won = desired_deal(mapping(), schema(), "s1", sub, {}, k_account, "700");
  EXPECT_EQ(won.fields.at("Stage"), "\"Closed Won\"");
  EXPECT_EQ(won.fields.at("Deal_Name"), "\"Acme - pro\"");
  EXPECT_EQ(won.fields.at("Closing_Date"), "\"1970-01-03\"");
  EXPECT_EQ(won.fields.at("Contact_Name"), R"({"id":"700"})");
  EXPECT_EQ(won.fields.at("Amount"), "49");
  EXPECT_FALSE(won.fields.contains("Currency")) << "only multi-currency orgs take one";
  sub = fold(Kind::subscription, 3 * 86'400, {{"status", Value::of_text("canceled")}}, sub);
  const Desired lost = desired_deal(mapping(), schema(), "s1", sub, {}, k_account, "");
  EXPECT_EQ(lost.fields.at("Stage"), "\"Closed Lost\"");
  EXPECT_EQ(lost.fields.at("Closing_Date"), "\"1970-01-03\"") << "the first paid day stays";
  EXPECT_EQ(lost.tags, (Tags{"plan-pro"})) << "a Deal keeps its own plan after the end";
}

TEST(DesiredAccount, IsNotWantedWhileNobodyDescribedIt) {
  EXPECT_FALSE(desired_account(mapping(), schema(), "a1", {}, {}).wanted);
  const Desired d = desired_account(mapping(), schema(), "a1", {}, k_account.summary);
  EXPECT_EQ(d.tags, (Tags{"lifecycle-active", "plan-pro", "compliance-gdpr"}));
}

TEST(Form, OverlongTextIsClampedAndFlagged) {
  const auto user =
      fold(Kind::user, 1,
           {{"title", Value::of_text("Vice President")}, {"last_name", Value::of_text(std::string(300, 'x'))}});
  const Desired d = desired_contact(mapping(), schema(), "u1", user, {}, k_account);
  EXPECT_EQ(d.fields.at("Title"), "\"Vice Presi\"");
  EXPECT_EQ(d.fields.at("Last_Name").size(), 82U);
  EXPECT_EQ(d.flags.size(), 2U);
}

TEST(Form, AMalformedValueIsLeftOutAndFlaggedNeverTheRecord) {
  const auto user =
      fold(Kind::user, 1, {{"email", Value::of_text("no at sign")}, {"phone", Value::of_text("call me")}});
  const Desired d = desired_contact(mapping(), schema(), "u1", user, {}, k_account);
  EXPECT_TRUE(d.wanted);
  EXPECT_FALSE(d.fields.contains("Email"));
  EXPECT_FALSE(d.fields.contains("Phone"));
  EXPECT_EQ(d.flags.size(), 2U);
}

struct EmailCase {
  const char* text;
  bool good;
};
class Email : public ::testing::TestWithParam<EmailCase> {};
TEST_P(Email, IsJudgedAsZohoDoes) { EXPECT_EQ(is_email(GetParam().text), GetParam().good) << GetParam().text; }
INSTANTIATE_TEST_SUITE_P(Table, Email,
                         ::testing::Values(EmailCase{"a@b.example", true}, EmailCase{"kei+x@acme.co.jp", true},
                                           EmailCase{"ü@bücher.example", true}, EmailCase{"o'neil@x.org", true},
                                           EmailCase{"a@b", false}, EmailCase{"@b.example", false},
                                           EmailCase{"a b@c.example", false}, EmailCase{"\"q\"@c.example", false},
                                           EmailCase{"a@1.2.3.4", false}, EmailCase{"a@b.xn--p1ai", false},
                                           EmailCase{"a@b..example", false}, EmailCase{".a@b.example", false}));

TEST(Form, NumbersHaveOneText) {
  EXPECT_EQ(canonical_number("49.00"), "49");
  EXPECT_EQ(canonical_number("-007.50"), "-7.5");
  EXPECT_EQ(canonical_number("0.10"), "0.1");
  EXPECT_EQ(canonical_number("0.0"), "0");
  EXPECT_EQ(canonical_number("9007199254740993"), "9007199254740993");
}

TEST(Form, DatesTakeTheFormOfTheirField) {
  EXPECT_EQ(form(Value::of_text("2026-03-02T23:10:11.5-02:00"), {"date", 0, false}).json, "\"2026-03-03\"");
  EXPECT_EQ(form(Value::of_text("2026-03-02T09:10:11.5Z"), {"datetime", 0, false}).json,
            "\"2026-03-02T09:10:11+00:00\"");
}

TEST(Diff, SendsNothingWhenZohoAlreadyAgrees) {
  Desired desired{true, {{"Email", "\"a\""}}, {"plan-pro"}, {}};
  Synced synced{{{"Email", "\"a\""}, {"Rating", "\"hot\""}}, {"plan-pro"}, {}, {}};
  EXPECT_TRUE(diff(desired, synced, mapping(), Module::contacts).empty());
}

TEST(Diff, SendsAgainWhatIsInDoubtEvenIfItLooksUnchanged) {
  Desired desired{true, {{"Email", "\"a\""}}, {"plan-pro"}, {}};
  Synced synced{{{"Email", "\"a\""}}, {"plan-pro"}, {}, {}};
  synced.doubt({{"Email", "\"b\""}});
  synced.doubt_tags({"plan-pro", "plan-base"});
  const Change change = diff(desired, synced, mapping(), Module::contacts);
  EXPECT_EQ(change, (Change{{{"Email", "\"a\""}}, {"plan-pro"}, {"plan-base"}}));
}

TEST(Diff, ReplacesTheValueOfAnAxisAndLeavesPeoplesTagsAlone) {
  Desired desired{true, {}, {"lifecycle-active"}, {}};
  Synced synced{{}, {"lifecycle-trial", "VIP"}, {}, {}};
  EXPECT_EQ(diff(desired, synced, mapping(), Module::contacts),
            (Change{{}, {"lifecycle-active"}, {"lifecycle-trial"}}));
}

TEST(Diff, KeepsToTheFieldPolicies) {
  Desired desired{true, {{"Title", "\"CTO\""}, {"Lead_Source", "\"website\""}}, {}, {}};
  EXPECT_TRUE(
      diff(desired, Synced{{{"Title", "\"Boss\""}, {"Lead_Source", "null"}}, {}, {}, {}}, mapping(), Module::contacts)
          .empty());
  EXPECT_EQ(diff(desired, Synced{{{"Title", "null"}}, {}, {}, {}}, mapping(), Module::contacts).set,
            (Fields{{"Title", "\"CTO\""}}));
}

TEST(Gaps, AreWhereThePlatformHasAValueThatPeopleMayHaveFilled) {
  Mapping m = mapping();
  m.fields[1] = {{"Phone", Kind::user, "phone", Policy::if_empty}, {"Title", Kind::user, "title", Policy::platform}};
  const Desired d{true, {{"Phone", "\"1\""}, {"Title", "\"CTO\""}}, {}, {}};
  EXPECT_TRUE(has_gaps(d, {}, m, Module::contacts)) << "in doubt";
  EXPECT_TRUE(has_gaps(d, {{{"Phone", "null"}}, {}, {}, {}}, m, Module::contacts)) << "as far as we know";
  EXPECT_FALSE(has_gaps(d, {{{"Phone", "\"1\""}}, {}, {}, {}}, m, Module::contacts));
  EXPECT_FALSE(has_gaps({true, {{"Phone", "null"}}, {}, {}}, {}, m, Module::contacts)) << "nothing to fill it with";
}

TEST(Gaps, ThatAreSeenToBeFilledAreLeftUntilThePlatformsValueChanges) {
  Mapping m = mapping();
  m.fields[1] = {{"Phone", Kind::user, "phone", Policy::if_empty}};
  Desired d{true, {{"Phone", "\"1\""}}, {}, {}};
  Synced filled;
  see_gaps(filled, d, {{"Phone", "\"2\""}}, m, Module::contacts);
  EXPECT_FALSE(has_gaps(d, filled, m, Module::contacts));
  EXPECT_TRUE(diff(d, filled, m, Module::contacts).empty());
  d.fields["Phone"] = "\"3\"";
  EXPECT_TRUE(has_gaps(d, filled, m, Module::contacts));
  Synced empty;
  see_gaps(empty, d, {}, m, Module::contacts);
  EXPECT_EQ(diff(d, empty, m, Module::contacts).set, (Fields{{"Phone", "\"3\""}}));
}

TEST(Diff, DoesNotSendAgainWhatWasRefusedUntilItChanges) {
  Synced synced{{}, {}, {}, {{"Email", "\"bad\""}}};
  EXPECT_TRUE(diff({true, {{"Email", "\"bad\""}}, {}, {}}, synced, mapping(), Module::contacts).empty());
  EXPECT_TRUE(first_write({true, {{"Email", "\"bad\""}}, {}, {}}, synced).empty());
  EXPECT_FALSE(diff({true, {{"Email", "\"good\""}}, {}, {}}, synced, mapping(), Module::contacts).empty());
}

Fields generated_fields() {
  Fields fields;
  for (const char* name : {"Email", "Phone", "First_Name"}) {
    if (*rc::gen::arbitrary<bool>()) fields.emplace(name, *rc::gen::element<std::string>("null", "\"a\"", "\"b\""));
  }
  return fields;
}
Tags generated_tags() {
  Tags tags;
  for (const char* name : {"lifecycle-trial", "lifecycle-active", "plan-pro", "compliance-gdpr"}) {
    if (*rc::gen::arbitrary<bool>()) tags.insert(name);
  }
  return tags;
}

RC_GTEST_PROP(Diff, AppliedToZohoGivesWhatWasDesired, ()) {
  const Desired desired{true, generated_fields(), generated_tags(), {}};
  Synced synced{generated_fields(), generated_tags(), {}, {}};
  synced.doubt_tags(generated_tags());
  const Change change = diff(desired, synced, mapping(), Module::contacts);
  confirm(synced, change);
  RC_ASSERT(diff(desired, synced, mapping(), Module::contacts).empty());
  for (const auto& [field, value] : desired.fields) RC_ASSERT(synced.fields.at(field) == value);
  RC_ASSERT(synced.tags == desired.tags);
}

RC_GTEST_PROP(Synced, IsReadBackAsItWasWritten, ()) {
  Synced synced{generated_fields(), generated_tags(), {}, {}};
  synced.refused.emplace("Phone", "\"x\"");
  synced.fields.emplace("Account_Name", R"({"id":"5725767000000411001"})");
  synced.doubt_tags(generated_tags());
  const auto back = Synced::decode(synced.encode());
  RC_ASSERT(back.has_value());
  RC_ASSERT(*back == synced);
}

}  // namespace
}  // namespace zs::plan
