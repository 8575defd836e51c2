#include "base/time.hpp"

#include <array>
#include <cstdio>

namespace zs {
namespace {

/// Exactly `count` digits at `at`, which moves past them.
std::optional<int> digits(std::string_view text, std::size_t& at, std::size_t count) {
  if (text.size() < at + count) return std::nullopt;
  int value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const char c = text[at + i];
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  at += count;
  return value;
}

bool skip(std::string_view text, std::size_t& at, char wanted) {
  if (at >= text.size() || text[at] != wanted) return false;
  ++at;
  return true;
}

std::optional<std::chrono::sys_days> parse_day(std::string_view text, std::size_t& at) {
  const auto year = digits(text, at, 4);
  if (!year || !skip(text, at, '-')) return std::nullopt;
  const auto month = digits(text, at, 2);
  if (!month || !skip(text, at, '-')) return std::nullopt;
  const auto day = digits(text, at, 2);
  if (!day || *year < 1970 || *year > 2200) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*year}, std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days{date};
}

/// The digits after the point as nanoseconds.
std::optional<std::int64_t> parse_fraction(std::string_view text, std::size_t& at) {
  std::int64_t nanos = 0;
  std::int64_t unit = 100'000'000;
  std::size_t count = 0;
  for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, ++count) {
    nanos += (text[at] - '0') * unit;
    unit /= 10;
  }
  if (count == 0) return std::nullopt;
  return nanos;
}

/// Minutes east of UTC: `Z` or `+hh:mm`.
std::optional<int> parse_offset(std::string_view text, std::size_t& at) {
  if (skip(text, at, 'Z') || skip(text, at, 'z')) return 0;
  int sign = 1;
  if (skip(text, at, '-')) {
    sign = -1;
  } else if (!skip(text, at, '+')) {
    return std::nullopt;
  }
  const auto hours = digits(text, at, 2);
  if (!hours || !skip(text, at, ':')) return std::nullopt;
  const auto minutes = digits(text, at, 2);
  if (!minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  return sign * (*hours * 60 + *minutes);
}

}  // namespace

std::optional<Time> parse_rfc3339(std::string_view text) {
  std::size_t at = 0;
  const auto day = parse_day(text, at);
  if (!day) return std::nullopt;
  if (at >= text.size() || (text[at] != 'T' && text[at] != 't' && text[at] != ' ')) return std::nullopt;
  ++at;
  const auto hour = digits(text, at, 2);
  if (!hour || !skip(text, at, ':')) return std::nullopt;
  const auto minute = digits(text, at, 2);
  if (!minute || !skip(text, at, ':')) return std::nullopt;
  const auto second = digits(text, at, 2);
  if (!second || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  std::int64_t nanos = 0;
  if (skip(text, at, '.')) {
    const auto fraction = parse_fraction(text, at);
    if (!fraction) return std::nullopt;
    nanos = *fraction;
  }
  const auto offset = parse_offset(text, at);
  if (!offset || at != text.size()) return std::nullopt;
  const Time time = Time{*day} + std::chrono::hours{*hour} + std::chrono::minutes{*minute - *offset} +
                    std::chrono::seconds{*second} + Duration{nanos};
  return time;
}

std::optional<Time> parse_date_or_rfc3339(std::string_view text) {
  std::size_t at = 0;
  if (text.size() == 10) {
    if (const auto day = parse_day(text, at)) return Time{*day};
    return std::nullopt;
  }
  return parse_rfc3339(text);
}

std::string format_date(Time time) {
  const std::chrono::year_month_day date{std::chrono::floor<std::chrono::days>(time)};
  std::array<char, 32> out{};
  std::snprintf(out.data(), out.size(), "%04d-%02u-%02u", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  return out.data();
}

std::string format_rfc3339(Time time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::hh_mm_ss clock{time - day};
  std::array<char, 48> out{};
  std::snprintf(out.data(), out.size(), "T%02d:%02d:%02d", static_cast<int>(clock.hours().count()),
                static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()));
  std::string text = format_date(time) + out.data();
  const long long nanos = clock.subseconds().count();
  if (nanos != 0) {
    if (nanos % 1'000'000 == 0) {
      std::snprintf(out.data(), out.size(), ".%03lld", nanos / 1'000'000);
    } else if (nanos % 1'000 == 0) {
      std::snprintf(out.data(), out.size(), ".%06lld", nanos / 1'000);
    } else {
      std::snprintf(out.data(), out.size(), ".%09lld", nanos);
    }
    text += out.data();
  }
  return text + 'Z';
}

}  // namespace zs
