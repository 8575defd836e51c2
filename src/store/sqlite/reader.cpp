#include "store/sqlite/reader.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "store/sqlite/erase.hpp"
#include "store/sqlite/members.hpp"
#include "store/sqlite/rows.hpp"

namespace zs::store::sqlite {
namespace {

constexpr std::array k_lanes = {Lane::live, Lane::backfill, Lane::repair};

Result<std::optional<Entity>> one_entity(Query& query) {
  ZS_ASSIGN(const bool found, query.step());
  if (!found) return std::nullopt;
  ZS_ASSIGN(auto entity, entity_of(query));
  return entity;
}

Result<std::vector<Entity>> all_entities(Query& query) {
  std::vector<Entity> entities;
  for (;;) {
    ZS_ASSIGN(const bool more, query.step());
    if (!more) return entities;
    ZS_ASSIGN(auto entity, entity_of(query));
    entities.push_back(std::move(entity));
  }
}

/// The one row of a query as `read` sees it, or nothing.
template <class Read>
auto one_of(Query& query, Read read) -> Result<std::optional<decltype(read(query))>> {
  ZS_ASSIGN(const bool found, query.step());
  if (!found) return std::nullopt;
  return read(query);
}

class OwnReader final : public Reads<Reader> {
 public:
  OwnReader(std::unique_ptr<Connection> connection, std::shared_ptr<const IdentityIndex> index)
      : Reads(*connection, index.get()), connection_(std::move(connection)), index_(std::move(index)) {}

 private:
  std::unique_ptr<Connection> connection_;
  std::shared_ptr<const IdentityIndex> index_;
};

}  // namespace

template <class Base>
Result<std::optional<Entity>> Reads<Base>::find(Kind kind, std::string_view key) {
  ZS_ASSIGN(auto query, db_.query("SELECT " ZS_ENTITY_COLUMNS " FROM entity WHERE key = ?2 AND kind = ?1"));
  query.bind(kind, key);
  return one_entity(query);
}

template <class Base>
Result<std::optional<Entity>> Reads<Base>::load(EntityId id) {
  ZS_ASSIGN(auto query, db_.query("SELECT " ZS_ENTITY_COLUMNS " FROM entity WHERE eid = ?1"));
  query.bind(id);
  return one_entity(query);
}

template <class Base>
Result<std::optional<Entity>> Reads<Base>::find_by_zoho_id(Kind kind, std::string_view zoho_id) {
  ZS_ASSIGN(auto query, db_.query("SELECT " ZS_ENTITY_COLUMNS " FROM entity WHERE kind = ?1 AND zoho_id = ?2"));
  query.bind(kind, OrNull{zoho_id});
  return one_entity(query);
}

template <class Base>
Result<std::vector<std::uint32_t>> Reads<Base>::distinct_facts(std::string_view account_key, Kind kind) {
  ZS_ASSIGN(const auto snapshot, Snapshot::begin(db_));
  ZS_ASSIGN(const auto members, Members::of(db_, account_key, kind));
  return members.facts(false);
}

template <class Base>
Result<std::vector<Entity>> Reads<Base>::of_account(std::string_view account_key, Kind kind, bool only_with_facts,
                                                    std::size_t limit) {
  ZS_ASSIGN(const auto snapshot, Snapshot::begin(db_));
  ZS_ASSIGN(const auto members, Members::of(db_, account_key, kind));
  ZS_ASSIGN(const auto keys, members.first_keys(only_with_facts, "", limit));
  std::vector<Entity> entities;
  for (const auto& [key, id] : keys) {
    ZS_ASSIGN(auto entity, load(id));
    if (entity) entities.push_back(std::move(*entity));
  }
  return entities;
}

template <class Base>
Result<std::vector<std::string>> Reads<Base>::people_of(std::string_view account_key, std::string_view after_key,
                                                        std::size_t limit) {
  ZS_ASSIGN(const auto snapshot, Snapshot::begin(db_));
  ZS_ASSIGN(const auto members, Members::of(db_, account_key, Kind::user));
  ZS_ASSIGN(auto found, members.first_keys(false, after_key, limit));
  std::vector<std::string> keys;
  for (auto& [key, id] : found) keys.push_back(std::move(key));
  return keys;
}

template <class Base>
Result<std::vector<std::string>> Reads<Base>::users_with_email(std::string_view digest, std::string_view after_key,
                                                               std::size_t limit) {
  ZS_ASSIGN(auto query, db_.query("SELECT key FROM entity WHERE substr(email_digest, 1, 8) = substr(?1, 1, 8) AND "
                                  "email_digest = ?1 AND key > ?2 ORDER BY key LIMIT ?3"));
  query.bind(Blob{digest}, after_key, limit_of(limit));
  return rows_of(query, [](const Query& row) { return row.string(0); });
}

template <class Base>
Result<std::vector<Entity>> Reads<Base>::subscriptions_of_user(std::string_view user_key, std::size_t limit) {
  ZS_ASSIGN(auto query,
            db_.query("SELECT " ZS_ENTITY_COLUMNS " FROM entity WHERE user_key = ?1 ORDER BY key LIMIT ?2"));
  query.bind(OrNull{user_key}, limit_of(limit));
  return all_entities(query);
}

template <class Base>
Result<EntityPage> Reads<Base>::page(Kind kind, std::string_view after_key, std::size_t limit) {
  // Keys of other kinds lie in between, also a million in a row: past so many the caller is asked to come again.
  const std::size_t entries_at_most = std::max<std::size_t>(4 * limit, 4'096);
  ZS_ASSIGN(const auto snapshot, Snapshot::begin(db_));
  EntityPage page;
  std::vector<EntityId> ids;
  {
    ZS_ASSIGN(auto query, db_.query("SELECT key, kind, eid FROM entity WHERE key > ?1 ORDER BY key, kind"));
    query.bind(after_key);
    std::string last;
    for (std::size_t entries = 0;; ++entries) {
      ZS_ASSIGN(const bool more, query.step());
      if (!more) break;
      const std::string_view key = query.text(0);
      if ((ids.size() >= limit || entries >= entries_at_most) && key != last) {
        page.next = std::move(last);
        break;
      }
      if (query.integer(1) == static_cast<std::int64_t>(kind)) ids.push_back(query.integer(2));
      last = key;
    }
  }
  for (const EntityId id : ids) {
    ZS_ASSIGN(auto entity, load(id));
    if (entity) page.entities.push_back(std::move(*entity));
  }
  return page;
}

template <class Base>
Result<std::vector<Entity>> Reads<Base>::linked_between(Kind kind, std::string_view after_zoho_id,
                                                        std::string_view below, std::size_t limit) {
  // Ids are digits; the character behind '9' is above them all.
  ZS_ASSIGN(auto query,
            db_.query("SELECT " ZS_ENTITY_COLUMNS " FROM entity WHERE kind = ?1 AND zoho_id > ?2 AND zoho_id < ?3 "
                      "ORDER BY zoho_id LIMIT ?4"));
  query.bind(kind, after_zoho_id, below.empty() ? std::string_view(":") : below, limit_of(limit));
  return all_entities(query);
}

template <class Base>
Result<std::vector<LedgerEvent>> Reads<Base>::events_after(Seq after, std::size_t limit) {
  ZS_ASSIGN(auto query, db_.query("SELECT " ZS_EVENT_COLUMNS " FROM event WHERE seq > ?1 ORDER BY seq LIMIT ?2"));
  query.bind(after, limit_of(limit));
  return rows_of(query, event_of);
}

template <class Base>
Result<std::vector<LedgerEvent>> Reads<Base>::live_events_after(Seq after, std::size_t limit) {
  ZS_ASSIGN(auto query, db_.query("SELECT " ZS_EVENT_COLUMNS " FROM event WHERE seq > ?1 AND lane = ?3 "
                                  "ORDER BY seq LIMIT ?2"));
  query.bind(after, limit_of(limit), Lane::live);
  return rows_of(query, event_of);
}

template <class Base>
Result<std::optional<LedgerEvent>> Reads<Base>::find_event(std::string_view source, std::string_view id) {
  ZS_ASSIGN(const auto seq, index_ != nullptr ? index_->find(db_, identity_hash(source, id), source, id)
                                              : find_without_index(db_, source, id));
  if (seq == 0) return std::nullopt;
  ZS_ASSIGN(auto query, db_.query("SELECT " ZS_EVENT_COLUMNS " FROM event WHERE seq = ?1"));
  query.bind(seq);
  return one_of(query, event_of);
}

template <class Base>
Result<std::vector<LedgerEvent>> Reads<Base>::events_of(EntityId id, std::size_t limit) {
  ZS_ASSIGN(auto query, db_.query("SELECT " ZS_EVENT_COLUMNS " FROM touch JOIN event USING (seq) WHERE touch.eid = ?1 "
                                  "ORDER BY touch.seq DESC LIMIT ?2"));
  query.bind(id, limit_of(limit));
  return rows_of(query, event_of);
}

template <class Base>
Result<std::vector<EntityId>> Reads<Base>::touched_by(Seq seq) {
  ZS_ASSIGN(auto query, db_.query("SELECT eid FROM touch WHERE seq = ?1 ORDER BY eid"));
  query.bind(seq);
  return rows_of(query, [](const Query& row) -> EntityId { return row.integer(0); });
}

template <class Base>
Result<Seq> Reads<Base>::last_seq() {
  return db_.integer("SELECT max(seq) FROM event");
}

template <class Base>
Result<Seq> Reads<Base>::fold_cursor() {
  return db_.integer("SELECT fold_cursor FROM counter WHERE id = 1");
}

template <class Base>
Result<std::vector<Dirty>> Reads<Base>::ready(std::int64_t now_ms, std::size_t limit) {
  ZS_ASSIGN(const auto snapshot, Snapshot::begin(db_));
  std::vector<Dirty> rows;
  for (const auto lane : k_lanes) {
    if (rows.size() >= limit) break;
    ZS_ASSIGN(auto query, db_.query("SELECT " ZS_DIRTY_COLUMNS " FROM dirty WHERE blocked_on IS NULL AND lane = ?1 AND "
                                    "due_ms <= ?2 ORDER BY due_ms, eid LIMIT ?3"));
    query.bind(lane, now_ms, limit_of(limit - rows.size()));
    ZS_ASSIGN(const auto found, rows_of(query, dirty_of));
    rows.insert(rows.end(), found.begin(), found.end());
  }
  return rows;
}

template <class Base>
Result<std::vector<Dirty>> Reads<Base>::newest(std::int64_t now_ms, std::size_t limit) {
  ZS_ASSIGN(auto query, db_.query("SELECT " ZS_DIRTY_COLUMNS " FROM dirty WHERE blocked_on IS NULL AND lane = ?1 AND "
                                  "due_ms <= ?2 ORDER BY due_ms DESC, eid DESC LIMIT ?3"));
  query.bind(Lane::live, now_ms, limit_of(limit));
  return rows_of(query, dirty_of);
}

template <class Base>
Result<std::int64_t> Reads<Base>::next_due(std::int64_t now_ms) {
  ZS_ASSIGN(const auto snapshot, Snapshot::begin(db_));
  std::int64_t earliest = 0;
  for (const auto lane : k_lanes) {
    ZS_ASSIGN(auto query, db_.query("SELECT due_ms FROM dirty WHERE blocked_on IS NULL AND lane = ?1 AND due_ms > ?2 "
                                    "ORDER BY due_ms LIMIT 1"));
    ZS_ASSIGN(const bool found, query.bind(lane, now_ms).step());
    if (found && (earliest == 0 || query.integer(0) < earliest)) earliest = query.integer(0);
  }
  return earliest;
}

template <class Base>
Result<std::optional<Dirty>> Reads<Base>::dirty(EntityId id) {
  ZS_ASSIGN(auto query, db_.query("SELECT " ZS_DIRTY_COLUMNS " FROM dirty WHERE eid = ?1"));
  query.bind(id);
  return one_of(query, dirty_of);
}

template <class Base>
Result<Backlog> Reads<Base>::backlog() {
  ZS_ASSIGN(auto query,
            db_.query("SELECT coalesce((SELECT max(seq) FROM event), 0) - fold_cursor, dirty - hanging, held, hanging, "
                      "(SELECT since_ms FROM dirty WHERE hangs = 0 ORDER BY since_ms LIMIT 1) "
                      "FROM counter WHERE id = 1"));
  ZS_ASSIGN(const bool found, query.step());
  if (!found) return fail(Errc::corrupt, "the row of counters is gone");
  return Backlog{.unfolded = query.integer(0),
                 .dirty = query.integer(1),
                 .oldest_since_ms = query.integer(4),
                 .held = query.integer(2),
                 .hanging = query.integer(3)};
}

template <class Base>
Result<std::optional<Held>> Reads<Base>::held(EntityId id) {
  ZS_ASSIGN(auto query, db_.query("SELECT " ZS_HELD_COLUMNS " FROM held WHERE eid = ?1"));
  query.bind(id);
  return one_of(query, held_of);
}

template <class Base>
Result<std::vector<Held>> Reads<Base>::held_page(EntityId after, std::size_t limit) {
  ZS_ASSIGN(auto query, db_.query("SELECT " ZS_HELD_COLUMNS " FROM held WHERE eid > ?1 ORDER BY eid LIMIT ?2"));
  query.bind(after, limit_of(limit));
  return rows_of(query, held_of);
}

template <class Base>
Result<std::vector<Held>> Reads<Base>::held_due(std::int64_t now_ms, std::size_t limit) {
  ZS_ASSIGN(auto query, db_.query("SELECT " ZS_HELD_COLUMNS " FROM held WHERE retry_ms > 0 AND retry_ms <= ?1 "
                                  "ORDER BY retry_ms, eid LIMIT ?2"));
  query.bind(now_ms, limit_of(limit));
  return rows_of(query, held_of);
}

template <class Base>
Result<std::int64_t> Reads<Base>::next_held_retry() {
  ZS_ASSIGN(auto query, db_.query("SELECT retry_ms FROM held WHERE retry_ms > 0 ORDER BY retry_ms LIMIT 1"));
  ZS_ASSIGN(const bool found, query.step());
  return found ? query.integer(0) : 0;
}

template <class Base>
Result<std::vector<TimelineEntry>> Reads<Base>::timeline(EntityId id, std::size_t limit) {
  ZS_ASSIGN(auto query,
            db_.query("SELECT at_ms, entry FROM timeline WHERE eid = ?1 ORDER BY at_ms DESC, n DESC LIMIT ?2"));
  query.bind(id, limit_of(limit));
  return rows_of(query, [](const Query& row) { return TimelineEntry{row.integer(0), row.string(1)}; });
}

template <class Base>
Result<std::optional<std::string>> Reads<Base>::meta(std::string_view key) {
  ZS_ASSIGN(auto query, db_.query("SELECT value FROM meta WHERE key = ?1"));
  query.bind(key);
  return one_of(query, [](const Query& row) { return row.string(0); });
}

template <class Base>
Result<bool> Reads<Base>::is_erased(Kind kind, std::string_view key) {
  ZS_ASSIGN(const auto snapshot, Snapshot::begin(db_));
  ZS_ASSIGN(const auto salt, meta(k_salt_key));
  if (!salt) return false;
  return has_tombstone(db_, tombstone_of(*salt, kind, key));
}

template <class Base>
Result<std::vector<PendingErasure>> Reads<Base>::erasures() {
  ZS_ASSIGN(auto query, db_.query("SELECT eid, since_ms, removed FROM erasure ORDER BY eid"));
  return rows_of(query, [](const Query& row) {
    return PendingErasure{.id = row.integer(0), .since_ms = row.integer(1), .is_removed = row.integer(2) != 0};
  });
}

template class Reads<Reader>;
template class Reads<Transaction>;

std::unique_ptr<Reader> make_reader(std::unique_ptr<Connection> connection,
                                    std::shared_ptr<const IdentityIndex> index) {
  return std::make_unique<OwnReader>(std::move(connection), std::move(index));
}

}  // namespace zs::store::sqlite
