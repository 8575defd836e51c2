// What waits (dirty) and what needs a person (held). Beside the rows themselves each change keeps one derived mark:
// `hangs`, on rows whose parent is held or hangs itself, so that a backlog of millions is told apart without walking
// it. A change to one entity touches only what is blocked on it; chains are as long as account, contact, deal.
#include "store/sqlite/rows.hpp"
#include "store/sqlite/transaction.hpp"

namespace zs::store::sqlite {

Result<std::int64_t> Writes::next_version() {
  if (!version_) {
    ZS_ASSIGN(version_, db_.integer("SELECT version FROM counter WHERE id = 1"));
  }
  has_new_version_ = true;
  return ++*version_;
}

Result<bool> Writes::may_be_stuck() {
  if (!has_held_) {
    ZS_ASSIGN(const auto held, db_.integer("SELECT held FROM counter WHERE id = 1"));
    has_held_ = held > 0;
  }
  return *has_held_;
}

void Writes::begin_job() {
  version_.reset();
  has_held_.reset();
  has_new_version_ = false;
}

Result<void> Writes::end_job() {
  if (!has_new_version_) return {};
  ZS_ASSIGN(auto query, db_.query("UPDATE counter SET version = ?1 WHERE id = 1"));
  return query.bind(*version_).run();
}

// Two statements: OR IGNORE needs no statement journal, which an upsert beside triggers does and which takes longer
// than both of these.
Result<void> Writes::put_dirty(EntityId id, Lane lane, std::int64_t now_ms, std::int64_t version) {
  {
    ZS_ASSIGN(auto query, db_.query("INSERT OR IGNORE INTO dirty (eid, lane, due_ms, since_ms, version, attempts, "
                                    "blocked_on, hangs) VALUES (?1, ?2, ?3, ?3, ?4, 0, NULL, 0)"));
    ZS_TRY(query.bind(id, lane, now_ms, version).run());
  }
  if (db_.changes() == 1) return {};
  ZS_ASSIGN(auto query, db_.query("UPDATE dirty SET lane = min(lane, ?2), due_ms = ?3, since_ms = min(since_ms, ?3), "
                                  "version = ?4, attempts = 0, blocked_on = NULL, hangs = 0 WHERE eid = ?1"));
  return query.bind(id, lane, now_ms, version).run();
}

Result<void> Writes::mark_dirty(EntityId id, Lane lane, std::int64_t now_ms) {
  ZS_ASSIGN(auto was_stuck, may_be_stuck());
  if (was_stuck) {
    ZS_ASSIGN(was_stuck, is_stuck(id));
  }
  ZS_ASSIGN(const auto version, next_version());
  ZS_TRY(put_dirty(id, lane, now_ms, version));
  if (!was_stuck) return {};
  ZS_TRY(drop_held(id));
  return settle_hanging({id});
}

// Row by row: INSERT … SELECT beside triggers makes SQLite build a temporary table for every call, which costs more
// than the few rows that most accounts have.
Result<void> Writes::mark_account_dirty(std::string_view account_key, Kind kind, Lane lane, std::int64_t now_ms) {
  const auto id_of = [](const Query& row) -> EntityId { return row.integer(0); };
  std::vector<EntityId> all;
  {
    ZS_ASSIGN(auto query, db_.query("SELECT eid FROM entity WHERE account_key = ?1 AND kind = ?2"));
    query.bind(account_key, kind);
    ZS_ASSIGN(all, rows_of(query, id_of));
  }
  if (all.empty()) return {};
  std::vector<EntityId> stuck;
  ZS_ASSIGN(const bool may_be, may_be_stuck());
  if (may_be) {
    ZS_ASSIGN(auto query, db_.query("SELECT entity.eid FROM entity LEFT JOIN dirty ON dirty.eid = entity.eid "
                                    "LEFT JOIN held ON held.eid = entity.eid WHERE account_key = ?1 AND kind = ?2 AND "
                                    "(dirty.hangs = 1 OR held.eid IS NOT NULL)"));
    query.bind(account_key, kind);
    ZS_ASSIGN(stuck, rows_of(query, id_of));
  }
  ZS_ASSIGN(const auto version, next_version());
  for (const auto id : all) ZS_TRY(put_dirty(id, lane, now_ms, version));
  for (const auto id : stuck) ZS_TRY(drop_held(id));
  return settle_hanging(std::move(stuck));
}

Result<bool> Writes::clear_dirty(EntityId id, std::int64_t version) {
  bool hung = false;
  {
    // Not RETURNING, which makes SQLite keep a temporary table.
    ZS_ASSIGN(auto query, db_.query("SELECT hangs FROM dirty WHERE eid = ?1 AND version = ?2"));
    ZS_ASSIGN(const bool found, query.bind(id, version).step());
    if (!found) return false;
    hung = query.integer(0) != 0;
  }
  {
    ZS_ASSIGN(auto query, db_.query("DELETE FROM dirty WHERE eid = ?1"));
    ZS_TRY(query.bind(id).run());
  }
  if (hung) ZS_TRY(settle_hanging({id}));
  return true;
}

Result<void> Writes::postpone(EntityId id, std::int64_t due_ms, std::int32_t attempts) {
  ZS_ASSIGN(auto query, db_.query("UPDATE dirty SET due_ms = ?2, attempts = ?3 WHERE eid = ?1"));
  return query.bind(id, due_ms, attempts).run();
}

Result<void> Writes::block(EntityId id, EntityId parent) {
  if (id == parent || parent == 0) return fail(Errc::invalid, "entity " + std::to_string(id) + " cannot wait for that");
  ZS_ASSIGN(const bool may_be, may_be_stuck());
  bool stuck = false;
  if (may_be) {
    ZS_ASSIGN(stuck, is_stuck(parent));
  }
  {
    ZS_ASSIGN(auto query, db_.query("UPDATE dirty SET blocked_on = ?2, hangs = ?3 WHERE eid = ?1"));
    ZS_TRY(query.bind(id, parent, std::int64_t{stuck}).run());
  }
  return may_be ? settle_hanging({id}) : Result<void>();
}

Result<void> Writes::unblock_children(EntityId parent) {
  std::vector<EntityId> hung;
  {
    ZS_ASSIGN(auto query, db_.query("SELECT eid FROM dirty WHERE blocked_on = ?1 AND hangs = 1"));
    query.bind(parent);
    ZS_ASSIGN(hung, rows_of(query, [](const Query& row) -> EntityId { return row.integer(0); }));
  }
  {
    ZS_ASSIGN(auto query, db_.query("UPDATE dirty SET blocked_on = NULL, hangs = 0 WHERE blocked_on = ?1"));
    ZS_TRY(query.bind(parent).run());
  }
  return settle_hanging(std::move(hung));
}

Result<void> Writes::hold(const Held& held) {
  has_held_ = true;
  {
    ZS_ASSIGN(auto query, db_.query("DELETE FROM dirty WHERE eid = ?1"));
    ZS_TRY(query.bind(held.id).run());
  }
  {
    ZS_ASSIGN(
        auto query,
        db_.query(
            "INSERT INTO held (" ZS_HELD_COLUMNS ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) "
            "ON CONFLICT DO UPDATE SET since_ms = excluded.since_ms, code = excluded.code, field = excluded.field, "
            "message = excluded.message, mend = excluded.mend, detail = excluded.detail, "
            "retry_ms = excluded.retry_ms, attempts = excluded.attempts"));
    query.bind(held.id, held.since_ms, held.code, held.field, held.message, held.mend, held.detail, held.retry_ms,
               held.attempts);
    ZS_TRY(query.run());
  }
  return settle_hanging({held.id});
}

Result<bool> Writes::drop_held(EntityId id) {
  {
    ZS_ASSIGN(auto query, db_.query("DELETE FROM held WHERE eid = ?1"));
    ZS_TRY(query.bind(id).run());
    if (db_.changes() == 0) return false;
  }
  ZS_TRY(settle_hanging({id}));
  return true;
}

Result<bool> Writes::is_stuck(EntityId id) {
  ZS_ASSIGN(auto query, db_.query("SELECT EXISTS (SELECT 1 FROM held WHERE eid = ?1) OR "
                                  "EXISTS (SELECT 1 FROM dirty WHERE eid = ?1 AND hangs = 1)"));
  ZS_TRY(query.bind(id).step());
  return query.integer(0) != 0;
}

Result<void> Writes::settle_hanging(std::vector<EntityId> roots) {
  while (!roots.empty()) {
    const auto parent = roots.back();
    roots.pop_back();
    ZS_ASSIGN(const bool stuck, is_stuck(parent));
    std::vector<EntityId> changed;
    {
      ZS_ASSIGN(auto query, db_.query("SELECT eid FROM dirty WHERE blocked_on = ?1 AND hangs = ?2"));
      query.bind(parent, std::int64_t{!stuck});
      ZS_ASSIGN(changed, rows_of(query, [](const Query& row) -> EntityId { return row.integer(0); }));
    }
    if (changed.empty()) continue;
    ZS_ASSIGN(auto query, db_.query("UPDATE dirty SET hangs = ?2 WHERE blocked_on = ?1 AND hangs = 1 - ?2"));
    ZS_TRY(query.bind(parent, std::int64_t{stuck}).run());
    roots.insert(roots.end(), changed.begin(), changed.end());
  }
  return {};
}

}  // namespace zs::store::sqlite
