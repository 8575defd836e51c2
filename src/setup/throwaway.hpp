#pragma once
// Contacts that exist for a trial alone, and the going of them.

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "setup/calls.hpp"

namespace zs::setup {

/// Ids of all Contacts whose last name begins with `prefix`, as the database has them now.
[[nodiscard]] Result<std::vector<std::string>> find_by_last_name(Calls& calls, std::string_view prefix);

/// Those in the recycle bin, where a run that ended between deleting and purging leaves them.
[[nodiscard]] Result<std::vector<std::string>> find_in_bin(Calls& calls, std::string_view prefix);

/// Into the recycle bin, without automation.
[[nodiscard]] Result<void> remove(Calls& calls, const std::vector<std::string>& ids);
/// Out of the recycle bin, for good.
[[nodiscard]] Result<void> purge(Calls& calls, const std::vector<std::string>& ids);

}  // namespace zs::setup
