#pragma once
// The writer's thread: while one commit is on its way to the disk, the next ones gather, and then go together. So the
// number of syncs follows the disk and not the number of callers.

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "store/sqlite/committer.hpp"

namespace zs::store::sqlite {

class GroupCommit {
 public:
  GroupCommit(Committer& committer, std::size_t max_group);
  GroupCommit(const GroupCommit&) = delete;
  GroupCommit& operator=(const GroupCommit&) = delete;
  /// Finishes what is queued, and what its callbacks queue meanwhile.
  ~GroupCommit();

  void push(Order order);
  [[nodiscard]] bool is_writer_thread() const { return std::this_thread::get_id() == thread_.get_id(); }

 private:
  void run();
  /// False when there is nothing left and nothing will come.
  bool take(std::vector<Order>& group);

  Committer& committer_;
  const std::size_t max_group_;
  std::mutex mutex_;
  std::condition_variable filled_;
  std::deque<Order> queue_;  // mutex_
  bool stopping_ = false;    // mutex_
  std::thread thread_;       // last: it uses all of the above
};

}  // namespace zs::store::sqlite
