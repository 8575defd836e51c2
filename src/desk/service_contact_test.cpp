// Who a ticket is for and where it goes: the user, the Desk contact, the department, the layout's rules.
#include "desk/service.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "desk/fake_desk.hpp"

namespace zs::desk {
namespace {

using testing::FakeDesk;
using testing::first;
using ::testing::HasSubstr;
using testing::k_lost_after;
using testing::k_lost_before;

TEST(Contact, IsMadeOnceForManyTicketsAtOnce) {
  FakeDesk desk;
  desk.add_user("u1", "900", "ann@x.io");
  std::vector<FakeDesk::Got> got;
  for (int i = 0; i < 20; ++i) got.push_back(desk.ask("u1", "k" + std::to_string(i)));
  for (const auto& one : got) EXPECT_TRUE(desk.answer_to(one).has_value());
  EXPECT_EQ(desk.contacts.size(), 1U);
  EXPECT_EQ(desk.tickets.size(), 20U);
  EXPECT_LE(desk.most_in_flight, 2);
  EXPECT_EQ(desk.count("GET /organizations"), 1U);
  EXPECT_EQ(desk.count("GET /departments"), 1U);
}

TEST(Contact, WhoseAnswerIsLostIsFoundAndNotMadeAgain) {
  FakeDesk desk;
  desk.options.patience = 10min;
  desk.add_user("u1", "900", "ann@x.io");
  desk.fate = first("POST", "/contacts", 1, k_lost_after);
  ASSERT_TRUE(desk.open("u1", "k1").has_value());
  EXPECT_EQ(desk.contacts.size(), 1U);
  EXPECT_EQ(desk.tickets.size(), 1U);
}

TEST(Contact, KnownByItsEmailAloneIsFlagged) {
  FakeDesk desk;
  desk.add_user("u1", "900", "ann@x.io");
  desk.contacts = {{"old", "ann@x.io", "", {}, {}}};
  ASSERT_TRUE(desk.open("u1", "k1").has_value());
  EXPECT_EQ(desk.contacts.size(), 1U);
  EXPECT_FALSE((*(*desk.store->reader())->desk_contact("u1"))->verified);
  // Another user with the same e-mail is another person.
  desk.add_user("u2", "901", "ann@x.io");
  ASSERT_TRUE(desk.open("u2", "k2").has_value());
  EXPECT_EQ(desk.contacts.size(), 2U);
}

TEST(Contact, KnownByItsEmailAloneIsLookedAtAgainTheNextDay) {
  FakeDesk desk;
  desk.add_user("u1", "900", "ann@x.io");
  desk.contacts = {{"old", "ann@x.io", "", {}, {}}};
  ASSERT_TRUE(desk.open("u1", "k1").has_value());
  desk.contacts[0].crm_id = "555";
  desk.contacts.push_back({"mine", "ann@x.io", "900", {}, {}});
  desk.run_for(25h);
  ASSERT_TRUE(desk.open("u1", "k2").has_value());
  EXPECT_EQ(desk.tickets[1].contact_id, "mine");
  EXPECT_TRUE((*(*desk.store->reader())->desk_contact("u1"))->verified);
}

TEST(Contact, IsFoundByItsFieldWhereTheIntegrationIsNot) {
  Options options;
  options.crm_contact_field = "cf_crm_contact_id";
  FakeDesk desk(options);
  desk.add_user("u1", "900", "new@x.io");
  desk.contacts = {{"old", "before@x.io", "", {{"cf_crm_contact_id", "900"}}, {}}};
  ASSERT_TRUE(desk.open("u1", "k1").has_value());
  EXPECT_EQ(desk.tickets[0].contact_id, "old");
  desk.add_user("u2", "901", "two@x.io");
  ASSERT_TRUE(desk.open("u2", "k2").has_value());
  EXPECT_EQ(desk.contacts[1].custom.at("cf_crm_contact_id"), "901");
}

TEST(Contact, ThatIsAmbiguousIsNotGuessed) {
  FakeDesk desk;
  desk.add_user("u1", "900", "ann@x.io");
  desk.contacts = {{"a", "ann@x.io", "", {}, {}}, {"b", "ann@x.io", "", {}, {}}};
  const auto answer = desk.open("u1", "k1");
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().status, 422);
  EXPECT_EQ(answer.error().code, "contact_ambiguous");
  EXPECT_THAT(answer.error().detail, HasSubstr("a, b"));
  EXPECT_TRUE(desk.tickets.empty());
  desk.contacts[1].crm_id = "900";
  EXPECT_TRUE(desk.open("u1", "k1").has_value()) << "the key is free once it is mended";
  EXPECT_EQ(desk.tickets[0].contact_id, "b");
}

TEST(Contact, ThatDeskNoLongerKnowsIsLookedForAgainOnce) {
  FakeDesk desk;
  desk.add_user("u1", "900", "ann@x.io");
  ASSERT_TRUE(desk.open("u1", "k1").has_value());
  desk.contacts[0] = {"merged", "ann@x.io", "900", {}, {}};
  const auto answer = desk.open("u1", "k2");
  ASSERT_TRUE(answer.has_value()) << answer.error().detail;
  EXPECT_EQ(desk.tickets[1].contact_id, "merged");
  EXPECT_EQ((*(*desk.store->reader())->desk_contact("u1"))->contact_id, "merged");
}

TEST(Contact, OfAnotherCrmContactThanBeforeIsLookedUpAnew) {
  FakeDesk desk;
  desk.add_user("u1", "900", "ann@x.io");
  desk.contacts = {{"old", "ann@x.io", "900", {}, {}}};
  ASSERT_TRUE(desk.open("u1", "k1").has_value());
  desk.put_into_crm("u1", "950");
  desk.contacts.push_back({"new", "ann@x.io", "950", {}, {}});
  ASSERT_TRUE(desk.open("u1", "k2").has_value());
  EXPECT_EQ(desk.tickets[1].contact_id, "new");
}

TEST(Contact, IsWaitedForWhereZohosOwnSyncWillBringIt) {
  FakeDesk desk;
  desk.options.contact_sync = 2min;
  desk.options.patience = 5min;
  desk.add_user("u1", "900", "ann@x.io");
  const auto got = desk.ask("u1", "k1");
  desk.run_for(1min);
  EXPECT_TRUE(desk.contacts.empty());
  desk.contacts.push_back({"synced", "ann@x.io", "900", {}, {}});
  ASSERT_TRUE(desk.answer_to(got).has_value());
  EXPECT_EQ(desk.contacts.size(), 1U);
  EXPECT_EQ(desk.tickets[0].contact_id, "synced");
}

TEST(Contact, WithoutAnEmailNeedsAFieldToBeFoundBy) {
  FakeDesk desk;
  desk.add_user("u1", "900", "");
  const auto answer = desk.open("u1", "k1");
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code, "contact_unfindable");
  desk.options.crm_contact_field = "cf_crm";
  EXPECT_TRUE(desk.open("u1", "k1").has_value());
}

TEST(User, ThatIsNotInTheCrmIsWaitedForOrRefused) {
  FakeDesk desk;
  desk.add_user("u1", "", "ann@x.io");
  const auto refused = desk.answer_to(desk.ask("u1", "k1", "", Duration{0}));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().status, 409);
  EXPECT_EQ(refused.error().code, "not_synced");
  EXPECT_TRUE(desk.sent.empty());
  const auto got = desk.ask("u1", "k1");
  desk.run_for(5s);
  desk.put_into_crm("u1", "900");
  EXPECT_TRUE(desk.answer_to(got).has_value());
  desk.options.waits_for_sync = false;
  desk.add_user("u2", "", "bob@x.io");
  const Time asked = desk.clock.now();
  EXPECT_EQ(desk.open("u2", "k2").error().code, "not_synced");
  EXPECT_EQ(desk.clock.now(), asked);
}

TEST(User, ThatNobodyToldOfIsNotFound) {
  FakeDesk desk;
  EXPECT_EQ(desk.open("nobody", "k1").error().status, 404);
}

TEST(User, ThatIsErasedMeanwhileGetsNoTicketAndLeavesNothing) {
  FakeDesk desk;
  desk.add_user("u1", "900", "ann@x.io");
  desk.fate = first("POST", "/tickets", 1, k_lost_before);
  const auto got = desk.ask("u1", "k1");
  desk.run_while([&] { return desk.count("POST /tickets") == 0; });
  ASSERT_TRUE(desk.store->write([](store::Transaction& tx) { return tx.forget_desk("u1"); }).has_value());
  desk.run_for(20min);
  EXPECT_TRUE(desk.tickets.empty());
  EXPECT_FALSE(*(*desk.store->reader())->desk_ticket("k1"));
  EXPECT_EQ(desk.service().status().under_way, 0);
}

TEST(Department, OfSeveralMustBeNamed) {
  FakeDesk desk;
  desk.departments = {"11", "12"};
  desk.add_user("u1", "900", "ann@x.io");
  const auto answer = desk.open("u1", "k1");
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code, "department_needed");
  EXPECT_THAT(answer.error().detail, HasSubstr("11 (D11), 12 (D12)"));
  ASSERT_TRUE(desk.open("u1", "k1", R"(,"department_id":"12")").has_value());
  EXPECT_THAT(desk.tickets[0].body, HasSubstr(R"("departmentId":"12")"));
}

TEST(Organization, OfSeveralMustBeConfigured) {
  FakeDesk desk;
  desk.organizations = {"org1", "org2"};
  desk.add_user("u1", "900", "ann@x.io");
  EXPECT_THAT(desk.open("u1", "k1").error().detail, HasSubstr("org1, org2"));
  desk.options.org_id = "org1";
  EXPECT_TRUE(desk.open("u1", "k1").has_value());
}

TEST(LayoutRules, AreHeldAgainstTheTicketBeforeDeskSeesIt) {
  FakeDesk desk;
  desk.layout =
      R"({"sections":[{"fields":[{"apiName":"priority","isMandatory":true,"allowedValues":[{"value":"High"}]}]}]})";
  desk.add_user("u1", "900", "ann@x.io");
  const auto answer = desk.open("u1", "k1");
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().status, 422);
  EXPECT_THAT(answer.error().detail, HasSubstr("priority"));
  EXPECT_EQ(desk.count("POST"), 0U);
  EXPECT_TRUE(desk.open("u1", "k1", R"(,"priority":"High")").has_value());
}

}  // namespace
}  // namespace zs::desk
