#include "batch/fill.hpp"

#include <algorithm>

namespace zs::batch {

Duration patience(const Waiting& waiting, const FillPolicy& policy) {
  const Duration company = waiting.under_way > 0 ? policy.linger : Duration{0};
  const Duration credit = waiting.items < policy.step ? policy.saving : Duration{0};
  return std::max(company, credit);
}

std::size_t take_now(const Waiting& waiting, const FillPolicy& policy) {
  if (waiting.items == 0) return 0;
  if (waiting.items >= policy.max_items) return policy.max_items;
  if (waiting.oldest < patience(waiting, policy)) return 0;
  if (waiting.items > policy.step) return waiting.items - waiting.items % policy.step;
  return waiting.items;
}

Duration saving_for(double tightness, Duration most) {
  return Duration{static_cast<std::int64_t>(static_cast<double>(most.count()) * tightness)};
}

}  // namespace zs::batch
