#include "core/limits.hpp"

#include <algorithm>

#include "core/coql.hpp"
#include "core/text.hpp"

namespace zohosim {
namespace {

constexpr std::int64_t k_minute_ms = 60'000;
constexpr std::int64_t k_day_minutes = 24 * 60;

struct Allowance {
  std::int64_t base;
  std::int64_t per_licence;
  std::int64_t ceiling;
  int concurrency;
};

Allowance allowance(Edition edition) {
  constexpr std::int64_t k_unlimited = INT64_MAX;
  switch (edition) {
    case Edition::free:
      return {5'000, 0, 5'000, 5};
    case Edition::standard:
      return {50'000, 250, 100'000, 10};
    case Edition::professional:
      return {50'000, 500, 3'000'000, 15};
    case Edition::enterprise:
      return {50'000, 1'000, 5'000'000, 20};
    case Edition::ultimate:
      return {50'000, 2'000, k_unlimited, 25};
  }
  return {5'000, 0, 5'000, 5};
}

std::size_t rows_in(const Json* body, std::string_view list) {
  const Json* rows = body == nullptr ? nullptr : body->find(list);
  return rows == nullptr ? 0 : rows->items.size();
}

int per(std::size_t count, std::size_t unit) { return std::max(1, static_cast<int>((count + unit - 1) / unit)); }

bool sorted_or_filtered(const Pairs& params) {
  return find_pair(params, "cvid") != nullptr || find_pair(params, "sort_by") != nullptr;
}

}  // namespace

std::int64_t daily_credits(const Options& options) {
  if (options.daily_credits) return *options.daily_credits;
  const Allowance of = allowance(options.edition);
  return std::min(of.base + of.per_licence * options.user_licences, of.ceiling);
}

int concurrency(const Options& options) { return options.concurrency.value_or(allowance(options.edition).concurrency); }

int price(const Route& route, const Pairs& params, const Json* body, const Organization& org, const Options& options) {
  switch (route.endpoint) {
    case Endpoint::insert:
    case Endpoint::update:
    case Endpoint::upsert:
      return per(rows_in(body, "data"), 10);
    case Endpoint::tag_records:
      return per(rows_in(body, "ids"), options.tags_cost_per_50 ? 50 : 10);
    case Endpoint::set_deal_roles:
      return options.roles_cost_per_call ? 1 : per(rows_in(body, "data"), 10);
    case Endpoint::coql:
      return coql_price(body, org);
    case Endpoint::list:
      return sorted_or_filtered(params) ? 3 : 1;
    case Endpoint::deleted:
      return 2;
    case Endpoint::merge:
      return 50;
    case Endpoint::create_fields:
      return 10 * std::max(1, static_cast<int>(rows_in(body, "fields")));
    default:
      return 1;
  }
}

bool is_heavy(const Route& route, const Pairs& params, const Json* body) {
  switch (route.endpoint) {
    case Endpoint::insert:
    case Endpoint::update:
    case Endpoint::upsert:
      return rows_in(body, "data") > 10;
    case Endpoint::coql:
    case Endpoint::search:
      return true;
    case Endpoint::list:
      return sorted_or_filtered(params);
    default:
      return false;
  }
}

Admission Gate::enter(Places places, int credits, std::int64_t now_ms) {
  if (calls_ + places.calls > concurrency(options_)) return Admission::too_many;
  if (heavy_ + places.heavy > k_heavy_calls) return Admission::too_many_heavy;
  if (credits > remaining(now_ms)) return Admission::out_of_credits;
  calls_ += places.calls;
  heavy_ += places.heavy;
  most_calls_ = std::max(most_calls_, calls_);
  most_heavy_ = std::max(most_heavy_, heavy_);
  const std::int64_t minute = now_ms / k_minute_ms;
  if (minutes_.empty() || minutes_.back().first != minute) minutes_.emplace_back(minute, 0);
  minutes_.back().second += credits;
  while (minutes_.front().first <= minute - k_day_minutes) minutes_.pop_front();
  return Admission::admitted;
}

void Gate::leave(Places places) {
  calls_ -= places.calls;
  heavy_ -= places.heavy;
}

std::int64_t Gate::spent(std::int64_t now_ms) const {
  std::int64_t out = 0;
  for (const auto& [minute, credits] : minutes_) {
    if (minute > now_ms / k_minute_ms - k_day_minutes) out += credits;
  }
  return out;
}

std::int64_t Gate::remaining(std::int64_t now_ms) const {
  return std::max<std::int64_t>(0, daily_credits(options_) - spent(now_ms));
}

}  // namespace zohosim
