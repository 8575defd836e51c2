#include "store/sqlite/connection.hpp"

#include <sqlite3.h>

#include <cerrno>
#include <cstring>
#include <mutex>
#include <utility>

namespace zs::store::sqlite {
namespace {

/// A quota or a full disk can come as an I/O error when the shared-memory file or a directory could not grow. A failed
/// sync is never taken for that: after it the kernel may have dropped pages that it had taken.
bool means_full(int code, int system_errno) {
  if (code == SQLITE_FULL) return true;
  const bool is_io = (code & 0xFF) == SQLITE_IOERR && code != SQLITE_IOERR_FSYNC && code != SQLITE_IOERR_DIR_FSYNC;
  return is_io && (system_errno == ENOSPC || system_errno == EDQUOT);
}

Errc errc_of(int code, int system_errno) {
  if (means_full(code, system_errno)) return Errc::full;
  switch (code & 0xFF) {
    case SQLITE_CONSTRAINT:
      return Errc::conflict;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
      return Errc::corrupt;
    case SQLITE_TOOBIG:
    case SQLITE_RANGE:
    case SQLITE_MISMATCH:
    case SQLITE_MISUSE:
    case SQLITE_ERROR:
      return Errc::invalid;
    default:
      return Errc::unavailable;
  }
}

/// The message of a constraint names columns, never values, so nothing personal can stand in it.
std::string text_of(sqlite3* handle, int code) {
  std::string text = "SQLite: ";
  text += handle != nullptr ? sqlite3_errmsg(handle) : sqlite3_errstr(code);
  text += " (code " + std::to_string(code);
  const int system_errno = handle != nullptr ? sqlite3_system_errno(handle) : 0;
  if ((code & 0xFF) == SQLITE_IOERR || (code & 0xFF) == SQLITE_CANTOPEN) {
    if (system_errno != 0) text += std::string(", ") + std::strerror(system_errno);
  }
  return text + ")";
}

}  // namespace

Query::Query(Query&& other) noexcept
    : connection_(other.connection_), statement_(std::exchange(other.statement_, nullptr)) {}

Query::~Query() {
  if (statement_ != nullptr) sqlite3_reset(statement_);
}

Result<bool> Query::step() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return std::unexpected(connection_->failed(sqlite3_extended_errcode(connection_->handle())));
}

Result<void> Query::run() {
  for (;;) {
    ZS_ASSIGN(const bool row, step());
    if (!row) return {};
  }
}

std::int64_t Query::integer(int column) const { return sqlite3_column_int64(statement_, column); }

std::string_view Query::text(int column) const {
  const auto* bytes = sqlite3_column_text(statement_, column);
  if (bytes == nullptr) return {};
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  return {reinterpret_cast<const char*>(bytes), size};
}

std::string_view Query::blob(int column) const {
  const auto* bytes = sqlite3_column_blob(statement_, column);
  if (bytes == nullptr) return {};
  return {static_cast<const char*>(bytes), static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

void Query::put_integer(int index, std::int64_t value) { sqlite3_bind_int64(statement_, index, value); }

void Query::put_text(int index, std::string_view value) {
  // A null pointer would be bound as NULL, which an empty view may well have.
  const char* bytes = value.data() != nullptr ? value.data() : "";
  sqlite3_bind_text64(statement_, index, bytes, value.size(), SQLITE_STATIC, SQLITE_UTF8);
}

void Query::put_text_or_null(int index, std::string_view value) {
  if (value.empty()) {
    sqlite3_bind_null(statement_, index);
  } else {
    put_text(index, value);
  }
}

void Query::put_blob(int index, std::string_view value) {
  sqlite3_bind_blob64(statement_, index, value.data(), value.size(), SQLITE_STATIC);
}

namespace {

/// Nobody asks for SQLite's statistics of its memory, and keeping them takes a lock at every allocation. Refused (and
/// harmless) when somebody has used SQLite before us in this process.
void keep_no_statistics() {
  static std::once_flag once;
  std::call_once(once, [] { static_cast<void>(sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0)); });
}

}  // namespace

Result<std::unique_ptr<Connection>> Connection::open(const std::string& path, Access access, const std::string& vfs) {
  keep_no_statistics();
  const int mode = access == Access::reader ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &handle, mode | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
                                   vfs.empty() ? nullptr : vfs.c_str());
  std::unique_ptr<Connection> connection(new Connection(handle));
  if (code != SQLITE_OK) return std::unexpected(connection->failed(code));
  sqlite3_busy_timeout(handle, k_busy_ms);
  return connection;
}

Connection::~Connection() {
  for (const auto& [sql, statement] : statements_) sqlite3_finalize(statement);
  sqlite3_close(handle_);
}

Result<Query> Connection::query(const char* sql) {
  auto& statement = statements_[sql];
  if (statement == nullptr) {
    const int code = sqlite3_prepare_v3(handle_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (code != SQLITE_OK) return std::unexpected(failed(code));
  }
  return Query(*this, statement);
}

Result<void> Connection::run(const char* sql) {
  ZS_ASSIGN(auto statement, query(sql));
  return statement.run();
}

Result<void> Connection::script(const std::string& sql) {
  const int code = sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return std::unexpected(failed(sqlite3_extended_errcode(handle_)));
  return {};
}

Result<std::int64_t> Connection::integer(const char* sql) {
  ZS_ASSIGN(auto statement, query(sql));
  ZS_ASSIGN(const bool row, statement.step());
  return row ? statement.integer(0) : 0;
}

bool Connection::in_transaction() const { return sqlite3_get_autocommit(handle_) == 0; }
bool Connection::is_read_only() const { return sqlite3_db_readonly(handle_, "main") == 1; }
std::int64_t Connection::changes() const { return sqlite3_changes64(handle_); }
std::int64_t Connection::last_rowid() const { return sqlite3_last_insert_rowid(handle_); }

std::optional<Error> Connection::take_trouble() { return std::exchange(trouble_, std::nullopt); }

std::int64_t Connection::unindexed_steps() const {
  std::int64_t steps = 0;
  for (const auto& [sql, statement] : statements_) {
    for (const int counter : {SQLITE_STMTSTATUS_FULLSCAN_STEP, SQLITE_STMTSTATUS_SORT, SQLITE_STMTSTATUS_AUTOINDEX}) {
      steps += sqlite3_stmt_status(statement, counter, 0);
    }
  }
  return steps;
}

Error Connection::failed(int code) {
  Error error{errc_of(code, handle_ != nullptr ? sqlite3_system_errno(handle_) : 0), text_of(handle_, code)};
  if (error.code == Errc::conflict) return error;
  const int primary = code & 0xFF;
  broken_ = broken_ || error.code == Errc::corrupt || (primary == SQLITE_IOERR && error.code != Errc::full);
  if (!trouble_) trouble_ = error;
  return error;
}

Result<Snapshot> Snapshot::begin(Connection& connection) {
  if (connection.in_transaction()) return Snapshot(nullptr);
  ZS_TRY(connection.run("BEGIN"));
  return Snapshot(&connection);
}

Snapshot::~Snapshot() {
  // Nothing was written, so nothing can be lost if even this fails.
  if (connection_ != nullptr) static_cast<void>(connection_->run("COMMIT"));
}

}  // namespace zs::store::sqlite
