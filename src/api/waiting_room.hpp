#pragma once
// Requests that wait for what others bring about. Each is looked at again when something has moved, and once more when
// its time is over; however many wait and however much moves, looking takes no more than a third of the time.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "net/http_server.hpp"

namespace zs::api {

class WaitingRoom {
 public:
  /// Answers when it can, and in any case when its time is over; whether it has. Called by one thread at a time.
  using Look = std::move_only_function<bool(bool is_over)>;

  /// Looks at once, then whenever something moved, on threads of `server`; without one the time is over at once.
  void wait(net::Server* server, std::chrono::milliseconds longest, Look look);
  /// Something may have come about. From any thread; next to nothing when nobody waits.
  void moved();

 private:
  struct Guest {
    Look look;
    std::atomic<bool> is_over = false;
  };
  enum class Round : std::uint8_t { none, due, running, again };

  void call_round(std::unique_lock<std::mutex>& lock);
  void look_at_all();

  std::atomic<std::uint64_t> moves_ = 0;
  std::mutex mutex_;
  std::vector<std::shared_ptr<Guest>> guests_;      // guarded by mutex_
  Round round_ = Round::none;                       // guarded by mutex_
  std::chrono::steady_clock::time_point rested_{};  // no round before it; guarded by mutex_
  net::Server* server_ = nullptr;                   // guarded by mutex_
};

}  // namespace zs::api
