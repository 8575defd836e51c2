#include "helpdesk/gate.hpp"

#include <algorithm>

namespace zohosim::desk {
namespace {

constexpr std::int64_t k_day_ms = 24LL * 3600 * 1000;

struct Allowance {
  std::int64_t base;
  std::int64_t per_licence;
  int concurrency;
};

/// The CRM's editions stand for Desk's of the same name; Ultimate for the suites that have Desk's Enterprise.
Allowance allowance(Edition edition) {
  switch (edition) {
    case Edition::free:
      return {5'000, 0, 5};
    case Edition::standard:
      return {50'000, 250, 10};
    case Edition::professional:
      return {75'000, 500, 15};
    case Edition::enterprise:
    case Edition::ultimate:
      return {100'000, 1'000, 25};
  }
  return {5'000, 0, 5};
}

}  // namespace

std::int64_t DeskGate::day_of(std::int64_t now_ms) const {
  return (now_ms + std::int64_t{options_.utc_offset_minutes} * 60'000) / k_day_ms;
}

std::int64_t DeskGate::remaining(std::int64_t now_ms) const {
  const Allowance of = allowance(options_.edition);
  const std::int64_t all = options_.desk.daily_credits.value_or(of.base + of.per_licence * options_.user_licences);
  return std::max<std::int64_t>(0, all - (day_of(now_ms) == day_ ? spent_ : 0));
}

std::int64_t DeskGate::seconds_to_reset(std::int64_t now_ms) const {
  const std::int64_t local = now_ms + std::int64_t{options_.utc_offset_minutes} * 60'000;
  return (k_day_ms - local % k_day_ms + 999) / 1000;
}

DeskGate::Admission DeskGate::enter(int credits, std::int64_t now_ms) {
  const int most = options_.desk.concurrency.value_or(allowance(options_.edition).concurrency);
  if (calls_ + 1 > most) {
    ++refused_for_concurrency_;
    return Admission::too_many;
  }
  if (credits > remaining(now_ms)) {
    ++refused_for_credits_;
    return Admission::out_of_credits;
  }
  if (day_of(now_ms) != day_) {
    day_ = day_of(now_ms);
    spent_ = 0;
  }
  spent_ += credits;
  ++calls_;
  most_calls_ = std::max(most_calls_, calls_);
  return Admission::admitted;
}

int price_of(Endpoint endpoint, std::int64_t from) {
  switch (endpoint) {
    case Endpoint::desk_contacts:
    case Endpoint::desk_contact_search:
    case Endpoint::desk_tickets:
    case Endpoint::desk_ticket_search:
      return from <= 2'000 ? 3 : 5;
    default:
      return 1;
  }
}

}  // namespace zohosim::desk
