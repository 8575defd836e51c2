// The right to be forgotten, as far as rows go. Deleted content is overwritten where it stood (secure_delete is always
// on), so that rows need no second pass; what the write-ahead log still has is the committer's to wipe.
#include "store/sqlite/erase.hpp"

#include <bit>
#include <set>

#include "base/crypto.hpp"
#include "store/sqlite/rows.hpp"
#include "store/sqlite/transaction.hpp"

namespace zs::store::sqlite {
namespace {

constexpr std::size_t k_salt_bytes = 32;

/// Lengths in front, so that no two of them read alike.
std::string hashed(std::string_view salt, std::string_view what, std::string_view first, std::string_view second) {
  std::string text(what);
  text += std::to_string(first.size()) + ":";
  text += first;
  text += second;
  return hex(hmac_sha256(salt, text));
}

/// The run of the identity index that an event is in, or will be.
Result<std::int64_t> run_of(Connection& db, Seq seq) {
  ZS_ASSIGN(auto query, db.query("SELECT coalesce((SELECT min(run) FROM identity_run WHERE last_seq >= ?1), "
                                 "(SELECT coalesce(max(run) + 1, 0) FROM identity_run))"));
  ZS_TRY(query.bind(seq).step());
  return query.integer(0);
}

/// The filter of a run, from what is left in it.
Result<void> renew_filter(Connection& db, std::int64_t run) {
  std::vector<std::uint64_t> hashes;
  {
    ZS_ASSIGN(auto query, db.query("SELECT hash FROM identity WHERE run = ?1"));
    query.bind(run);
    ZS_ASSIGN(hashes, rows_of(query, [](const Query& row) { return std::bit_cast<std::uint64_t>(row.integer(0)); }));
  }
  const std::string filter = RunFilter::filter_of(hashes);
  ZS_ASSIGN(auto query, db.query("UPDATE identity_run SET filter = ?2 WHERE run = ?1"));
  return query.bind(run, Blob{filter}).run();
}

}  // namespace

std::string tombstone_of(std::string_view salt, Kind kind, std::string_view key) {
  return hashed(salt, event::name_of(kind), "", key);
}

std::string tombstone_of(std::string_view salt, std::string_view source, std::string_view id) {
  return hashed(salt, "event", source, id);
}

Result<bool> has_tombstone(Connection& db, std::string_view hash) {
  ZS_ASSIGN(auto query, db.query("SELECT 1 FROM tombstone WHERE hash = ?1"));
  return query.bind(hash).step();
}

Result<std::optional<std::string>> Writes::salt() {
  // Asked for with every event, and hardly ever there.
  if (!knows_salt_) {
    ZS_ASSIGN(salt_, meta(k_salt_key));
    knows_salt_ = true;
  }
  return salt_;
}

Result<bool> Writes::is_known(const NewEvent& event, std::string_view salt) {
  ZS_ASSIGN(const auto first, index_.find(db_, identity_hash(event.source, event.id), event.source, event.id));
  if (first != 0) return true;
  return has_tombstone(db_, tombstone_of(salt, event.source, event.id));
}

Result<bool> Writes::refuses(const NewEvent& event) {
  ZS_ASSIGN(const auto salt, this->salt());
  if (!salt) return false;
  bool is_erased = false;
  if (!event.user.empty()) {
    ZS_ASSIGN(is_erased, has_tombstone(db_, tombstone_of(*salt, Kind::user, event.user)));
  }
  if (!is_erased && !event.account.empty()) {
    ZS_ASSIGN(is_erased, has_tombstone(db_, tombstone_of(*salt, Kind::account, event.account)));
  }
  if (!is_erased) return false;
  ZS_ASSIGN(const bool known, is_known(event, *salt));
  return !known;
}

Result<void> Writes::begin_erasure(EntityId user, std::int64_t now_ms) {
  ZS_ASSIGN(const auto entity, load(user));
  if (!entity || entity->kind != Kind::user) return fail(Errc::not_found, "no user " + std::to_string(user));
  ZS_TRY(bury(Kind::user, entity->key));
  ZS_ASSIGN(auto query,
            db_.query("INSERT INTO erasure (eid, since_ms, removed) VALUES (?1, ?2, 0) ON CONFLICT DO NOTHING"));
  return query.bind(user, now_ms).run();
}

Result<void> Writes::bury(Kind kind, std::string_view key) {
  ZS_ASSIGN(auto salt, meta(k_salt_key));
  if (!salt) {
    salt = random_hex(k_salt_bytes);
    ZS_TRY(set_meta(k_salt_key, *salt));
    // This transaction may yet come to nothing: it is read anew.
    knows_salt_ = false;
  }
  const std::string hash = tombstone_of(*salt, kind, key);
  ZS_ASSIGN(auto query, db_.query("INSERT INTO tombstone (hash) VALUES (?1) ON CONFLICT DO NOTHING"));
  return query.bind(hash).run();
}

Result<std::vector<std::string>> Writes::erase_events(std::span<const LedgerEvent> events) {
  ZS_ASSIGN(const auto salt, meta(k_salt_key));
  if (!salt) return fail(Errc::invalid, "nobody is being erased");
  std::vector<std::string> hashes;
  std::set<std::int64_t> runs;
  for (const auto& event : events) {
    hashes.push_back(tombstone_of(*salt, event.source, event.id));
    {
      ZS_ASSIGN(auto query, db_.query("INSERT INTO tombstone (hash) VALUES (?1) ON CONFLICT DO NOTHING"));
      ZS_TRY(query.bind(hashes.back()).run());
    }
    ZS_ASSIGN(const auto run, run_of(db_, event.seq));
    runs.insert(run);
    {
      ZS_ASSIGN(auto query, db_.query("DELETE FROM identity WHERE run = ?1 AND hash = ?2 AND seq = ?3"));
      const auto hash = std::bit_cast<std::int64_t>(identity_hash(event.source, event.id));
      ZS_TRY(query.bind(run, hash, event.seq).run());
    }
    {
      // The place stays: the next event must not get a number that the fold has passed.
      ZS_ASSIGN(auto query, db_.query("UPDATE event SET source = '', id = ?2, type = ?3, data = '{}' WHERE seq = ?1"));
      ZS_TRY(query.bind(event.seq, hashes.back(), k_erased_type).run());
    }
    ZS_ASSIGN(auto query, db_.query("DELETE FROM touch WHERE seq = ?1"));
    ZS_TRY(query.bind(event.seq).run());
  }
  for (const auto run : runs) ZS_TRY(renew_filter(db_, run));
  for (const auto& event : events) index_.drop(identity_hash(event.source, event.id), event.seq);
  return hashes;
}

Result<void> Writes::erase_entity(EntityId id, std::int64_t now_ms) {
  ZS_ASSIGN(const auto entity, load(id));
  if (entity) ZS_TRY(erase_changes(*entity, now_ms));
  ZS_TRY(unblock_children(id));
  ZS_TRY(drop_held(id));
  for (const char* sql : {"DELETE FROM dirty WHERE eid = ?1", "DELETE FROM timeline WHERE eid = ?1",
                          "DELETE FROM touch WHERE eid = ?1", "DELETE FROM entity WHERE eid = ?1"}) {
    ZS_ASSIGN(auto query, db_.query(sql));
    ZS_TRY(query.bind(id).run());
  }
  return {};
}

Result<void> Writes::erase_timeline(EntityId id, std::string_view text) {
  ZS_ASSIGN(auto query, db_.query("DELETE FROM timeline WHERE eid = ?1 AND instr(entry, ?2) > 0"));
  return query.bind(id, text).run();
}

Result<void> Writes::end_erasure(EntityId user) {
  ZS_ASSIGN(auto query, db_.query("UPDATE erasure SET removed = 1 WHERE eid = ?1"));
  ZS_TRY(query.bind(user).run());
  return wipe();
}

Result<void> Writes::wipe() {
  wants_wipe_ = true;
  return {};
}

}  // namespace zs::store::sqlite
