#pragma once
// What a customer costs bare SQLite by how many are there, for the sake of indexes alone: a table whose rows are found
// by two keys that come in no order, as the product finds a customer. Nothing is read, checked or folded.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace zs::bench {

class BareKeys {
 public:
  struct Row {
    std::string key;
    std::string digest;
  };

  /// `row(n)` is the nth of those that are there from the beginning.
  BareKeys(const std::string& path, std::uint64_t rows, const std::function<Row(std::uint64_t)>& row);
  ~BareKeys();
  BareKeys(const BareKeys&) = delete;
  BareKeys& operator=(const BareKeys&) = delete;

  /// Adds them, so many a commit as the product folds at a time. Microseconds of processor time a row, the moving of
  /// the log included.
  double us_each(const std::vector<Row>& rows);

 private:
  void run(const char* sql);
  void insert(const Row& row);
  sqlite3* db_ = nullptr;
  sqlite3_stmt* insert_ = nullptr;
};

}  // namespace zs::bench
