// kill -9 in the middle of writing: what was acknowledged is there, and no job is there by halves.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/random.hpp"
#include "store/store_suite.hpp"

namespace zs::store {
namespace {

using suite::event;
using suite::value;

constexpr int k_threads = 4;

/// One job: two events, an entity for them and its mark. Told through the pipe once it is on disk.
Result<void> write_pair(Store& store, const std::string& name) {
  return store.write([&](Transaction& tx) -> Result<void> {
    ZS_TRY(tx.append(event(name + "/a"), 1));
    Entity row = suite::entity(Kind::user, name);
    ZS_TRY(tx.save_state(row));
    ZS_TRY(tx.mark_dirty(row.id, Lane::live, 1));
    ZS_TRY(tx.append(event(name + "/b"), 1));
    return {};
  });
}

[[noreturn]] void write_until_killed(const std::string& path, int round, int pipe) {
  auto store = open_sqlite({.path = path});
  if (!store) ::_exit(1);
  std::vector<std::jthread> threads;
  for (int t = 0; t < k_threads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0;; ++i) {
        const auto name = std::to_string(round) + "." + std::to_string(t) + "." + std::to_string(i);
        if (!write_pair(**store, name)) ::_exit(2);
        const std::string line = name + "\n";
        if (::write(pipe, line.data(), line.size()) < 0) ::_exit(3);
      }
    });
  }
  threads.clear();
  ::_exit(0);
}

/// Lets a child write until so many jobs were acknowledged, and kills it; all that it had acknowledged.
std::set<std::string> killed_after(const std::string& path, int round, std::size_t jobs) {
  std::array<int, 2> pipe{};
  EXPECT_EQ(::pipe(pipe.data()), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(pipe[0]);
    write_until_killed(path, round, pipe[1]);
  }
  ::close(pipe[1]);
  std::string text;
  std::array<char, 4'096> buffer{};
  std::size_t seen = 0;
  bool killed = false;
  for (;;) {
    const auto count = ::read(pipe[0], buffer.data(), buffer.size());
    if (count <= 0) break;
    text.append(buffer.data(), static_cast<std::size_t>(count));
    seen += static_cast<std::size_t>(std::count(buffer.begin(), buffer.begin() + count, '\n'));
    if (!killed && seen >= jobs) killed = ::kill(child, SIGKILL) == 0;
  }
  ::close(pipe[0]);
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << "the child ended by itself: " << status;

  std::set<std::string> names;
  for (std::size_t at = 0, end = 0; (end = text.find('\n', at)) != std::string::npos; at = end + 1) {
    names.insert(text.substr(at, end - at));
  }
  return names;
}

TEST(KilledStore, KeepsWhatItAcknowledgedAndNothingByHalves) {
  const suite::TemporaryDirectory directory;
  const auto path = directory.path() + "/store.db";
  std::set<std::string> acknowledged;
  SeededRandom random(4'711);
  for (int round = 0; round < 6; ++round) {
    acknowledged.merge(killed_after(path, round, 1 + random.below(400)));
    auto store = value(open_sqlite({.path = path}));  // the lock went with the process
    auto reader = value(store->reader());
    for (const auto& name : acknowledged) {
      ASSERT_TRUE(value(reader->find(Kind::user, name))) << name << " was acknowledged and is gone";
    }
    std::set<std::string> pairs;
    Seq last = 0;
    for (const auto& one : value(reader->events_after(0, 1'000'000))) {
      ASSERT_EQ(one.seq, ++last);
      const auto name = one.id.substr(0, one.id.find('/'));
      const bool opens = one.id.ends_with("/a");
      ASSERT_EQ(opens ? pairs.insert(name).second : pairs.contains(name), true) << one.id;
      ASSERT_TRUE(value(reader->find_event("app", name + (opens ? "/b" : "/a")))) << one.id << " is alone";
      const auto row = value(reader->find(Kind::user, name));
      ASSERT_TRUE(row) << one.id << " without its entity";
      ASSERT_TRUE(value(reader->dirty(row->id))) << one.id << " without its mark";
    }
    EXPECT_EQ(value(reader->backlog()).dirty, static_cast<std::int64_t>(pairs.size()));
    EXPECT_GE(pairs.size(), acknowledged.size());
  }
}

}  // namespace
}  // namespace zs::store
