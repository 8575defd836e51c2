#pragma once
// Turns jobs into commits on the one write connection, and keeps the judgement of whether writing still works. Who
// calls it, the writer's thread or the caller itself, is not its business; it is used by one of them.

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "store/sqlite/connection.hpp"
#include "store/sqlite/page_sweep.hpp"
#include "store/sqlite/transaction.hpp"

namespace zs::store::sqlite {

/// A job and who waits for it.
struct Order {
  Job job;
  CommitDone done;
};

class Committer {
 public:
  Committer(std::unique_ptr<Connection> connection, std::shared_ptr<IdentityIndex> index, bool dedupe);
  Committer(const Committer&) = delete;
  Committer& operator=(const Committer&) = delete;
  /// Leaves one file: everything in the log goes to its place.
  ~Committer();

  /// Runs the jobs in one transaction; the outcomes stand in the jobs' order once all of it is on disk.
  void commit(std::span<Order> orders, std::vector<Result<void>>& outcomes);
  /// Moves the write-ahead log into the database when it has grown. Apart from commit(), so that nobody who waits for a
  /// commit waits for this too.
  void tidy();

  /// Any thread.
  [[nodiscard]] Result<void> health() const;

 private:
  /// One job, undone alone if it fails. False: it took the whole transaction with it. `is_empty`: whether the
  /// transaction has changed nothing so far.
  bool run_one(Order& order, Result<void>& outcome, bool& is_empty);
  Result<void> finish(bool any_full);
  void fail_all(std::vector<Result<void>>& outcomes, const Error& error);
  void roll_back();
  /// Overwrites a slice of what earlier states left in the files; after the last one, erasures are over. A reader that
  /// still sees such a state stands in the way.
  void wipe();
  Result<void> wipe_slice();
  void poison(Error error);
  void set_health(std::optional<Error> trouble);

  std::unique_ptr<Connection> connection_;
  std::shared_ptr<IdentityIndex> index_;
  Writes writes_;
  std::optional<Error> poison_;  // the writer's own copy, without the mutex
  Sweep sweep_;                  // that is under way
  int log_pages_ = 0;            // in the write-ahead log after the last commit
  bool reached_disk_ = false;    // the last commit had something to write

  mutable std::mutex mutex_;
  std::optional<Error> trouble_;  // mutex_
};

}  // namespace zs::store::sqlite
