#pragma once
// Readers of the store for threads that come and go: each is used by one at a time.

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "store/store.hpp"

namespace zs::api {

class ReaderPool {
 public:
  explicit ReaderPool(store::Store& store) : store_(store) {}

  /// Runs `use` with a reader; its result must be a Result.
  template <class Use>
  auto with(Use&& use) -> decltype(use(std::declval<store::Reader&>())) {
    std::unique_ptr<store::Reader> reader = take();
    if (!reader) {
      auto fresh = store_.reader();
      if (!fresh) return std::unexpected(std::move(fresh).error());
      reader = std::move(*fresh);
    }
    auto result = std::forward<Use>(use)(*reader);
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(reader));
    return result;
  }

 private:
  std::unique_ptr<store::Reader> take() {
    const std::lock_guard lock(mutex_);
    if (idle_.empty()) return nullptr;
    auto reader = std::move(idle_.back());
    idle_.pop_back();
    return reader;
  }

  store::Store& store_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<store::Reader>> idle_;  // guarded by mutex_
};

}  // namespace zs::api
