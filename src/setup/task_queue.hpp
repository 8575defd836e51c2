#pragma once
// Tasks from other threads, run on the thread that waits for one of them to finish its errand: how a program that has
// nothing else to do uses asynchronous parts.

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <utility>

namespace zs::setup {

class TaskQueue {
 public:
  using Task = std::move_only_function<void()>;

  /// From any thread.
  void post(Task task) {
    {
      const std::lock_guard lock(mutex_);
      tasks_.push_back(std::move(task));
    }
    ready_.notify_one();
  }

  template <class Finished>
  void run_until(Finished finished) {
    while (!finished()) {
      std::unique_lock lock(mutex_);
      ready_.wait(lock, [this] { return !tasks_.empty(); });
      Task task = std::move(tasks_.front());
      tasks_.pop_front();
      lock.unlock();
      task();
    }
  }

 private:
  std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<Task> tasks_;
};

}  // namespace zs::setup
