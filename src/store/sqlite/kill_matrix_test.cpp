// A short life of the store, ended at every write, cut and sync there is, by a kill and by a power cut; and the same
// life with a sync that fails, or a disk that is full, at every place where that can happen. What was acknowledged is
// there afterwards, and no job by halves.
#include <gmock/gmock.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "store/sqlite/connection.hpp"
#include "store/sqlite/faulty_disk.hpp"
#include "store/store_suite.hpp"

namespace zs::store {
namespace {

using sqlite::FaultyDisk;
using suite::code_of;
using suite::event;
using suite::value;
using Fault = FaultyDisk::Fault;

/// One job: two events, an entity for them and its mark.
Result<void> pair_of(Transaction& tx, const std::string& name) {
  ZS_TRY(tx.append(event(name + "/a", "app", std::string(300, 'x')), 1));
  Entity row = suite::entity(Kind::user, name);
  ZS_TRY(tx.save_state(row));
  ZS_TRY(tx.mark_dirty(row.id, Lane::live, 1));
  ZS_TRY(tx.append(event(name + "/b"), 1));
  ZS_ASSIGN(const Seq seq, tx.last_seq());
  return tx.note_touch(row.id, seq);
}

Result<void> settled(Transaction& tx, const std::string& name) {
  ZS_ASSIGN(auto row, tx.find(Kind::user, name));
  row->zoho_id = "id-of-" + name;
  row->synced.fields.emplace("Email", "\"" + std::string(2'000, 'y') + "\"");
  ZS_TRY(tx.save_link(*row, {Cause::inserted, 3}));
  ZS_ASSIGN(const auto dirty, tx.dirty(row->id));
  ZS_TRY(tx.clear_dirty(row->id, dirty->version));
  return tx.add_timeline(row->id, {3, R"({"what":"insert"})"});
}

Result<void> erased(Transaction& tx, const std::string& name) {
  ZS_ASSIGN(const auto row, tx.find(Kind::user, name));
  ZS_TRY(tx.begin_erasure(row->id, 5));
  ZS_ASSIGN(const auto events, tx.events_of(row->id, 10));
  ZS_TRY(tx.erase_events(events));
  ZS_TRY(tx.erase_entity(row->id, 7));
  return tx.end_erasure(row->id);
}

/// A job of the life, and whether the store shows that it was done.
struct Act {
  std::function<Result<void>(Transaction&)> job;
  std::function<bool(Reader&)> is_done;
};

std::vector<Act> life() {
  const auto is_there = [](const std::string& name) {
    return [name](Reader& reader) {
      const auto row = value(reader.find(Kind::user, name));
      const bool first = value(reader.find_event("app", name + "/a")).has_value();
      // Settled and erased ones have moved on from here, but never apart.
      EXPECT_TRUE(!row || first) << name << " is there by half";
      return row.has_value();
    };
  };
  std::vector<Act> acts;
  const auto add = [&](const std::string& name) {
    acts.push_back({[name](Transaction& tx) { return pair_of(tx, name); }, is_there(name)});
  };
  for (const char* name : {"one", "two", "three"}) add(name);
  acts.push_back({[](Transaction& tx) { return settled(tx, "one"); },
                  [](Reader& reader) {
                    const auto row = value(reader.find_by_zoho_id(Kind::user, "id-of-one"));
                    EXPECT_TRUE(!row || !value(reader.dirty(row->id))) << "settled by half";
                    const auto history = value(reader.mapping_history(Kind::user, "one", 9));
                    EXPECT_EQ(history.size(), row ? 1U : 0U) << "a link without its history, or the other way round";
                    return row.has_value();
                  }});
  acts.push_back({[](Transaction& tx) -> Result<void> {
                    ZS_ASSIGN(const auto row, tx.find(Kind::user, "two"));
                    return tx.hold({.id = row->id, .code = "CODE"});
                  },
                  [](Reader& reader) {
                    const auto row = value(reader.find(Kind::user, "two"));
                    const bool is_held = row && value(reader.held(row->id)).has_value();
                    EXPECT_TRUE(!row || is_held != value(reader.dirty(row->id)).has_value()) << "held by half";
                    return is_held;
                  }});
  acts.push_back({[](Transaction& tx) { return erased(tx, "three"); },
                  [](Reader& reader) {
                    const bool is_erased = value(reader.is_erased(Kind::user, "three"));
                    EXPECT_FALSE(is_erased && value(reader.find(Kind::user, "three"))) << "erased by half";
                    return is_erased;
                  }});
  acts.push_back({[](Transaction& tx) { return tx.wipe(); }, [](Reader&) { return true; }});
  for (const char* name : {"four", "five"}) add(name);
  return acts;
}

class KillMatrixTest : public testing::Test {
 protected:
  void TearDown() override { disk().mend(); }
  static FaultyDisk& disk() { return FaultyDisk::instance(); }
  static Result<std::unique_ptr<Store>> open(const std::string& directory) {
    return open_sqlite(
        {.path = directory + "/store.db", .inline_commits = true, .identity_run = 4, .vfs = FaultyDisk::k_vfs});
  }

  /// Lives until the first refusal; how many acts were acknowledged, and whether the next one's fate is open.
  static std::size_t live(Store& store, const std::vector<Act>& acts) {
    for (std::size_t i = 0; i < acts.size(); ++i) {
      if (!store.write([&](Transaction& tx) { return acts[i].job(tx); })) return i;
    }
    return acts.size();
  }

  /// After the reopening: all that was acknowledged, at most the one that was under way, and nothing after it.
  static void check(Store& store, const std::vector<Act>& acts, std::size_t acknowledged, const std::string& when) {
    const auto reader = value(store.reader());
    const bool is_three_erased = value(reader->is_erased(Kind::user, "three"));
    for (std::size_t i = 0; i < acts.size(); ++i) {
      const bool was_three = i == 2 && is_three_erased;
      const bool is_done = was_three || acts[i].is_done(*reader);
      if (i < acknowledged) {
        ASSERT_TRUE(is_done) << when << ": act " << i << " was acknowledged and is gone";
      } else if (i > acknowledged && i != 6) {
        ASSERT_FALSE(is_done) << when << ": act " << i << " was never begun";
      }
    }
    // It goes on: what had not come through is repeated, what had is known.
    for (std::size_t i = acknowledged; i < acts.size(); ++i) {
      const bool was_done = acts[i].is_done(*reader) && i != 6;
      if (was_done) continue;
      const auto again = store.write([&](Transaction& tx) { return acts[i].job(tx); });
      ASSERT_TRUE(again) << when << ": act " << i << ": " << again.error().text;
    }
    for (int i = 0; i < 3 && !value(reader->erasures()).empty(); ++i)
      ASSERT_TRUE(store.write([](Transaction& tx) { return tx.wipe(); }));
    EXPECT_TRUE(value(reader->erasures()).empty()) << when;
    const auto repeated = store.write([&](Transaction& tx) -> Result<void> {
      for (const char* name : {"one/a", "two/b", "three/b", "four/a", "five/b"}) {
        ZS_ASSIGN(const bool fresh, tx.append(event(name), 9));
        EXPECT_FALSE(fresh) << when << ": " << name << " is not known any more";
      }
      return {};
    });
    ASSERT_TRUE(repeated) << when;
    EXPECT_EQ(value(reader->last_seq()), 10) << when << ": an event is there twice, or not at all";
  }

  static void check_file(const std::string& directory, const std::string& when) {
    auto connection = value(sqlite::Connection::open(directory + "/store.db", sqlite::Access::writer, ""));
    EXPECT_EQ(value(connection->integer("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'")),
              0)
        << when;
  }
};

TEST_F(KillMatrixTest, AtEveryStepAKillLosesNothingThatWasAcknowledged) {
  const auto acts = life();
  // 0: the process is killed; else the machine loses power, and of what was not synced all, or the parts that the seed
  // says.
  for (const int way : {0, 1, 2}) {
    std::size_t steps = 0;
    for (bool has_struck = true; has_struck; ++steps) {
      const suite::TemporaryDirectory directory;
      const std::string when = "way " + std::to_string(way) + ", step " + std::to_string(steps + 1);
      disk().strike_at(Fault::kill, steps + 1);
      std::size_t acknowledged = 0;
      if (auto store = open(directory.path())) {
        acknowledged = live(**store, acts);
        store->reset();
      }
      has_struck = disk().has_struck();
      if (way > 0 && has_struck) disk().cut_power(way == 1 ? 0 : steps * 10 + static_cast<std::size_t>(way));
      disk().mend();
      disk().strike_at(Fault::kill, 0);  // no system calls to sync, and no fault
      {
        const auto store = open(directory.path());
        ASSERT_TRUE(store) << when << ": " << store.error().text;
        check(**store, acts, acknowledged, when);
      }
      disk().mend();
      if (steps % 16 == 0) check_file(directory.path(), when);
      if (HasFailure()) return;
    }
    EXPECT_GT(steps, 100U) << "the matrix is too small to be one";
  }
}

TEST_F(KillMatrixTest, ASyncThatFailsAnywherePoisonsUntilReopenedAndLosesNothing) {
  const auto acts = life();
  std::size_t syncs = 0;
  for (bool has_struck = true; has_struck; ++syncs) {
    const suite::TemporaryDirectory directory;
    const std::string when = "sync " + std::to_string(syncs + 1);
    disk().strike_at(Fault::sync_fails, syncs + 1);
    std::size_t acknowledged = 0;
    if (auto store = open(directory.path())) {
      acknowledged = live(**store, acts);
      const bool struck_in_life = disk().has_struck();
      const auto later = (*store)->write([](Transaction& tx) { return tx.set_meta("later", "1"); });
      EXPECT_FALSE(struck_in_life && later) << when << ": nothing may be trusted to a disk that failed";
      store->reset();
    }
    has_struck = disk().has_struck();
    disk().strike_at(Fault::kill, 0);
    const auto store = open(directory.path());
    ASSERT_TRUE(store) << when << ": " << store.error().text;
    check(**store, acts, acknowledged, when);
    if (HasFailure()) return;
  }
  EXPECT_GT(syncs, 8U);
}

TEST_F(KillMatrixTest, AFullDiskAtAnyStepRefusesAndGoesOnWithRoomWithoutReopening) {
  const auto acts = life();
  std::size_t steps = 0;
  for (bool has_struck = true; has_struck; ++steps) {
    const suite::TemporaryDirectory directory;
    const std::string when = "growth " + std::to_string(steps + 1);
    disk().strike_at(Fault::full, steps + 1);
    auto store = open(directory.path());
    if (!store) {
      // Not even the empty file had room: said at the start, and gone with room.
      EXPECT_TRUE(disk().has_struck()) << when << ": " << store.error().text;
      disk().full = false;
      store = open(directory.path());
      ASSERT_TRUE(store) << when << ": " << store.error().text;
    }
    for (std::size_t i = 0; i < acts.size(); ++i) {
      auto done = (*store)->write([&](Transaction& tx) { return acts[i].job(tx); });
      if (!done) {
        ASSERT_EQ(code_of(done), Errc::full) << when << ": " << done.error().text;
        EXPECT_FALSE(i != 6 && acts[i].is_done(*value((*store)->reader()))) << when << ": refused, and there";
        disk().full = false;
        done = (*store)->write([&](Transaction& tx) { return acts[i].job(tx); });
      }
      ASSERT_TRUE(done) << when << ": act " << i << ": " << done.error().text;
    }
    has_struck = disk().has_struck();
    disk().full = false;
    check(**store, acts, acts.size(), when);
    store->reset();
    const auto reopened = open(directory.path());
    ASSERT_TRUE(reopened) << when;
    check(**reopened, acts, acts.size(), when);
    if (HasFailure()) return;
  }
  EXPECT_GT(steps, 30U);
}

}  // namespace
}  // namespace zs::store
