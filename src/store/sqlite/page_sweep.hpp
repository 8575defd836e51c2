#pragma once
// The last place where deleted content survives. secure_delete overwrites cells and pages that are freed, but when
// SQLite rebuilds a page in the course of balancing, it leaves copies of that page's rows in the gap between the cell
// pointers and the cells; once the row is deleted, its copy stays (measured: a third of 300 users after 3,000 updates).
// VACUUM would rewrite the whole file with the writer stopped. So the gaps are overwritten in the file itself, a slice
// at a time: they are unallocated, no reader looks at them, and a write that is torn there harms nothing.

#include <cstdint>

#include "store/sqlite/connection.hpp"

namespace zs::store::sqlite {

struct Sweep {
  std::int64_t next_page = 1;
  bool is_over = false;
};

/// Overwrites the gaps of up to `pages` pages from `sweep.next_page` on. Only right after a checkpoint that left
/// nothing in the log: else a page there would come back over what was cleaned.
[[nodiscard]] Result<void> sweep_pages(Connection& connection, Sweep& sweep, std::int64_t pages);

}  // namespace zs::store::sqlite
