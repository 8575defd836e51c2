#pragma once
// The programs that a row runs: the product beside the simulator, or a floor.

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "process/system.hpp"

namespace zs::bench {

/// zohosync and zohosim as a user starts them, with a simulator that has credits without end unless told otherwise.
[[nodiscard]] process::System::Options site(int latency_ms, std::map<std::string, std::string> environment = {});

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
  std::int64_t held = 0;
  std::int64_t folded_credits = 0;
};
[[nodiscard]] DaemonCounts daemon_counts(process::System& system);

/// Waits until nothing waits; throws at the deadline. The seconds that it took.
double wait_until_synced(process::System& system, std::chrono::seconds limit, const std::string& what);

/// Resident memory of a process now, and the most it ever was, in MB.
struct Memory {
  double now_mb = 0;
  double most_mb = 0;
};
[[nodiscard]] Memory memory_of(int pid);

}  // namespace zs::bench
