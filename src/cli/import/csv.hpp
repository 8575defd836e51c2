#pragma once
// CSV (RFC 4180) row by row: quoted fields may hold commas, quotes and line ends; line ends are LF or CRLF.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace zs::cli {

inline constexpr std::size_t k_max_csv_row_bytes = 64 * 1024;

struct CsvRow {
  std::int64_t line = 0;  // on which it begins, from 1
  std::vector<std::string> fields;
};

class CsvReader {
 public:
  /// The descriptor stays the caller's.
  explicit CsvReader(int fd) : fd_(fd) {}

  /// The next row that is not blank; empty at the end. Errc::invalid names the line: a quote that is never closed, text
  /// behind a closing quote, a row over k_max_csv_row_bytes.
  [[nodiscard]] Result<std::optional<CsvRow>> next();

 private:
  /// The next byte, or -1 at the end.
  [[nodiscard]] Result<int> get();

  int fd_;
  std::string buffer_;
  std::size_t at_ = 0;
  std::int64_t line_ = 1;
  bool is_first_ = true;
};

}  // namespace zs::cli
