#pragma once
// One timer for all the deadlines of a connection, which come and go thousands of times a second: it is
// set anew only when the deadline comes nearer, and looks again when it fires too early.

#include <utility>

#include "net/server_core.hpp"

namespace zs::net {

class Deadline {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Deadline(boost::asio::io_context& context) : timer_(context) {}

  /// `on_due` keeps this object alive and is the same at every call.
  template <class OnDue>
  void set(Clock::duration time, OnDue on_due) {
    at_ = Clock::now() + time;
    active_ = true;
    if (!armed_ || at_ < timer_.expiry()) arm(std::move(on_due));
  }
  void clear() { active_ = false; }
  /// Lets go of `on_due`.
  void cancel() {
    active_ = false;
    timer_.cancel();
  }

 private:
  template <class OnDue>
  void arm(OnDue on_due) {
    armed_ = true;
    timer_.expires_at(at_);
    timer_.async_wait([this, on_due = std::move(on_due)](const boost::system::error_code& ec) mutable {
      if (ec) return;
      armed_ = false;
      if (!active_) return;
      if (Clock::now() < at_) return arm(std::move(on_due));
      active_ = false;
      on_due();
    });
  }

  Timer timer_;
  Clock::time_point at_;
  bool armed_ = false;
  bool active_ = false;
};

}  // namespace zs::net
