// The links and their past: whoever changes a link writes its history in the same breath.
#include "store/changes.hpp"

#include <set>

#include "store/sqlite/rows.hpp"
#include "store/sqlite/transaction.hpp"

namespace zs::store::sqlite {
namespace {

#define ZS_CHANGE_COLUMNS "seq, at_ms, change, cause, kind, key, zoho_id, previous_zoho_id"

MappingChange change_of(const Query& row) {
  return {.seq = row.integer(0),
          .at_ms = row.integer(1),
          .change = static_cast<Change>(row.integer(2)),
          .cause = static_cast<Cause>(row.integer(3)),
          .kind = static_cast<Kind>(row.integer(4)),
          .key = row.string(5),
          .zoho_id = row.string(6),
          .previous_zoho_id = row.string(7)};
}

Change kind_of_change(std::string_view before, std::string_view now, Cause cause) {
  if (now.empty()) return Change::unlinked;
  if (before.empty()) return Change::linked;
  return cause == Cause::merged ? Change::merged : Change::relinked;
}

}  // namespace

template <class Base>
Result<std::vector<MappingChange>> Reads<Base>::mapping_changes(ChangeSeq after, std::size_t limit) {
  ZS_ASSIGN(auto query,
            db_.query("SELECT " ZS_CHANGE_COLUMNS " FROM mapping_change WHERE seq > ?1 ORDER BY seq LIMIT ?2"));
  query.bind(after, limit_of(limit));
  return rows_of(query, change_of);
}

template <class Base>
Result<std::vector<MappingChange>> Reads<Base>::mapping_history(Kind kind, std::string_view key, std::size_t limit) {
  ZS_ASSIGN(auto query, db_.query("SELECT " ZS_CHANGE_COLUMNS " FROM mapping_change WHERE eid = "
                                  "(SELECT eid FROM entity WHERE kind = ?1 AND key = ?2) ORDER BY seq DESC LIMIT ?3"));
  query.bind(kind, key, limit_of(limit));
  return rows_of(query, change_of);
}

template <class Base>
Result<ChangeBounds> Reads<Base>::change_bounds() {
  ZS_ASSIGN(auto query, db_.query("SELECT changes_swept, coalesce((SELECT seq FROM sqlite_sequence WHERE name = "
                                  "'mapping_change'), 0) FROM counter WHERE id = 1"));
  ZS_ASSIGN(const bool found, query.step());
  if (!found) return fail(Errc::corrupt, "the row of counters is gone");
  return ChangeBounds{.swept = query.integer(0), .last = query.integer(1)};
}

template <class Base>
Result<std::optional<WebhookState>> Reads<Base>::webhook(std::string_view name) {
  ZS_ASSIGN(auto query, db_.query("SELECT name, phase, cursor, attempts, since_ms, due_ms, status, reason FROM webhook "
                                  "WHERE name = ?1"));
  ZS_ASSIGN(const bool found, query.bind(name).step());
  if (!found) return std::nullopt;
  return WebhookState{.name = query.string(0),
                      .phase = static_cast<WebhookPhase>(query.integer(1)),
                      .cursor = query.integer(2),
                      .attempts = static_cast<std::int32_t>(query.integer(3)),
                      .since_ms = query.integer(4),
                      .due_ms = query.integer(5),
                      .status = static_cast<std::int32_t>(query.integer(6)),
                      .reason = query.string(7)};
}

Result<void> Writes::save_webhook(const WebhookState& state) {
  ZS_ASSIGN(auto query,
            db_.query("INSERT INTO webhook (name, phase, cursor, attempts, since_ms, due_ms, status, reason) VALUES "
                      "(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO UPDATE SET phase = excluded.phase, cursor = "
                      "excluded.cursor, attempts = excluded.attempts, since_ms = excluded.since_ms, due_ms = "
                      "excluded.due_ms, status = excluded.status, reason = excluded.reason"));
  return query
      .bind(state.name, state.phase, state.cursor, state.attempts, state.since_ms, state.due_ms, state.status,
            state.reason)
      .run();
}

Result<void> Writes::save_link(const Entity& entity, Linking linking) {
  MappingChange change;
  change.at_ms = linking.at_ms;
  change.cause = linking.cause;
  change.zoho_id = entity.zoho_id;
  {
    ZS_ASSIGN(auto query, db_.query("SELECT kind, key, zoho_id FROM entity WHERE eid = ?1"));
    ZS_ASSIGN(const bool found, query.bind(entity.id).step());
    if (!found) return fail(Errc::not_found, "no entity " + std::to_string(entity.id));
    change.kind = static_cast<Kind>(query.integer(0));
    change.key = query.text(1);
    change.previous_zoho_id = query.text(2);
  }
  if (change.previous_zoho_id == entity.zoho_id) return save_synced(entity);
  {
    const std::string synced = entity.synced.encode();
    const std::string flags = encode_list(entity.flags);
    ZS_ASSIGN(auto query,
              db_.query("UPDATE entity SET zoho_id = ?2, synced = ?3, synced_ms = ?4, flags = ?5 WHERE eid = ?1"));
    if (auto done = query.bind(entity.id, OrNull{entity.zoho_id}, synced, entity.synced_ms, flags).run(); !done) {
      if (done.error().code != Errc::conflict) return done;
      return fail(Errc::conflict, "another entity has the Zoho id " + entity.zoho_id);
    }
  }
  change.change = kind_of_change(change.previous_zoho_id, entity.zoho_id, linking.cause);
  return add_change(entity.id, change);
}

/// `id`: of the entity, 0 when it is erased.
Result<void> Writes::add_change(EntityId id, const MappingChange& change) {
  ZS_ASSIGN(auto query, db_.query("INSERT INTO mapping_change (at_ms, change, cause, kind, key, zoho_id, "
                                  "previous_zoho_id, eid) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, nullif(?8, 0))"));
  return query
      .bind(change.at_ms, change.change, change.cause, change.kind, OrNull{change.key}, change.zoho_id,
            change.previous_zoho_id, id)
      .run();
}

Result<std::size_t> Writes::sweep_changes(std::int64_t before_ms, std::size_t limit) {
  std::size_t count = 0;
  ChangeSeq last = 0;
  {
    // A clock that was set back must not make a hole: the oldest go first, up to the first that is young enough.
    ZS_ASSIGN(auto query, db_.query("SELECT seq, at_ms FROM mapping_change WHERE seq > 0 ORDER BY seq LIMIT ?1"));
    query.bind(limit_of(limit));
    for (;;) {
      ZS_ASSIGN(const bool more, query.step());
      if (!more || query.integer(1) >= before_ms) break;
      last = query.integer(0);
      ++count;
    }
  }
  if (count == 0) return 0;
  {
    ZS_ASSIGN(auto query, db_.query("DELETE FROM mapping_change WHERE seq <= ?1"));
    ZS_TRY(query.bind(last).run());
  }
  ZS_ASSIGN(auto query, db_.query("UPDATE counter SET changes_swept = ?1 WHERE id = 1"));
  ZS_TRY(query.bind(last).run());
  return count;
}

Result<void> Writes::erase_changes(const Entity& entity, std::int64_t now_ms) {
  std::set<std::string> records{entity.zoho_id};
  {
    ZS_ASSIGN(auto query, db_.query("SELECT zoho_id, previous_zoho_id FROM mapping_change WHERE eid = ?1"));
    query.bind(entity.id);
    for (;;) {
      ZS_ASSIGN(const bool more, query.step());
      if (!more) break;
      for (const int column : {0, 1}) records.insert(query.string(column));
    }
  }
  {
    ZS_ASSIGN(auto query, db_.query("DELETE FROM mapping_change WHERE eid = ?1"));
    ZS_TRY(query.bind(entity.id).run());
  }
  for (const std::string& record : records) {
    if (record.empty()) continue;
    ZS_ASSIGN(const auto holder, find_by_zoho_id(entity.kind, record));
    // Whoever follows has heard that it became the other's.
    if (holder && holder->id != entity.id) continue;
    MappingChange change;
    change.at_ms = now_ms;
    change.change = Change::erased;
    change.cause = Cause::erased;
    change.kind = entity.kind;
    change.previous_zoho_id = record;
    ZS_TRY(add_change(0, change));
  }
  return {};
}

#define ZS_CHANGE_READS(Base)                                                                                   \
  template Result<std::vector<MappingChange>> Reads<Base>::mapping_changes(ChangeSeq after, std::size_t limit); \
  template Result<std::vector<MappingChange>> Reads<Base>::mapping_history(Kind kind, std::string_view key,     \
                                                                           std::size_t limit);                  \
  template Result<ChangeBounds> Reads<Base>::change_bounds();                                                   \
  template Result<std::optional<WebhookState>> Reads<Base>::webhook(std::string_view name);
ZS_CHANGE_READS(Reader)
ZS_CHANGE_READS(Transaction)

}  // namespace zs::store::sqlite
