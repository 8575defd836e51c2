#include "batch/fill.hpp"

namespace zs::batch {

std::size_t take_now(const Waiting& waiting, const FillPolicy& policy) {
  if (waiting.items == 0) return 0;
  if (waiting.items >= policy.max_items) return policy.max_items;
  if (waiting.under_way > 0 && waiting.oldest < policy.linger) return 0;
  if (waiting.items > policy.step) return waiting.items - waiting.items % policy.step;
  return waiting.items;
}

}  // namespace zs::batch
