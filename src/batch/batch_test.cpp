#include <gtest/gtest.h>

#include "batch/fair_queue.hpp"
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

TEST(Fill, WhatHasAFlatPriceGoesWhole) { EXPECT_EQ(take_now({57, 0ms, 0}, {100, 100, 25ms}), 57U); }

TEST(Fill, LessThanACreditsWorthWaitsForCompanyWhenCreditsAreTight) {
  const FillPolicy tight{100, 10, 25ms, 500ms};
  EXPECT_EQ(take_now({9, 499ms, 0}, tight), 0U);
  EXPECT_EQ(take_now({9, 500ms, 0}, tight), 9U);
  EXPECT_EQ(take_now({12, 0ms, 0}, tight), 10U) << "a whole credit's worth has nothing to wait for";
  EXPECT_EQ(patience({9, 0ms, 0}, tight), 500ms);
  EXPECT_EQ(patience({12, 0ms, 3}, tight), 25ms);
}

TEST(Fill, SavingGrowsWithTheTightnessOfTheDay) {
  EXPECT_EQ(saving_for(0, 500ms), 0ms);
  EXPECT_EQ(saving_for(0.5, 500ms), 250ms);
  EXPECT_EQ(saving_for(1, 500ms), 500ms);
}

std::vector<FairQueue::Id> all_of(FairQueue& queue) {
  std::vector<FairQueue::Id> out;
  for (; !queue.empty(); queue.drop(1)) out.push_back(queue.peek(1).front());
  return out;
}

TEST(FairQueue, OnePartyAloneIsServedAsItCame) {
  FairQueue queue;
  for (FairQueue::Id id = 0; id < 5; ++id) queue.push(id, "a");
  EXPECT_EQ(queue.peek(2), (std::vector<FairQueue::Id>{0, 1}));
  EXPECT_EQ(all_of(queue), (std::vector<FairQueue::Id>{0, 1, 2, 3, 4}));
}

TEST(FairQueue, AnotherPartyDoesNotWaitBehindThousands) {
  FairQueue queue;
  for (FairQueue::Id id = 0; id < 5'000; ++id) queue.push(id, "chatty");
  queue.drop(100);
  queue.push(7'001, "calm");
  queue.push(7'002, "calm");
  const auto next = queue.peek(4);
  EXPECT_EQ(next, (std::vector<FairQueue::Id>{7'001, 100, 7'002, 101}));
}

TEST(FairQueue, NobodyGathersAClaimByStayingAway) {
  FairQueue queue;
  queue.push(1, "calm");
  for (FairQueue::Id id = 10; id < 60; ++id) queue.push(id, "chatty");
  queue.drop(40);
  for (FairQueue::Id id = 100; id < 103; ++id) queue.push(id, "calm");
  EXPECT_EQ(queue.peek(5), (std::vector<FairQueue::Id>{100, 49, 101, 50, 102}));
}

TEST(FairQueue, AQuarterOfAMillionPartiesInOneTurnAreNotWalkedForEachOfThem) {
  // Walked for each, it is thirty billion steps, and the test runs out of its time.
  constexpr FairQueue::Id k_parties = 250'000;
  FairQueue queue;
  queue.push(-1, "first");
  for (FairQueue::Id id = 0; id < k_parties; ++id) {
    queue.push(id, std::to_string(id));
    queue.drop(1);
  }
  EXPECT_EQ(all_of(queue), std::vector<FairQueue::Id>{k_parties - 1});
}

TEST(FairQueue, WhatCouldNotGoStandsInFrontAgainInItsOrder) {
  FairQueue queue;
  for (FairQueue::Id id = 0; id < 4; ++id) queue.push(id, "a");
  const auto taken = queue.peek(2);
  queue.drop(2);
  queue.push(9, "b");
  queue.push_front(taken);
  queue.erase(1);
  EXPECT_EQ(all_of(queue), (std::vector<FairQueue::Id>{0, 9, 2, 3}));
  EXPECT_EQ(queue.size(), 0U);
}

struct GovernorTest : ::testing::Test {
  SeededRandom random{7};
  Time now{std::chrono::hours{24 * 365 * 50}};
  Governor governor{{.concurrency = 4, .heavy = 2, .daily_credits = 100}, random};

  static constexpr Cost k_light{false, 1, true};
  static constexpr Cost k_heavy{true, 1, true};
  static constexpr Cost k_free{false, 0, true};

  void spend(std::int64_t credits) {
    governor.started({false, credits, true}, now);
    governor.finished({false, credits, true}, now, now);
  }
};

TEST_F(GovernorTest, NeverRunsMoreAtOnceThanAllowedNorMoreHeavyOnes) {
  EXPECT_TRUE(governor.may_start(k_heavy, now));
  governor.started(k_heavy, now);
  governor.started(k_heavy, now);
  EXPECT_FALSE(governor.may_start(k_heavy, now));
  EXPECT_TRUE(governor.may_start(k_light, now));
  governor.started(k_light, now);
  governor.started(k_light, now);
  EXPECT_FALSE(governor.may_start(k_light, now));
  governor.finished(k_heavy, now, now);
  EXPECT_TRUE(governor.may_start(k_heavy, now));
}

TEST_F(GovernorTest, ACallThatNobodyWaitsForAnyMoreKeepsItsPlaceForAWhile) {
  for (int i = 0; i < 4; ++i) governor.started(k_free, now);
  governor.abandoned(k_free, now, now);
  EXPECT_FALSE(governor.may_start(k_free, now));
  EXPECT_EQ(governor.next_chance(k_free, now), now + 30s);
  EXPECT_TRUE(governor.may_start(k_free, now + 30s));
}

TEST_F(GovernorTest, CallsOfAProcessThatDiedKeepTheirPlacesForAMoment) {
  for (int i = 0; i < 3; ++i) governor.started(i == 0 ? k_heavy : k_light, now);
  Governor next{{.concurrency = 4, .heavy = 1}, random};
  next.restore_calls(governor.save_calls(now));
  EXPECT_FALSE(next.may_start(k_heavy, now + 1s));
  ASSERT_TRUE(next.may_start(k_light, now + 1s));
  next.started(k_light, now + 1s);
  EXPECT_FALSE(next.may_start(k_light, now + 1s));
  EXPECT_TRUE(next.may_start(k_heavy, now + 5s));
  Governor other{{.concurrency = 1}, random};
  other.restore_calls("nonsense");
  EXPECT_TRUE(other.may_start(k_light, now));
}

TEST_F(GovernorTest, OtherLanesLeavePlacesOnlyWhileThereIsLiveTraffic) {
  governor.set_limits({.concurrency = 10, .heavy = 10});
  const Cost backfill{true, 0, false};
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(governor.may_start(backfill, now));
    governor.started(backfill, now);
  }
  governor.finished(backfill, now, now);
  governor.started(k_light, now);
  governor.finished(backfill, now, now);
  EXPECT_FALSE(governor.may_start(backfill, now));
  EXPECT_EQ(governor.next_chance(backfill, now), now + 5min);
  EXPECT_TRUE(governor.may_start(k_heavy, now));
  EXPECT_TRUE(governor.may_start(backfill, now + 5min));
}

TEST_F(GovernorTest, KeepsAReserveForTheLiveLane) {
  spend(80);
  EXPECT_FALSE(governor.may_start({false, 1, false}, now));
  EXPECT_TRUE(governor.may_start(k_light, now));
}

TEST_F(GovernorTest, ThrottlingHalvesOnceForCallsRefusedTogetherAndHealsAgain) {
  governor.throttled(now, 0ms);
  governor.throttled(now, 0ms);
  EXPECT_TRUE(governor.is_paused(now));
  EXPECT_EQ(governor.next_chance(k_free, now), governor.paused_until());
  now = governor.paused_until();
  for (int i = 0; i < 2; ++i) governor.started(k_free, now);
  EXPECT_FALSE(governor.may_start(k_free, now)) << "two of four";
  for (int i = 0; i < 20; ++i) governor.went_well();
  EXPECT_TRUE(governor.may_start(k_free, now));
}

TEST_F(GovernorTest, IsBackAtNineTenthsWithinAMinuteEvenWithLittleTraffic) {
  governor.set_limits({.concurrency = 20, .heavy = 10});
  for (int i = 0; i < 3; ++i) {
    governor.throttled(now, 0ms);
    now = governor.paused_until();
  }
  EXPECT_LE(governor.window(now), 3);
  EXPECT_GE(governor.window(now + 1min), 18);
}

TEST_F(GovernorTest, PausesAsLongAsTheServerSaysAndLongerWhenRefusalsDoNotEnd) {
  governor.throttled(now, 40s);
  EXPECT_EQ(governor.paused_until(), now + 40s);
  governor.throttled(now, 50s);
  EXPECT_EQ(governor.paused_until(), now + 50s) << "the last one to speak may ask for more";
  for (int i = 0; i < 12; ++i) {
    now = governor.paused_until();
    governor.throttled(now, 0ms);
    EXPECT_LE(governor.paused_until(), now + 5min);
  }
  EXPECT_GE(governor.paused_until(), now + 150s);
}

struct CreditsTest : ::testing::Test {
  Time now{std::chrono::hours{24 * 365 * 50}};
  CreditLedger credits;

  void SetUp() override { credits.set_limits(1'000, 0, 0.2); }
  void spend(std::int64_t amount, bool is_live = true) {
    credits.spend(amount, is_live, now);
    credits.settled(amount, now, now);
  }
};

TEST_F(CreditsTest, ComeBackADayAfterTheyWereSpent) {
  spend(999);
  EXPECT_TRUE(credits.lacks(2, true, now));
  EXPECT_FALSE(credits.lacks(1, true, now));
  const Time back = credits.back_at(2, true, now);
  EXPECT_GT(back, now + 23h);
  EXPECT_LE(back, now + 24h);
  EXPECT_FALSE(credits.lacks(2, true, back));
}

TEST_F(CreditsTest, OfACallCountFromItsEndBecauseTheServerTookItSomewhereBefore) {
  credits.spend(1'000, true, now);
  credits.settled(1'000, now, now + 1min);
  EXPECT_TRUE(credits.lacks(1, true, now + 24h));
  EXPECT_FALSE(credits.lacks(1, true, now + 24h + 1min));
}

TEST_F(CreditsTest, AreCappedByWhatIsOursToTakeHoweverMuchTheOrgHasLeft) {
  credits.set_limits(1'000, 100, 0.2);
  spend(90);
  EXPECT_EQ(credits.limit(now), 100);
  EXPECT_EQ(credits.used(now), 90);
  EXPECT_TRUE(credits.lacks(11, true, now));
  credits.correct(400, credits.surely_counted(), 0, now);
  EXPECT_EQ(credits.used(now), 90) << "others' spending is not ours";
  EXPECT_FALSE(credits.lacks(10, true, now));
  credits.correct(5, credits.surely_counted(), 0, now);
  EXPECT_EQ(credits.limit(now), 1'000) << "the org's is the tighter one now";
  EXPECT_TRUE(credits.lacks(6, true, now));
}

TEST_F(CreditsTest, TheServersCountIsRightWhenNothingElseIsUnderWay) {
  const std::int64_t before = credits.surely_counted();
  spend(10);
  credits.correct(50, before, 10, now);
  EXPECT_EQ(credits.used(now), 950);
  credits.correct(400, credits.surely_counted(), 0, now);
  EXPECT_EQ(credits.used(now), 600);
}

TEST_F(CreditsTest, WhatRanBesideTheCallMayOrMayNotBeInTheServersCount) {
  spend(500);
  const std::int64_t before = credits.surely_counted();
  credits.spend(10, true, now);
  credits.spend(10, true, now);
  credits.settled(10, now, now);
  credits.correct(490, before, 10, now);
  EXPECT_EQ(credits.used(now), 520) << "510 by the server: the other call is still on its way";
  credits.correct(495, before, 10, now);
  EXPECT_EQ(credits.used(now), 515) << "505 by the server: five that we thought spent were not";
}

TEST_F(CreditsTest, WithoutTheServersCountOthersHaveNotMadeItHalfADay) {
  spend(100);
  credits.exhausted(now);
  EXPECT_TRUE(credits.lacks(1, true, now));
  credits.correct_by_silence(now);
  EXPECT_EQ(credits.used(now), 500);
  spend(600);
  credits.correct_by_silence(now);
  EXPECT_EQ(credits.used(now), 700) << "what we have spent ourselves is not argued away";
}

TEST_F(CreditsTest, OfAnUnknownEditionAreLearnedFromTheServersCount) {
  credits.set_limits(0, 0, 0.2);
  spend(300);
  EXPECT_FALSE(credits.lacks(1'000'000, true, now));
  credits.correct(200, credits.surely_counted(), 0, now);
  EXPECT_EQ(credits.limit(now), 500);
  EXPECT_TRUE(credits.lacks(201, true, now));
}

TEST_F(CreditsTest, WhatNeverReachedTheServerIsPaidBack) {
  credits.spend(30, true, now);
  credits.spend(10, true, now + 5min);
  credits.refund(15, true);
  EXPECT_EQ(credits.used(now + 5min), 25);
}

TEST_F(CreditsTest, OutliveARestartToTheCredit) {
  spend(300);
  ASSERT_TRUE(credits.must_save_all());
  const std::string all = credits.save(now);
  spend(20);
  EXPECT_FALSE(credits.must_save_all()) << "the last minute alone says what is new";
  const auto restored = [&](std::string_view saved, std::string_view last) {
    CreditLedger again;
    again.set_limits(1'000, 0, 0.2);
    again.restore(saved, last);
    return again.used(now);
  };
  EXPECT_EQ(restored(all, credits.save_last()), 320);
  now += 5min;
  spend(7);
  ASSERT_TRUE(credits.must_save_all());
  EXPECT_EQ(restored(credits.save(now), credits.save_last()), 327);
  credits.refund(10, true);
  EXPECT_TRUE(credits.must_save_all()) << "an older minute has changed";
  EXPECT_EQ(restored("junk 12: :3 4:x 5:-6 1:2:3:4:5", "x"), 0);
}

TEST_F(CreditsTest, ThePaceOfTheLastMinutesTellsTightnessBeforeTheDayIsSpent) {
  EXPECT_EQ(credits.tightness(now), 0.0);
  spend(3);
  EXPECT_EQ(credits.tightness(now), 0.0) << "432 a day of 1,000";
  spend(2);
  EXPECT_NEAR(credits.tightness(now), 0.44, 0.001) << "720 a day of 1,000";
  spend(5);
  EXPECT_EQ(credits.tightness(now), 1.0);
  EXPECT_EQ(credits.tightness(now + 1h), 0.0);
}

TEST_F(CreditsTest, ABackfillMakesTheDayTightOnlyByWhatItLeavesToTheLiveLane) {
  spend(500, false);
  EXPECT_EQ(credits.tightness(now), 0.0);
  now += 1h;
  spend(2);
  EXPECT_NEAR(credits.tightness(now), 0.152, 0.001) << "288 a day of the 500 that are left";
}

TEST_F(CreditsTest, OnlyWhatOthersSpentIsAskedForAgain) {
  spend(1'000);
  EXPECT_FALSE(credits.may_probe(now + 1h)) << "our own count says when it comes back";
  credits.correct(-5, credits.surely_counted(), 0, now);
  EXPECT_FALSE(credits.may_probe(now + 1min));
  EXPECT_EQ(credits.next_probe(now), now + 15min);
  EXPECT_TRUE(credits.may_probe(now + 16min));
}

}  // namespace
}  // namespace zs::batch
