#pragma once
// One connection to a SQLite file and the statements prepared on it. Thin RAII over the C API, because what matters
// (prepare flags, extended result codes, checkpoints) is what wrappers hide. Used by one thread at a time.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>

#include "base/result.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace zs::store::sqlite {

class Connection;

/// SQL NULL for empty text: partial indexes leave such rows out.
struct OrNull {
  std::string_view text;
};

/// Bytes that are not text.
struct Blob {
  std::string_view bytes;
};

/// One run of a prepared statement; it goes back to its connection when this goes out of scope. Text is bound without
/// a copy and must live as long as the run; text that is read lives until the next step.
class Query {
 public:
  Query(Connection& connection, sqlite3_stmt* statement) : connection_(&connection), statement_(statement) {}
  Query(Query&& other) noexcept;
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;
  Query& operator=(Query&&) = delete;
  ~Query();

  /// Binds ?1, ?2, … in order.
  template <class... Values>
  Query& bind(const Values&... values) {
    int index = 0;
    (put(++index, values), ...);
    return *this;
  }

  /// True: there is a row to read.
  [[nodiscard]] Result<bool> step();
  /// To the end, rows dropped.
  [[nodiscard]] Result<void> run();

  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] std::string_view text(int column) const;
  [[nodiscard]] std::string_view blob(int column) const;
  [[nodiscard]] std::string string(int column) const { return std::string(text(column)); }

 private:
  template <class Value>
  void put(int index, const Value& value) {
    if constexpr (std::is_same_v<Value, OrNull>) {
      put_text_or_null(index, value.text);
    } else if constexpr (std::is_same_v<Value, Blob>) {
      put_blob(index, value.bytes);
    } else if constexpr (std::is_enum_v<Value>) {
      put_integer(index, static_cast<std::int64_t>(value));
    } else if constexpr (std::is_integral_v<Value>) {
      static_assert(sizeof(Value) < sizeof(std::int64_t) || std::is_signed_v<Value>, "would wrap: cast by hand");
      put_integer(index, std::int64_t{value});
    } else {
      put_text(index, std::string_view(value));
    }
  }
  void put_integer(int index, std::int64_t value);
  void put_text(int index, std::string_view value);
  void put_text_or_null(int index, std::string_view value);
  void put_blob(int index, std::string_view value);

  Connection* connection_;
  sqlite3_stmt* statement_;
};

enum class Access : std::uint8_t {
  writer,  // creates what is missing
  reader,  // of the process that also writes
  shared,  // reader and writer of a database in memory
};

/// How long a connection waits for a lock that another has.
inline constexpr int k_busy_ms = 5'000;

class Connection {
 public:
  /// `vfs` is SQLite's name of the file layer; empty is the system's.
  [[nodiscard]] static Result<std::unique_ptr<Connection>> open(const std::string& path, Access access,
                                                                const std::string& vfs);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  /// The prepared statement for a literal; prepared at its first use and found by the literal's address after that.
  [[nodiscard]] Result<Query> query(const char* sql);
  /// Runs a prepared statement without parameters.
  [[nodiscard]] Result<void> run(const char* sql);
  /// Runs a script of any length that is not worth keeping prepared.
  [[nodiscard]] Result<void> script(const std::string& sql);
  /// The single integer that a query answers with.
  [[nodiscard]] Result<std::int64_t> integer(const char* sql);

  [[nodiscard]] bool in_transaction() const;
  [[nodiscard]] bool is_read_only() const;
  /// Rows touched by the last statement.
  [[nodiscard]] std::int64_t changes() const;
  [[nodiscard]] std::int64_t last_rowid() const;

  /// The first failure that is not a violated constraint since the last take: lets no job pass over one.
  [[nodiscard]] std::optional<Error> take_trouble();
  /// Whether a failure on this connection means that the disk or the file cannot be trusted any more.
  [[nodiscard]] bool is_broken() const { return broken_; }

  /// Steps of full table scans, sorts and automatic indexes of all statements so far: zero where indexes carry
  /// everything.
  [[nodiscard]] std::int64_t unindexed_steps() const;

  [[nodiscard]] sqlite3* handle() const { return handle_; }
  /// SQLite's result code as an error, and noted as trouble.
  [[nodiscard]] Error failed(int code);

 private:
  explicit Connection(sqlite3* handle) : handle_(handle) {}

  sqlite3* handle_;
  std::unordered_map<const char*, sqlite3_stmt*> statements_;
  std::optional<Error> trouble_;
  bool broken_ = false;
};

/// Reads of several statements that must see one committed state. Inside a transaction it does nothing.
class Snapshot {
 public:
  [[nodiscard]] static Result<Snapshot> begin(Connection& connection);
  Snapshot(Snapshot&& other) noexcept : connection_(other.connection_) { other.connection_ = nullptr; }
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;
  Snapshot& operator=(Snapshot&&) = delete;
  ~Snapshot();

 private:
  explicit Snapshot(Connection* connection) : connection_(connection) {}
  Connection* connection_;
};

}  // namespace zs::store::sqlite
