#include "store/sqlite/group_commit.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace zs::store::sqlite {

GroupCommit::GroupCommit(Committer& committer, std::size_t max_group)
    : committer_(committer), max_group_(std::max<std::size_t>(max_group, 1)), thread_([this] { run(); }) {}

GroupCommit::~GroupCommit() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  filled_.notify_one();
  thread_.join();
}

void GroupCommit::push(Order order) {
  bool was_empty = false;
  {
    const std::lock_guard lock(mutex_);
    was_empty = queue_.empty();
    queue_.push_back(std::move(order));
  }
  if (was_empty) filled_.notify_one();
}

bool GroupCommit::take(std::vector<Order>& group) {
  group.clear();
  std::unique_lock lock(mutex_);
  filled_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
  const auto count = static_cast<std::ptrdiff_t>(std::min(queue_.size(), max_group_));
  const auto end = queue_.begin() + count;
  group.insert(group.end(), std::make_move_iterator(queue_.begin()), std::make_move_iterator(end));
  queue_.erase(queue_.begin(), end);
  return !group.empty();
}

void GroupCommit::run() {
  std::vector<Order> group;
  std::vector<Result<void>> outcomes;
  while (take(group)) {
    committer_.commit(group, outcomes);
    for (std::size_t i = 0; i < group.size(); ++i) {
      group[i].job = nullptr;
      if (group[i].done) group[i].done(std::move(outcomes[i]));
    }
    committer_.tidy();
  }
}

}  // namespace zs::store::sqlite
