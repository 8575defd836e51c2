// Promises about what waits and what is held.
#include <gmock/gmock.h>

#include "store/store_suite.hpp"

namespace zs::store::suite {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST_P(StoreTest, MarksAnEntityDirtyFromNowOn) {
  mark(1, 100, Lane::backfill);
  const auto row = dirty_row(1);
  EXPECT_EQ(row.lane, Lane::backfill);
  EXPECT_EQ(row.due_ms, 100);
  EXPECT_EQ(row.since_ms, 100);
  EXPECT_EQ(row.attempts, 0);
  EXPECT_EQ(row.blocked_on, 0);
  EXPECT_GT(row.version, 0);
}

TEST_P(StoreTest, ShowsTheNewestOfTheLiveLanePastALongLine) {
  mark(1, 100);
  mark(2, 110);
  mark(3, 120, Lane::backfill);
  mark(4, 130);
  mark(5, 900);
  block(4, 1);
  const auto rows = value(reader().newest(200, 2));
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].id, 2);
  EXPECT_EQ(rows[1].id, 1);
}

TEST_P(StoreTest, KeepsWhenAHeldEntityIsTriedAgainByItself) {
  mark(1, 100);
  mark(2, 100);
  mark(3, 100);
  commit([](Transaction& tx) -> Result<void> {
    Held held{.id = 1, .since_ms = 10, .code = "RECORD_LOCKED"};
    held.retry_ms = 5'000;
    held.attempts = 2;
    ZS_TRY(tx.hold(held));
    held.id = 2;
    held.retry_ms = 4'000;
    ZS_TRY(tx.hold(held));
    return tx.hold({.id = 3, .since_ms = 10, .code = "MANDATORY_NOT_FOUND"});
  });
  EXPECT_EQ(value(reader().next_held_retry()), 4'000);
  EXPECT_THAT(value(reader().held_due(3'999, 10)), IsEmpty());
  const auto due = value(reader().held_due(5'000, 10));
  ASSERT_EQ(due.size(), 2U);
  EXPECT_EQ(due[0].id, 2);
  EXPECT_EQ(due[1].id, 1);
  EXPECT_EQ(due[1].attempts, 2);
  EXPECT_EQ(value(reader().held(3))->retry_ms, 0);
  mark(2, 200);
  EXPECT_EQ(value(reader().next_held_retry()), 5'000) << "a change takes it back into the backlog";
}

TEST_P(StoreTest, AFurtherChangeHastensButNeverDelays) {
  mark(1, 100, Lane::backfill);
  const auto first = dirty_row(1);
  commit([](Transaction& tx) { return tx.postpone(1, 5'000, 3); });
  EXPECT_EQ(dirty_row(1).due_ms, 5'000);
  EXPECT_EQ(dirty_row(1).attempts, 3);
  EXPECT_EQ(dirty_row(1).version, first.version);

  mark(1, 200, Lane::repair);
  const auto second = dirty_row(1);
  EXPECT_EQ(second.due_ms, 200);
  EXPECT_EQ(second.since_ms, 100);
  EXPECT_EQ(second.attempts, 0);
  EXPECT_EQ(second.lane, Lane::backfill);
  EXPECT_GT(second.version, first.version);

  mark(1, 300, Lane::live);
  EXPECT_EQ(dirty_row(1).due_ms, 300) << "it has changed last";
  EXPECT_EQ(dirty_row(1).since_ms, 100);
  EXPECT_EQ(dirty_row(1).lane, Lane::live);
}

TEST_P(StoreTest, ClearsOnlyTheVersionThatWasPlanned) {
  mark(1, 100);
  const auto planned = dirty_row(1).version;
  mark(1, 110);
  const auto newer = dirty_row(1).version;
  bool cleared = true;
  commit([&](Transaction& tx) -> Result<void> {
    cleared = value(tx.clear_dirty(1, planned));
    return {};
  });
  EXPECT_FALSE(cleared);
  EXPECT_EQ(dirty_row(1).version, newer);
  commit([&](Transaction& tx) -> Result<void> {
    cleared = value(tx.clear_dirty(1, newer));
    return {};
  });
  EXPECT_TRUE(cleared);
  EXPECT_FALSE(value(reader().dirty(1)));
}

TEST_P(StoreTest, NeverGivesAVersionToTheSameEntityAgain) {
  std::int64_t last = 0;
  for (int i = 0; i < 5; ++i) {
    mark(1, 100);
    const auto version = dirty_row(1).version;
    EXPECT_GT(version, last);
    last = version;
    commit([&](Transaction& tx) -> Result<void> {
      EXPECT_TRUE(value(tx.clear_dirty(1, version)));
      return {};
    });
    // Another entity's changes must not take the number that this one would get next either.
    mark(2, 100);
  }
}

TEST_P(StoreTest, PostponingOrBlockingWhatIsNotDirtyDoesNothing) {
  commit([](Transaction& tx) -> Result<void> {
    ZS_TRY(tx.postpone(1, 5'000, 3));
    return tx.block(1, 2);
  });
  EXPECT_FALSE(value(reader().dirty(1)));
  EXPECT_EQ(backlog().dirty, 0);
}

TEST_P(StoreTest, GivesWhatIsDueLaneByLaneAndOldestDueFirst) {
  mark(1, 300, Lane::backfill);
  mark(2, 100, Lane::repair);
  mark(3, 200, Lane::live);
  mark(4, 100, Lane::live);
  mark(5, 100, Lane::live);
  mark(6, 400, Lane::live);
  EXPECT_THAT(ready_ids(300), ElementsAre(4, 5, 3, 1, 2));
  EXPECT_THAT(ready_ids(300, 2), ElementsAre(4, 5));
  EXPECT_THAT(ready_ids(300, 4), ElementsAre(4, 5, 3, 1));
  EXPECT_THAT(ready_ids(99), IsEmpty());
  EXPECT_THAT(ready_ids(300, 0), IsEmpty());
}

TEST_P(StoreTest, TellsWhenTheNextOneIsDue) {
  EXPECT_EQ(value(reader().next_due(0)), 0);
  mark(1, 100, Lane::repair);
  mark(2, 300, Lane::live);
  mark(3, 200, Lane::backfill);
  EXPECT_EQ(value(reader().next_due(0)), 100);
  EXPECT_EQ(value(reader().next_due(100)), 200);
  EXPECT_EQ(value(reader().next_due(300)), 0);
  block(3, 9);
  EXPECT_EQ(value(reader().next_due(100)), 300);
}

TEST_P(StoreTest, WhatIsBlockedWaitsForItsParent) {
  for (const EntityId id : {1, 2, 3}) mark(id, 100);
  block(2, 1);
  block(3, 1);
  EXPECT_EQ(dirty_row(2).blocked_on, 1);
  EXPECT_THAT(ready_ids(100), ElementsAre(1));
  EXPECT_EQ(backlog().dirty, 3);
  commit([](Transaction& tx) { return tx.unblock_children(1); });
  EXPECT_THAT(ready_ids(100), ElementsAre(1, 2, 3));
  EXPECT_EQ(dirty_row(2).blocked_on, 0);
}

TEST_P(StoreTest, ANewChangeUnblocks) {
  mark(1, 100);
  block(1, 9);
  mark(1, 150);
  EXPECT_EQ(dirty_row(1).blocked_on, 0);
  EXPECT_THAT(ready_ids(150), ElementsAre(1));
}

TEST_P(StoreTest, NothingCanBeBlockedOnItself) {
  mark(1, 100);
  EXPECT_EQ(code_of(store().write([](Transaction& tx) { return tx.block(1, 1); })), Errc::invalid);
  EXPECT_EQ(code_of(store().write([](Transaction& tx) { return tx.block(1, 0); })), Errc::invalid);
}

TEST_P(StoreTest, HoldingTakesAnEntityOutOfTheBacklog) {
  mark(1, 100);
  const Held held{1, 55, "DUPLICATE_DATA", "Email", "two people", "merge them", R"({"ids":["1","2"]})"};
  commit([&](Transaction& tx) { return tx.hold(held); });
  EXPECT_FALSE(value(reader().dirty(1)));
  EXPECT_EQ(backlog().dirty, 0);
  EXPECT_EQ(backlog().held, 1);
  const auto found = value(reader().held(1));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->since_ms, 55);
  EXPECT_EQ(found->code, held.code);
  EXPECT_EQ(found->field, held.field);
  EXPECT_EQ(found->message, held.message);
  EXPECT_EQ(found->mend, held.mend);
  EXPECT_EQ(found->detail, held.detail);
}

TEST_P(StoreTest, AHeldEntityTakesANewReasonAndCountsOnce) {
  hold(1);
  commit([](Transaction& tx) { return tx.hold({.id = 1, .since_ms = 60, .code = "OTHER"}); });
  EXPECT_EQ(backlog().held, 1);
  EXPECT_EQ(value(reader().held(1))->code, "OTHER");
}

TEST_P(StoreTest, AChangeReleasesWhatIsHeld) {
  hold(1);
  mark(1, 200);
  EXPECT_FALSE(value(reader().held(1)));
  EXPECT_EQ(backlog().held, 0);
  EXPECT_THAT(ready_ids(200), ElementsAre(1));
}

TEST_P(StoreTest, DroppingAHeldEntityLeavesItCleanAndSaysWhetherItWas) {
  hold(1);
  std::vector<bool> dropped;
  for (int i = 0; i < 2; ++i) {
    commit([&](Transaction& tx) -> Result<void> {
      dropped.push_back(value(tx.drop_held(1)));
      return {};
    });
  }
  EXPECT_THAT(dropped, ElementsAre(true, false));
  EXPECT_FALSE(value(reader().dirty(1)));
  EXPECT_EQ(backlog().held, 0);
}

TEST_P(StoreTest, PagesThroughWhatIsHeld) {
  for (const EntityId id : {5, 3, 9}) hold(id);
  std::vector<EntityId> ids;
  for (const auto& one : value(reader().held_page(3, 9))) ids.push_back(one.id);
  EXPECT_THAT(ids, ElementsAre(5, 9));
  EXPECT_EQ(value(reader().held_page(0, 1)).size(), 1U);
}

TEST_P(StoreTest, WhatWaitsForAHeldParentHangsAndIsNotCountedAsDirty) {
  for (const EntityId id : {1, 2, 3, 4}) mark(id, 100 * id);
  block(2, 1);
  block(3, 2);
  hold(1);  // 3 waits for 2, which waits for 1
  EXPECT_EQ(backlog().held, 1);
  EXPECT_EQ(backlog().hanging, 2);
  EXPECT_EQ(backlog().dirty, 1);
  EXPECT_EQ(backlog().oldest_since_ms, 400);

  mark(1, 500);
  EXPECT_EQ(backlog().hanging, 0);
  EXPECT_EQ(backlog().dirty, 4);
  EXPECT_EQ(backlog().oldest_since_ms, 200);
}

TEST_P(StoreTest, BlockingOnAHeldParentHangsAtOnceAndAChangeOfTheChildEndsIt) {
  hold(1);
  mark(3, 100);
  block(3, 2);
  mark(2, 100);
  block(2, 1);
  EXPECT_EQ(backlog().hanging, 2);
  mark(2, 200);
  EXPECT_EQ(backlog().hanging, 0);
  block(2, 1);
  EXPECT_EQ(backlog().hanging, 2);
  commit([](Transaction& tx) { return tx.unblock_children(1); });
  EXPECT_EQ(backlog().hanging, 0);
  EXPECT_EQ(dirty_row(3).blocked_on, 2);
}

TEST_P(StoreTest, TellsTheOldestOfWhatWaits) {
  EXPECT_EQ(backlog().oldest_since_ms, 0);
  mark(1, 300);
  mark(2, 200);
  EXPECT_EQ(backlog().oldest_since_ms, 200);
  commit([](Transaction& tx) { return tx.postpone(2, 9'000, 1); });
  EXPECT_EQ(backlog().oldest_since_ms, 200);
}

TEST_P(StoreTest, MarksAWholeAccountDirty) {
  const auto held_user = add(Kind::user, "a", "acc");
  const auto waiting_user = add(Kind::user, "b", "acc");
  const auto namesake = add(Kind::user, "acc", "acc");
  const auto account = add(Kind::account, "acc");
  const auto deal = add(Kind::subscription, "s", "acc");
  const auto stranger = add(Kind::user, "c", "other");
  hold(held_user);
  hold(namesake);
  mark(waiting_user, 100, Lane::repair);
  const auto version = dirty_row(waiting_user).version;
  mark(deal, 100);
  block(deal, held_user);
  EXPECT_EQ(backlog().hanging, 1);

  commit([](Transaction& tx) { return tx.mark_account_dirty("acc", Kind::user, Lane::backfill, 300); });
  EXPECT_EQ(dirty_row(held_user).due_ms, 300);
  EXPECT_EQ(dirty_row(waiting_user).since_ms, 100);
  EXPECT_EQ(dirty_row(waiting_user).lane, Lane::backfill);
  EXPECT_GT(dirty_row(waiting_user).version, version);
  EXPECT_EQ(dirty_row(namesake).due_ms, 300);
  EXPECT_FALSE(value(reader().dirty(account)));
  EXPECT_FALSE(value(reader().dirty(stranger)));
  EXPECT_EQ(dirty_row(deal).blocked_on, held_user);
  EXPECT_EQ(backlog().held, 0);
  EXPECT_EQ(backlog().hanging, 0);
  EXPECT_EQ(backlog().dirty, 4);
}

}  // namespace
}  // namespace zs::store::suite
