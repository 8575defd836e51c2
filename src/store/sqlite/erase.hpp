#pragma once
// What stays of somebody who was erased: hashes that tell them when they come back, and tell nothing else.

#include <string>
#include <string_view>

#include "store/sqlite/connection.hpp"
#include "store/store.hpp"

namespace zs::store::sqlite {

/// Where the salt stands among the meta values.
inline constexpr std::string_view k_salt_key = "erasure.salt";

/// HMAC-SHA256 under the store's salt, in hex: without the salt nobody can try out who it was.
[[nodiscard]] std::string tombstone_of(std::string_view salt, Kind kind, std::string_view key);
/// The same of an event's identity.
[[nodiscard]] std::string tombstone_of(std::string_view salt, std::string_view source, std::string_view id);

[[nodiscard]] Result<bool> has_tombstone(Connection& db, std::string_view hash);

}  // namespace zs::store::sqlite
