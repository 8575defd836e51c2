// Days without Zoho: everything is kept, one write stands for many changes, and what changed last is told first.
#include <gtest/gtest.h>

#include "world/stories.hpp"

namespace zs::world {
namespace {

using Intercepted = std::optional<net::ClientResponse>;

constexpr int k_customers = 3'000;

std::string user(int number) { return "u" + std::to_string(number); }

store::NewEvent title(int number, int round, Time at) {
  const std::string text = std::to_string(round);
  store::NewEvent change = event("t" + text + "-" + user(number), "user.updated", 0,
                                 R"({"user":{"id":")" + user(number) + R"(","title":"T)" + text + R"("}})");
  change.time = at;
  return change;
}

TEST(Outage, ThreeDaysOfSteadyTrafficAreDrainedNewestFirstWithOneWriteARecord) {
  Settings settings;
  settings.round_trip = 100ms;
  settings.tune = [](engine::Options& options) { options.window = 400; };
  World world{settings};
  std::vector<store::NewEvent> signups;
  for (int i = 0; i < k_customers; ++i)
    signups.push_back(signup(user(i), user(i) + "@example.com", 1, "o" + std::to_string(i)));
  world.deliver(signups);
  ASSERT_TRUE(world.run_until_quiet(1h));
  const std::int64_t before = world.credits_by_daemon();

  // The CRM alone: a look without an access token is free, so there is one every few seconds, and each plans a window;
  // three days of them would take hours.
  world.intercept = [](const net::ClientRequest& request) -> Intercepted {
    if (request.url.contains("/oauth")) return std::nullopt;
    return broken(net::Exchange::unknown);
  };
  // Three changes of every customer, one every 28.8 seconds: 72 hours.
  constexpr Duration k_every = Duration{std::chrono::hours{72}} / (3 * k_customers);
  for (int i = 0; i < 3 * k_customers; ++i) {
    world.deliver({title(i % k_customers, i / k_customers, world.clock().now())});
    world.run_for(k_every);
  }
  EXPECT_EQ(world.engine().status().state, "unreachable");
  EXPECT_EQ(world.backlog().dirty, k_customers);
  EXPECT_LE(world.credits_by_daemon(), before) << "what never arrived costs nothing at the server";

  world.intercept = nullptr;
  // A third of the way, those who changed in the last hours are all there, and the middle of the line is not.
  while (world.backlog().dirty == k_customers) world.run_for(20ms);
  while (world.backlog().dirty > k_customers * 2 / 3) world.run_for(5ms);
  const auto reader = world.store().reader();
  const auto is_told = [&](int number) {
    return !(*(*reader)->dirty(world.entity(event::Kind::user, user(number))->id)).has_value();
  };
  for (int i = k_customers - k_customers / 6; i < k_customers; ++i) EXPECT_TRUE(is_told(i)) << i;
  int told = 0;
  for (int i = k_customers / 3; i < k_customers / 2; ++i) told += is_told(i) ? 1 : 0;
  EXPECT_EQ(told, 0) << "of those who changed a day before";

  ASSERT_TRUE(world.run_until_quiet(1h));
  EXPECT_EQ(faults(world), "");
  EXPECT_EQ(world.refused().concurrency + world.refused().sub_concurrency + world.refused().credits, 0);
  EXPECT_TRUE(world.held().empty());
  // A credit for ten records, and the tenth part more for calls that were not full.
  EXPECT_LE(world.credits_by_daemon() - before, k_customers / 10 * 11 / 10);
}

}  // namespace
}  // namespace zs::world
