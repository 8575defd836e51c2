#pragma once
// The store as a process sees it that dies at a chosen commit: just before it, or just after. What the process still
// does in its last breath reaches nothing.

#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

#include "store/store.hpp"

namespace zs::world {

class MortalStore final : public store::Store {
 public:
  explicit MortalStore(std::unique_ptr<store::Store> real) : real_(std::move(real)) {}

  /// At the nth commit from now on.
  void die_at(std::size_t nth, bool after) {
    left_ = nth;
    after_ = after;
  }
  [[nodiscard]] bool is_dead() const { return dead_; }
  void revive() {
    dead_ = false;
    left_.reset();
  }
  /// What outlives the process.
  [[nodiscard]] store::Store& real() { return *real_; }

  void write_async(store::Job job, store::CommitDone done) override {
    if (dies_now()) {
      dead_ = true;
      if (after_) real_->write_async(std::move(job), [](const Result<void>&) {});
      done(fail(Errc::stopped, "the process is dead"));
    } else if (dead_) {
      done(fail(Errc::stopped, "the process is dead"));
    } else {
      real_->write_async(std::move(job), std::move(done));
    }
  }
  Result<void> write(store::Job job) override {
    Result<void> outcome;
    write_async(std::move(job), [&outcome](Result<void> result) { outcome = std::move(result); });
    return outcome;
  }
  Result<std::unique_ptr<store::Reader>> reader() override { return real_->reader(); }
  Result<void> health() override { return real_->health(); }

 private:
  bool dies_now() { return !dead_ && left_ && --*left_ == 0; }

  std::unique_ptr<store::Store> real_;
  std::optional<std::size_t> left_;
  bool after_ = false;
  bool dead_ = false;
};

}  // namespace zs::world
