// Who goes first: live changes before a backfill, and no account before all others.
#include <gtest/gtest.h>

#include "world/stories.hpp"

namespace zs::world {
namespace {

using store::Lane;

constexpr Duration k_round_trip = 100ms;

Settings steady() {
  Settings settings;
  settings.round_trip = k_round_trip;
  // So many credits that nothing waits for their sake.
  settings.org.edition = zohosim::Edition::ultimate;
  settings.org.user_licences = 1'000;
  return settings;
}

std::vector<store::NewEvent> import_of(int customers, int from = 0) {
  std::vector<store::NewEvent> events;
  for (int i = from; i < from + customers; ++i) {
    const std::string n = std::to_string(i);
    events.push_back(signup("b" + n, "b" + n + "@example.com", 2, "bo" + n, Lane::backfill));
  }
  return events;
}

bool is_in_zoho(World& world, const std::string& user) {
  const auto entity = world.entity(event::Kind::user, user);
  return entity && !entity->zoho_id.empty();
}

/// Until everything that is known of a user is in Zoho.
Duration time_to_sync(World& world, const store::NewEvent& change, const std::string& user) {
  const Time start = world.clock().now();
  const auto reader = world.store().reader();
  const auto before = *(*reader)->find(event::Kind::user, user);
  const std::int64_t last = before ? before->synced_ms : 0;
  world.deliver({change});
  for (const Time end = start + 1min; world.clock().now() < end; world.run_for(1ms)) {
    const auto entity = *(*reader)->find(event::Kind::user, user);
    if (entity && entity->synced_ms > last) break;
  }
  return world.clock().now() - start;
}

store::NewEvent title(const std::string& id, const std::string& user, const std::string& text, int second) {
  return event(id, "user.updated", second, R"({"user":{"id":")" + user + R"(","title":")" + text + R"("}})");
}

TEST(Lanes, ASignupDuringAnImportOfFiftyThousandCustomersIsAtMostTwiceAsSlowAsAtRest) {
  World world{steady()};
  world.widen_window();
  world.deliver({signup("u0", "z@example.com", 1, "oz")});
  ASSERT_TRUE(world.run_until_quiet(1h));
  const Duration at_rest = time_to_sync(world, signup("rest", "rest@example.com", 1, "o-rest"), "rest");
  ASSERT_GE(at_rest, 2 * k_round_trip);
  ASSERT_LE(at_rest, 2 * k_round_trip + 10ms);
  world.run_for(10min);  // no live traffic for which places were kept
  world.deliver(import_of(50'000));
  world.run_for(500ms);
  constexpr int k_signups = 6;
  for (int i = 0; i < k_signups; ++i) {
    const std::string n = "live" + std::to_string(i);
    EXPECT_LE(time_to_sync(world, signup(n, n + "@example.com", 1, "o-" + n), n), 2 * at_rest) << i;
    world.run_for(300ms);
  }
  const zohosim::Counters& seen = world.simulator().counters();
  EXPECT_GT(world.backlog().dirty, 10'000) << "the import was at it all the time";
  EXPECT_GT(seen.rows_silent, 5'000) << "and got on, firing nothing";
  EXPECT_EQ(seen.rows_with_automation, 2 * (k_signups + 2)) << "an account and a contact each";
  EXPECT_EQ(world.refused().concurrency + world.refused().sub_concurrency, 0);
}

TEST(Lanes, ALiveEventIsFoldedPastABackfillThatWaits) {
  World world{steady()};
  world.widen_window();
  world.deliver(import_of(3'000));
  world.engine().tick();
  world.deliver({signup("live", "live@example.com", 1, "o-live")});
  world.engine().tick();
  EXPECT_TRUE(world.entity(event::Kind::user, "live").has_value());
  EXPECT_GT(world.backlog().unfolded, 2'500);
  ASSERT_TRUE(world.run_until_quiet(1h));
  EXPECT_EQ(world.count_sent("PUT", "/Contacts"), 0U) << "folded a second time, it changes nothing";
}

TEST(Lanes, WhatABackfillHasToTellOfAPersonIsHeardBeforeALiveChangeOfThem) {
  World world{steady()};
  world.widen_window();
  world.ask("POST", "/crm/v8/Contacts", R"({"data":[{"Last_Name":"By Hand","Email":"b900@example.com"}]})");
  world.deliver(import_of(1'000));
  world.engine().tick();
  world.deliver({title("t", "b900", "CTO", 9)});
  world.engine().tick();
  EXPECT_FALSE(world.entity(event::Kind::user, "b900").has_value()) << "without an e-mail nobody could be taken over";
  ASSERT_TRUE(world.run_until_quiet(1h));
  EXPECT_EQ(faults(world), "") << "the record that a person made is taken over, not doubled";
}

TEST(Lanes, WhatALiveChangeWaitsForIsAsUrgentAsItself) {
  Settings settings = steady();
  settings.tune = [](engine::Options& options) {
    options.daily_credits = 60;
    options.live_reserve = 0.5;
  };
  World world{settings};
  world.widen_window();
  world.deliver(import_of(2'000));
  world.run_for(1min);
  ASSERT_FALSE(is_in_zoho(world, "b1999")) << "the backfill's share is spent";
  ASSERT_TRUE(world.entity(event::Kind::account, "bo1999")->zoho_id.empty());
  world.deliver({title("t", "b1999", "CTO", 9)});
  world.run_for(5s);
  EXPECT_TRUE(is_in_zoho(world, "b1999")) << "with its account, which no live event has spoken of";
}

TEST(Fairness, OneAccountWithThousandsOfChangesDelaysNobody) {
  constexpr int k_people = 3'000;
  World world{steady()};
  world.widen_window();
  std::vector<store::NewEvent> people;
  for (int i = 0; i < k_people; ++i) {
    const std::string n = std::to_string(i);
    people.push_back(signup("c" + n, "c" + n + "@example.com", 1, "chatty"));
  }
  people.push_back(signup("other", "other@example.com", 1, "calm"));
  world.deliver(people);
  ASSERT_TRUE(world.run_until_quiet(1h));
  const Duration at_rest = time_to_sync(world, title("rest", "other", "A", 8), "other");
  ASSERT_GE(at_rest, k_round_trip);
  for (int round = 0; round < 3; ++round) {
    std::vector<store::NewEvent> changes;
    for (int i = 0; i < k_people; ++i) {
      const std::string n = std::to_string(i);
      changes.push_back(title("x" + std::to_string(round) + "-" + n, "c" + n, "T" + std::to_string(round), 10 + round));
    }
    world.deliver(changes);
    world.run_for(Duration{round * 70ms});
    const std::string n = std::to_string(round);
    // A call of the chatty one's lands, the linger passes, its own goes there and back.
    EXPECT_LE(time_to_sync(world, title("o" + n, "other", "B" + n, 10 + round), "other"), 2 * at_rest + 35ms) << round;
    EXPECT_GT(world.backlog().dirty, 200) << "the chatty one is still at it";
  }
  const Duration signup_time = time_to_sync(world, signup("new", "new@example.com", 1, "new-org"), "new");
  EXPECT_LE(signup_time, 4 * k_round_trip);
  ASSERT_TRUE(world.run_until_quiet(1h));
  EXPECT_EQ(faults(world), "");
}

}  // namespace
}  // namespace zs::world
