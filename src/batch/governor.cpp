#include "batch/governor.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.hpp"

namespace zs::batch {
namespace {

/// How long the server may go on with a call after we stopped waiting for it; nothing documented, a guess.
constexpr Duration k_abandoned_for = std::chrono::seconds{30};
/// The same for a process that died: its connections died with it, and it has been a while.
constexpr Duration k_orphaned_for = std::chrono::seconds{5};
/// From a halved window to the full one, when there is too little traffic to earn it back.
constexpr Duration k_recovery = std::chrono::seconds{45};
/// While there was live traffic so lately, other lanes leave it places.
constexpr Duration k_live_lately = std::chrono::minutes{5};
/// Refusals that go on for minutes are looked at every five (zoho/crm-api.md 5.4).
constexpr Duration k_longest_pause = std::chrono::minutes{5};

}  // namespace

Governor::Governor(Limits limits, Random& random) : random_(random) { set_limits(limits); }

void Governor::set_limits(Limits limits) {
  limits_ = limits;
  window_ = std::max(1.0, static_cast<double>(limits.concurrency));
  credits_.set_limits(limits.daily_credits, limits.own_credits, limits.live_reserve);
}

int Governor::window(Time now) const {
  const auto full = static_cast<double>(limits_.concurrency);
  double grown = window_;
  if (paused_until_ != Time{} && now > paused_until_) {
    const double share = static_cast<double>((now - paused_until_).count()) / static_cast<double>(k_recovery.count());
    grown = std::max(grown, full * std::min(share, 1.0));
  }
  return std::max(1, static_cast<int>(std::min(grown, full)));
}

std::pair<int, int> Governor::taken(Time now) const {
  int running = running_;
  int heavy = heavy_running_;
  for (const Abandoned& one : abandoned_) {
    if (one.until <= now) continue;
    ++running;
    heavy += one.is_heavy ? 1 : 0;
  }
  return {running, heavy};
}

bool Governor::may_start(const Cost& cost, Time now) const {
  if (!limits_.is_enforced) return true;
  if (is_paused(now)) return false;
  const auto [running, heavy] = taken(now);
  // A live call then finds a place at once, not only when one of a backfill's long ones ends.
  const bool leaves_room = !cost.is_live && last_live_ != Time{} && now - last_live_ < k_live_lately;
  const int all = window(now);
  const int places = leaves_room ? all - (all + 4) / 5 : all;
  if (running >= std::max(1, places)) return false;
  if (cost.is_heavy && heavy >= std::max(1, limits_.heavy - (leaves_room ? 1 : 0))) return false;
  if (!credits_.lacks(cost.credits, cost.is_live, now)) return true;
  return cost.is_live && running == 0 && credits_.may_probe(now);
}

void Governor::started(const Cost& cost, Time now) {
  ++running_;
  if (cost.is_heavy) ++heavy_running_;
  if (cost.is_live) last_live_ = now;
  credits_.spend(cost.credits, cost.is_live, now);
  std::erase_if(abandoned_, [&](const Abandoned& one) { return one.until <= now; });
}

void Governor::finished(const Cost& cost, Time sent, Time now) {
  --running_;
  if (cost.is_heavy) --heavy_running_;
  credits_.settled(cost.credits, sent, now);
}

void Governor::abandoned(const Cost& cost, Time sent, Time now) {
  finished(cost, sent, now);
  abandoned_.push_back({now + k_abandoned_for, cost.is_heavy});
}

std::string Governor::save_calls(Time now) const {
  const auto [calls, heavy] = taken(now);
  return std::to_string(to_millis(now)) + " " + std::to_string(calls) + " " + std::to_string(heavy);
}

void Governor::restore_calls(std::string_view saved) {
  const auto parts = split(saved, ' ');
  std::array<std::int64_t, 3> numbers{};
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (i >= parts.size()) return;
    const std::string_view part = parts[i];
    if (std::from_chars(part.data(), part.data() + part.size(), numbers[i]).ec != std::errc{}) return;
  }
  const auto [at_ms, calls, heavy] = numbers;
  for (std::int64_t i = 0; i < std::min<std::int64_t>(calls, 100); ++i)
    abandoned_.push_back({from_millis(at_ms) + k_orphaned_for, i < heavy});
}

void Governor::throttled(Time now, Duration at_least) {
  // Calls that were under way together are refused together: one lesson, not one each.
  if (is_paused(now)) {
    paused_until_ = std::max(paused_until_, now + at_least);
    return;
  }
  window_ = std::max(1.0, static_cast<double>(window(now)) / 2);
  const Duration base = std::min<Duration>(k_longest_pause, 1s * (1 << std::min(throttles_in_a_row_, 9)));
  ++throttles_in_a_row_;
  const auto jitter = Duration{static_cast<std::int64_t>(static_cast<double>(base.count()) * random_.unit() / 2)};
  paused_until_ = now + std::max(at_least, base / 2 + jitter);
}

void Governor::went_well() {
  throttles_in_a_row_ = 0;
  window_ = std::min(static_cast<double>(limits_.concurrency), window_ + 1.0 / std::max(1.0, window_));
}

Time Governor::credits_at(const Cost& cost, Time now) const {
  const Time back = credits_.back_at(cost.credits, cost.is_live, now);
  return back > now && cost.is_live ? std::min(back, credits_.next_probe(now)) : back;
}

Time Governor::next_chance(const Cost& cost, Time now) const {
  if (is_paused(now)) return paused_until_;
  if (credits_.lacks(cost.credits, cost.is_live, now)) {
    // A probe that is due waits for the calls that are out.
    const Time at = credits_at(cost, now);
    return at > now ? at : Time::max();
  }
  Time next = Time::max();
  for (const Abandoned& one : abandoned_) {
    if (one.until > now) next = std::min(next, one.until);
  }
  if (window(now) < limits_.concurrency) next = std::min(next, now + 1s);
  if (!cost.is_live && last_live_ != Time{} && now - last_live_ < k_live_lately)
    next = std::min(next, last_live_ + k_live_lately);
  return next;
}

}  // namespace zs::batch
