#pragma once
// The org's API credits of the last 24 hours as we know them (zoho/crm-api.md 5.1, 5.4): what we spent, by the
// minute, and what the server's count says others spent. Each credit comes back a day after it went.

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace zs::batch {

class CreditLedger {
 public:
  /// `org`: what the org has in 24 hours, ours and others' together; `own`: what we may take of it. 0: not known, not
  /// limited. `live_reserve`: share of either that only the live lane may use.
  void set_limits(std::int64_t org, std::int64_t own, double live_reserve);

  /// A call goes out. Its price counts from here; settled() says when it is over.
  void spend(std::int64_t credits, bool is_live, Time now);
  /// The call that went out at `sent` is over. It counts from now on: the server took it somewhere in between.
  void settled(std::int64_t credits, Time sent, Time now);
  /// It never reached the server, or was turned away unserved: it cost nothing.
  void refund(std::int64_t credits, bool is_live);

  /// Everything that the server had surely counted by now: to be kept with a call for its correct().
  [[nodiscard]] std::int64_t surely_counted() const { return started_ - in_flight_; }
  /// X-API-CREDITS-REMAINING of an answer to a call that is settled. The server's count is right, up or down, save for
  /// calls that were under way beside this one, which it may have counted or not. `counted_before`: surely_counted()
  /// when the call was sent.
  void correct(std::int64_t remaining, std::int64_t counted_before, std::int64_t credits, Time now);
  /// An answer without that header: it comes with every answer once half of the day is used, so others have not used
  /// as much as to make it half.
  void correct_by_silence(Time now);
  /// The server says that nothing is left.
  void exhausted(Time now);

  /// The tighter of the two limits, and what counts against it.
  [[nodiscard]] std::int64_t limit(Time now) const;
  [[nodiscard]] std::int64_t used(Time now) const;

  [[nodiscard]] bool lacks(std::int64_t credits, bool is_live, Time now) const;
  /// When there are enough for a call; `now` if they are there.
  [[nodiscard]] Time back_at(std::int64_t credits, bool is_live, Time now) const;
  /// How tight the day is for the live lane, from 0 (ample) to 1 (not enough): what it needs in a day, by its last day
  /// and by its last ten minutes, against what backfills and others leave it. It begins at half.
  [[nodiscard]] double tightness(Time now) const;

  /// Others spend from the same allowance, and when theirs come back nobody tells: once in a while a call finds out.
  [[nodiscard]] bool may_probe(Time now) const;
  /// When may_probe() will be true; Time::max() when only our own credits are missing.
  [[nodiscard]] Time next_probe(Time now) const;

  /// As text, and back: it outlives restarts. To be saved before every call and after its end, so most of it is
  /// written only when a minute before the last one has changed.
  [[nodiscard]] bool must_save_all() const { return must_save_all_; }
  [[nodiscard]] std::string save(Time now);
  [[nodiscard]] std::string save_last() const;
  /// The last save() came to nothing.
  void save_failed() { must_save_all_ = true; }
  void restore(std::string_view saved, std::string_view last);

 private:
  struct Minute {
    std::int64_t at = 0;  // since the epoch
    std::int64_t live = 0;
    std::int64_t other_lanes = 0;
    std::int64_t others = 0;  // not ours
    [[nodiscard]] std::int64_t own() const { return live + other_lanes; }
  };
  struct Sum {
    std::int64_t live = 0;
    std::int64_t own = 0;
    std::int64_t all = 0;
  };

  [[nodiscard]] Minute& minute_for(Time now);
  [[nodiscard]] Sum sum_since(std::int64_t minute) const;
  [[nodiscard]] Sum day(Time now) const;
  void take_back(std::int64_t Minute::* what, std::int64_t& credits);
  [[nodiscard]] static std::string text_of(const Minute& minute);
  [[nodiscard]] std::int64_t allowed(std::int64_t limit, bool is_live) const;
  [[nodiscard]] bool is_own_limit_tighter(const Sum& sum) const;

  std::int64_t org_limit_ = 0;
  std::int64_t own_limit_ = 0;
  bool is_learned_ = false;  // the org's limit was read off the server's count
  double live_reserve_ = 0;
  std::deque<Minute> spent_;
  std::int64_t in_flight_ = 0;
  std::int64_t started_ = 0;  // all that ever went out, less what was refunded
  bool must_save_all_ = true;
  Time last_spent_{};
};

}  // namespace zs::batch
