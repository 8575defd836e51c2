#pragma once
// How far an import of a file got, kept beside the store. Losing it costs time and nothing else: events that are
// imported twice are known the second time.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace zs::cli {

/// What an import came to so far.
struct Tally {
  std::int64_t offset = 0;  // bytes whose events are durable
  std::int64_t lines = 0;
  std::int64_t accepted = 0;
  std::int64_t duplicates = 0;
  std::int64_t rejected = 0;

  bool operator==(const Tally&) const = default;
};

/// Which file, and that it is still the same: a changed one begins anew.
struct FileMark {
  std::string path;  // absolute
  std::int64_t size = 0;
  std::int64_t modified_ns = 0;

  bool operator==(const FileMark&) const = default;
};

[[nodiscard]] std::string to_text(const FileMark& mark, const Tally& tally);
/// Empty when the text is damaged or tells of another file, or of the same in another state.
[[nodiscard]] std::optional<Tally> from_text(std::string_view text, const FileMark& mark);

/// "<store>.import-<digest of the path>"
[[nodiscard]] std::string progress_path(std::string_view store_path, std::string_view file_path);

[[nodiscard]] std::optional<Tally> load_progress(const std::string& path, const FileMark& mark);
/// Replaces the file as a whole: a torn one would be read as damaged and the import begin anew.
[[nodiscard]] Result<void> save_progress(const std::string& path, const FileMark& mark, const Tally& tally);
void forget_progress(const std::string& path);

}  // namespace zs::cli
