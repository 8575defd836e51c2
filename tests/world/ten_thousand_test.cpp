// Ten thousand operations over a network that loses one answer in twenty and fails one call in twenty: first writes and
// updates, and no twin by the simulator's own count.
#include <gtest/gtest.h>

#include "base/log.hpp"
#include "support/histories.hpp"
#include "world/stories.hpp"

namespace zs::world {
namespace {

constexpr int k_customers = 1'800;
constexpr std::size_t k_operations = 10'000;

/// Records that ever shared an external id with another one, by the simulator's own count.
std::int64_t twins_ever(const World& world) {
  std::int64_t twins = 0;
  for (const auto& module : world.simulator().org().modules()) twins += module->records.twins_ever();
  return twins;
}

bool is_write(const World::Sent& call) {
  return call.method == "PUT" ||
         (call.method == "POST" && !call.path.contains("/coql") && !call.path.contains("/oauth"));
}

TEST(TenThousandOperations, WithLostAnswersAndErrorsMakeNoTwin) {
  log::set_level(log::Level::error);
  Settings settings;
  settings.seed = 20261125;
  settings.weather.lost_answer = 0.05;
  settings.weather.server_error = 0.025;
  settings.weather.error_after = 0.025;
  World world(settings);
  SeededRandom random(5);
  const auto history = test::make_history(random, {k_customers, true});
  // Slowly enough that calls carry few records: what is lost is then one record's answer, not a hundred's.
  world.deliver_over(history, std::chrono::hours{2});
  world.run_for(std::chrono::hours{2});
  ASSERT_TRUE(world.run_until_quiet(std::chrono::hours{6}));
  std::size_t operations = 0, inserts = 0, updates = 0;
  for (const World::Sent& call : world.sent()) {
    if (!is_write(call)) continue;
    ++operations;
    inserts += call.method == "POST" && !call.path.contains("/actions/") ? 1U : 0U;
    updates += call.method == "PUT" ? 1U : 0U;
  }
  EXPECT_GE(operations, k_operations);
  EXPECT_GE(inserts, k_operations / 4) << "first writes are among them";
  EXPECT_GE(updates, k_operations / 10) << "updates are among them";
  // 5% of each kind, and the draw is seeded: had the network been kind, nothing would be proved.
  EXPECT_GE(world.misfortunes().lost_answers, operations / 25);
  EXPECT_GE(world.misfortunes().errors, operations / 25);
  EXPECT_EQ(twins_ever(world), 0);
  EXPECT_EQ(faults(world), "");
  EXPECT_TRUE(world.held().empty());
}

}  // namespace
}  // namespace zs::world
