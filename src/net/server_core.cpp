#include "net/server_core.hpp"

#include <exception>
#include <vector>

#include "base/log.hpp"

namespace zs::net {

bool ConnectionCount::has_room_or(std::function<void()> on_room) {
  const std::lock_guard lock(mutex_);
  if (count_ < limit_) return true;
  on_room_.push_back(std::move(on_room));
  return false;
}

void ConnectionCount::add() {
  const std::lock_guard lock(mutex_);
  ++count_;
}

void ConnectionCount::remove() {
  std::vector<std::function<void()>> on_room;
  {
    const std::lock_guard lock(mutex_);
    --count_;
    if (count_ == 0) none_left_.notify_all();
    on_room.swap(on_room_);
  }
  for (const auto& tell : on_room) tell();
}

bool ConnectionCount::wait_for_none(std::chrono::milliseconds grace) {
  std::unique_lock lock(mutex_);
  return none_left_.wait_for(lock, grace, [this] { return count_ == 0; });
}

void Worker::run() {
  for (;;) {
    try {
      context_.run();
      return;
    } catch (const std::exception& trouble) {
      log::error("an exception reached the server's loop", {{"what", trouble.what()}});
    }
  }
}

void Worker::shut() {
  const std::lock_guard lock(mutex_);
  if (shut_) return;
  shut_ = true;
  boost::asio::post(context_, [self = shared_from_this()] {
    // close() removes from the set it is called from.
    for (const auto& connection : std::vector(self->connections_.begin(), self->connections_.end()))
      connection->close();
    for (const auto& timer : self->timers_) timer->cancel();
  });
  guard_.reset();
}

void Worker::wind_up() {
  post([self = shared_from_this()] {
    for (const auto& connection : std::vector(self->connections_.begin(), self->connections_.end()))
      connection->wind_up();
  });
}

void Worker::after(std::chrono::milliseconds delay, std::move_only_function<void()> task) {
  const auto due = std::chrono::steady_clock::now() + delay;
  post([self = shared_from_this(), due, task = std::move(task)]() mutable {
    auto timer = std::make_shared<Timer>(self->context_, due);
    self->timers_.insert(timer);
    timer->async_wait([self, timer, task = std::move(task)](const boost::system::error_code& ec) mutable {
      self->timers_.erase(timer);
      if (ec) return;
      try {
        task();
      } catch (const std::exception& trouble) {
        log::error("a timed task of the server failed", {{"what", trouble.what()}});
      }
    });
  });
}

}  // namespace zs::net
