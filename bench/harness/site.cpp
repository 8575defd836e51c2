#include "harness/site.hpp"

#include <simdjson.h>

#include <algorithm>
#include <fstream>
#include <stdexcept>
#include <thread>

#include "harness/feed.hpp"
#include "harness/load.hpp"
#include "harness/report.hpp"

namespace zs::bench {
namespace {

using namespace std::chrono_literals;

/// Numbers of a JSON answer; 0 where there is none.
class Numbers {
 public:
  explicit Numbers(const std::string& text) {
    if (parser_.parse(text).get(root_) != simdjson::SUCCESS) throw std::runtime_error("no JSON: " + text);
  }
  [[nodiscard]] std::int64_t at(std::string_view pointer) const {
    std::int64_t value = 0;
    return root_.at_pointer(pointer).get(value) == simdjson::SUCCESS ? value : 0;
  }

 private:
  simdjson::dom::parser parser_;
  simdjson::dom::element root_;
};

}  // namespace

process::System::Options site(int latency_ms, std::int64_t own_credits) {
  process::System::Options options;
  options.simulator_arguments = {"--ready",    "--latency-ms", std::to_string(latency_ms), "--edition", "ultimate",
                                 "--licences", "1000000"};
  if (own_credits > 0) options.environment = {{"ZOHOSYNC_ZOHO_DAILY_CREDITS", std::to_string(own_credits)}};
  return options;
}

process::System::Options simulator_alone(int latency_ms) {
  process::System::Options options = site(latency_ms);
  options.start_daemon = false;
  return options;
}

void post_all(process::System& system, std::uint64_t count, const std::function<std::string(std::uint64_t)>& event) {
  constexpr std::uint64_t k_batch = 500;
  Load load;
  load.url = system.daemon_url();
  load.content_type = "application/cloudevents-batch+json";
  load.connections = 2;
  load.length = 20min;
  load.most = (count + k_batch - 1) / k_batch;
  const Loaded loaded = post(load, [&](std::uint64_t n) {
    std::vector<std::string> events;
    for (std::uint64_t i = n * k_batch; i < std::min(count, (n + 1) * k_batch); ++i) events.push_back(event(i));
    return as_batch(events);
  });
  if (loaded.refused > 0) throw std::runtime_error("posts were refused");
}

void hold_back(process::System& system) {
  const auto answer = system.control("POST", "/faults",
                                     R"({"on":"any","effect":"status","status":503,"times":1000000,"probability":1})");
  if (answer.status >= 300) throw std::runtime_error("the simulator takes no fault: " + answer.body);
}

FloorServer::FloorServer() {
  child_ = std::make_unique<process::Child>(process::Run{
      {ZS_BENCH_BIN "/floor_server", (directory_.path() / "floor.db").string()}, {}, directory_.path(), "floor"});
  const std::string port = child_->wait_for("port ", 10s);
  if (port.empty()) throw std::runtime_error("floor_server does not start: " + child_->output());
  url_ = "http://127.0.0.1:" + port;
}

SimulatorCounts simulator_counts(process::System& system) {
  const Numbers state(system.control("GET", "/state").body);
  return {state.at("/modules/Contacts/records"), state.at("/modules/Accounts/records"),
          state.at("/modules/Deals/records"), state.at("/counters/crm_calls"), state.at("/counters/credits")};
}

DaemonCounts daemon_counts(process::System& system) {
  const Numbers status(system.call("GET", "/v1/status").body);
  return {status.at("/events/accepted"), status.at("/backlog/entities")};
}

double wait_until_synced(process::System& system, std::chrono::seconds limit, const std::string& what) {
  const auto began = std::chrono::steady_clock::now();
  const auto passed = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count(); };
  while (passed() < static_cast<double>(limit.count())) {
    const DaemonCounts counts = daemon_counts(system);
    if (counts.waiting == 0) return passed();
    show_progress(what + ": " + std::to_string(counts.waiting) + " wait");
    std::this_thread::sleep_for(20ms);
  }
  throw std::runtime_error(what + ": not synced after " + std::to_string(limit.count()) + " s");
}

double seconds_of_restart(process::System& system) {
  system.kill_daemon();
  const auto began = std::chrono::steady_clock::now();
  system.start_daemon();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

Memory memory_of(int pid) {
  std::ifstream in("/proc/" + std::to_string(pid) + "/status");
  Memory out;
  std::string line;
  while (std::getline(in, line)) {
    if (line.starts_with("VmRSS:")) out.now_mb = std::stod(line.substr(6)) / 1024;
    if (line.starts_with("VmHWM:")) out.most_mb = std::stod(line.substr(6)) / 1024;
  }
  return out;
}

}  // namespace zs::bench
