// The store's suite on SQLite, and what only a file can do wrong.
#include <gmock/gmock.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "store/sqlite/connection.hpp"
#include "store/sqlite/faulty_disk.hpp"
#include "store/sqlite/schema.hpp"
#include "store/sqlite/transaction.hpp"
#include "store/store_suite.hpp"

namespace zs::store {
namespace suite {
namespace {

Engine on_file(std::string name, bool inline_commits) {
  return {std::move(name), [=](const std::string& directory, bool dedupe) {
            return open_sqlite({.path = directory + "/store.db", .inline_commits = inline_commits, .dedupe = dedupe});
          }};
}

Engine in_memory(std::string name, bool inline_commits) {
  return {std::move(name), [=](const std::string&, bool dedupe) {
            return open_sqlite({.path = ":memory:", .inline_commits = inline_commits, .dedupe = dedupe});
          }};
}

INSTANTIATE_TEST_SUITE_P(Sqlite, StoreTest,
                         testing::Values(on_file("File", false), on_file("FileInline", true),
                                         in_memory("Memory", false), in_memory("MemoryInline", true)),
                         engine_name);
INSTANTIATE_TEST_SUITE_P(Sqlite, DurableStoreTest, testing::Values(on_file("File", false), on_file("FileInline", true)),
                         engine_name);
INSTANTIATE_TEST_SUITE_P(Sqlite, SharedStoreTest, testing::Values(on_file("File", false), in_memory("Memory", false)),
                         engine_name);

}  // namespace
}  // namespace suite

namespace {

using suite::code_of;
using suite::event;
using suite::value;
using testing::HasSubstr;

class SqliteFileTest : public testing::Test {
 protected:
  [[nodiscard]] std::string path() const { return directory_.path() + "/store.db"; }
  [[nodiscard]] Result<std::unique_ptr<Store>> open() const { return open_sqlite({.path = path()}); }

  static std::string content(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  /// Runs SQL on the file with nothing of ours in between.
  void run(const std::string& sql) const {
    sqlite3* db = nullptr;
    ASSERT_EQ(sqlite3_open(path().c_str(), &db), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(db);
    sqlite3_close(db);
  }

  static Job append(const std::string& id) {
    return [id](Transaction& tx) -> Result<void> {
      ZS_TRY(tx.append(event(id), 1));
      return {};
    };
  }

 private:
  suite::TemporaryDirectory directory_;
};

TEST_F(SqliteFileTest, ASecondOpenerIsToldWhoHasIt) {
  {
    auto first = value(open());
    const auto second = open();
    ASSERT_FALSE(second);
    EXPECT_EQ(code_of(second), Errc::conflict);
    EXPECT_THAT(second.error().text, HasSubstr("pid " + std::to_string(::getpid())));
  }
  EXPECT_TRUE(open());
}

TEST_F(SqliteFileTest, TheSameFileByAnotherNameIsTheSameStore) {
  auto first = value(open());
  const auto second = open_sqlite({.path = std::filesystem::path(path()).parent_path().string() + "/./store.db"});
  ASSERT_FALSE(second);
  EXPECT_EQ(code_of(second), Errc::conflict);
}

TEST_F(SqliteFileTest, NobodyElseMayReadTheFiles) {
  auto store = value(open());
  ASSERT_TRUE(store->write(append("1")));
  for (const char* suffix : {"", "-wal", "-shm", ".lock"}) {
    struct stat found{};
    ASSERT_EQ(::stat((path() + suffix).c_str(), &found), 0) << suffix;
    EXPECT_EQ(found.st_mode & 0777, 0600) << suffix;
  }
}

TEST_F(SqliteFileTest, AStoreThatCannotBeCreatedSaysWhereAndWhy) {
  for (const char* path : {"/proc/no-such-place/store.db", "/no-such-directory/store.db"}) {
    const auto store = open_sqlite({.path = path});
    ASSERT_FALSE(store);
    EXPECT_EQ(code_of(store), Errc::unavailable);
    EXPECT_THAT(store.error().text, HasSubstr(path));
    EXPECT_THAT(store.error().text, HasSubstr("No such file or directory"));
  }
}

TEST_F(SqliteFileTest, AFileThatMayNotBeWrittenIsRefused) {
  {
    auto store = value(open());
  }
  ASSERT_EQ(::chmod(path().c_str(), 0400), 0);
  if (::geteuid() == 0) {
    EXPECT_TRUE(open());  // root writes whatever the mode says
    return;
  }
  const auto store = open();
  ASSERT_FALSE(store);
  EXPECT_EQ(code_of(store), Errc::unavailable);
}

TEST_F(SqliteFileTest, AFileOfANewerVersionIsRefused) {
  {
    auto store = value(open());
  }
  run("PRAGMA user_version = 1000");
  const auto store = open();
  ASSERT_FALSE(store);
  EXPECT_EQ(code_of(store), Errc::corrupt);
  EXPECT_THAT(store.error().text, HasSubstr("newer zohosync"));
  const auto reader = open_sqlite_reader(path());
  ASSERT_FALSE(reader);
  EXPECT_EQ(code_of(reader), Errc::corrupt);
}

TEST_F(SqliteFileTest, AnOlderFileLearnsTheEmailsOfItsUsers) {
  constexpr std::int64_t k_without_digests = 4;
  constexpr int k_users = 2'500;  // more than are read at once
  {
    auto connection = value(sqlite::Connection::open(path(), sqlite::Access::writer, ""));
    ASSERT_TRUE(sqlite::migrate(*connection, k_without_digests));
    ASSERT_TRUE(connection->script("BEGIN"));
    for (int i = 0; i < k_users; ++i) {
      state::Registers registers;
      const std::string email = "U" + std::to_string(i) + "@example.com";
      if (i != 7) registers.merge("email", event::Value::of_text(email), {from_millis(1), "app", "e"});
      const std::string encoded = i == 8 ? "spoilt" : registers.encode();
      const std::string key = "u" + std::to_string(i);
      auto row = connection->query(
          "INSERT INTO entity (kind, facts, synced_ms, key, summary, flags, registers, synced) "
          "VALUES (?1, 1, 0, ?2, '', '', ?3, '')");
      ASSERT_TRUE(row);
      ASSERT_TRUE(row->bind(Kind::user, key, encoded).run());
    }
    ASSERT_TRUE(connection->script("COMMIT"));
  }
  EXPECT_EQ(code_of(open_sqlite_reader(path())), Errc::unavailable) << "a reader does not change the file";
  const auto store = value(open());
  const auto reader = value(store->reader());
  for (const int i : {0, 999, 1'000, k_users - 1}) {
    const std::string digest = state::email_digest("u" + std::to_string(i) + "@example.com");
    EXPECT_THAT(value(reader->users_with_email(digest, "", 9)), testing::ElementsAre("u" + std::to_string(i)));
  }
  EXPECT_THAT(value(reader->users_with_email(state::email_digest("u8@example.com"), "", 9)), testing::IsEmpty());
}

TEST_F(SqliteFileTest, AnOlderFileIsSortedInFilesBesideItNotInMemory) {
  constexpr std::int64_t k_by_kind_first = 8;
  sqlite::FaultyDisk& disk = sqlite::FaultyDisk::instance();
  auto connection = value(sqlite::Connection::open(path(), sqlite::Access::writer, sqlite::FaultyDisk::k_vfs));
  ASSERT_TRUE(sqlite::migrate(*connection, k_by_kind_first));
  // More than fits what may be kept in memory, which follows from the size of the cache.
  ASSERT_TRUE(connection->script("PRAGMA temp_store = MEMORY; PRAGMA cache_size = 10"));
  ASSERT_TRUE(
      connection->script("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) "
                         "INSERT INTO entity (kind, facts, synced_ms, key, summary, flags, registers, synced) "
                         "SELECT 0, 1, 0, 'usr_' || i, '', '', '', '' FROM n"));
  disk.temporary_files = 0;
  ASSERT_TRUE(sqlite::migrate(*connection));
  EXPECT_GT(disk.temporary_files, 0);
  EXPECT_EQ(value(connection->integer("PRAGMA temp_store")), 2) << "in memory again";
  // A new one has nothing to sort.
  disk.temporary_files = 0;
  auto fresh = value(sqlite::Connection::open(path() + ".new", sqlite::Access::writer, sqlite::FaultyDisk::k_vfs));
  ASSERT_TRUE(sqlite::migrate(*fresh));
  EXPECT_EQ(disk.temporary_files, 0);
}

TEST_F(SqliteFileTest, AnOlderFileKeepsTheHistoryOfEachLink) {
  constexpr std::int64_t k_with_keys = 7;
  {
    auto connection = value(sqlite::Connection::open(path(), sqlite::Access::writer, ""));
    ASSERT_TRUE(sqlite::migrate(*connection, k_with_keys));
    // A user and an account of one id, and a link of somebody who was erased.
    ASSERT_TRUE(connection->script(
        "INSERT INTO entity (kind, facts, synced_ms, key, zoho_id, summary, flags, registers, synced) "
        "VALUES (0, 1, 0, 'a', '570', '', '', '', ''), (1, 1, 0, 'a', '571', '', '', '', '');"
        "INSERT INTO mapping_change (at_ms, change, cause, kind, key, zoho_id, previous_zoho_id) "
        "VALUES (1, 1, 1, 1, 'a', '571', ''), (2, 1, 1, 0, 'a', '569', ''), (3, 2, 2, 0, 'a', '570', '569'), "
        "(4, 5, 11, 0, NULL, '', '568');"));
  }
  const auto store = value(open());
  const auto reader = value(store->reader());
  const auto zoho_ids = [&](Kind kind) {
    std::vector<std::string> ids;
    for (const MappingChange& one : value(reader->mapping_history(kind, "a", 9))) ids.push_back(one.zoho_id);
    return ids;
  };
  EXPECT_THAT(zoho_ids(Kind{0}), testing::ElementsAre("570", "569"));
  EXPECT_THAT(zoho_ids(Kind{1}), testing::ElementsAre("571"));
  EXPECT_EQ(value(reader->mapping_changes(0, 9)).size(), 4U);
}

TEST_F(SqliteFileTest, AnotherProgramsFileIsRefusedAndLeftAsItIs) {
  run("CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1);");
  const auto before = content(path());
  const auto store = open();
  ASSERT_FALSE(store);
  EXPECT_EQ(code_of(store), Errc::corrupt);
  EXPECT_THAT(store.error().text, HasSubstr("another program"));
  EXPECT_EQ(content(path()), before);
}

TEST_F(SqliteFileTest, AFileThatIsNoDatabaseIsRefusedAndLeftAsItIs) {
  const std::string garbage(8'192, 'x');
  std::ofstream(path(), std::ios::binary) << garbage;
  const auto store = open();
  ASSERT_FALSE(store);
  EXPECT_EQ(code_of(store), Errc::corrupt);
  EXPECT_THAT(store.error().text, HasSubstr(path()));
  EXPECT_EQ(content(path()), garbage);
}

TEST_F(SqliteFileTest, AnEmptyFileIsANewStore) {
  std::ofstream(path()).flush();
  EXPECT_TRUE(open());
}

TEST_F(SqliteFileTest, CanBeReadBesideADaemonAndWithoutOne) {
  auto store = value(open());
  ASSERT_TRUE(store->write(append("1")));
  auto beside = value(open_sqlite_reader(path()));
  EXPECT_EQ(value(beside->last_seq()), 1);
  ASSERT_TRUE(store->write(append("2")));
  EXPECT_EQ(value(beside->last_seq()), 2);
  beside.reset();
  store.reset();
  EXPECT_EQ(value(value(open_sqlite_reader(path()))->last_seq()), 2);
}

TEST_F(SqliteFileTest, ReadingWhatIsNotThereCreatesNothing) {
  const auto reader = open_sqlite_reader(path());
  ASSERT_FALSE(reader);
  EXPECT_EQ(code_of(reader), Errc::not_found);
  EXPECT_FALSE(std::filesystem::exists(path()));
}

TEST_F(SqliteFileTest, ClosingLeavesNoLogBehind) {
  {
    auto store = value(open());
    ASSERT_TRUE(store->write(append("1")));
    EXPECT_TRUE(std::filesystem::exists(path() + "-wal"));
  }
  EXPECT_FALSE(std::filesystem::exists(path() + "-wal"));
}

TEST_F(SqliteFileTest, TheLogIsMovedBeforeItGrowsWithoutEnd) {
  constexpr std::uintmax_t k_mebibyte = 1'048'576;
  auto store = value(open());
  const std::string big(k_mebibyte / 2, 'x');
  for (int i = 0; i < 120; ++i) {
    ASSERT_TRUE(store->write(
        [&](Transaction& tx) { return tx.set_meta("k" + std::to_string(i % 4), big + std::to_string(i)); }));
  }
  EXPECT_LT(std::filesystem::file_size(path() + "-wal"), 24 * k_mebibyte);
}

TEST_F(SqliteFileTest, NoReadAndNoWriteWalksATable) {
  {
    auto store = value(open());
  }
  auto connection = value(sqlite::Connection::open(path(), sqlite::Access::writer, ""));
  sqlite::IdentityIndex index(10);
  sqlite::Writes tx(*connection, index, true);
  ASSERT_TRUE(connection->run("BEGIN IMMEDIATE"));
  for (int i = 0; i < 50; ++i) {
    Entity user = suite::entity(Kind::user, std::to_string(i), "acc", static_cast<std::uint32_t>(i % 3));
    ASSERT_TRUE(tx.append(event(std::to_string(i)), 1));
    ASSERT_TRUE(tx.save_state(user));
    user.account_key = "acc2";
    ASSERT_TRUE(tx.save_state(user));
    user.zoho_id = std::to_string(i);
    ASSERT_TRUE(tx.save_synced(user));
    ASSERT_TRUE(tx.save_link(user, {Cause::inserted, i}));
    ASSERT_TRUE(tx.note_touch(user.id, i + 1));
    ASSERT_TRUE(tx.mark_dirty(user.id, Lane::live, i + 1));
    ASSERT_TRUE(tx.add_timeline(user.id, {1, "{}"}));
    ASSERT_TRUE(i % 5 == 1 ? tx.block(user.id, user.id - 1) : Result<void>());
    ASSERT_TRUE(i % 5 == 0 ? tx.hold({.id = user.id}) : Result<void>());
  }
  ASSERT_TRUE(tx.mark_account_dirty("acc2", Kind::user, Lane::live, 99));
  ASSERT_TRUE(tx.unblock_children(1));
  ASSERT_TRUE(tx.postpone(2, 9, 9));
  ASSERT_TRUE(tx.clear_dirty(2, 0));
  ASSERT_TRUE(tx.drop_held(1));
  ASSERT_TRUE(tx.set_fold_cursor(7));
  ASSERT_TRUE(tx.set_meta("k", "v"));

  ASSERT_TRUE(tx.sweep_changes(5, 10));
  ASSERT_TRUE(tx.erase_entity(50, 7));
  ASSERT_TRUE(tx.mapping_changes(3, 10));
  ASSERT_TRUE(tx.mapping_history(Kind::user, "1", 10));
  ASSERT_TRUE(tx.change_bounds());
  ASSERT_TRUE(tx.find(Kind::user, "1"));
  ASSERT_TRUE(tx.load(1));
  ASSERT_TRUE(tx.find_by_zoho_id(Kind::user, "1"));
  ASSERT_TRUE(tx.distinct_facts("acc2", Kind::user));
  ASSERT_TRUE(tx.of_account("acc2", Kind::user, true, 9));
  ASSERT_TRUE(tx.people_of("acc2", "1", 9));
  ASSERT_TRUE(tx.users_with_email(state::email_digest("a@example.com"), "1", 9));
  ASSERT_TRUE(tx.subscriptions_of_user("1", 9));
  ASSERT_TRUE(tx.page(Kind::user, "1", 9));
  ASSERT_TRUE(tx.events_after(3, 9));
  ASSERT_TRUE(tx.live_events_after(3, 9));
  ASSERT_TRUE(tx.find_event("app", "1"));
  ASSERT_TRUE(tx.events_of(1, 9));
  ASSERT_TRUE(tx.touched_by(1));
  ASSERT_TRUE(tx.last_seq());
  ASSERT_TRUE(tx.fold_cursor());
  ASSERT_TRUE(tx.ready(99, 9));
  ASSERT_TRUE(tx.newest(99, 9));
  ASSERT_TRUE(tx.next_due(1));
  ASSERT_TRUE(tx.dirty(1));
  ASSERT_TRUE(tx.backlog());
  ASSERT_TRUE(tx.held(1));
  ASSERT_TRUE(tx.held_page(1, 9));
  ASSERT_TRUE(tx.held_due(9, 9));
  ASSERT_TRUE(tx.next_held_retry());
  ASSERT_TRUE(tx.timeline(1, 9));
  ASSERT_TRUE(tx.meta("k"));
  EXPECT_EQ(connection->unindexed_steps(), 0);
}

}  // namespace
}  // namespace zs::store
