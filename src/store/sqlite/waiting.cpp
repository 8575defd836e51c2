// What waits (dirty) and what needs a person (held). Beside the rows themselves each change keeps one derived mark:
// `hangs`, on rows whose parent is held or hangs itself, so that a backlog of millions is told apart without walking
// it. A change to one entity touches only what is blocked on it; chains are as long as account, contact, deal.
#include "store/sqlite/members.hpp"
#include "store/sqlite/rows.hpp"
#include "store/sqlite/transaction.hpp"

namespace zs::store::sqlite {

Result<std::int64_t> Writes::next_version() {
  ZS_TRY(db_.run("UPDATE counter SET version = version + 1 WHERE id = 1"));
  return db_.integer("SELECT version FROM counter WHERE id = 1");
}

Result<void> Writes::mark_dirty(std::span<const Mark> marks, std::int64_t now_ms) {
  if (marks.empty()) return {};
  // Without a held entity nothing hangs, and nobody has to be asked for it.
  ZS_ASSIGN(const auto held, db_.integer("SELECT held FROM counter WHERE id = 1"));
  std::vector<EntityId> stuck;
  if (held > 0) {
    for (const Mark& mark : marks) {
      ZS_ASSIGN(const bool was_stuck, is_stuck(mark.id));
      if (was_stuck) stuck.push_back(mark.id);
    }
  }
  ZS_ASSIGN(const std::int64_t version, next_version());
  for (const Mark& mark : marks) {
    // OR FAIL: with the default, ABORT, SQLite copies every page aside that a statement with a trigger is about to
    // change. A failed statement fails the job here, which is rolled back as a whole.
    ZS_ASSIGN(auto again, db_.query("UPDATE OR FAIL dirty SET lane = min(lane, ?2), due_ms = ?3, "
                                    "since_ms = min(since_ms, ?3), version = ?4, attempts = 0, blocked_on = NULL, "
                                    "hangs = 0 WHERE eid = ?1"));
    ZS_TRY(again.bind(mark.id, mark.lane, now_ms, version).run());
    if (db_.changes() == 1) continue;
    ZS_ASSIGN(auto first, db_.query("INSERT OR FAIL INTO dirty (eid, lane, due_ms, since_ms, version, attempts, "
                                    "blocked_on, hangs) VALUES (?1, ?2, ?3, ?3, ?4, 0, NULL, 0)"));
    ZS_TRY(first.bind(mark.id, mark.lane, now_ms, version).run());
  }
  for (const EntityId id : stuck) ZS_TRY(drop_held(id));
  return settle_hanging(std::move(stuck));
}

Result<void> Writes::mark_account_dirty(std::string_view account_key, Kind kind, Lane lane, std::int64_t now_ms) {
  // Without a held entity nothing hangs, and the walk for them can be spared.
  ZS_ASSIGN(const auto held, db_.integer("SELECT held FROM counter WHERE id = 1"));
  std::vector<EntityId> stuck;
  if (held > 0) {
    ZS_ASSIGN(auto query, db_.query("SELECT member.eid FROM " ZS_MEMBERS
                                    " AS member LEFT JOIN dirty ON dirty.eid = member.eid LEFT JOIN held ON "
                                    "held.eid = member.eid WHERE dirty.hangs = 1 OR held.eid IS NOT NULL"));
    query.bind(account_key, kind);
    ZS_ASSIGN(stuck, rows_of(query, [](const Query& row) -> EntityId { return row.integer(0); }));
  }
  ZS_ASSIGN(const std::int64_t version, next_version());
  {
    ZS_ASSIGN(auto query,
              db_.query("INSERT INTO dirty (eid, lane, due_ms, since_ms, version, attempts, blocked_on, hangs) SELECT "
                        "eid, ?3, ?4, ?4, ?5, 0, NULL, 0 FROM " ZS_MEMBERS " WHERE true "
                        "ON CONFLICT DO UPDATE SET lane = min(lane, excluded.lane), "
                        "due_ms = excluded.due_ms, since_ms = min(since_ms, excluded.since_ms), "
                        "version = excluded.version, attempts = 0, blocked_on = NULL, hangs = 0"));
    ZS_TRY(query.bind(account_key, kind, lane, now_ms, version).run());
  }
  for (const auto id : stuck) ZS_TRY(drop_held(id));
  return settle_hanging(std::move(stuck));
}

Result<bool> Writes::clear_dirty(EntityId id, std::int64_t version) {
  ZS_ASSIGN(const bool hung, hangs(id));
  {
    // Without RETURNING, which fills a table of its own at every run.
    ZS_ASSIGN(auto query, db_.query("DELETE FROM dirty WHERE eid = ?1 AND version = ?2"));
    ZS_TRY(query.bind(id, version).run());
    if (db_.changes() == 0) return false;
  }
  if (hung) ZS_TRY(settle_hanging({id}));
  return true;
}

/// Whether its row says so. While none does, as the count of them tells, no row is read.
Result<bool> Writes::hangs(EntityId id) {
  ZS_ASSIGN(const std::int64_t hanging, db_.integer("SELECT hanging FROM counter WHERE id = 1"));
  if (hanging == 0) return false;
  ZS_ASSIGN(auto query, db_.query("SELECT hangs FROM dirty WHERE eid = ?1"));
  ZS_ASSIGN(const bool found, query.bind(id).step());
  return found && query.integer(0) != 0;
}

Result<void> Writes::postpone(EntityId id, std::int64_t due_ms, std::int32_t attempts) {
  ZS_ASSIGN(auto query, db_.query("UPDATE dirty SET due_ms = ?2, attempts = ?3 WHERE eid = ?1"));
  return query.bind(id, due_ms, attempts).run();
}

Result<void> Writes::block(EntityId id, EntityId parent) {
  if (id == parent || parent == 0) return fail(Errc::invalid, "entity " + std::to_string(id) + " cannot wait for that");
  ZS_ASSIGN(const bool stuck, is_stuck(parent));
  {
    ZS_ASSIGN(auto query, db_.query("UPDATE dirty SET blocked_on = ?2, hangs = ?3 WHERE eid = ?1"));
    ZS_TRY(query.bind(id, parent, std::int64_t{stuck}).run());
  }
  return settle_hanging({id});
}

Result<void> Writes::unblock_children(EntityId parent) {
  std::vector<EntityId> hung;
  ZS_ASSIGN(const std::int64_t hanging, db_.integer("SELECT hanging FROM counter WHERE id = 1"));
  if (hanging > 0) {
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
