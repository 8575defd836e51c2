// Resident memory of the daemon, and how soon it serves again with much waiting.
#include "harness/feed.hpp"
#include "harness/report.hpp"
#include "harness/rows.hpp"
#include "harness/site.hpp"

#include <thread>

namespace zs::bench {

void memory(Size size) {
  const std::uint64_t waiting = size == Size::quick ? 20'000 : 1'000'000;
  print_heading("memory", "of the daemon, idle and with " + std::to_string(waiting) +
                              " sign-ups waiting for a Zoho that does not answer; and its restart with them");
  process::System system(site(0));
  std::this_thread::sleep_for(std::chrono::seconds{2});
  Samples idle;
  idle.add(memory_of(system.daemon().pid()).now_mb);
  print_verdict("idle", idle, "MB", {Wanted::at_most, 64});
  system.kill_simulator();
  post_all(system, waiting, signup);
  while (daemon_counts(system).waiting < static_cast<std::int64_t>(2 * waiting)) {
    show_progress("memory: folding");
    std::this_thread::sleep_for(std::chrono::milliseconds{100});
  }
  Samples full;
  full.add(memory_of(system.daemon().pid()).most_mb);
  print_verdict("with a backlog, at most", full, "MB", {Wanted::at_most, 256});
  Samples starts;
  for (int round = 0; round < rounds(size); ++round) starts.add(seconds_of_restart(system));
  print_verdict("kill -9, then serving again", starts, "s", {Wanted::at_most, 1});
}

}  // namespace zs::bench
