#pragma once
// Keeps calls within what the org allows: how many at once, how many of them heavy, how many credits in
// any 24 hours (zoho/crm-api.md 5). A function of what happened and the time; it sends nothing itself.

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>

#include "base/random.hpp"
#include "base/time.hpp"

namespace zs::batch {

class Governor {
 public:
  struct Limits {
    int concurrency = 10;
    int heavy = 10;
    std::int64_t daily_credits = 0;  // 0: not known, not limited
    double live_reserve = 0.2;       // share that only the live lane may use
  };

  Governor(Limits limits, Random& random) : limits_(limits), random_(random), window_(limits.concurrency) {}

  void set_limits(Limits limits);
  [[nodiscard]] const Limits& limits() const { return limits_; }

  /// Whether a call may start now. `live` may use the reserve.
  [[nodiscard]] bool may_start(bool heavy, std::int64_t credits, bool live, Time now) const;
  void started(bool heavy, std::int64_t credits, Time now);
  void finished(bool heavy);
  /// A call that never reached the server, or was turned away unserved, costs nothing.
  void refund(std::int64_t credits);

  /// The server said "too many": half as many at once, and none before the pause is over.
  void throttled(Time now, Duration at_least);
  /// The server took a call: one more at once after as many good ones as run at once.
  void went_well();
  /// X-API-CREDITS-REMAINING: the server's count is right, up or down: others spend from the same allowance, and what
  /// we charged for may have been free. Within a fiftieth of the allowance our own count stays: calls are under way.
  void correct_credits(std::int64_t remaining, Time now);

  [[nodiscard]] std::int64_t credits_used(Time now) const;
  [[nodiscard]] bool out_of_credits(std::int64_t credits, bool live, Time now) const;
  /// When enough credits come back for a call; `now` if they are there.
  [[nodiscard]] Time credits_back(std::int64_t credits, bool live, Time now) const;
  [[nodiscard]] bool is_paused(Time now) const { return now < paused_until_; }
  [[nodiscard]] Time paused_until() const { return paused_until_; }
  [[nodiscard]] int running() const { return running_; }

  /// The credit ledger as text, and back: it outlives restarts.
  [[nodiscard]] std::string save_credits(Time now) const;
  void restore_credits(std::string_view saved);

 private:
  [[nodiscard]] std::int64_t allowance(bool live) const;

  Limits limits_;
  Random& random_;
  double window_;
  int running_ = 0;
  int heavy_running_ = 0;
  int throttles_in_a_row_ = 0;
  Time paused_until_{};
  std::deque<std::pair<std::int64_t, std::int64_t>> spent_;  // minute since the epoch, credits
};

}  // namespace zs::batch
