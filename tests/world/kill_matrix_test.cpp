// A short piece of work, and the daemon killed at every commit and every call of it, and at every step of its disk:
// each time it is started again, converges, and nothing is lost or there twice. The same with a sync that fails and a
// disk that is full.
#include <unistd.h>

#include <gtest/gtest.h>

#include <filesystem>

#include "store/sqlite/faulty_disk.hpp"
#include "world/stories.hpp"

namespace zs::world {
namespace {

using Fault = store::sqlite::FaultyDisk::Fault;

/// An account with two people and a deal, a change to each, and the end of it.
std::vector<store::NewEvent> work() {
  return {signup("u1", "ann@acme.example", 1),
          signup("u2", "bob@acme.example", 2),
          event("paid", "subscription.activated", 3,
                R"({"subscription":{"id":"s1","user_id":"u1","account_id":"org","plan":"plus","status":"active"}})"),
          event("named", "user.updated", 4, R"({"user":{"id":"u2","first_name":"Bob","phone":"+15550100"}})"),
          event("upgraded", "subscription.updated", 5, R"({"subscription":{"id":"s1","plan":"pro"}})"),
          event("renamed", "account.updated", 6, R"({"account":{"id":"org","name":"Acme Two"}})"),
          event("ended", "subscription.canceled", 7, R"({"subscription":{"id":"s1"}})")};
}

/// Less of it, for the many steps of a disk: inserts with an account, a contact and a deal, and a change to each kind.
std::vector<store::NewEvent> little_work() {
  const auto all = work();
  return {all[0], all[2], all[4]};
}

/// The world after the work, whatever struck on the way.
void do_work(World& world, const std::vector<store::NewEvent>& events, const std::string& when) {
  world.deliver_over(events, std::chrono::seconds{3});
  world.run_for(std::chrono::seconds{4});
  ASSERT_TRUE(world.run_until_quiet(std::chrono::hours{2})) << when;
  ASSERT_EQ(world.accepted().size(), events.size()) << when << ": an event was lost on the way in";
  EXPECT_EQ(faults(world), "") << when;
  EXPECT_TRUE(world.held().empty()) << when;
}

TEST(KillMatrix, AtEveryCommitAndEveryCallTheWorkIsTakenUpAgain) {
  using enum World::Boundary;
  for (const auto boundary : {before_commit, after_commit, call_not_sent, call_applied}) {
    std::size_t n = 0;
    for (bool was_killed = true; was_killed;) {
      ++n;
      const std::string when = "boundary " + std::to_string(static_cast<int>(boundary)) + ", n " + std::to_string(n);
      Settings settings;
      settings.seed = 4;
      World world(settings);
      world.kill_at(boundary, n);
      do_work(world, work(), when);
      if (testing::Test::HasFailure()) return;
      was_killed = world.was_killed();
    }
    EXPECT_GT(n, 10U) << "the work is too small to be a matrix";
  }
}

class DiskMatrix : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_NE(::mkdtemp(directory_.data()), nullptr);
    disk().mend();
  }
  void TearDown() override {
    disk().mend();
    std::filesystem::remove_all(directory_);
  }
  static store::sqlite::FaultyDisk& disk() { return store::sqlite::FaultyDisk::instance(); }

  /// The work with one fault; false when it was over before the fault's turn came.
  bool struck(Fault fault, std::size_t nth, const std::string& when) {
    Settings settings;
    settings.seed = 4;
    settings.store_file = directory_ + "/" + std::to_string(++files_) + ".db";
    settings.vfs = store::sqlite::FaultyDisk::k_vfs;
    bool has_struck = false;
    settings.before_restart = [&] {
      has_struck = has_struck || disk().has_struck();
      // What was not synced is gone as well.
      if (fault == Fault::kill && disk().has_struck()) disk().cut_power(nth % 2 == 0 ? 0 : nth);
      disk().mend();
      disk().strike_at(Fault::kill, 0);
    };
    disk().strike_at(Fault::kill, 0);
    {
      World world(settings);
      disk().strike_at(fault, nth);
      if (fault == Fault::full) {
        // Somebody makes room after a while.
        world.after(std::chrono::seconds{5}, [] { disk().full = false; });
      }
      do_work(world, little_work(), when);
      has_struck = has_struck || disk().has_struck();
    }
    disk().mend();
    std::filesystem::remove_all(settings.store_file);
    return has_struck;
  }

  std::size_t run(Fault fault, const std::string& name) {
    std::size_t n = 1;
    while (struck(fault, n, name + " " + std::to_string(n)) && !HasFailure()) ++n;
    return n;
  }

 private:
  std::string directory_ = std::filesystem::temp_directory_path() / "zohosync-matrix-XXXXXX";
  int files_ = 0;
};

TEST_F(DiskMatrix, APowerCutAtEveryStepOfTheDiskIsTakenUpAgain) { EXPECT_GT(run(Fault::kill, "step"), 100U); }

TEST_F(DiskMatrix, ASyncThatFailsAnywhereIsSurvivedByARestart) { EXPECT_GT(run(Fault::sync_fails, "sync"), 10U); }

TEST_F(DiskMatrix, ADiskThatIsFullAnywhereRefusesAndLosesNothing) { EXPECT_GT(run(Fault::full, "growth"), 50U); }

}  // namespace
}  // namespace zs::world
