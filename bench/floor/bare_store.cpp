#include "floor/bare_store.hpp"

#include <sqlite3.h>

#include <stdexcept>
#include <utility>

namespace zs::bench {

BareStore::BareStore(const std::string& path) {
  if (sqlite3_open_v2(path.c_str(), &db_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr) !=
      SQLITE_OK)
    throw std::runtime_error("cannot open " + path);
  // The log is moved at the same size as in the product.
  run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000; "
      "PRAGMA cache_size = -16000; CREATE TABLE event (seq INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, "
      "body TEXT NOT NULL)");
  sqlite3_prepare_v3(db_, "INSERT INTO event (key, body) VALUES (?1, ?2) ON CONFLICT DO NOTHING", -1,
                     SQLITE_PREPARE_PERSISTENT, &insert_, nullptr);
}

BareStore::~BareStore() {
  sqlite3_finalize(insert_);
  sqlite3_close(db_);
}

void BareStore::run(const char* sql) {
  if (sqlite3_exec(db_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) throw std::runtime_error(sqlite3_errmsg(db_));
}

void BareStore::commit(const std::vector<Row>& rows) {
  run("BEGIN IMMEDIATE");
  for (const Row& row : rows) {
    sqlite3_bind_text64(insert_, 1, row.key.data(), row.key.size(), SQLITE_STATIC, SQLITE_UTF8);
    sqlite3_bind_text64(insert_, 2, row.body.data(), row.body.size(), SQLITE_STATIC, SQLITE_UTF8);
    if (sqlite3_step(insert_) != SQLITE_DONE) throw std::runtime_error(sqlite3_errmsg(db_));
    sqlite3_reset(insert_);
  }
  run("COMMIT");
}

BareGroupCommit::BareGroupCommit(BareStore& store) : store_(store), thread_([this] { run(); }) {}

BareGroupCommit::~BareGroupCommit() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  filled_.notify_one();
  thread_.join();
}

void BareGroupCommit::push(BareStore::Row row, std::function<void()> done) {
  bool was_empty = false;
  {
    const std::lock_guard lock(mutex_);
    was_empty = rows_.empty();
    rows_.push_back(std::move(row));
    done_.push_back(std::move(done));
  }
  if (was_empty) filled_.notify_one();
}

void BareGroupCommit::run() {
  for (;;) {
    std::vector<BareStore::Row> rows;
    std::vector<std::function<void()>> done;
    {
      std::unique_lock lock(mutex_);
      filled_.wait(lock, [this] { return stopping_ || !rows_.empty(); });
      if (rows_.empty()) return;
      rows.swap(rows_);
      done.swap(done_);
    }
    store_.commit(rows);
    for (const auto& one : done) one();
  }
}

}  // namespace zs::bench
