#include "floor/bare_keys.hpp"

#include <sqlite3.h>
#include <sys/resource.h>

#include <algorithm>
#include <stdexcept>

#include "harness/report.hpp"

namespace zs::bench {
namespace {

/// Of this process, so far.
double cpu_us() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto us = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_usec);
  };
  return us(used.ru_utime) + us(used.ru_stime);
}

}  // namespace

BareKeys::BareKeys(const std::string& path, std::uint64_t rows, const std::function<Row(std::uint64_t)>& row) {
  constexpr std::uint64_t k_a_commit = 10'000;
  if (sqlite3_open_v2(path.c_str(), &db_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr) !=
      SQLITE_OK)
    throw std::runtime_error("cannot open " + path);
  // As in the product.
  run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000; "
      "PRAGMA cache_size = -16000; CREATE TABLE customer (n INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, "
      "digest BLOB NOT NULL UNIQUE)");
  sqlite3_prepare_v3(db_, "INSERT INTO customer (key, digest) VALUES (?1, ?2)", -1, SQLITE_PREPARE_PERSISTENT, &insert_,
                     nullptr);
  for (std::uint64_t i = 0; i < rows;) {
    run("BEGIN IMMEDIATE");
    for (const std::uint64_t end = std::min(rows, i + k_a_commit); i < end; ++i) insert(row(i));
    run("COMMIT");
    show_progress("bare SQLite with " + std::to_string(i) + " of " + std::to_string(rows));
  }
}

BareKeys::~BareKeys() {
  sqlite3_finalize(insert_);
  sqlite3_close(db_);
}

void BareKeys::run(const char* sql) {
  if (sqlite3_exec(db_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) throw std::runtime_error(sqlite3_errmsg(db_));
}

void BareKeys::insert(const Row& row) {
  sqlite3_bind_text64(insert_, 1, row.key.data(), row.key.size(), SQLITE_STATIC, SQLITE_UTF8);
  sqlite3_bind_blob64(insert_, 2, row.digest.data(), row.digest.size(), SQLITE_STATIC);
  if (sqlite3_step(insert_) != SQLITE_DONE) throw std::runtime_error(sqlite3_errmsg(db_));
  sqlite3_reset(insert_);
}

double BareKeys::us_each(const std::vector<Row>& rows) {
  constexpr std::size_t k_a_commit = 200;
  const double before = cpu_us();
  for (std::size_t i = 0; i < rows.size();) {
    run("BEGIN IMMEDIATE");
    for (const std::size_t end = std::min(rows.size(), i + k_a_commit); i < end; ++i) insert(rows[i]);
    run("COMMIT");
  }
  return (cpu_us() - before) / static_cast<double>(rows.size());
}

}  // namespace zs::bench
