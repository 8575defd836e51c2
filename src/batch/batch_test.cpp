#include <gtest/gtest.h>

#include "batch/fill.hpp"
#include "batch/governor.hpp"

namespace zs::batch {
namespace {

TEST(Fill, SendsTheFirstAtOnceWhenNothingIsUnderWay) { EXPECT_EQ(take_now({1, 0ms, 0}, {}), 1U); }

TEST(Fill, WaitsForCompanyWhileACallIsUnderWayUntilTheLingerIsOver) {
  EXPECT_EQ(take_now({3, 10ms, 1}, {}), 0U);
  EXPECT_EQ(take_now({3, 25ms, 1}, {}), 3U);
}

TEST(Fill, SendsWholeTensAndLeavesTheRestForTheNext) {
  EXPECT_EQ(take_now({10, 0ms, 0}, {}), 10U);
  EXPECT_EQ(take_now({19, 0ms, 0}, {}), 10U);
  EXPECT_EQ(take_now({57, 30ms, 2}, {}), 50U);
}

TEST(Fill, AFullCallNeverWaits) { EXPECT_EQ(take_now({230, 0ms, 9}, {}), 100U); }

TEST(Fill, WhatHasAFlatPriceGoesWhole) { EXPECT_EQ(take_now({57, 0ms, 0}, {100, 1, 25ms}), 57U); }

struct GovernorTest : ::testing::Test {
  SeededRandom random{7};
  Time now{std::chrono::hours{24 * 365 * 50}};
  Governor governor{{4, 2, 100, 0.2}, random};
};

TEST_F(GovernorTest, NeverRunsMoreAtOnceThanAllowedNorMoreHeavyOnes) {
  EXPECT_TRUE(governor.may_start(true, 1, true, now));
  governor.started(true, 1, now);
  governor.started(true, 1, now);
  EXPECT_FALSE(governor.may_start(true, 1, true, now));
  EXPECT_TRUE(governor.may_start(false, 1, true, now));
  governor.started(false, 1, now);
  governor.started(false, 1, now);
  EXPECT_FALSE(governor.may_start(false, 1, true, now));
  governor.finished(true);
  EXPECT_TRUE(governor.may_start(true, 1, true, now));
}

TEST_F(GovernorTest, CreditsComeBackADayAfterTheyWereSpent) {
  governor.started(false, 99, now);
  governor.finished(false);
  EXPECT_TRUE(governor.out_of_credits(2, true, now));
  EXPECT_FALSE(governor.out_of_credits(1, true, now));
  const Time back = governor.credits_back(2, true, now);
  EXPECT_GT(back, now + 23h);
  EXPECT_LE(back, now + 24h + 1min);
  EXPECT_FALSE(governor.out_of_credits(2, true, back));
}

TEST_F(GovernorTest, KeepsAReserveForTheLiveLane) {
  governor.started(false, 80, now);
  governor.finished(false);
  EXPECT_FALSE(governor.may_start(false, 1, false, now));
  EXPECT_TRUE(governor.may_start(false, 1, true, now));
}

TEST_F(GovernorTest, ThrottlingHalvesOnceForCallsRefusedTogetherAndHealsAgain) {
  governor.throttled(now, 0ms);
  governor.throttled(now, 0ms);
  EXPECT_TRUE(governor.is_paused(now));
  now = governor.paused_until();
  for (int i = 0; i < 2; ++i) governor.started(false, 0, now);
  EXPECT_FALSE(governor.may_start(false, 0, true, now)) << "two of four";
  for (int i = 0; i < 20; ++i) governor.went_well();
  EXPECT_TRUE(governor.may_start(false, 0, true, now));
}

TEST_F(GovernorTest, BelievesTheServersCountWhenItIsHigher) {
  governor.correct_credits(5, now);
  EXPECT_EQ(governor.credits_used(now), 95);
  governor.correct_credits(6, now);
  EXPECT_EQ(governor.credits_used(now), 95) << "one more or less may be under way";
  governor.correct_credits(50, now);
  EXPECT_EQ(governor.credits_used(now), 50) << "and when it is much lower";
}

TEST_F(GovernorTest, WhatNeverReachedTheServerIsPaidBack) {
  governor.started(false, 30, now);
  governor.started(false, 10, now + 5min);
  governor.refund(15);
  EXPECT_EQ(governor.credits_used(now + 5min), 25);
  governor.refund(1'000);
  EXPECT_EQ(governor.credits_used(now + 5min), 0);
}

TEST_F(GovernorTest, RemembersCreditsOverARestart) {
  governor.started(false, 30, now);
  governor.started(false, 12, now + 3min);
  Governor again{{4, 2, 100, 0.2}, random};
  again.restore_credits(governor.save_credits(now + 3min));
  EXPECT_EQ(again.credits_used(now + 3min), 42);
  again.restore_credits("junk 12: :3 4:x");
  EXPECT_EQ(again.credits_used(now), 0);
}

}  // namespace
}  // namespace zs::batch
