#pragma once
// The least that keeps an event: one row with a unique key in SQLite, synchronous=FULL, and nothing else. Group commit
// as on the back of an envelope. What the product's store is measured against.

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace zs::bench {

class BareStore {
 public:
  struct Row {
    std::string key;
    std::string body;
  };

  explicit BareStore(const std::string& path);
  ~BareStore();
  BareStore(const BareStore&) = delete;
  BareStore& operator=(const BareStore&) = delete;

  /// One transaction; returns when it is on disk.
  void commit(const std::vector<Row>& rows);

 private:
  void run(const char* sql);
  sqlite3* db_ = nullptr;
  sqlite3_stmt* insert_ = nullptr;
};

/// A thread that takes all that waits into one commit. `done` runs after it, on that thread.
class BareGroupCommit {
 public:
  explicit BareGroupCommit(BareStore& store);
  ~BareGroupCommit();
  BareGroupCommit(const BareGroupCommit&) = delete;
  BareGroupCommit& operator=(const BareGroupCommit&) = delete;
  void push(BareStore::Row row, std::function<void()> done);

 private:
  void run();
  BareStore& store_;
  std::mutex mutex_;
  std::condition_variable filled_;
  std::vector<BareStore::Row> rows_;         // mutex_
  std::vector<std::function<void()>> done_;  // mutex_
  bool stopping_ = false;                    // mutex_
  std::thread thread_;                       // last: it uses all of the above
};

}  // namespace zs::bench
