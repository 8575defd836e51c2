#pragma once
// Keeps calls within what the org allows: how many at once, how many of them heavy, how many credits in
// any 24 hours (zoho/crm-api.md 5). A function of what happened and the time; it sends nothing itself.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/random.hpp"
#include "base/time.hpp"
#include "batch/credits.hpp"

namespace zs::batch {

/// What a call takes of the limits.
struct Cost {
  bool is_heavy = false;
  std::int64_t credits = 0;
  bool is_live = true;  // may use the reserves: of credits, and of places while there is live traffic
};

class Governor {
 public:
  struct Limits {
    int concurrency = 10;
    int heavy = 10;
    std::int64_t daily_credits = 0;  // the org's; 0: not known, not limited
    std::int64_t own_credits = 0;    // what we may take of them; 0: all
    double live_reserve = 0.2;       // share of the credits that only the live lane may use
    bool is_enforced = true;         // test switch: off lets everything out, to prove that tests see it
  };

  Governor(Limits limits, Random& random);

  void set_limits(Limits limits);
  [[nodiscard]] const Limits& limits() const { return limits_; }

  [[nodiscard]] bool may_start(const Cost& cost, Time now) const;
  void started(const Cost& cost, Time now);
  void finished(const Cost& cost, Time sent, Time now);
  /// Nobody waits for the call any more, but the server may still be at it: its place stays taken for a while.
  void abandoned(const Cost& cost, Time sent, Time now);

  /// The server said "too many": half as many at once, and none before the pause is over. Back at nearly all within a
  /// minute of its end, by success or by time.
  void throttled(Time now, Duration at_least);
  /// The server took a call: one more at once after as many good ones as run at once.
  void went_well();

  /// The calls that are out, as text, and back: after a crash the server may still be at those of the process that
  /// died.
  [[nodiscard]] std::string save_calls(Time now) const;
  void restore_calls(std::string_view saved);

  [[nodiscard]] CreditLedger& credits() { return credits_; }
  [[nodiscard]] const CreditLedger& credits() const { return credits_; }
  [[nodiscard]] bool is_paused(Time now) const { return now < paused_until_; }
  [[nodiscard]] Time paused_until() const { return paused_until_; }
  /// When a call that was refused now may be allowed though no other call ends; Time::max() when only that can help.
  [[nodiscard]] Time next_chance(const Cost& cost, Time now) const;
  /// When the ledger, or a look at what others spend, may let a call go.
  [[nodiscard]] Time credits_at(const Cost& cost, Time now) const;
  /// Calls at once that are allowed now.
  [[nodiscard]] int window(Time now) const;

 private:
  struct Abandoned {
    Time until{};
    bool is_heavy = false;
  };
  /// Calls that take a place now, and how many of them are heavy.
  [[nodiscard]] std::pair<int, int> taken(Time now) const;

  Limits limits_;
  Random& random_;
  CreditLedger credits_;
  double window_ = 1;
  int running_ = 0;
  int heavy_running_ = 0;
  std::vector<Abandoned> abandoned_;
  int throttles_in_a_row_ = 0;
  Time paused_until_{};
  Time last_live_{};
};

}  // namespace zs::batch
