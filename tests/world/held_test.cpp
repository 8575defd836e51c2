// What needs a person: how it is listed, by whom it is taken back, and that processes in Zoho end by themselves.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "world/stories.hpp"

namespace zs::world {
namespace {

struct HeldOnes : ::testing::Test {
  World world{Settings{}};

  void settle() { ASSERT_TRUE(world.run_until_quiet(1h)) << world.engine().status().state; }
  void refuse(const std::string& title, const std::string& code, const std::string& details) {
    control(world, "faults",
            R"({"on":"update","module":"Contacts","effect":"record_error","field":"Title","value":")" + title +
                R"(","code":")" + code + R"(","message":"m","details":)" + details + "}");
  }
  void change(const std::string& user, const std::string& title, store::Lane lane = store::Lane::live) {
    world.deliver({event("change-" + user + title, "user.updated", 9,
                         R"({"user":{"id":")" + user + R"(","title":")" + title + R"("}})", lane)});
  }
};

TEST_F(HeldOnes, ShowTheShapeOfTheValueAndNeverTheValue) {
  world.deliver({signup("u1", "a@example.com")});
  settle();
  refuse("Chief Secret Officer", "MANDATORY_NOT_FOUND", R"({"api_name":"Title"})");
  change("u1", "Chief Secret Officer");
  settle();
  ASSERT_EQ(world.held().size(), 1U);
  const store::Held held = world.held()[0];
  EXPECT_TRUE(held.detail.contains(R"("value":{"type":"string","length":20})")) << held.detail;
  EXPECT_FALSE((held.detail + held.message + held.mend).contains("Secret"));
  EXPECT_EQ(held.field, "Title");
  EXPECT_TRUE(held.mend.starts_with("Title: "));
}

TEST_F(HeldOnes, AreTakenBackByCodeAndBySide) {
  world.deliver({signup("u1", "a@example.com"), signup("u2", "b@example.com", 2), signup("u3", "c@example.com", 3)});
  settle();
  refuse("T1", "MANDATORY_NOT_FOUND", "{}");
  refuse("T2", "DUPLICATE_DATA", R"({"api_name":"Email","more_records":true})");
  refuse("T3", "NOT_ALLOWED", "{}");
  std::map<std::string, int> by_code;
  world.engine().on_held = [&](std::string_view code) { ++by_code[std::string(code)]; };
  for (const std::string n : {"1", "2", "3"}) {
    change("u" + n, "T" + n);
    world.run_for(1s);
  }
  ASSERT_EQ(world.held().size(), 3U);
  EXPECT_EQ(by_code,
            (std::map<std::string, int>{{"MANDATORY_NOT_FOUND", 1}, {"DUPLICATE_DATA", 1}, {"NOT_ALLOWED", 1}}));
  EXPECT_EQ(*world.engine().retry_all_held({"NOT_ALLOWED", zoho::Side::data}), 0);
  EXPECT_EQ(*world.engine().retry_all_held({"NOT_ALLOWED", {}}), 1);
  EXPECT_EQ(*world.engine().retry_all_held({"", zoho::Side::data}), 1);
  settle();
  ASSERT_EQ(world.held().size(), 1U);
  EXPECT_EQ(world.held()[0].code, "MANDATORY_NOT_FOUND");
  EXPECT_EQ(*world.engine().retry_all_held({}), 1);
  settle();
  EXPECT_EQ(faults(world), "");
}

TEST_F(HeldOnes, GoOnByThemselvesWhenTheCustomerChanges) {
  world.deliver({signup("u1", "a@example.com")});
  settle();
  refuse("T1", "NOT_ALLOWED", "{}");
  change("u1", "T1");
  settle();
  ASSERT_EQ(world.held().size(), 1U);
  change("u1", "T2");
  settle();
  EXPECT_TRUE(world.held().empty());
}

TEST_F(HeldOnes, ADealInABlueprintIsHeldWithTheAdminsMendAndResumesByItself) {
  world.deliver({signup("u1", "a@example.com"),
                 event("s1", "subscription.activated", 5,
                       R"({"subscription":{"id":"s","user_id":"u1","plan":"pro","amount":"10"}})")});
  settle();
  const std::string deal = "records/Deals/" + world.entity(event::Kind::subscription, "s")->zoho_id;
  control(world, deal, R"({"blueprint":true})");
  world.deliver({event("s2", "subscription.canceled", 9, R"({"subscription":{"id":"s"}})"),
                 event("e2", "user.updated", 9, R"({"user":{"id":"u1","title":"CTO"}})")});
  settle();
  ASSERT_EQ(world.held().size(), 1U);
  EXPECT_EQ(world.held()[0].code, "RECORD_IN_BLUEPRINT");
  EXPECT_TRUE(world.held()[0].mend.contains("blueprint"));
  EXPECT_TRUE(record(world, "Contacts", world.entity(event::Kind::user, "u1")->zoho_id, "Title").contains("CTO"));
  control(world, deal, R"({"blueprint":false})");
  world.run_for(10min);
  EXPECT_TRUE(world.held().empty());
  EXPECT_EQ(faults(world), "");
}

TEST_F(HeldOnes, ThatWaitForPeopleAreTriedLessAndLessOften) {
  world.deliver({signup("u1", "a@example.com")});
  settle();
  const std::string contact = "records/Contacts/" + world.entity(event::Kind::user, "u1")->zoho_id;
  control(world, contact, R"({"lock":true})");
  change("u1", "CTO");
  settle();
  const std::size_t first = world.count_sent("PUT", "/Contacts");
  world.run_for(72h);
  const std::size_t tries = world.count_sent("PUT", "/Contacts") - first;
  EXPECT_GE(tries, 12U);
  EXPECT_LE(tries, 40U) << "three days of a lock cost no credits to speak of";
  ASSERT_EQ(world.held().size(), 1U);
  EXPECT_LE(from_millis(world.held()[0].retry_ms) - world.clock().now(), Duration{6h});
  // The pauses outlive the process.
  world.crash();
  control(world, contact, R"({"lock":false})");
  world.run_for(6h);
  EXPECT_TRUE(world.held().empty());
  EXPECT_EQ(faults(world), "");
}

TEST_F(HeldOnes, OfABackfillFireNoAutomationWhenTheyAreTakenBack) {
  world.deliver({signup("u1", "a@example.com")});
  settle();
  refuse("T1", "NOT_ALLOWED", "{}");
  change("u1", "T1", store::Lane::backfill);
  settle();
  ASSERT_EQ(world.held().size(), 1U);
  ASSERT_TRUE(world.engine().retry_held(world.held()[0].id));
  settle();
  EXPECT_EQ(faults(world), "");
  EXPECT_TRUE(world.sent().back().body.contains(R"("trigger":[])")) << world.sent().back().body;
}

}  // namespace
}  // namespace zs::world
