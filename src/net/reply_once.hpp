#pragma once
// The callable behind a Reply: answers once, and with a 500 if it is dropped before.

#include <exception>
#include <memory>
#include <utility>

#include "base/log.hpp"
#include "net/http_server.hpp"

namespace zs::net {

/// Both may be called on any thread.
class Answerable {
 public:
  virtual ~Answerable() = default;
  virtual void answer(Response response) = 0;
  virtual void answer_missing() = 0;
};

/// Small enough to live inside a std::move_only_function without an allocation.
class ReplyOnce {
 public:
  explicit ReplyOnce(std::shared_ptr<Answerable> to) : to_(std::move(to)) {}
  ReplyOnce(ReplyOnce&&) noexcept = default;
  ReplyOnce& operator=(ReplyOnce&&) = delete;
  ReplyOnce(const ReplyOnce&) = delete;
  ReplyOnce& operator=(const ReplyOnce&) = delete;
  ~ReplyOnce() {
    if (!to_) return;
    try {
      to_->answer_missing();
    } catch (const std::exception& trouble) {
      log::error("a dropped reply could not be answered", {{"what", trouble.what()}});
    }
  }
  void operator()(Response response) {
    if (const auto to = std::exchange(to_, nullptr)) to->answer(std::move(response));
  }

 private:
  std::shared_ptr<Answerable> to_;
};

}  // namespace zs::net
