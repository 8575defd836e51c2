// The org's limits: calls at once, heavy calls at once, credits in any 24 hours; held at the server, whatever happens.
#include <gtest/gtest.h>

#include "world/stories.hpp"

namespace zs::world {
namespace {

using Intercepted = std::optional<net::ClientResponse>;

Settings calls_at_once(int calls) {
  Settings settings;
  settings.org.concurrency = calls;
  settings.tune = [calls](engine::Options& options) { options.concurrency = calls; };
  return settings;
}

Settings credits_a_day(std::int64_t credits) {
  Settings settings;
  settings.org.edition = zohosim::Edition::free;
  settings.org.user_licences = 0;
  settings.org.daily_credits = 5'000;
  settings.tune = [credits](engine::Options& options) { options.daily_credits = credits; };
  return settings;
}

std::vector<store::NewEvent> signups(int count, store::Lane lane = store::Lane::live, const std::string& prefix = "v") {
  std::vector<store::NewEvent> events;
  for (int i = 0; i < count; ++i) {
    const std::string n = prefix + std::to_string(i);
    events.push_back(signup(n, n + "@example.com", 2, "o" + n, lane));
  }
  return events;
}

std::int64_t spent(World& world) { return world.simulator().gate().spent(to_millis(world.clock().now())); }

void expect_within_one_percent(World& world) {
  const auto counted = static_cast<double>(world.engine().status().credits_used);
  const auto truly = static_cast<double>(spent(world));
  EXPECT_NEAR(counted, truly, truly / 100);
}

TEST(Concurrency, IsUsedToTheFullAndNeverExceeded) {
  for (const int calls : {1, 3, 12, 25}) {
    Settings settings = calls_at_once(calls);
    settings.org.edition = zohosim::Edition::ultimate;
    World world{settings};
    world.widen_window();
    world.deliver(signups(600, store::Lane::backfill));
    world.deliver(signups(600, store::Lane::live, "l"));
    ASSERT_TRUE(world.run_until_quiet(1h));
    EXPECT_EQ(world.refused().concurrency, 0);
    EXPECT_EQ(world.refused().sub_concurrency, 0);
    EXPECT_EQ(world.simulator().gate().most_heavy(), std::min(calls, 10));
    EXPECT_EQ(faults(world), "");
  }
}

TEST(Concurrency, CountsCallsThatNobodyWaitsForAnyMoreButThatZohoIsStillAt) {
  World world{calls_at_once(4)};
  world.widen_window();
  world.deliver({signup("u0", "z@example.com", 1, "oz")});
  ASSERT_TRUE(world.run_until_quiet(1h));
  world.ask("POST", "/control/faults", R"({"on":"insert","effect":"latency","latency_ms":40000,"times":3})");
  world.deliver(signups(1'000));
  world.run_for(35s);
  EXPECT_EQ(world.simulator().gate().most_calls(), 4);
  ASSERT_TRUE(world.run_until_quiet(1h));
  EXPECT_GT(world.engine().status().retried, 0) << "calls were given up";
  EXPECT_EQ(world.refused().concurrency, 0);
  EXPECT_EQ(faults(world), "");
}

TEST(Concurrency, CountsCallsThatADeadProcessLeftWithZoho) {
  World world{calls_at_once(4)};
  world.widen_window();
  world.deliver({signup("u0", "z@example.com", 1, "oz")});
  ASSERT_TRUE(world.run_until_quiet(1h));
  world.ask("POST", "/control/faults", R"({"on":"insert","effect":"latency","latency_ms":4000,"times":4})");
  world.deliver(signups(1'000));
  world.run_for(1s);
  ASSERT_EQ(world.simulator().gate().most_calls(), 4) << "it dies with all places taken";
  world.crash();
  ASSERT_TRUE(world.run_until_quiet(1h));
  EXPECT_EQ(world.refused().concurrency, 0);
  EXPECT_EQ(faults(world), "");
}

TEST(Concurrency, NothingIsSentBeforeTheTimeThatZohoAsksFor) {
  World world{Settings{}};
  world.deliver({signup("u0", "z@example.com", 1, "oz")});
  ASSERT_TRUE(world.run_until_quiet(1h));
  Time refused_at{};
  world.intercept = [&](const net::ClientRequest&) -> Intercepted {
    if (refused_at != Time{}) return std::nullopt;
    refused_at = world.clock().now();
    auto answer = answered(429, "application/json", R"({"code":"TOO_MANY_REQUESTS","message":"x","status":"error"})");
    answer.headers.emplace_back("retry-after", "40");
    return answer;
  };
  world.deliver({event("e1", "user.updated", 9, R"({"user":{"id":"u0","title":"A"}})")});
  world.run_for(2s);
  EXPECT_EQ(world.engine().status().state, "throttled");
  EXPECT_GT(world.engine().status().resume_ms, to_millis(refused_at + 39s));
  const std::size_t before = world.sent().size();
  world.run_for(30s);
  EXPECT_EQ(world.sent().size(), before);
  world.run_for(15s);
  EXPECT_EQ(world.backlog().dirty, 0);
  EXPECT_EQ(world.engine().status().state, "ok");
}

TEST(Credits, AreCountedAsTheServerCountsThemWhateverTagCallsCost) {
  for (const bool per_50 : {false, true}) {
    Settings settings;
    settings.org.tags_cost_per_50 = per_50;
    World world{settings};
    world.widen_window();
    world.deliver(signups(500));
    ASSERT_TRUE(world.run_until_quiet(1h));
    std::vector<store::NewEvent> changes;
    for (int i = 0; i < 500; ++i) {
      const std::string n = std::to_string(i);
      changes.push_back(event("t" + n, "user.updated", 9, R"({"user":{"id":"v)" + n + R"(","compliance":["gdpr"]}})"));
    }
    world.deliver(changes);
    ASSERT_TRUE(world.run_until_quiet(1h));
    EXPECT_GT(world.count_sent("POST", "/actions/add_tags"), 0U);
    EXPECT_EQ(world.engine().status().credits_used, world.credits_by_daemon());
  }
}

TEST(Credits, StayWithinOnePercentOfTheServersCountOverCrashes) {
  World world{Settings{}};
  world.widen_window();
  for (int round = 0; round < 6; ++round) {
    world.deliver(signups(800, store::Lane::live, "r" + std::to_string(round) + "-"));
    world.run_for(250ms);
    if (round % 3 == 1) world.crash();
    ASSERT_TRUE(world.run_until_quiet(1h));
  }
  expect_within_one_percent(world);
  const std::int64_t before = world.engine().status().credits_used;
  world.crash();
  world.run_for(1ms);
  EXPECT_EQ(world.engine().status().credits_used, before + 5) << "the look at the org is new";
  EXPECT_EQ(faults(world), "");
}

TEST(Credits, ThatOthersSpendOrThatLostCallsNeverCostAreSetRightByTheServersCount) {
  Settings settings;
  settings.org.edition = zohosim::Edition::free;
  settings.org.user_licences = 0;
  settings.weather.server_error = 0.1;
  settings.weather.lost_before = 0.05;
  World world{settings};
  world.widen_window();
  world.deliver(signups(3'000));
  ASSERT_TRUE(world.run_until_quiet(10h));
  for (int i = 0; i < 2'100; ++i) world.ask("GET", "/crm/v8/org");
  world.calm();
  world.deliver(signups(200, store::Lane::live, "more"));
  ASSERT_TRUE(world.run_until_quiet(10h));
  ASSERT_GT(spent(world), 2'600) << "past half, where the server tells its count";
  expect_within_one_percent(world);
  EXPECT_EQ(faults(world), "");
}

TEST(Credits, ThatAreSpentAreAStateWithATimeToResumeNotAnError) {
  World world{credits_a_day(250)};
  world.widen_window();
  world.deliver(signups(2'000));
  world.run_for(10min);
  const engine::Status& status = world.engine().status();
  EXPECT_EQ(status.state, "out_of_credits");
  EXPECT_EQ(status.credits_limit, 250);
  EXPECT_LE(world.credits_by_daemon(), 250);
  EXPECT_GT(world.credits_by_daemon(), 230);
  EXPECT_TRUE(world.held().empty());
  const std::int64_t now = to_millis(world.clock().now());
  EXPECT_GT(status.resume_ms, now + 23 * 3'600'000LL);
  EXPECT_LE(status.resume_ms, now + 24 * 3'600'000LL);
  const std::size_t before = world.sent().size();
  world.crash();
  world.run_for(20h);
  EXPECT_LE(world.sent().size(), before + 5) << "a restart does not forget: only the look at the org is sent";
  ASSERT_TRUE(world.run_until_quiet(72h));
  EXPECT_LE(spent(world), 255) << "in any 24 hours";
  EXPECT_EQ(faults(world), "");
}

TEST(Credits, ThatOthersHaveSpentAreLookedForNowAndThen) {
  World world{credits_a_day(0)};
  world.deliver({signup("u0", "z@example.com", 1, "oz")});
  ASSERT_TRUE(world.run_until_quiet(1h));
  while (spent(world) < 5'000) world.ask("GET", "/crm/v8/org");
  world.run_for(10h);
  world.deliver({signup("u1", "a@example.com")});
  world.run_for(10min);
  EXPECT_EQ(world.engine().status().state, "out_of_credits");
  EXPECT_GT(world.engine().status().resume_ms, to_millis(world.clock().now()));
  const std::int64_t refused = world.refused().credits;
  world.run_for(10h);
  EXPECT_LE(world.refused().credits, refused + 50);
  // Theirs come back a day after they went; no count of ours says when.
  world.run_for(5h);
  EXPECT_EQ(world.backlog().dirty, 0);
  EXPECT_EQ(world.engine().status().state, "ok");
}

std::int64_t credits_of_a_busy_half_minute(int licences, Duration most) {
  Settings settings;
  settings.org.edition = zohosim::Edition::ultimate;
  settings.org.user_licences = licences;
  settings.tune = [most](engine::Options& options) { options.linger_max = most; };
  World world{settings};
  world.widen_window();
  world.deliver_over(signups(600), 30s);
  world.run_for(31s);
  EXPECT_TRUE(world.run_until_quiet(1h));
  return world.credits_by_daemon();
}

TEST(Linger, GrowsWhenTheDayGetsTightAndSavesCredits) {
  // Twenty a second all day would take more than 50,000 credits, and less than half of a million.
  EXPECT_LT(credits_of_a_busy_half_minute(0, 500ms), credits_of_a_busy_half_minute(0, 0ms) * 3 / 4);
  EXPECT_EQ(credits_of_a_busy_half_minute(500, 500ms), credits_of_a_busy_half_minute(500, 0ms));
}

}  // namespace
}  // namespace zs::world
