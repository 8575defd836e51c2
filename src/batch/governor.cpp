#include "batch/governor.hpp"

#include <algorithm>
#include <charconv>

#include "base/text.hpp"

namespace zs::batch {
namespace {

constexpr std::int64_t k_window_minutes = 24 * 60;

std::int64_t minute_of(Time time) { return std::chrono::floor<std::chrono::minutes>(time).time_since_epoch().count(); }

}  // namespace

void Governor::set_limits(Limits limits) {
  limits_ = limits;
  window_ = std::max(1.0, static_cast<double>(limits.concurrency));
}

std::int64_t Governor::allowance(bool live) const {
  const double share = live ? 1.0 : 1.0 - limits_.live_reserve;
  return static_cast<std::int64_t>(static_cast<double>(limits_.daily_credits) * share);
}

std::int64_t Governor::credits_used(Time now) const {
  const std::int64_t since = minute_of(now) - k_window_minutes;
  std::int64_t used = 0;
  for (const auto& [minute, credits] : spent_) used += minute > since ? credits : 0;
  return used;
}

bool Governor::out_of_credits(std::int64_t credits, bool live, Time now) const {
  return limits_.daily_credits > 0 && credits_used(now) + credits > allowance(live);
}

Time Governor::credits_back(std::int64_t credits, bool live, Time now) const {
  if (!out_of_credits(credits, live, now)) return now;
  std::int64_t excess = credits_used(now) + credits - allowance(live);
  const std::int64_t since = minute_of(now) - k_window_minutes;
  for (const auto& [minute, spent] : spent_) {
    if (minute <= since) continue;
    excess -= spent;
    if (excess <= 0) return Time{std::chrono::minutes{minute + k_window_minutes + 1}};
  }
  return now + std::chrono::hours{24};
}

bool Governor::may_start(bool heavy, std::int64_t credits, bool live, Time now) const {
  if (is_paused(now) || running_ >= std::max(1, static_cast<int>(window_))) return false;
  if (heavy && heavy_running_ >= limits_.heavy) return false;
  return !out_of_credits(credits, live, now);
}

void Governor::started(bool heavy, std::int64_t credits, Time now) {
  ++running_;
  if (heavy) ++heavy_running_;
  const std::int64_t minute = minute_of(now);
  while (!spent_.empty() && spent_.front().first <= minute - k_window_minutes) spent_.pop_front();
  if (spent_.empty() || spent_.back().first != minute) spent_.emplace_back(minute, 0);
  spent_.back().second += credits;
}

void Governor::finished(bool heavy) {
  --running_;
  if (heavy) --heavy_running_;
}

void Governor::refund(std::int64_t credits) {
  while (credits > 0 && !spent_.empty()) {
    const std::int64_t back = std::min(credits, spent_.back().second);
    spent_.back().second -= back;
    credits -= back;
    if (spent_.back().second == 0) spent_.pop_back();
  }
}

void Governor::throttled(Time now, Duration at_least) {
  // Calls that were under way together are refused together: one lesson, not one each.
  if (is_paused(now)) return;
  window_ = std::max(1.0, window_ / 2);
  const Duration base = std::min<Duration>(60s, 1s * (1 << std::min(throttles_in_a_row_, 6)));
  ++throttles_in_a_row_;
  const auto jitter = Duration{static_cast<std::int64_t>(static_cast<double>(base.count()) * random_.unit() / 2)};
  paused_until_ = now + std::max(at_least, base / 2 + jitter);
}

void Governor::went_well() {
  throttles_in_a_row_ = 0;
  window_ = std::min(static_cast<double>(limits_.concurrency), window_ + 1.0 / std::max(1.0, window_));
}

void Governor::correct_credits(std::int64_t remaining, Time now) {
  if (limits_.daily_credits <= 0) return;
  const std::int64_t unseen = limits_.daily_credits - remaining - credits_used(now);
  const std::int64_t slack = limits_.daily_credits / 50;
  if (unseen < -slack) refund(-unseen);
  if (unseen <= 0) return;
  const std::int64_t minute = minute_of(now);
  if (spent_.empty() || spent_.back().first != minute) spent_.emplace_back(minute, 0);
  spent_.back().second += unseen;
}

std::string Governor::save_credits(Time now) const {
  const std::int64_t since = minute_of(now) - k_window_minutes;
  std::string out;
  for (const auto& [minute, credits] : spent_) {
    if (minute > since) out += std::to_string(minute) + ":" + std::to_string(credits) + " ";
  }
  return out;
}

void Governor::restore_credits(std::string_view saved) {
  spent_.clear();
  for (const std::string_view part : split(saved, ' ')) {
    const std::size_t colon = part.find(':');
    if (colon == std::string_view::npos) continue;
    std::int64_t minute = 0;
    std::int64_t credits = 0;
    const char* middle = part.data() + colon;
    const char* end = part.data() + part.size();
    if (std::from_chars(part.data(), middle, minute).ptr == middle &&
        std::from_chars(middle + 1, end, credits).ptr == end) {
      spent_.emplace_back(minute, credits);
    }
  }
}

}  // namespace zs::batch
