#pragma once
// Lines into batches, batches into a sink, and what became of each line counted: pure but for its reader and sink.

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "cli/import/lines.hpp"
#include "cli/import/progress.hpp"
#include "cli/import/sink.hpp"

namespace zs::cli {

struct BatchLimits {
  std::size_t events = 500;
  std::size_t bytes = 900'000;
};

struct ImportHooks {
  std::function<void(const Tally&)> delivered;  // after each batch, durable by then
  std::function<void(std::int64_t line, std::string_view error, std::string_view text)> rejected;
  std::function<bool()> is_stopped;
};

/// Runs to the end of the lines. Errc::stopped when the hook says so or the reader was interrupted: what was delivered
/// until then is in `tally`. Errc::invalid when the first line shows that this is no NDJSON.
[[nodiscard]] Result<void> import_lines(LineReader& reader, Sink& sink, const BatchLimits& limits,
                                        const ImportHooks& hooks, Tally& tally);

/// Why a file that begins so cannot be imported; empty when it looks like NDJSON.
[[nodiscard]] std::string not_ndjson(std::string_view first_line);

}  // namespace zs::cli
