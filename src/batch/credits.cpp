#include "batch/credits.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace zs::batch {
namespace {

constexpr std::int64_t k_window_minutes = 24 * 60;
constexpr std::int64_t k_pace_minutes = 10;
constexpr Duration k_probe_every = std::chrono::minutes{15};

std::int64_t minute_of(Time time) { return std::chrono::floor<std::chrono::minutes>(time).time_since_epoch().count(); }

bool read_number(std::string_view text, std::int64_t& value) {
  value = parse_integer(text).value_or(-1);
  return value >= 0;
}

}  // namespace

void CreditLedger::set_limits(std::int64_t org, std::int64_t own, double live_reserve) {
  if (org > 0 || !is_learned_) {
    org_limit_ = org;
    is_learned_ = false;
  }
  own_limit_ = own;
  live_reserve_ = live_reserve;
}

CreditLedger::Minute& CreditLedger::minute_for(Time now) {
  const std::int64_t minute = minute_of(now);
  while (!spent_.empty() && spent_.front().at <= minute - k_window_minutes) spent_.pop_front();
  if (spent_.empty() || spent_.back().at < minute) {
    spent_.push_back({minute});
    must_save_all_ = true;
  }
  return spent_.back();
}

CreditLedger::Sum CreditLedger::sum_since(std::int64_t minute) const {
  Sum sum;
  for (auto one = spent_.rbegin(); one != spent_.rend() && one->at > minute; ++one) {
    sum.live += one->live;
    sum.own += one->own();
    sum.all += one->own() + one->others;
  }
  return sum;
}

CreditLedger::Sum CreditLedger::day(Time now) const { return sum_since(minute_of(now) - k_window_minutes); }

void CreditLedger::spend(std::int64_t credits, bool is_live, Time now) {
  Minute& minute = minute_for(now);
  (is_live ? minute.live : minute.other_lanes) += credits;
  in_flight_ += credits;
  started_ += credits;
  last_spent_ = now;
}

void CreditLedger::settled(std::int64_t credits, Time sent, Time now) {
  in_flight_ -= credits;
  const std::int64_t minute = minute_of(sent);
  if (minute == minute_of(now)) return;
  const auto then = std::ranges::find(spent_, minute, &Minute::at);
  if (then == spent_.end()) return;
  const std::int64_t live = std::min(credits, then->live);
  const std::int64_t other_lanes = std::min(credits - live, then->other_lanes);
  then->live -= live;
  then->other_lanes -= other_lanes;
  must_save_all_ = true;
  Minute& last = minute_for(now);
  last.live += live;
  last.other_lanes += other_lanes;
}

void CreditLedger::take_back(std::int64_t Minute::* what, std::int64_t& credits) {
  for (auto one = spent_.rbegin(); one != spent_.rend() && credits > 0; ++one) {
    const std::int64_t back = std::min(credits, (*one).*what);
    (*one).*what -= back;
    credits -= back;
    must_save_all_ = must_save_all_ || (back > 0 && one != spent_.rbegin());
  }
}

void CreditLedger::refund(std::int64_t credits, bool is_live) {
  started_ -= credits;
  take_back(is_live ? &Minute::live : &Minute::other_lanes, credits);
}

void CreditLedger::correct(std::int64_t remaining, std::int64_t counted_before, std::int64_t credits, Time now) {
  const std::int64_t ours = day(now).all;
  if (org_limit_ <= 0 || is_learned_) {
    is_learned_ = true;
    org_limit_ = std::max(org_limit_, ours + remaining);
  }
  const std::int64_t theirs = org_limit_ - remaining;
  const std::int64_t unsure = std::max<std::int64_t>(0, started_ - counted_before - credits);
  if (theirs > ours) {
    minute_for(now).others += theirs - ours;
    return;
  }
  std::int64_t excess = ours - unsure - theirs;
  take_back(&Minute::others, excess);
  take_back(&Minute::other_lanes, excess);
  take_back(&Minute::live, excess);
}

void CreditLedger::correct_by_silence(Time now) {
  if (org_limit_ <= 0) return;
  const Sum sum = day(now);
  std::int64_t excess = std::min(sum.all - org_limit_ / 2, sum.all - sum.own);
  take_back(&Minute::others, excess);
}

void CreditLedger::exhausted(Time now) {
  if (org_limit_ <= 0) return;
  minute_for(now).others += std::max<std::int64_t>(0, org_limit_ - day(now).all);
}

std::int64_t CreditLedger::allowed(std::int64_t limit, bool is_live) const {
  return is_live ? limit : static_cast<std::int64_t>(static_cast<double>(limit) * (1.0 - live_reserve_));
}

bool CreditLedger::is_own_limit_tighter(const Sum& sum) const {
  return own_limit_ > 0 && (org_limit_ <= 0 || own_limit_ - sum.own < org_limit_ - sum.all);
}

std::int64_t CreditLedger::limit(Time now) const { return is_own_limit_tighter(day(now)) ? own_limit_ : org_limit_; }

std::int64_t CreditLedger::used(Time now) const {
  const Sum sum = day(now);
  return is_own_limit_tighter(sum) ? sum.own : sum.all;
}

bool CreditLedger::lacks(std::int64_t credits, bool is_live, Time now) const {
  const Sum sum = day(now);
  return (org_limit_ > 0 && sum.all + credits > allowed(org_limit_, is_live)) ||
         (own_limit_ > 0 && sum.own + credits > allowed(own_limit_, is_live));
}

Time CreditLedger::back_at(std::int64_t credits, bool is_live, Time now) const {
  if (!lacks(credits, is_live, now)) return now;
  const Sum sum = day(now);
  std::int64_t excess = org_limit_ > 0 ? sum.all + credits - allowed(org_limit_, is_live) : 0;
  std::int64_t own_excess = own_limit_ > 0 ? sum.own + credits - allowed(own_limit_, is_live) : 0;
  const std::int64_t since = minute_of(now) - k_window_minutes;
  for (const Minute& one : spent_) {
    if (one.at <= since) continue;
    excess -= one.own() + one.others;
    own_excess -= one.own();
    if (excess <= 0 && own_excess <= 0) return Time{std::chrono::minutes{one.at + k_window_minutes}};
  }
  return now + std::chrono::hours{24};
}

double CreditLedger::tightness(Time now) const {
  if (org_limit_ <= 0 && own_limit_ <= 0) return 0;
  const Sum sum = day(now);
  const std::int64_t pace = sum_since(minute_of(now) - k_pace_minutes).live * (k_window_minutes / k_pace_minutes);
  const auto need = static_cast<double>(std::max(sum.live, pace));
  const std::int64_t of_org = org_limit_ > 0 ? org_limit_ - (sum.all - sum.live) : INT64_MAX;
  const std::int64_t of_own = own_limit_ > 0 ? own_limit_ - (sum.own - sum.live) : INT64_MAX;
  const std::int64_t left = std::min(of_org, of_own);
  if (left <= 0) return 1;
  return std::clamp(need / static_cast<double>(left) * 2 - 1, 0.0, 1.0);
}

Time CreditLedger::next_probe(Time now) const {
  const Sum sum = day(now);
  if (sum.all == sum.own || (own_limit_ > 0 && sum.own >= own_limit_)) return Time::max();
  return last_spent_ == Time{} ? now : std::max(now, last_spent_ + k_probe_every);
}

bool CreditLedger::may_probe(Time now) const { return next_probe(now) <= now; }

std::string CreditLedger::text_of(const Minute& minute) {
  std::string out = std::to_string(minute.at);
  for (const std::int64_t number : {minute.live, minute.other_lanes, minute.others})
    out += ":" + std::to_string(number);
  return out;
}

std::string CreditLedger::save(Time now) {
  must_save_all_ = false;
  const std::int64_t since = minute_of(now) - k_window_minutes;
  std::string out;
  for (const Minute& one : spent_) {
    if (one.at > since) out += text_of(one) + " ";
  }
  return out;
}

std::string CreditLedger::save_last() const { return spent_.empty() ? std::string() : text_of(spent_.back()); }

void CreditLedger::restore(std::string_view saved, std::string_view last) {
  spent_.clear();
  const auto take = [this](std::string_view entry) {
    const auto parts = split(entry, ':');
    std::array<std::int64_t, 4> numbers{};
    bool is_good = parts.size() >= 2 && parts.size() <= numbers.size();
    for (std::size_t i = 0; is_good && i < parts.size(); ++i) is_good = read_number(parts[i], numbers[i]);
    if (!is_good || (!spent_.empty() && spent_.back().at > numbers[0])) return;
    if (!spent_.empty() && spent_.back().at == numbers[0]) spent_.pop_back();
    spent_.push_back({numbers[0], numbers[1], numbers[2], numbers[3]});
  };
  for (const std::string_view entry : split(saved, ' ')) take(entry);
  take(last);
}

}  // namespace zs::batch
