// What a sync costs when nothing goes wrong: calls, credits, and nothing read that is known.
#include <gtest/gtest.h>

#include <array>

#include "world/stories.hpp"

namespace zs::world {
namespace {

TEST(Credits, AThousandSignupsCostNoMoreThanTheBound) {
  World world{Settings{}};
  std::vector<store::NewEvent> events;
  for (int i = 0; i < 1'000; ++i) {
    const std::string n = std::to_string(i);
    events.push_back(event(
        "e" + n, "user.signed_up", i,
        R"({"user":{"id":"u)" + n + R"(","email":"u)" + n + R"(@example.com","last_name":"L","source":"website"}})"));
  }
  world.widen_window();
  world.deliver(events);
  ASSERT_TRUE(world.run_until_quiet(std::chrono::hours{1}));
  EXPECT_EQ(world.crm().contacts.size(), 1'000U);
  // 100 for accounts, 100 for contacts with their tags, 10 look-ups, and 4 to describe the org.
  EXPECT_LE(world.credits_by_daemon(), 1.05 * 210 + 4);
}

/// What Zoho was sent of each kind since.
struct Spent {
  std::size_t tag_calls = 0;
  std::size_t reads = 0;
  std::int64_t credits = 0;
};

struct SteadyState : ::testing::Test {
  // All of it is at hand at once: what is sent before the rest is known of cannot be grouped with it.
  World world{with([](engine::Options& options) { options.fold_batch = options.window = 5'000; })};
  std::size_t sent_before = 0;
  std::int64_t credits_before = 0;

  /// `count` customers of trial are in Zoho.
  void customers(int count) {
    std::vector<store::NewEvent> events;
    for (int i = 0; i < count; ++i) {
      const std::string n = std::to_string(i);
      events.push_back(signup("u" + n, "u" + n + "@example.com", i, "org" + n));
    }
    settle(events);
  }
  void settle(const std::vector<store::NewEvent>& events) {
    world.deliver(events);
    ASSERT_TRUE(world.run_until_quiet(std::chrono::hours{1}));
  }
  void look() {
    sent_before = world.sent().size();
    credits_before = world.credits_by_daemon();
  }
  Spent spent() {
    Spent out;
    out.credits = world.credits_by_daemon() - credits_before;
    for (std::size_t i = sent_before; i < world.sent().size(); ++i) {
      const World::Sent& one = world.sent()[i];
      if (one.path.contains("_tags")) ++out.tag_calls;
      if (one.method == "GET" || one.path.contains("/coql")) ++out.reads;
    }
    return out;
  }
};

TEST_F(SteadyState, TagCallsAreTheFewestPossible) {
  constexpr int k_customers = 900;
  customers(k_customers);
  std::vector<store::NewEvent> events;
  for (int i = 0; i < k_customers; ++i) {
    const std::string n = std::to_string(i);
    constexpr std::array k_plans{"base", "plus", "pro"};
    events.push_back(event("p" + n, "subscription.activated", 2'000,
                           R"({"subscription":{"id":"s)" + n + R"(","user_id":"u)" + n + R"(","account_id":"org)" + n +
                               R"(","plan":")" + k_plans.at(static_cast<std::size_t>(i) % 3) + R"(","amount":"10"}})"));
  }
  look();
  settle(events);
  EXPECT_EQ(world.crm().deals.size(), 900U);
  // Contacts and Accounts: nobody may get two plans, so a call for each plan that adds it, and one that takes
  // lifecycle-trial away from whom it has reached. A credit for each ten records of a call; 90 for the Deals with their
  // tags.
  EXPECT_EQ(spent().tag_calls, 2U * (3 + 3));
  EXPECT_EQ(spent().credits, 2 * (3 * 30 + 90) + 90);
  EXPECT_EQ(spent().reads, 0U);
  EXPECT_EQ(faults(world), "");
}

TEST_F(SteadyState, AThousandChangesGoOutInWholeTensAndNothingIsRead) {
  customers(1'000);
  std::vector<store::NewEvent> events;
  for (int i = 0; i < 1'000; ++i) {
    const std::string n = std::to_string(i);
    events.push_back(event("t" + n, "user.updated", 2'000, R"({"user":{"id":"u)" + n + R"(","title":"CTO"}})"));
  }
  look();
  settle(events);
  EXPECT_EQ(spent().reads, 0U);
  EXPECT_EQ(spent().credits, 100);
  EXPECT_EQ(faults(world), "");
}

TEST_F(SteadyState, AnEventThatSaysNothingNewCostsNoCall) {
  customers(3);
  look();
  settle({event("again", "user.signed_up", 3'000, R"({"user":{"id":"u1","email":"u1@example.com","last_name":"Lee"}})"),
          event("old", "user.updated", -100, R"({"user":{"id":"u2","last_name":"Long ago"}})")});
  EXPECT_EQ(world.sent().size(), sent_before);
  EXPECT_EQ(spent().credits, 0);
  EXPECT_EQ(faults(world), "");
}

}  // namespace
}  // namespace zs::world
