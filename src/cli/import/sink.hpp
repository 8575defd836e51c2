#pragma once
// Where an import's events go: through the running daemon, or straight into the store.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "cli/daemon_client.hpp"
#include "ingest/accept.hpp"
#include "store/store.hpp"

namespace zs::cli {

struct Delivery {
  std::int64_t accepted = 0;
  std::int64_t duplicates = 0;
  std::vector<ingest::Rejection> rejected;  // by place in the batch, from 0
};

class Sink {
 public:
  virtual ~Sink() = default;
  /// A batch of events, one a line. When it returns a delivery, all of it is durable or listed as rejected.
  /// Errc::stopped when somebody interrupted a wait; any other error ends the import, and its text says why.
  [[nodiscard]] virtual Result<Delivery> deliver(std::string_view lines) = 0;
};

struct Pauses {
  /// False when interrupted.
  std::function<bool(std::chrono::seconds)> wait;
  /// Why it waits, for people.
  std::function<void(std::string_view)> say;
};

/// Repeats what was not answered, and waits while the daemon's backlog is full: repetition is harmless.
[[nodiscard]] std::unique_ptr<Sink> make_daemon_sink(DaemonClient client, Pauses pauses);
[[nodiscard]] std::unique_ptr<Sink> make_store_sink(std::unique_ptr<store::Store> store, const Clock& clock);

}  // namespace zs::cli
