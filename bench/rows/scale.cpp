// What a customer costs when ten thousand are known already, and when ten million are.
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <vector>

#include "floor/bare_keys.hpp"
#include "harness/feed.hpp"
#include "harness/known.hpp"
#include "harness/load.hpp"
#include "harness/report.hpp"
#include "harness/rows.hpp"
#include "harness/site.hpp"
#include "state/derive.hpp"

namespace zs::bench {
namespace {

using namespace std::chrono_literals;
using SteadyClock = std::chrono::steady_clock;

/// Processor time that a process has used, in microseconds.
double cpu_us(int pid) {
  std::ifstream in("/proc/" + std::to_string(pid) + "/stat");
  const std::string stat{std::istreambuf_iterator<char>(in), {}};
  std::istringstream after_name(stat.substr(stat.rfind(')') + 2));
  std::vector<std::string> fields{std::istream_iterator<std::string>(after_name), {}};
  constexpr std::size_t k_utime = 11;  // counted from the state, the third field (proc(5))
  const double ticks = std::stod(fields.at(k_utime)) + std::stod(fields.at(k_utime + 1));
  return ticks * 1e6 / static_cast<double>(sysconf(_SC_CLK_TCK));
}

/// KB that a process has had read from the disk: what was in nobody's cache (proc_pid_io(5)).
double disk_read_kb(int pid) {
  std::ifstream in("/proc/" + std::to_string(pid) + "/io");
  double bytes = 0;
  for (std::string name; in >> name >> bytes;) {
    if (name == "read_bytes:") return bytes / 1024;
  }
  throw std::runtime_error("the system does not count what a process reads");
}

struct Costs {
  Samples keys_us;
  Samples signup_us;
  Samples signup_read_kb;
  Samples change_us;
  Samples signups_a_minute;
};

struct Work {
  double us_each = 0;
  double read_kb_each = 0;
  double a_minute = 0;
};

Work measured(process::System& system, std::uint64_t count, const std::function<std::string(std::uint64_t)>& event) {
  const int pid = system.daemon().pid();
  const double cpu = cpu_us(pid);
  const double read_kb = disk_read_kb(pid);
  const auto began = SteadyClock::now();
  post_all(system, count, event);
  wait_until_synced(system, 10min, "scale");
  const std::chrono::duration<double> passed = SteadyClock::now() - began;
  const auto n = static_cast<double>(count);
  return {(cpu_us(pid) - cpu) / n, (disk_read_kb(pid) - read_kb) / n, n * 60 / passed.count()};
}

/// A customer's keys as the product has them in indexes.
BareKeys::Row keys_of(std::uint64_t customer) {
  constexpr std::size_t k_of_digest = 8;
  return {user_id(customer), state::email_digest(email(customer)).substr(0, k_of_digest) + user_id(customer)};
}

/// The keys of so many newcomers among those who are known, in bare SQLite.
Samples cost_of_keys(const Population& population, std::uint64_t count, int times) {
  const process::TemporaryDirectory directory;
  BareKeys keys((directory.path() / "keys.db").string(), population.size(),
                [&](std::uint64_t i) { return keys_of(population.known(population.arrival(i))); });
  Samples us;
  for (std::uint64_t i = 0; times > 0; --times) {
    std::vector<BareKeys::Row> newcomers;
    for (const std::uint64_t end = i + count; i < end; ++i) newcomers.push_back(keys_of(population.newcomer(i)));
    us.add(keys.us_each(newcomers));
  }
  return us;
}

/// A store with so many customers: from ZOHOSYNC_BENCH_STORES, where it is kept for the next run, or filled.
void provide_store(const std::filesystem::path& file, const Population& population, const Fill& fill) {
  const char* const kept = std::getenv("ZOHOSYNC_BENCH_STORES");
  if (kept == nullptr) return fill_store(file.string(), population, fill);
  const std::filesystem::path source = std::filesystem::path(kept) / (std::to_string(population.size()) + ".db");
  if (!exists(source)) {
    fill_store(source.string() + ".part", population, fill);
    rename(std::filesystem::path(source.string() + ".part"), source);
  }
  show_progress(fill.what + ": copying " + source.string());
  copy_file(source, file);
  bring_up_to_date(file.string());
}

/// A store with so many customers of whom the simulator has the first `real` (in Population's order of any()).
void populate(process::System& system, const Population& population, std::uint64_t real) {
  const auto one = [&](std::uint64_t i) { return population.known(population.any(i)); };
  Fill fill;
  fill.what = "scale";
  for (std::uint64_t i = 0; i < real; ++i) fill.but.insert(one(i));
  provide_store(system.directory() / "zohosync.db", population, fill);
  system.start_daemon();
  post_all(system, real, [&](std::uint64_t i) { return signup(one(i)); });
  wait_until_synced(system, 5min, "scale");
}

void with_backlog(process::System& system, const Population& population, std::uint64_t waiting) {
  system.kill_simulator();
  post_all(system, waiting, [&](std::uint64_t i) { return profile_change(population.known(population.any(i)), 49); });
  while (daemon_counts(system).waiting < static_cast<std::int64_t>(waiting)) {
    show_progress("scale: folding");
    std::this_thread::sleep_for(100ms);
  }
  Samples memory;
  memory.add(memory_of(system.daemon().pid()).most_mb);
  print_verdict("memory with " + std::to_string(waiting) + " waiting, at most", memory, "MB", {Wanted::at_most, 256});
  Samples starts;
  for (int round = 0; round < 3; ++round) starts.add(seconds_of_restart(system));
  print_verdict("kill -9, then serving again", starts, "s", {Wanted::at_most, 1});
}

}  // namespace

void scale(Size size) {
  std::vector<std::uint64_t> sizes{10'000, 100'000, 1'000'000};
  if (size == Size::quick) sizes = {1'000, 10'000};
  if (size == Size::huge) sizes.push_back(10'000'000);
  const std::uint64_t count = size == Size::quick ? 500 : 5'000;
  print_heading("scale",
                "processor time of a sign-up and of a profile change by how many customers are known, Zoho at 0 ms");
  Costs first;
  for (const std::uint64_t known : sizes) {
    const Population population(known);
    process::System system(simulator_alone(0));
    populate(system, population, count);
    Costs costs;
    costs.keys_us = cost_of_keys(population, count, rounds(size));
    std::uint64_t newcomers = 0;
    for (int round = 0; round < rounds(size); ++round) {
      const Work signups =
          measured(system, count, [&](std::uint64_t i) { return signup(population.newcomer(newcomers + i)); });
      newcomers += count;
      costs.signup_us.add(signups.us_each);
      costs.signup_read_kb.add(signups.read_kb_each);
      costs.signups_a_minute.add(signups.a_minute);
      const auto turn = static_cast<std::uint64_t>(round) + 1;
      costs.change_us.add(measured(system, count, [&](std::uint64_t i) {
                            return profile_change(population.known(population.any(i)), turn);
                          }).us_each);
    }
    const std::string name = std::to_string(known) + " known: ";
    print_figure(name + "bare SQLite, the keys of a sign-up", costs.keys_us, "us");
    print_figure(name + "a sign-up", costs.signup_us, "us");
    print_figure(name + "read from the disk for a sign-up", costs.signup_read_kb, "KB");
    print_figure(name + "a profile change", costs.change_us, "us");
    print_figure(name + "sign-ups", costs.signups_a_minute, "a minute");
    Samples memory;
    memory.add(memory_of(system.daemon().pid()).most_mb);
    print_figure(name + "memory, at most", memory, "MB");
    if (first.signup_us.empty()) {
      first = costs;
    } else {
      print_verdict(name + "a sign-up", ratio(costs.signup_us, first.signup_us), "of that with fewest",
                    {Wanted::at_most, 1.5});
      print_verdict(name + "a change", ratio(costs.change_us, first.change_us), "of that with fewest",
                    {Wanted::at_most, 1.5});
    }
    if (known == sizes.back()) with_backlog(system, population, std::min<std::uint64_t>(known, 1'000'000));
  }
}

}  // namespace zs::bench
