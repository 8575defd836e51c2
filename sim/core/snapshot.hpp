#pragma once
// A whole org as one JSON document: to keep, to compare, to start from (`--org FILE`). Ids and times may be
// left out of a document that a person writes; they are made up then.

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "core/organization.hpp"

namespace zohosim {

[[nodiscard]] std::string save_snapshot(const Organization& org);
[[nodiscard]] zs::Result<Organization> load_snapshot(std::string_view json, const Options& options,
                                                     std::int64_t now_ms);

}  // namespace zohosim
