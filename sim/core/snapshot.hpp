#pragma once
// A whole org as one JSON document: to keep, to compare, to start from (`--org FILE`). Ids and times may be
// left out of a document that a person writes; they are made up then.

#include <cstdint>
#include <functional>
#include <istream>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "core/organization.hpp"

namespace zohosim {

struct LoadedOrg {
  Organization org;
  std::int64_t latest_ms = 0;  // of what happened in it; no clock over it should stand before that
};

/// Hands the document over piece by piece: of a million records it would be half a gigabyte in one string.
void write_snapshot(const Organization& org, const std::function<void(std::string_view)>& sink);
[[nodiscard]] std::string save_snapshot(const Organization& org);

/// Reads twice, so that the members of a document may stand in any order: `in` must be able to go back.
/// Besides the org itself only one record is in memory at a time.
[[nodiscard]] zs::Result<LoadedOrg> read_snapshot(std::istream& in, const Options& options, std::int64_t now_ms);
[[nodiscard]] zs::Result<LoadedOrg> load_snapshot(std::string_view json, const Options& options, std::int64_t now_ms);

}  // namespace zohosim
