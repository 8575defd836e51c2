// Events, entities, timeline, meta. What waits and what is held: waiting.cpp.
#include "store/sqlite/transaction.hpp"

#include "store/sqlite/erase.hpp"
#include "store/sqlite/rows.hpp"

namespace zs::store::sqlite {

Result<bool> Writes::append(const NewEvent& event, std::int64_t received_ms) {
  const auto hash = identity_hash(event.source, event.id);
  if (dedupe_) {
    ZS_ASSIGN(const auto first, index_.find(db_, hash, event.source, event.id));
    if (first != 0) return false;
    ZS_ASSIGN(const auto& erased, salt());
    if (erased) {
      ZS_ASSIGN(const bool was_there, has_tombstone(db_, tombstone_of(*erased, event.source, event.id)));
      if (was_there) return false;
    }
  }
  ZS_ASSIGN(const bool refused, refuses(event));
  if (refused) return false;
  ZS_ASSIGN(auto query, db_.query("INSERT INTO event (source, id, type, time_ns, received_ms, lane, data) "
                                  "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"));
  query.bind(event.source, event.id, event.type, to_nanos(event.time), received_ms, event.lane, event.data);
  ZS_TRY(query.run());
  index_.note(hash, db_.last_rowid());
  return true;
}

Result<void> Writes::set_fold_cursor(Seq seq) {
  ZS_ASSIGN(auto query, db_.query("UPDATE counter SET fold_cursor = ?1 WHERE id = 1"));
  return query.bind(seq).run();
}

Result<void> Writes::note_touch(EntityId id, Seq seq) {
  ZS_ASSIGN(auto query, db_.query("INSERT INTO touch (eid, seq) VALUES (?1, ?2) ON CONFLICT DO NOTHING"));
  return query.bind(id, seq).run();
}

Result<void> Writes::save_state(Entity& entity) {
  if (entity.id == 0) return insert_entity(entity);
  const std::string registers = entity.registers.encode();
  const std::string summary = entity.summary.encode();
  const std::string digest = email_digest_of(entity.kind, entity.registers);
  // Links and facts seldom change, and setting them rewrites their index entries even to the same values.
  ZS_ASSIGN(auto narrow,
            db_.query("UPDATE entity SET registers = ?2, summary = ?3 WHERE eid = ?1 AND account_key IS ?4 AND "
                      "user_key IS ?5 AND facts = ?6 AND email_digest IS nullif(?7, x'')"));
  ZS_TRY(narrow
             .bind(entity.id, registers, summary, OrNull{entity.account_key}, OrNull{entity.user_key}, entity.facts,
                   Blob{digest})
             .run());
  if (db_.changes() == 1) return {};
  ZS_ASSIGN(auto wide,
            db_.query("UPDATE entity SET registers = ?2, summary = ?3, account_key = ?4, user_key = ?5, facts = ?6, "
                      "email_digest = nullif(?7, x'') WHERE eid = ?1"));
  ZS_TRY(wide.bind(entity.id, registers, summary, OrNull{entity.account_key}, OrNull{entity.user_key}, entity.facts,
                   Blob{digest})
             .run());
  if (db_.changes() == 1) return {};
  return fail(Errc::not_found, "no entity " + std::to_string(entity.id));
}

Result<void> Writes::insert_entity(Entity& entity) {
  const std::string registers = entity.registers.encode();
  const std::string summary = entity.summary.encode();
  const std::string digest = email_digest_of(entity.kind, entity.registers);
  ZS_ASSIGN(auto query, db_.query("INSERT INTO entity (kind, key, account_key, user_key, facts, synced_ms, summary, "
                                  "flags, registers, synced, email_digest) "
                                  "VALUES (?1, ?2, ?3, ?4, ?5, 0, ?6, '', ?7, '', nullif(?8, x''))"));
  query.bind(entity.kind, entity.key, OrNull{entity.account_key}, OrNull{entity.user_key}, entity.facts, summary,
             registers, Blob{digest});
  ZS_TRY(query.run());
  entity.id = db_.last_rowid();
  return {};
}

Result<void> Writes::save_synced(const Entity& entity) {
  const std::string synced = entity.synced.encode();
  const std::string flags = encode_list(entity.flags);
  ZS_ASSIGN(auto query, db_.query("UPDATE entity SET synced = ?2, synced_ms = ?3, flags = ?4 WHERE eid = ?1"));
  ZS_TRY(query.bind(entity.id, synced, entity.synced_ms, flags).run());
  if (db_.changes() == 1) return {};
  return fail(Errc::not_found, "no entity " + std::to_string(entity.id));
}

Result<void> Writes::add_timeline(EntityId id, const TimelineEntry& entry) {
  ZS_ASSIGN(auto query,
            db_.query("INSERT INTO timeline (eid, at_ms, n, entry) VALUES (?1, ?2, 1 + coalesce((SELECT max(n) FROM "
                      "timeline WHERE eid = ?1 AND at_ms = ?2), 0), ?3)"));
  return query.bind(id, entry.at_ms, entry.entry).run();
}

Result<void> Writes::set_meta(std::string_view key, std::string_view value) {
  ZS_ASSIGN(
      auto query,
      db_.query("INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = excluded.value"));
  return query.bind(key, value).run();
}

}  // namespace zs::store::sqlite
