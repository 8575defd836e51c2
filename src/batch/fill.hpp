#pragma once
// How full a call should be: full for the price, soon for freshness.

#include <cstddef>

#include "base/time.hpp"

namespace zs::batch {

struct Waiting {
  std::size_t items = 0;      // ready to go
  Duration oldest{};          // how long the first of them has waited
  std::size_t under_way = 0;  // calls of the same kind not yet answered
};

struct FillPolicy {
  std::size_t max_items = 100;
  /// Writes cost a credit per ten records (zoho/crm-api.md 5.2), so eleven cost as much as twenty. 1: flat price.
  std::size_t step = 10;
  Duration linger = std::chrono::milliseconds{25};
};

/// How many to send now; 0: wait for company. With nothing of the kind under way the first goes at once:
/// waiting would cost freshness and save nothing yet. Otherwise a part-filled call waits for the linger, and
/// what goes beyond the last whole step waits for the next.
[[nodiscard]] std::size_t take_now(const Waiting& waiting, const FillPolicy& policy);

}  // namespace zs::batch
