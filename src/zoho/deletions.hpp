#pragma once
// The list of deleted records (zoho/crm-api.md 2.6): how else a daemon learns that a person deleted or merged one
// before it has something to write there.

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"
#include "zoho/crm.hpp"

namespace zs::zoho {

/// Path and query below the API's base URL.
[[nodiscard]] std::string deletions_path(Module module, int page);
/// The value of If-Modified-Since.
[[nodiscard]] std::string deletions_since(Time since);
/// From the body of a 200; no other status has one.
[[nodiscard]] Result<Deletions> read_deletions(std::string_view json);

}  // namespace zs::zoho
