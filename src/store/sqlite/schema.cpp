#include "store/sqlite/schema.hpp"

#include <sqlite3.h>

#include <array>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "store/sqlite/rows.hpp"

namespace zs::store::sqlite {
namespace {

constexpr std::int64_t k_application_id = 0x5A53'4E43;  // "ZSNC"

// A step that has been released never changes; a new one is added below it.
//
// identity  finds an event by source and id, run by run: see identity_index.hpp. A run that is not in identity_run yet
// is
//           still being filed.
// entity    the wide columns stand last, so that reading links and facts never follows overflow pages.
// dirty     hangs = waits for somebody who is held; kept with every change of either, so that the backlog is
//           counted and dated without a walk.
// timeline  lies in the order it is read in: one page holds what happened to an entity.
// mapping_change
//           AUTOINCREMENT: a place in the feed is never used twice, also when the newest change is erased.
// counter   one row. `version` never goes back, so no dirty row ever carries a version that the same entity had before;
//           the counts are kept by triggers, which no statement can forget.
struct Step {
  const char* sql;
  Result<void> (*fill)(Connection&) = nullptr;  // what no SQL can compute, between the two
  const char* sql_after = "";
};

/// A user's digest follows from the registers.
Result<void> fill_email_digests(Connection& connection) {
  constexpr std::size_t k_rows = 1'000;
  std::int64_t after = 0;
  for (bool more = true; more;) {
    std::vector<std::pair<std::int64_t, std::string>> digests;
    std::size_t seen = 0;
    {
      ZS_ASSIGN(auto query, connection.query("SELECT eid, registers FROM entity WHERE eid > ?1 AND kind = ?2 "
                                             "ORDER BY eid LIMIT ?3"));
      query.bind(after, Kind::user, limit_of(k_rows));
      for (;; ++seen) {
        ZS_ASSIGN(const bool is_row, query.step());
        if (!is_row) break;
        after = query.integer(0);
        const auto registers = state::Registers::decode(query.text(1));
        // A row that cannot be read is told of when it is read, and has no e-mail until then.
        if (registers) digests.emplace_back(after, email_digest_of(Kind::user, *registers));
      }
    }
    for (const auto& [eid, digest] : digests) {
      if (digest.empty()) continue;
      ZS_ASSIGN(auto query, connection.query("UPDATE entity SET email_digest = ?2 WHERE eid = ?1"));
      ZS_TRY(query.bind(eid, Blob{digest}).run());
    }
    more = seen == k_rows;
  }
  return {};
}

constexpr std::array k_steps = {
    Step{R"sql(
CREATE TABLE event (
  seq INTEGER PRIMARY KEY,
  source TEXT NOT NULL,
  id TEXT NOT NULL,
  type TEXT NOT NULL,
  time_ns INTEGER NOT NULL,
  received_ms INTEGER NOT NULL,
  lane INTEGER NOT NULL,
  data TEXT NOT NULL
);

CREATE TABLE identity (
  run INTEGER NOT NULL,
  hash INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (run, hash, seq)
) WITHOUT ROWID;
CREATE TABLE identity_run (
  run INTEGER PRIMARY KEY,
  last_seq INTEGER NOT NULL,
  filter BLOB NOT NULL
);

CREATE TABLE entity (
  eid INTEGER PRIMARY KEY AUTOINCREMENT,
  kind INTEGER NOT NULL,
  facts INTEGER NOT NULL,
  synced_ms INTEGER NOT NULL,
  key TEXT NOT NULL,
  account_key TEXT,
  user_key TEXT,
  zoho_id TEXT,
  summary TEXT NOT NULL,
  flags TEXT NOT NULL,
  registers TEXT NOT NULL,
  synced TEXT NOT NULL
);
CREATE UNIQUE INDEX entity_by_key ON entity (kind, key);
CREATE INDEX entity_by_account ON entity (account_key, kind, facts, key) WHERE account_key IS NOT NULL;
CREATE INDEX entity_by_user ON entity (user_key, key) WHERE user_key IS NOT NULL;
CREATE UNIQUE INDEX entity_by_zoho_id ON entity (kind, zoho_id) WHERE zoho_id IS NOT NULL;

CREATE TABLE dirty (
  eid INTEGER PRIMARY KEY,
  lane INTEGER NOT NULL,
  due_ms INTEGER NOT NULL,
  since_ms INTEGER NOT NULL,
  version INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  blocked_on INTEGER,
  hangs INTEGER NOT NULL
);
CREATE INDEX dirty_ready ON dirty (lane, due_ms) WHERE blocked_on IS NULL;
CREATE INDEX dirty_blocked ON dirty (blocked_on, hangs) WHERE blocked_on IS NOT NULL;
CREATE INDEX dirty_since ON dirty (since_ms) WHERE hangs = 0;

CREATE TABLE held (
  eid INTEGER PRIMARY KEY,
  since_ms INTEGER NOT NULL,
  code TEXT NOT NULL,
  field TEXT NOT NULL,
  message TEXT NOT NULL,
  mend TEXT NOT NULL,
  detail TEXT NOT NULL
);

CREATE TABLE timeline (
  eid INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  n INTEGER NOT NULL,
  entry TEXT NOT NULL,
  PRIMARY KEY (eid, at_ms, n)
) WITHOUT ROWID;

CREATE TABLE touch (
  eid INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (eid, seq)
) WITHOUT ROWID;
CREATE INDEX touch_by_seq ON touch (seq);

CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE counter (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  version INTEGER NOT NULL,
  fold_cursor INTEGER NOT NULL,
  dirty INTEGER NOT NULL,
  hanging INTEGER NOT NULL,
  held INTEGER NOT NULL
);
INSERT INTO counter VALUES (1, 0, 0, 0, 0, 0);

CREATE TRIGGER dirty_added AFTER INSERT ON dirty BEGIN
  UPDATE counter SET dirty = dirty + 1, hanging = hanging + NEW.hangs WHERE id = 1;
END;
CREATE TRIGGER dirty_gone AFTER DELETE ON dirty BEGIN
  UPDATE counter SET dirty = dirty - 1, hanging = hanging - OLD.hangs WHERE id = 1;
END;
CREATE TRIGGER dirty_hangs AFTER UPDATE OF hangs ON dirty WHEN NEW.hangs <> OLD.hangs BEGIN
  UPDATE counter SET hanging = hanging + NEW.hangs - OLD.hangs WHERE id = 1;
END;
CREATE TRIGGER held_added AFTER INSERT ON held BEGIN
  UPDATE counter SET held = held + 1 WHERE id = 1;
END;
CREATE TRIGGER held_gone AFTER DELETE ON held BEGIN
  UPDATE counter SET held = held - 1 WHERE id = 1;
END;
)sql"},
    // What is held may be tried again by itself.
    Step{R"sql(
ALTER TABLE held ADD COLUMN retry_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE held ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0;
CREATE INDEX held_retry ON held (retry_ms) WHERE retry_ms > 0;
)sql"},
    // Who was erased, and which events of theirs were there, as hashes with a salt of this store's own.
    Step{R"sql(
CREATE TABLE erasure (eid INTEGER PRIMARY KEY, since_ms INTEGER NOT NULL, removed INTEGER NOT NULL);
CREATE TABLE tombstone (hash TEXT PRIMARY KEY) WITHOUT ROWID;
)sql"},
    // Zoho Desk: who is which contact there, and the tickets that are being made or were.
    Step{R"sql(
CREATE TABLE desk_contact (
  user_key TEXT PRIMARY KEY,
  contact_id TEXT NOT NULL,
  crm_contact_id TEXT NOT NULL,
  verified INTEGER NOT NULL,
  found_ms INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX desk_contact_by_id ON desk_contact (contact_id);
CREATE TABLE desk_ticket (
  key TEXT PRIMARY KEY,
  fingerprint TEXT NOT NULL,
  user_key TEXT NOT NULL,
  correlation TEXT NOT NULL,
  phase INTEGER NOT NULL,
  contact_id TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  phase_ms INTEGER NOT NULL,
  request TEXT NOT NULL,
  answer TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX desk_ticket_by_user ON desk_ticket (user_key);
CREATE INDEX desk_ticket_done ON desk_ticket (phase_ms) WHERE phase = 3;
CREATE INDEX desk_ticket_unfinished ON desk_ticket (created_ms) WHERE phase < 3;
)sql"},
    // Users are looked up by the digest of their e-mail.
    Step{"ALTER TABLE entity ADD COLUMN email_digest BLOB;", fill_email_digests,
         "CREATE INDEX entity_by_email ON entity (email_digest, key) WHERE email_digest IS NOT NULL;"},
    // The past of the id map. Links that are older than this table are in no change: the first place is given away, so
    // that whoever starts from nothing is told to begin with an export.
    Step{R"sql(
CREATE TABLE mapping_change (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  at_ms INTEGER NOT NULL,
  change INTEGER NOT NULL,
  cause INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  key TEXT,
  zoho_id TEXT NOT NULL,
  previous_zoho_id TEXT NOT NULL
);
CREATE INDEX mapping_change_by_key ON mapping_change (kind, key, seq) WHERE key IS NOT NULL;
ALTER TABLE counter ADD COLUMN changes_swept INTEGER NOT NULL DEFAULT 0;
INSERT INTO mapping_change (at_ms, change, cause, kind, zoho_id, previous_zoho_id)
  SELECT 0, 1, 1, 0, '', '' WHERE EXISTS (SELECT 1 FROM entity WHERE zoho_id IS NOT NULL);
UPDATE counter SET changes_swept = (SELECT count(*) FROM mapping_change);
DELETE FROM mapping_change;
)sql"},
    // Who is told of changes, and how far each has come.
    Step{R"sql(
CREATE TABLE webhook (
  name TEXT PRIMARY KEY,
  phase INTEGER NOT NULL,
  cursor INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  since_ms INTEGER NOT NULL,
  due_ms INTEGER NOT NULL,
  status INTEGER NOT NULL,
  reason TEXT NOT NULL
) WITHOUT ROWID;
)sql"},
    // A customer's changes are found by the entity's number. Keys come in no order: with millions in the map, each
    // entry of an index over them is a page of its own.
    Step{R"sql(
ALTER TABLE mapping_change ADD COLUMN eid INTEGER;
UPDATE mapping_change SET eid = (SELECT entity.eid FROM entity WHERE entity.kind = mapping_change.kind AND
  entity.key = mapping_change.key);
DROP INDEX mapping_change_by_key;
CREATE INDEX mapping_change_by_entity ON mapping_change (eid, seq) WHERE eid IS NOT NULL;
)sql"},
    // The same once more. A user without a company and the account that they are alone in have one key: side by side
    // they take one page instead of two, and that the one is in the other is known without an entry. Of a digest, eight
    // bytes find whoever has all of it.
    Step{R"sql(
DROP INDEX entity_by_key;
CREATE UNIQUE INDEX entity_by_key ON entity (key, kind);
DROP INDEX entity_by_account;
CREATE INDEX entity_by_account ON entity (account_key, kind, facts, key) WHERE account_key <> key;
DROP INDEX entity_by_email;
CREATE INDEX entity_by_email ON entity (substr(email_digest, 1, 8), key) WHERE email_digest IS NOT NULL;
)sql"},
    // OR FAIL: a statement whose triggers could ABORT it alone makes SQLite copy every page aside that it is about to
    // change, and walk all copies of its transaction when it ends. A failed statement fails its job, which is undone as
    // a whole.
    Step{R"sql(
DROP TRIGGER dirty_added;
CREATE TRIGGER dirty_added AFTER INSERT ON dirty BEGIN
  UPDATE OR FAIL counter SET dirty = dirty + 1, hanging = hanging + NEW.hangs WHERE id = 1;
END;
DROP TRIGGER dirty_gone;
CREATE TRIGGER dirty_gone AFTER DELETE ON dirty BEGIN
  UPDATE OR FAIL counter SET dirty = dirty - 1, hanging = hanging - OLD.hangs WHERE id = 1;
END;
DROP TRIGGER dirty_hangs;
CREATE TRIGGER dirty_hangs AFTER UPDATE OF hangs ON dirty WHEN NEW.hangs <> OLD.hangs BEGIN
  UPDATE OR FAIL counter SET hanging = hanging + NEW.hangs - OLD.hangs WHERE id = 1;
END;
DROP TRIGGER held_added;
CREATE TRIGGER held_added AFTER INSERT ON held BEGIN
  UPDATE OR FAIL counter SET held = held + 1 WHERE id = 1;
END;
DROP TRIGGER held_gone;
CREATE TRIGGER held_gone AFTER DELETE ON held BEGIN
  UPDATE OR FAIL counter SET held = held - 1 WHERE id = 1;
END;
)sql"},
};
constexpr auto k_present = static_cast<std::int64_t>(k_steps.size());

/// Checks that the file is ours, or empty, and gives the version that it has reached.
Result<std::int64_t> recognise(Connection& connection) {
  ZS_ASSIGN(const auto application, connection.integer("PRAGMA application_id"));
  ZS_ASSIGN(const auto version, connection.integer("PRAGMA user_version"));
  ZS_ASSIGN(const auto objects, connection.integer("SELECT count(*) FROM sqlite_schema"));
  if (application == 0 && objects == 0) return 0;
  if (application != k_application_id) {
    return fail(Errc::corrupt, "it is a SQLite file of another program: name another file in store.url");
  }
  if (version > k_present) {
    return fail(Errc::corrupt, "it was written by a newer zohosync (schema " + std::to_string(version) +
                                   ", this one knows " + std::to_string(k_present) +
                                   "): install that version or restore an older backup");
  }
  return version;
}

}  // namespace

Result<void> recognise_file(Connection& connection) {
  ZS_TRY(recognise(connection));
  return {};
}

namespace {

/// Sorting the entries of an index in memory takes more than a gigabyte with ten million customers. While this lives
/// SQLite may do it in files beside the store, the one place that is known to be there and writable: a service may have
/// no other. The directory is one for the process; nothing else in it makes temporary files.
class SortsBeside {
 public:
  explicit SortsBeside(Connection& connection) {
    const char* const file = sqlite3_db_filename(connection.handle(), "main");
    const std::filesystem::path directory = std::filesystem::path(file != nullptr ? file : "").parent_path();
    if (!directory.empty()) sqlite3_temp_directory = sqlite3_mprintf("%s", directory.c_str());
  }
  SortsBeside(const SortsBeside&) = delete;
  SortsBeside& operator=(const SortsBeside&) = delete;
  ~SortsBeside() { sqlite3_free(std::exchange(sqlite3_temp_directory, nullptr)); }
};

Result<void> take(Connection& connection, const Step& step, std::int64_t reached) {
  ZS_TRY(connection.script(std::string("BEGIN IMMEDIATE;") + step.sql));
  if (step.fill != nullptr) ZS_TRY(step.fill(connection));
  return connection.script(step.sql_after + ("PRAGMA application_id = " + std::to_string(k_application_id) +
                                             "; PRAGMA user_version = " + std::to_string(reached) + "; COMMIT;"));
}

}  // namespace

Result<void> migrate(Connection& connection, std::optional<std::int64_t> up_to) {
  ZS_ASSIGN(auto version, recognise(connection));
  const std::int64_t target = up_to.value_or(k_present);
  std::optional<SortsBeside> sorting;
  if (version > 0 && version < target) {
    sorting.emplace(connection);
    ZS_TRY(connection.script("PRAGMA temp_store = FILE"));
  }
  for (; version < target; ++version) {
    auto done = take(connection, k_steps.at(static_cast<std::size_t>(version)), version + 1);
    if (!done) {
      if (connection.in_transaction()) ZS_TRY(connection.script("ROLLBACK"));
      return done;
    }
  }
  return sorting ? connection.script("PRAGMA temp_store = MEMORY") : Result<void>{};
}

Result<void> check_schema(Connection& connection) {
  ZS_ASSIGN(const auto version, recognise(connection));
  if (version == k_present) return {};
  return fail(Errc::unavailable, "its schema is " + std::to_string(version) + " and this program reads " +
                                     std::to_string(k_present) + ": start the daemon once to bring it up to date");
}

}  // namespace zs::store::sqlite
