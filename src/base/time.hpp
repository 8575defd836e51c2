#pragma once
// Instants and the two text forms of them that we meet. The clock is a value that is passed in:
// nothing below the daemon asks the machine what time it is.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace zs {

using namespace std::chrono_literals;

using Time = std::chrono::sys_time<std::chrono::nanoseconds>;
using Duration = std::chrono::nanoseconds;

class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual Time now() const = 0;
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] Time now() const override {
    return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
  }
};

/// A clock that a test turns by hand.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Time start = Time{Duration{std::chrono::seconds{1'760'000'000}}}) : now_(start) {}
  [[nodiscard]] Time now() const override { return now_; }
  void set(Time time) { now_ = time; }
  void advance(Duration by) { now_ += by; }

 private:
  Time now_;
};

/// RFC 3339 with a mandatory offset, years 1970 to 2200; fractions past the nanosecond are cut off.
/// Empty when the text is anything else.
[[nodiscard]] std::optional<Time> parse_rfc3339(std::string_view text);
/// `YYYY-MM-DD` as midnight UTC, or RFC 3339.
[[nodiscard]] std::optional<Time> parse_date_or_rfc3339(std::string_view text);

/// `2026-03-02T09:10:11.123Z`; the fraction is left out when zero, otherwise 3, 6 or 9 digits.
[[nodiscard]] std::string format_rfc3339(Time time);
/// `2026-03-02` in UTC.
[[nodiscard]] std::string format_date(Time time);

[[nodiscard]] constexpr std::int64_t to_millis(Time time) {
  return std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch().count();
}
[[nodiscard]] constexpr Time from_millis(std::int64_t millis) { return Time{std::chrono::milliseconds{millis}}; }
[[nodiscard]] constexpr std::int64_t to_nanos(Time time) { return time.time_since_epoch().count(); }
[[nodiscard]] constexpr Time from_nanos(std::int64_t nanos) { return Time{Duration{nanos}}; }

}  // namespace zs
