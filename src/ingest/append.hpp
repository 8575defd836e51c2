#pragma once
// Checked events into the ledger. What is about somebody who was erased is turned away here, inside the transaction, so
// that no event can slip in beside the erasure.

#include <cstddef>
#include <span>
#include <vector>

#include "ingest/accept.hpp"
#include "store/store.hpp"

namespace zs::ingest {

struct Appended {
  std::size_t accepted = 0;
  std::size_t duplicates = 0;
  std::vector<std::size_t> erased;  // places in `events`
};

[[nodiscard]] Result<Appended> append(store::Transaction& tx, std::span<const store::NewEvent> events,
                                      std::int64_t now_ms);

/// Lists the erased ones with those that were rejected before, each under its place in the request.
void reject_erased(std::span<const store::NewEvent> events, const Appended& appended, std::vector<Rejection>& rejected);

}  // namespace zs::ingest
