#pragma once
// From the ledger to the state: the next events into the registers of those they speak of, the links and
// account summaries that follow, and the mark "dirty" on every record that may have to change. All of it,
// and the cursor, in one transaction.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "store/store.hpp"

namespace zs::engine {

struct FoldOutcome {
  std::size_t events = 0;      // folded now
  std::size_t unreadable = 0;  // of these: passed over, because the ledger's text was no event
  store::Seq cursor = 0;
};

/// Fields of accounts that other modules' records show, by the configured mapping: register names.
using ShownElsewhere = std::vector<std::string>;

/// Test switches; every one of them breaks a promise, and a test shows that it does.
struct FoldFaults {
  bool arrival_order_wins = false;
};

[[nodiscard]] Result<FoldOutcome> fold(store::Transaction& tx, std::size_t limit, std::int64_t now_ms,
                                       const ShownElsewhere& shown, const FoldFaults& faults = {});

}  // namespace zs::engine
