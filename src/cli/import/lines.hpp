#pragma once
// A file or pipe as lines, with the place after each, so that an import can go on where it stopped.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "base/result.hpp"

namespace zs::cli {

inline constexpr std::size_t k_max_line_bytes = 1024 * 1024;

struct Line {
  std::int64_t number = 0;   // from 1
  std::int64_t end = 0;      // offset of what follows it
  std::string text;          // trimmed; the beginning only when too long
  bool is_too_long = false;  // over k_max_line_bytes
};

class LineReader {
 public:
  /// `offset` bytes and `lines` lines are behind; the descriptor stands there and stays the caller's.
  LineReader(int fd, std::int64_t offset, std::int64_t lines) : fd_(fd), offset_(offset), number_(lines) {}

  /// The next line that is not blank; empty at the end. A last line without a line feed counts. Errc::stopped when a
  /// signal interrupted the wait for more.
  [[nodiscard]] Result<std::optional<Line>> next();

 private:
  [[nodiscard]] Result<bool> fill();

  int fd_;
  std::int64_t offset_;
  std::int64_t number_;
  std::string buffer_;
  std::size_t used_ = 0;
  bool at_end_ = false;
};

}  // namespace zs::cli
