// Promises about commits: what is undone, what is seen when, who may wait for what.
#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <latch>
#include <thread>

#include "store/store_suite.hpp"

namespace zs::store::suite {
namespace {

using testing::ElementsAre;

Job set(std::string key, std::string text = "x") {
  return [key = std::move(key), text = std::move(text)](Transaction& tx) { return tx.set_meta(key, text); };
}

TEST_P(StoreTest, AJobThatFailsIsUndoneAlone) {
  std::vector<std::string> outcomes;
  const auto note = [&](Result<void> done) { outcomes.push_back(done ? "done" : done.error().text); };
  store().write_async(set("first"), note);
  store().write_async(
      [](Transaction& tx) -> Result<void> {
        ZS_TRY(tx.set_meta("second", "x"));
        ZS_TRY(tx.append(event("1"), 1));
        return fail(Errc::invalid, "no good");
      },
      note);
  store().write_async(set("third"), note);
  commit(set("barrier"));
  EXPECT_THAT(outcomes, ElementsAre("done", "no good", "done"));
  EXPECT_TRUE(value(reader().meta("first")));
  EXPECT_FALSE(value(reader().meta("second")));
  EXPECT_TRUE(value(reader().meta("third")));
  EXPECT_EQ(value(reader().last_seq()), 0);
  EXPECT_TRUE(store().health());
}

TEST_P(StoreTest, AFailedJobLeavesCountsAndVersionsAsTheyWere) {
  mark(1, 100);
  const auto version = dirty_row(1).version;
  EXPECT_FALSE(store().write([](Transaction& tx) -> Result<void> {
    ZS_TRY(tx.mark_dirty(1, Lane::live, 200));
    ZS_TRY(tx.mark_dirty(2, Lane::live, 200));
    ZS_TRY(tx.hold({.id = 3}));
    return fail(Errc::invalid, "no good");
  }));
  EXPECT_EQ(dirty_row(1).version, version);
  EXPECT_EQ(backlog().dirty, 1);
  EXPECT_EQ(backlog().held, 0);
}

TEST_P(StoreTest, ATransactionSeesItsOwnWrites) {
  commit([&](Transaction& tx) -> Result<void> {
    Entity row = entity(Kind::user, "1", "acc", 4);
    ZS_TRY(tx.save_state(row));
    ZS_TRY(tx.append(event("1"), 1));
    ZS_TRY(tx.mark_dirty(row.id, Lane::live, 100));
    EXPECT_TRUE(value(tx.find(Kind::user, "1")));
    EXPECT_TRUE(value(tx.find_event("app", "1")));
    EXPECT_EQ(value(tx.distinct_facts("acc", Kind::user)).size(), 1U);
    EXPECT_EQ(value(tx.ready(100, 9)).size(), 1U);
    EXPECT_EQ(value(tx.backlog()).dirty, 1);
    return {};
  });
  EXPECT_TRUE(value(reader().find(Kind::user, "1")));
  EXPECT_EQ(backlog().dirty, 1);
}

TEST_P(DurableStoreTest, NobodySeesATransactionBeforeItsCommit) {
  commit([&](Transaction& tx) -> Result<void> {
    Entity row = entity(Kind::user, "1");
    ZS_TRY(tx.save_state(row));
    ZS_TRY(tx.mark_dirty(row.id, Lane::live, 100));
    EXPECT_FALSE(value(reader().find(Kind::user, "1")));
    EXPECT_EQ(backlog().dirty, 0);
    return {};
  });
  EXPECT_EQ(backlog().dirty, 1);
}

TEST_P(StoreTest, DoneRunsWhenEverybodySeesTheCommitAndMayQueueMore) {
  bool seen = false;
  bool second = false;
  store().write_async(set("a"), [&](Result<void> done) {
    EXPECT_TRUE(done);
    seen = value(value(store().reader())->meta("a")).has_value();
    store().write_async(set("b"), [&](Result<void> again) { second = again.has_value(); });
  });
  // The second barrier comes after whatever the first one's companions queued.
  commit(set("barrier 1"));
  commit(set("barrier 2"));
  EXPECT_TRUE(seen);
  EXPECT_TRUE(second);
  EXPECT_TRUE(value(reader().meta("b")));
}

TEST_P(StoreTest, WaitingForACommitInsideAJobIsRefusedRatherThanForEver) {
  Result<void> inner;
  commit([&](Transaction& tx) {
    inner = store().write(set("inner"));
    return tx.set_meta("outer", "x");
  });
  ASSERT_FALSE(inner);
  EXPECT_EQ(code_of(inner), Errc::invalid);
  EXPECT_TRUE(value(reader().meta("outer")));
}

TEST_P(StoreTest, JobsCommitInTheOrderTheyWereQueued) {
  for (int i = 0; i < 300; ++i) store().write_async(set("k", std::to_string(i)), nullptr);
  commit(set("barrier"));
  EXPECT_EQ(value(reader().meta("k")), "299");
}

TEST_P(StoreTest, ReadersOfOneStoreAreIndependent) {
  auto other = value(store().reader());
  commit(set("a"));
  EXPECT_TRUE(value(other->meta("a")));
  EXPECT_TRUE(value(reader().meta("a")));
}

TEST_P(DurableStoreTest, KeepsEverythingOverAReopen) {
  const auto id = add(Kind::user, "1", "acc", 2);
  const auto held_id = add(Kind::user, "2");
  mark(id, 100, Lane::repair);
  hold(held_id);
  commit([&](Transaction& tx) -> Result<void> {
    ZS_TRY(tx.append(event("1"), 1));
    ZS_TRY(tx.set_fold_cursor(1));
    ZS_TRY(tx.note_touch(id, 1));
    ZS_TRY(tx.add_timeline(id, {1, "{}"}));
    return tx.set_meta("k", "v");
  });
  const auto version = dirty_row(id).version;
  open();
  EXPECT_EQ(value(reader().find(Kind::user, "1"))->id, id);
  EXPECT_EQ(dirty_row(id).version, version);
  EXPECT_EQ(dirty_row(id).lane, Lane::repair);
  EXPECT_TRUE(value(reader().held(held_id)));
  EXPECT_EQ(backlog().held, 1);
  EXPECT_EQ(value(reader().fold_cursor()), 1);
  EXPECT_EQ(value(reader().events_of(id, 9)).size(), 1U);
  EXPECT_EQ(value(reader().timeline(id, 9)).size(), 1U);
  EXPECT_EQ(value(reader().meta("k")), "v");
  EXPECT_NE(add(Kind::user, "3"), id);
  commit([&](Transaction& tx) -> Result<void> {
    EXPECT_FALSE(value(tx.append(event("1"), 2)));
    return {};
  });
}

TEST_P(DurableStoreTest, ClosingFinishesWhatIsQueued) {
  int done = 0;
  for (int i = 0; i < 200; ++i) {
    store().write_async(
        [i](Transaction& tx) -> Result<void> {
          ZS_TRY(tx.append(event(std::to_string(i)), 1));
          return {};
        },
        [&](Result<void> result) { done += result ? 1 : 0; });
  }
  open();
  EXPECT_EQ(done, 200);
  EXPECT_EQ(value(reader().last_seq()), 200);
}

TEST_P(SharedStoreTest, ManyThreadsWriteAndReadAtOnceAndNothingIsLost) {
  constexpr int k_threads = 8;
  constexpr int k_each = 100;
  std::atomic<int> failures = 0;
  std::vector<std::jthread> threads;
  for (int t = 0; t < k_threads; ++t) {
    threads.emplace_back([&, t] {
      auto own = store().reader();
      for (int i = 0; i < k_each; ++i) {
        const auto id = std::to_string(t) + "-" + std::to_string(i);
        const auto done = store().write([&](Transaction& tx) -> Result<void> {
          ZS_TRY(tx.append(event(id), 1));
          // Every tenth fails and must not take a companion with it.
          return i % 10 == 9 ? Result<void>(fail(Errc::invalid, "undone")) : Result<void>();
        });
        const auto found = (*own)->find_event("app", id);
        if (done.has_value() != (i % 10 != 9) || !found || found->has_value() != done.has_value()) ++failures;
      }
    });
  }
  threads.clear();
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(value(reader().last_seq()), k_threads * k_each * 9 / 10);
}

TEST_P(SharedStoreTest, AFailureAmongTheJobsOfOneCommitIsUndoneAlone) {
  // Whichever stand first, last or beside each other.
  for (const std::string_view fates : {"ok..ok..ok", "....okok", "okok....", ".ok.", "........"}) {
    const Seq before = value(reader().last_seq());
    std::latch all_queued(1);
    std::string outcomes;
    store().write_async(
        [&](Transaction& tx) {
          all_queued.wait();  // so that the rest gathers into one commit behind it
          return tx.set_meta("gate", "x");
        },
        nullptr);
    const auto key = [&](std::size_t i) { return std::string(fates) + std::to_string(i); };
    for (std::size_t i = 0; i < fates.size(); ++i) {
      store().write_async(
          [&, i](Transaction& tx) -> Result<void> {
            ZS_TRY(tx.append(event(key(i)), 1));
            ZS_TRY(tx.set_meta(key(i), "x"));
            if (fates[i] == '.') return fail(Errc::invalid, "undone");
            return {};
          },
          [&, i](Result<void> done) { outcomes += done ? fates[i] : '.'; });
    }
    all_queued.count_down();
    commit(set("barrier"));
    EXPECT_EQ(outcomes, fates);
    for (std::size_t i = 0; i < fates.size(); ++i) {
      EXPECT_EQ(value(reader().find_event("app", key(i))).has_value(), fates[i] != '.') << key(i);
      EXPECT_EQ(value(reader().meta(key(i))).has_value(), fates[i] != '.') << key(i);
    }
    EXPECT_EQ(value(reader().last_seq()) - before, std::ranges::count_if(fates, [](char c) { return c != '.'; }));
    // What was undone may come again.
    commit([&](Transaction& tx) -> Result<void> {
      for (std::size_t i = 0; i < fates.size(); ++i) EXPECT_EQ(value(tx.append(event(key(i)), 2)), fates[i] == '.');
      return {};
    });
  }
}

}  // namespace
}  // namespace zs::store::suite
