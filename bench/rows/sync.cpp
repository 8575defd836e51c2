// From the ledger into the CRM: how many customers a minute, and for how many credits.
#include <stdexcept>
#include <thread>

#include "floor/bare_calls.hpp"
#include "harness/feed.hpp"
#include "harness/report.hpp"
#include "harness/rows.hpp"
#include "harness/site.hpp"

namespace zs::bench {
namespace {

using namespace std::chrono_literals;
using SteadyClock = std::chrono::steady_clock;

/// Lets Zoho be away while the events come in, so that the backlog is all there when the clock starts.
struct Backlog {
  explicit Backlog(int latency_ms, std::uint64_t customers) : system(site(latency_ms)) {
    hold_back(system);
    post_all(system, customers, signup);
    while (daemon_counts(system).waiting < static_cast<std::int64_t>(2 * customers)) std::this_thread::sleep_for(20ms);
  }
  process::System system;
};

/// Seconds in which the CRM took the middle eight tenths of them: neither the look at the org at the start nor the
/// last calls, which are not full, belong to the rate.
double seconds_for_most(process::System& system, std::int64_t customers, const std::string& what) {
  std::optional<SteadyClock::time_point> began;
  std::int64_t at_begin = 0;
  const auto deadline = SteadyClock::now() + 20min;
  while (SteadyClock::now() < deadline) {
    const std::int64_t there = simulator_counts(system).contacts;
    show_progress(what + ": " + std::to_string(there) + " of " + std::to_string(customers));
    if (!began && there >= customers / 10) {
      began = SteadyClock::now();
      at_begin = there;
    }
    if (began && there >= customers * 9 / 10) {
      const std::chrono::duration<double> passed = SteadyClock::now() - *began;
      return passed.count() * static_cast<double>(customers) / static_cast<double>(there - at_begin);
    }
    std::this_thread::sleep_for(5ms);
  }
  throw std::runtime_error(what + ": not synced in time");
}

}  // namespace

void sync_at_once(Size size) {
  const std::uint64_t customers = size == Size::quick ? 4'000 : 40'000;
  print_heading("sync0",
                "sign-ups from the post to the CRM, Zoho at 0 ms, " + std::to_string(customers) + " customers");
  Samples a_minute;
  for (int round = 0; round < rounds(size); ++round) {
    process::System system(site(0));
    const auto began = SteadyClock::now();
    post_all(system, customers, signup);
    wait_until_synced(system, 20min, "sync0");
    const std::chrono::duration<double> passed = SteadyClock::now() - began;
    const SimulatorCounts counts = simulator_counts(system);
    if (counts.contacts != static_cast<std::int64_t>(customers)) throw std::runtime_error("not all are in the CRM");
    a_minute.add(static_cast<double>(customers) * 60 / passed.count());
  }
  print_verdict("posted, folded, planned, sent, linked", a_minute, "a minute", {Wanted::at_least, 20'000});
}

void sync_at_100_ms(Size size) {
  const std::uint64_t customers = size == Size::quick ? 8'000 : 50'000;
  print_heading("sync100", "a backlog of " + std::to_string(customers) + " sign-ups, Zoho at 100 ms");
  Samples a_second;
  Samples floor;
  for (int round = 0; round < rounds(size); ++round) {
    floor.add(bare_signups_a_second(process::System(simulator_alone(100)).simulator_url(), customers / 2));
    Backlog backlog(100, customers);
    backlog.system.control("DELETE", "/faults");
    a_second.add(static_cast<double>(customers) /
                 seconds_for_most(backlog.system, static_cast<std::int64_t>(customers), "sync100"));
  }
  // Ten heavy calls at once, three of them for 100 sign-ups: accounts, look-up, contacts.
  Samples of_bound;
  for (const double one : a_second.values()) of_bound.add(one / (10 * 100 / 3.0 / 0.1));
  print_figure("floor: the same calls, ten at once, and nothing else", floor, "a second");
  print_figure("zohosync: sign-ups (account, look-up, contact, tags)", a_second, "a second");
  print_figure("of what ten parallel calls of exactly 100 ms would bring", of_bound, "of 3,333");
  print_verdict("of what ten parallel calls of 100 bring", ratio(a_second, floor), "of floor",
                {Wanted::at_least, 0.95});
}

void credits(Size size) {
  constexpr std::uint64_t k_customers = 1'000;
  static_cast<void>(size);  // counts do not vary with the machine
  print_heading("credits", "for 1,000 sign-ups that wait together, and for a change of each");
  Backlog backlog(20, k_customers);
  process::System& system = backlog.system;
  const SimulatorCounts before = simulator_counts(system);
  system.control("DELETE", "/faults");
  wait_until_synced(system, 2min, "credits");
  const SimulatorCounts after = simulator_counts(system);
  Samples signups_cost;
  signups_cost.add(static_cast<double>(after.credits - before.credits));
  // A backlog ends a pause: the org is looked at again, five credits, and one call of ten finds out whether Zoho
  // answers.
  print_verdict("1,000 sign-ups", signups_cost, "credits", {Wanted::at_most, 1.05 * 210});
  post_all(system, k_customers, [](std::uint64_t i) { return profile_change(i, 1); });
  wait_until_synced(system, 2min, "credits");
  Samples changes_cost;
  changes_cost.add(static_cast<double>(simulator_counts(system).credits - after.credits));
  print_verdict("1,000 profile changes", changes_cost, "credits", {Wanted::at_most, 1.05 * 100});
}

}  // namespace zs::bench
