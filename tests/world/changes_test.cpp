// Why a link changes, as the feed tells it: one situation per cause. That the feed as a whole gives the map stands in
// every test that asks for the world's faults, the seeds included.
#include <gmock/gmock.h>
#include <simdjson.h>

#include "world/feed.hpp"
#include "world/stories.hpp"

namespace zs::world {
namespace {

using event::Kind;
using testing::ElementsAre;
using testing::IsEmpty;

Settings recreating() {
  return with([](engine::Options& options) {
    options.on_deleted = engine::OnDeleted::recreate;
    options.check_deleted = 1h;
  });
}

struct Changes : ::testing::Test {
  World world{recreating()};

  void settle() { ASSERT_TRUE(world.run_until_quiet(1h)) << world.engine().status().state; }
  void let_the_list_be_read() { world.run_for(61min); }
  std::string make_contact(const std::string& fields) {
    const std::string body =
        world.ask("POST", "/crm/v8/Contacts", R"({"data":[{"Last_Name":"By Hand",)" + fields + R"(}],"trigger":[]})");
    simdjson::dom::parser parser;
    return std::string(std::string_view(parser.parse(body)["data"].at(0)["details"]["id"]));
  }
  std::string contact_id(const std::string& user) { return world.entity(Kind::user, user)->zoho_id; }
  /// "linked inserted", oldest first.
  std::vector<std::string> history(Kind kind, const std::string& key) {
    std::vector<std::string> out;
    const auto found = (*world.store().reader())->mapping_history(kind, key, 100).value();
    for (const auto& one : found)
      out.insert(out.begin(), std::string(name_of(one.change)) + " " + std::string(name_of(one.cause)));
    return out;
  }
};

TEST_F(Changes, WhatWeMakeIsInserted) {
  const Time before = world.clock().now();
  world.deliver({signup("u1", "a@example.com"),
                 event("s1", "subscription.activated", 5,
                       R"({"subscription":{"id":"s","user_id":"u1","plan":"pro","amount":"10"}})")});
  settle();
  EXPECT_THAT(history(Kind::user, "u1"), ElementsAre("linked inserted"));
  EXPECT_THAT(history(Kind::account, "org"), ElementsAre("linked inserted"));
  EXPECT_THAT(history(Kind::subscription, "s"), ElementsAre("linked inserted"));
  const auto change = (*world.store().reader())->mapping_history(Kind::user, "u1", 1).value().front();
  EXPECT_EQ(change.zoho_id, contact_id("u1"));
  EXPECT_GE(change.at_ms, to_millis(before));
  EXPECT_LE(change.at_ms, to_millis(world.clock().now()));
  world.deliver({event("e2", "user.updated", 9, R"({"user":{"id":"u1","title":"CTO"}})")});
  settle();
  EXPECT_EQ(history(Kind::user, "u1").size(), 1U) << "a change of a field is none of the map";
  EXPECT_EQ(faults(world), "");
}

TEST_F(Changes, WhatAPersonMadeIsAdoptedByItsEmail) {
  const std::string made = make_contact(R"("Email":"a@example.com")");
  world.deliver({signup("u1", "a@example.com")});
  settle();
  EXPECT_EQ(contact_id("u1"), made);
  EXPECT_THAT(history(Kind::user, "u1"), ElementsAre("linked adopted_email"));
}

TEST_F(Changes, WhatALostAnswerMadeIsAdoptedByThePlatformsId) {
  bool lost = false;
  world.intercept = [&](const net::ClientRequest& request) -> std::optional<net::ClientResponse> {
    if (lost || request.method != "POST" || !request.url.ends_with("/crm/v8/Contacts")) return std::nullopt;
    lost = true;
    world.ask("POST", "/crm/v8/Contacts", request.body);
    return broken(net::Exchange::unknown);
  };
  world.deliver({signup("u1", "a@example.com")});
  settle();
  ASSERT_TRUE(lost);
  EXPECT_THAT(history(Kind::user, "u1"), ElementsAre("linked adopted_external_id"));
  EXPECT_EQ(faults(world), "");
}

TEST_F(Changes, ASurvivorWithThePlatformsIdIsMergedAndOneWithoutItIsAdopted) {
  world.deliver({signup("u1", "a@example.com"), signup("u2", "b@example.com", 2)});
  settle();
  const std::string first = make_contact(R"("Email":"other@example.com")");
  control(world, "merge",
          R"({"module":"Contacts","master":")" + first + R"(","losers":[")" + contact_id("u1") + R"("]})");
  control(world, "records/Contacts/" + first, R"({"fields":{"Platform_User_ID":"u1"}})");
  const std::string second = make_contact(R"("Email":"b@example.com")");
  control(world, "merge",
          R"({"module":"Contacts","master":")" + second + R"(","losers":[")" + contact_id("u2") + R"("]})");
  let_the_list_be_read();
  EXPECT_EQ(contact_id("u1"), first);
  EXPECT_EQ(contact_id("u2"), second);
  EXPECT_THAT(history(Kind::user, "u1"), ElementsAre("linked inserted", "merged merged"));
  EXPECT_THAT(history(Kind::user, "u2"), ElementsAre("linked inserted", "relinked adopted_email"));
  EXPECT_EQ(faults(world), "");
}

TEST_F(Changes, WhatAPersonDeletedIsUnlinkedAndRecreated) {
  world.deliver({signup("u1", "a@example.com")});
  settle();
  const std::string lost = contact_id("u1");
  world.ask("DELETE", "/crm/v8/Contacts?ids=" + lost);
  let_the_list_be_read();
  EXPECT_NE(contact_id("u1"), lost);
  EXPECT_THAT(history(Kind::user, "u1"),
              ElementsAre("linked inserted", "unlinked deleted_in_zoho", "linked recreated"));
  EXPECT_EQ(faults(world), "");
}

TEST(ChangesHeld, ALinkToALostRecordStaysUntilAPersonHasItRetried) {
  World world(with([](engine::Options& options) { options.check_deleted = 1h; }));
  world.deliver({signup("u1", "a@example.com")});
  ASSERT_TRUE(world.run_until_quiet(1h));
  world.ask("DELETE", "/crm/v8/Contacts?ids=" + world.entity(Kind::user, "u1")->zoho_id);
  world.run_for(61min);
  ASSERT_EQ(world.held().size(), 1U);
  const auto changes = [&] { return (*world.store().reader())->mapping_history(Kind::user, "u1", 9).value(); };
  EXPECT_EQ(changes().size(), 1U);
  ASSERT_TRUE(world.engine().retry_held(world.held().front().id));
  ASSERT_TRUE(world.run_until_quiet(1h));
  ASSERT_EQ(changes().size(), 3U);
  EXPECT_EQ(changes()[1].change, store::Change::unlinked);
  EXPECT_EQ(changes()[1].cause, store::Cause::retried);
  EXPECT_EQ(changes()[0].cause, store::Cause::recreated);
  EXPECT_EQ(faults(world), "");
}

TEST_F(Changes, AnErasureLeavesTheRecordsToDropAndNothingOfThePerson) {
  world.deliver({signup("u1", "a@example.com", 1, "org_1"), signup("u2", "b@example.com", 2, "org_2"),
                 event("s1", "subscription.activated", 5,
                       R"({"subscription":{"id":"s","user_id":"u1","plan":"pro","amount":"10"}})")});
  settle();
  Follower early;  // somebody who heard of the links, and then of nothing until all was over
  const auto before = (*world.store().reader())->mapping_changes(0, 100).value();
  for (const auto& one : before) early.hear(one);
  ASSERT_EQ(early.map().size(), 5U);
  const std::string contact = contact_id("u1");
  ASSERT_TRUE(world.engine().erase("u1"));
  settle();
  ASSERT_FALSE(world.entity(Kind::user, "u1"));
  std::vector<std::string> dropped;
  const auto after = (*world.store().reader())->mapping_changes(0, 100).value();
  for (const auto& one : after) {
    EXPECT_NE(one.key, "u1");
    EXPECT_NE(one.key, "org_1") << "nobody else was in it";
    if (one.seq <= early.cursor()) continue;
    early.hear(one);
    EXPECT_EQ(name_of(one.change), "erased");
    EXPECT_EQ(one.key, "");
    dropped.push_back(one.previous_zoho_id);
  }
  EXPECT_THAT(dropped, testing::Contains(contact));
  EXPECT_EQ(early.map().size(), 2U) << "Ben and his account";
  EXPECT_THAT(history(Kind::user, "u1"), IsEmpty());
  EXPECT_THAT(faults_of_feed(world.store()), IsEmpty());
}

TEST_F(Changes, ACrashAtAnyCommitLeavesNoLinkWithoutItsHistory) {
  for (std::size_t nth = 1; nth < 12; ++nth) {
    for (const auto boundary : {World::Boundary::before_commit, World::Boundary::after_commit}) {
      World killed(recreating());
      killed.kill_at(boundary, nth);
      killed.deliver({signup("u1", "a@example.com")});
      ASSERT_TRUE(killed.run_until_quiet(1h));
      EXPECT_EQ(faults(killed), "") << "killed at commit " << nth;
    }
  }
}

}  // namespace
}  // namespace zs::world
