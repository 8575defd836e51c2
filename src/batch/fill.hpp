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
  /// What one credit buys: writes cost one per ten records (zoho/crm-api.md 5.2), so eleven cost as much as twenty.
  std::size_t step = 10;
  /// How long a part-filled call waits while one of its kind is under way.
  Duration linger = std::chrono::milliseconds{25};
  /// How long less than a whole step waits in any case, for the credit's sake: credits are tight.
  Duration saving{};
};

/// How many to send now; 0: wait for company. While credits are ample, the first goes at once with nothing of the kind
/// under way: waiting would cost freshness and save nothing yet. What goes beyond the last whole step waits for the
/// next.
[[nodiscard]] std::size_t take_now(const Waiting& waiting, const FillPolicy& policy);

/// When take_now() will say something else though nothing comes: counted from the first one's arrival.
[[nodiscard]] Duration patience(const Waiting& waiting, const FillPolicy& policy);

/// `saving` for a day so tight (0 to 1): from nothing towards `most`.
[[nodiscard]] Duration saving_for(double tightness, Duration most);

}  // namespace zs::batch
