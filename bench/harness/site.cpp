#include "harness/site.hpp"

#include <simdjson.h>

#include <fstream>
#include <stdexcept>
#include <thread>
#include <utility>

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

process::System::Options site(int latency_ms, std::map<std::string, std::string> environment) {
  process::System::Options options;
  options.simulator_arguments = {"--ready", "--latency-ms", std::to_string(latency_ms), "--daily-credits", "100000000"};
  options.environment = std::move(environment);
  return options;
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
  return {status.at("/events/accepted"), status.at("/backlog/entities"), status.at("/held"),
          status.at("/zoho/credits_used_24h")};
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
