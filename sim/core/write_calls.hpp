#pragma once
// POST and PUT of records: insert, update, upsert (crm-api.md 1).

#include "core/call.hpp"

namespace zohosim {

inline constexpr std::size_t k_most_rows = 100;

/// Serves insert, update and upsert.
[[nodiscard]] HttpAnswer write_records(const Call& call);

/// The `trigger` of a write as JSON, `"all"` when it is absent: then every automation runs.
[[nodiscard]] std::string trigger_of(const Json* body);

}  // namespace zohosim
