#pragma once
// The progress of an import: a bar that rewrites itself on a terminal, a line now and then elsewhere.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "cli/import/progress.hpp"

namespace zs::cli {

struct Pace {
  std::string_view name;         // of the file
  std::int64_t size = 0;         // bytes; 0: not known
  std::int64_t began_lines = 0;  // done by an earlier run
  std::chrono::milliseconds elapsed{0};
};

/// "customers.ndjson [####----] 52% 1.2 of 2.4 MB, 8,412/s, 12,000 accepted, 3 known, 0 rejected"; without the bar when
/// `width` (characters of it) is 0.
[[nodiscard]] std::string progress_line(const Pace& pace, const Tally& tally, std::size_t width);
/// "customers.ndjson: 1,467 events read: 1,466 accepted, 1 known before, 0 rejected"
[[nodiscard]] std::string summary_line(std::string_view name, const Tally& tally);

class Meter {
 public:
  enum class Kind : std::uint8_t { silent, lines, bar };

  Meter(Kind kind, std::string name, std::int64_t size, const Tally& begun);
  void show(const Tally& tally);
  /// Something to say in between; the bar is drawn anew below it.
  void say(std::string_view text);
  void end();

 private:
  using Clock = std::chrono::steady_clock;

  Kind kind_;
  std::string name_;
  std::int64_t size_;
  std::int64_t began_lines_;
  Clock::time_point began_ = Clock::now();
  Clock::time_point next_;
  bool is_drawn_ = false;
};

}  // namespace zs::cli
