#pragma once
// Contacts that exist for a trial alone, and the going of them.

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "setup/calls.hpp"

namespace zs::setup {

/// One row of an answer to a write.
struct Row {
  std::string code;
  std::string id;
  std::string message;
};
/// The rows under `data`; empty for another shape.
[[nodiscard]] std::vector<Row> rows_of(std::string_view body);

/// Ids of all Contacts whose last name begins with `prefix`, as the database has them now.
[[nodiscard]] Result<std::vector<std::string>> find_by_last_name(Calls& calls, std::string_view prefix);

/// Deletes and purges them; they are gone from the recycle bin too.
[[nodiscard]] Result<void> destroy(Calls& calls, const std::vector<std::string>& ids);

}  // namespace zs::setup
