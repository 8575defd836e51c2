// What a failing disk may and may not do to the store.
#include <gmock/gmock.h>

#include <optional>
#include <string>
#include <thread>

#include "store/sqlite/faulty_disk.hpp"
#include "store/store_suite.hpp"

namespace zs::store {
namespace {

using sqlite::FaultyDisk;
using suite::code_of;
using suite::event;
using suite::value;
using testing::HasSubstr;

class DiskFaultTest : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override { store_ = open(); }
  void TearDown() override {
    disk().mend();
    store_.reset();
  }

  static FaultyDisk& disk() { return FaultyDisk::instance(); }
  [[nodiscard]] std::unique_ptr<Store> open() const {
    disk().mend();
    return value(
        open_sqlite({.path = directory_.path() + "/store.db", .inline_commits = GetParam(), .vfs = FaultyDisk::k_vfs}));
  }

  /// Appends an event with data of a size; the code it failed with.
  std::optional<Errc> append(const std::string& id, std::size_t size = 2) {
    const auto done = store_->write([&](Transaction& tx) -> Result<void> {
      ZS_TRY(tx.append(event(id, "app", std::string(size, 'x')), 1));
      return {};
    });
    return code_of(done);
  }

  [[nodiscard]] bool has(const std::string& id) const {
    return value(value(store_->reader())->find_event("app", id)).has_value();
  }

  std::unique_ptr<Store> store_;

 private:
  suite::TemporaryDirectory directory_;
};

INSTANTIATE_TEST_SUITE_P(Sqlite, DiskFaultTest, testing::Values(false, true),
                         [](const auto& parameter) { return parameter.param ? "Inline" : "Thread"; });

TEST_P(DiskFaultTest, AFullDiskRefusesAndRecoversWithoutReopening) {
  ASSERT_EQ(append("before"), std::nullopt);
  disk().full = true;
  EXPECT_EQ(append("refused"), Errc::full);
  EXPECT_EQ(append("refused too"), Errc::full);
  EXPECT_EQ(code_of(store_->health()), Errc::full);
  EXPECT_TRUE(has("before"));
  EXPECT_FALSE(has("refused"));

  disk().mend();
  EXPECT_EQ(append("after"), std::nullopt);
  EXPECT_TRUE(store_->health());
  store_.reset();
  store_ = open();
  EXPECT_TRUE(has("before"));
  EXPECT_FALSE(has("refused"));
  EXPECT_TRUE(has("after"));
}

TEST_P(DiskFaultTest, AskingForHealthFindsOutThatThereIsRoomAgain) {
  disk().full = true;
  ASSERT_EQ(append("refused"), Errc::full);
  EXPECT_FALSE(store_->health());
  disk().mend();
  bool healthy = false;
  for (int i = 0; i < 100'000 && !healthy; ++i) {
    healthy = store_->health().has_value();
    std::this_thread::yield();
  }
  EXPECT_TRUE(healthy);
}

TEST_P(DiskFaultTest, AJobTooBigForTheDiskFailsInTheMiddleOfItselfAndHarmsNothing) {
  ASSERT_EQ(append("before"), std::nullopt);
  disk().full = true;
  // More than the cache holds, so that pages must go to the disk before the commit does.
  const auto done = store_->write([&](Transaction& tx) -> Result<void> {
    for (int i = 0; i < 64; ++i)
      ZS_TRY(tx.append(event("big " + std::to_string(i), "app", std::string(1'000'000, 'x')), 1));
    return {};
  });
  ASSERT_FALSE(done);
  EXPECT_EQ(code_of(done), Errc::full);
  disk().mend();
  EXPECT_EQ(append("after"), std::nullopt);
  EXPECT_FALSE(has("big 0"));
  EXPECT_EQ(value(value(store_->reader())->last_seq()), 2);
}

TEST_P(DiskFaultTest, AJobCannotPassOverAFailedWrite) {
  disk().full = true;
  const auto done = store_->write([&](Transaction& tx) -> Result<void> {
    for (int i = 0; i < 64; ++i)
      static_cast<void>(tx.append(event("big " + std::to_string(i), "app", std::string(1'000'000, 'x')), 1));
    return {};
  });
  ASSERT_FALSE(done);
  EXPECT_EQ(code_of(done), Errc::full);
  disk().mend();
  EXPECT_EQ(value(value(store_->reader())->last_seq()), 0);
}

TEST_P(DiskFaultTest, AFailedSyncPoisonsTheStoreUntilItIsOpenedAgain) {
  ASSERT_EQ(append("before"), std::nullopt);
  disk().log_sync_fails = true;
  EXPECT_EQ(append("doubtful"), Errc::outcome_unknown);
  disk().mend();
  // The disk says it is well again, but what it lost in between nobody knows.
  EXPECT_EQ(append("refused"), Errc::unavailable);
  const auto health = store_->health();
  ASSERT_FALSE(health);
  EXPECT_THAT(health.error().text, HasSubstr("until the store is opened again"));
  EXPECT_TRUE(has("before"));

  store_.reset();
  store_ = open();
  EXPECT_TRUE(has("before"));
  EXPECT_FALSE(has("refused"));
  EXPECT_EQ(append("after"), std::nullopt);
  EXPECT_TRUE(store_->health());
}

TEST_P(DiskFaultTest, AFailedSyncWhileTheLogIsMovedPoisonsTheStoreAndLosesNothing) {
  disk().database_sync_fails = true;
  std::optional<Errc> refused;
  int acknowledged = 0;
  while (!refused && acknowledged < 100) {
    refused = append(std::to_string(acknowledged), 500'000);
    if (!refused) ++acknowledged;
  }
  EXPECT_EQ(refused, Errc::unavailable);
  EXPECT_GT(acknowledged, 20);  // the log grew to its threshold first
  EXPECT_FALSE(store_->health());
  disk().mend();
  EXPECT_EQ(append("refused"), Errc::unavailable);

  store_.reset();
  store_ = open();
  EXPECT_EQ(value(value(store_->reader())->last_seq()), acknowledged);
}

TEST_P(DiskFaultTest, EveryAcknowledgedCommitWasSynced) {
  for (int i = 0; i < 20; ++i) {
    const int before = disk().log_syncs;
    ASSERT_EQ(append(std::to_string(i)), std::nullopt);
    EXPECT_GT(disk().log_syncs, before);
  }
}

}  // namespace
}  // namespace zs::store
