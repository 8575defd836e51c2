// Nothing of an erased person is in the files: not in rows, not in free pages, not in the log.
#include <gmock/gmock.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <thread>

#include "base/random.hpp"
#include "store/sqlite/connection.hpp"
#include "store/store_suite.hpp"

namespace zs::store {
namespace {

using suite::code_of;
using suite::event;
using suite::value;

NewEvent about(std::string_view id, std::string_view user, std::string_view data = "{}") {
  NewEvent out = event(id, "app", data);
  out.user = user;
  return out;
}

class ErasureTest : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override { open(); }

  void open(std::size_t identity_run = 32'768) {
    store_.reset();
    store_ = value(open_sqlite({.path = path(), .inline_commits = GetParam(), .identity_run = identity_run}));
  }
  [[nodiscard]] std::string path() const { return directory_.path() + "/store.db"; }
  [[nodiscard]] Store& store() { return *store_; }
  [[nodiscard]] std::unique_ptr<Reader> reader() { return value(store_->reader()); }
  void commit(Job job) {
    const auto done = store_->write(std::move(job));
    ASSERT_TRUE(done) << done.error().text;
  }

  /// A user with an event that touched it.
  static Result<void> insert(Transaction& tx, const std::string& key, const std::string& event_id,
                             const std::string& secret, std::vector<EntityId>& ids) {
    Entity row = suite::entity(Kind::user, key);
    ZS_TRY(tx.append(about(event_id, key, "{\"email\":\"" + secret + "\"}"), 1));
    row.registers.merge("email", event::Value::of_text(secret), {from_millis(1), "app", event_id});
    row.synced.fields.emplace("Email", "\"" + secret + "\"");
    ZS_TRY(tx.save_state(row));
    // A record's id says nothing of a person: the feed keeps it, for whoever has to drop a copy.
    row.zoho_id = "5543000" + std::to_string(row.id);
    row.flags = {secret};
    ZS_TRY(tx.save_link(row, {Cause::inserted, 1}));
    ZS_ASSIGN(const Seq seq, tx.last_seq());
    ZS_TRY(tx.note_touch(row.id, seq));
    ZS_TRY(tx.add_timeline(row.id, {5, "{\"what\":\"" + secret + "\"}"}));
    ids.push_back(row.id);
    return tx.hold({.id = row.id, .code = "CODE", .message = secret, .detail = secret});
  }
  EntityId add(const std::string& key, const std::string& event_id, const std::string& secret) {
    std::vector<EntityId> ids;
    commit([&](Transaction& tx) { return insert(tx, key, event_id, secret, ids); });
    return ids.empty() ? 0 : ids.front();
  }

  Result<void> take_out(Transaction& tx, EntityId id) {
    ZS_TRY(tx.begin_erasure(id, 7));
    ZS_ASSIGN(const auto events, tx.events_of(id, 1'000));
    ZS_TRY(tx.erase_events(events));
    ZS_TRY(tx.erase_entity(id, 7));
    return tx.end_erasure(id);
  }

  void erase(EntityId id) {
    commit([&](Transaction& tx) { return take_out(tx, id); });
    wait_until_wiped();
  }

  void wait_until_wiped() {
    const auto own = reader();
    for (int i = 0; i < 100'000 && !value(own->erasures()).empty(); ++i) {
      commit([](Transaction& tx) { return tx.wipe(); });
      std::this_thread::yield();
    }
    ASSERT_TRUE(value(own->erasures()).empty());
  }

  /// The files that have these bytes in them.
  [[nodiscard]] std::vector<std::string> files_with(std::string_view bytes) const {
    std::vector<std::string> out;
    for (const auto& file : std::filesystem::directory_iterator(directory_.path())) {
      std::ifstream in(file.path(), std::ios::binary);
      const std::string content{std::istreambuf_iterator<char>(in), {}};
      if (content.contains(bytes)) out.push_back(file.path().filename());
    }
    return out;
  }

  /// Whose "<secret-of-N>" is in any file.
  [[nodiscard]] std::set<int> secrets_in_files() const {
    constexpr std::string_view k_start = "secret-of-";
    std::set<int> out;
    for (const auto& file : std::filesystem::directory_iterator(directory_.path())) {
      std::ifstream in(file.path(), std::ios::binary);
      const std::string content{std::istreambuf_iterator<char>(in), {}};
      for (std::size_t at = content.find(k_start); at != std::string::npos; at = content.find(k_start, at + 1)) {
        const char* digits = content.data() + at + k_start.size();
        int number = 0;
        const auto [end, fault] = std::from_chars(digits, content.data() + content.size(), number);
        if (fault == std::errc{} && *end == '>') out.insert(number);
      }
    }
    return out;
  }

  std::int64_t count(const std::string& sql) {
    store_.reset();
    auto connection = value(sqlite::Connection::open(path(), sqlite::Access::writer, ""));
    const auto found = value(connection->integer(sql.c_str()));
    connection.reset();
    open();
    return found;
  }

 private:
  suite::TemporaryDirectory directory_;
  std::unique_ptr<Store> store_;
};

INSTANTIATE_TEST_SUITE_P(Sqlite, ErasureTest, testing::Values(false, true),
                         [](const auto& parameter) { return parameter.param ? "Inline" : "Thread"; });

TEST_P(ErasureTest, LeavesNoByteInAnyFileNeitherNowNorAfterARestart) {
  const EntityId id = add("usr_forgotten", "evt_forgotten", "ann@forgotten.example");
  add("usr_other", "evt_other", "bob@kept.example");
  // The digest of an e-mail tells who somebody is as well as the e-mail does.
  const std::vector<std::string> traces{"usr_forgotten", "evt_forgotten", "ann@forgotten.example",
                                        state::email_digest("ann@forgotten.example")};
  for (const std::string& bytes : traces)
    ASSERT_FALSE(files_with(bytes).empty()) << "the test looks in the wrong place for " << bytes;
  erase(id);
  for (int round = 0; round < 2; ++round) {
    for (const std::string& bytes : traces) EXPECT_THAT(files_with(bytes), testing::IsEmpty()) << bytes;
    EXPECT_FALSE(files_with("bob@kept.example").empty());
    open();
  }
}

TEST_P(ErasureTest, LeavesNoByteInPagesThatWereSplitAndJoinedBefore) {
  // Rows that grow, shrink and move, with overflow pages and without, so that every page has had other content.
  SeededRandom random(20'261'125);
  const auto mark = [](int i) { return "<secret-of-" + std::to_string(i) + ">"; };
  const auto filled = [&](int i, std::size_t size) {
    std::string out;
    while (out.size() < size) out += mark(i);
    return out;
  };
  constexpr int k_users = 300;
  std::vector<EntityId> ids;
  commit([&](Transaction& tx) -> Result<void> {
    for (int i = 0; i < k_users; ++i)
      ZS_TRY(insert(tx, mark(i) + "key", mark(i) + "event", filled(i, random.below(600)), ids));
    return {};
  });
  for (int round = 0; round < 30; ++round) {
    commit([&](Transaction& tx) -> Result<void> {
      for (int i = 0; i < 100; ++i) {
        const auto who = static_cast<int>(random.below(k_users));
        ZS_ASSIGN(auto entity, tx.load(ids[static_cast<std::size_t>(who)]));
        const std::size_t size = random.below(10) == 0 ? random.below(9'000) : random.below(700);
        entity->synced.fields["Email"] = "\"" + filled(who, size) + "\"";
        entity->account_key = mark(who) + std::to_string(random.below(9));
        ZS_TRY(tx.save_state(*entity));
        ZS_TRY(tx.save_synced(*entity));
        ZS_TRY(tx.add_timeline(entity->id, {i, filled(who, random.below(300))}));
      }
      return {};
    });
  }
  for (int i = 0; i < k_users; i += 3)
    commit([&](Transaction& tx) { return take_out(tx, ids[static_cast<std::size_t>(i)]); });
  wait_until_wiped();
  // More of the same for those who stay: no page that is written now may bring a copy back.
  for (int i = 1; i < k_users; i += 3) {
    commit([&](Transaction& tx) -> Result<void> {
      ZS_ASSIGN(auto entity, tx.load(ids[static_cast<std::size_t>(i)]));
      entity->synced.fields["Email"] = "\"" + filled(i, random.below(2'000)) + "\"";
      return tx.save_synced(*entity);
    });
  }
  for (int round = 0; round < 2; ++round) {
    const auto found = secrets_in_files();
    for (int i = 0; i < k_users; i += 3) EXPECT_FALSE(found.contains(i)) << mark(i);
    EXPECT_EQ(found.size(), 200U) << "those who stay are there";
    open();
  }
  EXPECT_EQ(count("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'"), 0);
}

TEST_P(ErasureTest, WhatIsAboutTheErasedIsRefusedAndRepetitionsAreStillKnown) {
  const EntityId id = add("usr_1", "evt_1", "a@b.example");
  erase(id);
  for (int round = 0; round < 2; ++round) {
    commit([&](Transaction& tx) -> Result<void> {
      ZS_ASSIGN(const bool late, tx.refuses(about("evt_late", "usr_1")));
      EXPECT_TRUE(late);
      ZS_ASSIGN(const bool appended, tx.append(about("evt_late", "usr_1"), 2));
      EXPECT_FALSE(appended) << "not even for a caller that did not ask";
      ZS_ASSIGN(const bool repeated, tx.refuses(about("evt_1", "usr_1")));
      EXPECT_FALSE(repeated) << "it was accepted once: a repetition, no news";
      ZS_ASSIGN(const bool again, tx.append(event("evt_1"), 2));
      EXPECT_FALSE(again) << "known by its hash, whomever it speaks of";
      ZS_ASSIGN(const bool other, tx.append(about("evt_of_2." + std::to_string(round), "usr_2"), 2));
      EXPECT_TRUE(other);
      return {};
    });
    EXPECT_TRUE(value(reader()->is_erased(Kind::user, "usr_1")));
    EXPECT_FALSE(value(reader()->is_erased(Kind::user, "usr_2")));
    EXPECT_FALSE(value(reader()->is_erased(Kind::account, "usr_1"))) << "an account of that name is something else";
    open();
  }
}

TEST_P(ErasureTest, TheNextEventGetsANumberThatTheFoldHasNotPassed) {
  const EntityId id = add("usr_1", "evt_1", "a@b.example");
  commit([](Transaction& tx) { return tx.set_fold_cursor(1); });
  erase(id);
  open();
  commit([](Transaction& tx) -> Result<void> {
    ZS_TRY(tx.append(event("evt_2"), 2));
    return {};
  });
  EXPECT_EQ(value(reader()->last_seq()), 2);
  EXPECT_EQ(value(reader()->backlog()).unfolded, 1);
}

TEST_P(ErasureTest, ChildrenOfTheErasedMayGo) {
  const EntityId id = add("usr_1", "evt_1", "a@b.example");
  Entity child = suite::entity(Kind::subscription, "sub_1");
  commit([&](Transaction& tx) -> Result<void> {
    ZS_TRY(tx.save_state(child));
    ZS_TRY(tx.mark_dirty(child.id, Lane::live, 1));
    return tx.block(child.id, id);
  });
  ASSERT_EQ(value(reader()->backlog()).hanging, 1);
  erase(id);
  const auto backlog = value(reader()->backlog());
  EXPECT_EQ(backlog.hanging, 0);
  EXPECT_EQ(backlog.held, 0);
  EXPECT_EQ(value(reader()->ready(10, 10)).size(), 1U);
}

TEST_P(ErasureTest, TheIdentityIndexForgetsAndStillKnowsTheOthersWhereverTheyAreFiled) {
  // Runs of 64: the erased are in filed ones, in one that is being filed, and in memory.
  open(64);
  std::vector<EntityId> ids;
  for (int i = 0; i < 700;) {
    commit([&](Transaction& tx) -> Result<void> {
      for (const int end = i + 10; i < end; ++i)
        ZS_TRY(insert(tx, "usr_" + std::to_string(i) + ".", "evt_" + std::to_string(i) + ".", "x", ids));
      return {};
    });
  }
  for (std::size_t i = 0; i < ids.size();) {
    commit([&](Transaction& tx) -> Result<void> {
      for (const auto end = i + 70; i < end; i += 7) ZS_TRY(take_out(tx, ids[i]));
      return {};
    });
  }
  wait_until_wiped();
  const auto check = [&] {
    commit([&](Transaction& tx) -> Result<void> {
      for (std::size_t i = 0; i < ids.size(); ++i) {
        ZS_ASSIGN(const bool fresh, tx.append(event("evt_" + std::to_string(i) + "."), 2));
        EXPECT_FALSE(fresh) << i;
      }
      return {};
    });
  };
  check();
  // Commits that file what is left.
  for (int i = 0; i < 100; ++i) {
    commit([&](Transaction& tx) -> Result<void> {
      ZS_TRY(tx.append(event("filler_" + std::to_string(i)), 2));
      return {};
    });
  }
  check();
  EXPECT_EQ(count("SELECT count(*) FROM identity JOIN event USING (seq) WHERE type = 'erased'"), 0)
      << "a hash without salt can be tried out";
  open(64);
  check();
}

TEST_P(ErasureTest, AJobThatFailsErasesNothing) {
  const EntityId id = add("usr_1", "evt_1", "a@b.example");
  const auto failed = store().write([&](Transaction& tx) -> Result<void> {
    ZS_TRY(take_out(tx, id));
    return fail(Errc::invalid, "changed its mind");
  });
  EXPECT_EQ(code_of(failed), Errc::invalid);
  EXPECT_TRUE(value(reader()->load(id)));
  EXPECT_TRUE(value(reader()->erasures()).empty());
  EXPECT_TRUE(value(reader()->find_event("app", "evt_1")));
  commit([&](Transaction& tx) -> Result<void> {
    ZS_ASSIGN(const bool refused, tx.refuses(about("evt_2", "usr_1")));
    EXPECT_FALSE(refused);
    ZS_ASSIGN(const bool again, tx.append(about("evt_1", "usr_1"), 2));
    EXPECT_FALSE(again);
    return {};
  });
}

TEST_P(ErasureTest, IsNotOverWhileAReaderStillSeesThePerson) {
  const EntityId id = add("usr_1", "evt_1", "a@b.example");
  auto slow = value(sqlite::Connection::open(path(), sqlite::Access::reader, ""));
  ASSERT_TRUE(slow->run("BEGIN"));
  ASSERT_EQ(value(slow->integer("SELECT count(*) FROM entity")), 1);
  commit([&](Transaction& tx) { return take_out(tx, id); });
  commit([](Transaction&) -> Result<void> { return {}; });
  EXPECT_EQ(value(reader()->erasures()).size(), 1U) << "the log still has the page";
  ASSERT_TRUE(slow->run("COMMIT"));
  wait_until_wiped();
  EXPECT_THAT(files_with("a@b.example"), testing::IsEmpty());
}

TEST_P(ErasureTest, SurvivesARestartBetweenRemovalAndWipe) {
  const EntityId id = add("usr_1", "evt_1", "a@b.example");
  commit([&](Transaction& tx) { return tx.begin_erasure(id, 7); });
  open();
  const auto pending = value(reader()->erasures());
  ASSERT_EQ(pending.size(), 1U);
  EXPECT_EQ(pending.front().id, id);
  EXPECT_FALSE(pending.front().is_removed);
  EXPECT_TRUE(value(reader()->is_erased(Kind::user, "usr_1"))) << "refused from the first moment";
}

}  // namespace
}  // namespace zs::store
