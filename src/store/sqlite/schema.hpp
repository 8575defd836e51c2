#pragma once
// The tables, as numbered steps that a file goes through once each. PRAGMA user_version holds the number reached,
// PRAGMA application_id tells our files from other people's.

#include <cstdint>
#include <optional>

#include "base/result.hpp"
#include "store/sqlite/connection.hpp"

namespace zs::store::sqlite {

/// Errc::corrupt for a file that is not ours or was written by a newer program. Changes nothing.
[[nodiscard]] Result<void> recognise_file(Connection& connection);
/// Brings a new or older file to the present schema, or to an older one for tests; each step commits by itself.
[[nodiscard]] Result<void> migrate(Connection& connection, std::optional<std::int64_t> up_to = {});
/// For readers, which cannot migrate: Errc::corrupt as above, Errc::unavailable when the file is older or still empty.
[[nodiscard]] Result<void> check_schema(Connection& connection);

}  // namespace zs::store::sqlite
