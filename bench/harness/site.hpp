#pragma once
// The programs that a row runs: the product beside the simulator, or a floor.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "process/system.hpp"

namespace zs::bench {

/// zohosync and zohosim as a user starts them, in an org with credits without end, so that nothing waits for their
/// sake; of which zohosync may spend `own_credits` a day, 0: all.
[[nodiscard]] process::System::Options site(int latency_ms, std::int64_t own_credits = 0);
/// The same without zohosync, which can be started later.
[[nodiscard]] process::System::Options simulator_alone(int latency_ms);

/// Posts `event(0)` to `event(count - 1)` in batches, and throws when one is refused.
void post_all(process::System& system, std::uint64_t count, const std::function<std::string(std::uint64_t)>& event);
/// Zoho is away from now on, until the simulator's faults are deleted.
void hold_back(process::System& system);

/// floor_server on a file of its own.
class FloorServer {
 public:
  FloorServer();
  [[nodiscard]] const std::string& url() const { return url_; }

 private:
  process::TemporaryDirectory directory_;
  std::unique_ptr<process::Child> child_;
  std::string url_;
};

struct SimulatorCounts {
  std::int64_t contacts = 0;
  std::int64_t accounts = 0;
  std::int64_t deals = 0;
  std::int64_t calls = 0;
  std::int64_t credits = 0;
};
[[nodiscard]] SimulatorCounts simulator_counts(process::System& system);

struct DaemonCounts {
  std::int64_t accepted = 0;
  std::int64_t waiting = 0;  // entities, and events that are not folded yet
};
[[nodiscard]] DaemonCounts daemon_counts(process::System& system);

/// Waits until nothing waits; throws at the deadline. The seconds that it took.
double wait_until_synced(process::System& system, std::chrono::seconds limit, const std::string& what);

/// kill -9, then how long until it serves again.
[[nodiscard]] double seconds_of_restart(process::System& system);

/// Resident memory of a process now, and the most it ever was, in MB.
struct Memory {
  double now_mb = 0;
  double most_mb = 0;
};
[[nodiscard]] Memory memory_of(int pid);

}  // namespace zs::bench
