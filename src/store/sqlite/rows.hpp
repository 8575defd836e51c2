#pragma once
// Rows into values and back: the columns of a kind of row in one order, used by every statement that reads it.

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "store/sqlite/connection.hpp"
#include "store/store.hpp"

namespace zs::store::sqlite {

#define ZS_ENTITY_COLUMNS \
  "eid, kind, key, account_key, user_key, facts, zoho_id, synced_ms, summary, flags, registers, synced"
#define ZS_EVENT_COLUMNS "seq, source, id, type, time_ns, received_ms, lane, data"
#define ZS_DIRTY_COLUMNS "eid, lane, due_ms, since_ms, version, attempts, blocked_on"
#define ZS_HELD_COLUMNS "eid, since_ms, code, field, message, mend, detail, retry_ms, attempts"

[[nodiscard]] Result<Entity> entity_of(const Query& row);
/// What stands in a row's column of that name; empty for whoever has no e-mail.
[[nodiscard]] std::string email_digest_of(Kind kind, const state::Registers& registers);
[[nodiscard]] LedgerEvent event_of(const Query& row);
[[nodiscard]] Dirty dirty_of(const Query& row);
[[nodiscard]] Held held_of(const Query& row);

/// A list of texts as "<length>:<text>" one after the other.
[[nodiscard]] std::string encode_list(const std::vector<std::string>& texts);
[[nodiscard]] Result<std::vector<std::string>> decode_list(std::string_view text);

/// All rows of a query, each read by `read`.
template <class Read>
auto rows_of(Query& query, Read read) -> Result<std::vector<decltype(read(query))>> {
  std::vector<decltype(read(query))> rows;
  for (;;) {
    ZS_ASSIGN(const bool more, query.step());
    if (!more) return rows;
    rows.push_back(read(query));
  }
}

/// LIMIT of a statement: SQLite counts signed.
[[nodiscard]] std::int64_t limit_of(std::size_t limit);

}  // namespace zs::store::sqlite
