#pragma once
// The two real programs side by side on free ports, as a user would start them.

#include <memory>
#include <optional>
#include <string>

#include "net/http_client.hpp"
#include "process/child.hpp"
#include "support/crm_view.hpp"

namespace zs::process {

class System {
 public:
  struct Options {
    std::vector<std::string> simulator_arguments{"--ready"};
    std::map<std::string, std::string> environment;  // of the daemon, on top of the usual
    bool start_daemon = true;
  };
  explicit System(Options options);

  void start_simulator();
  void start_daemon();
  /// kill -9; the daemon's port stays the same after start_daemon().
  void kill_daemon();
  void kill_simulator();
  /// SIGTERM; its exit code.
  int stop_daemon();

  /// To the daemon with the test's key. Not answered: status 0.
  net::ClientResponse call(const std::string& method, const std::string& path, const std::string& body = "",
                           const std::string& type = "", const std::string& key = "test-key");
  net::ClientResponse post_events(const std::string& ndjson) {
    return call("POST", "/v1/events", ndjson, "application/x-ndjson");
  }
  /// To the simulator's control interface.
  net::ClientResponse control(const std::string& method, const std::string& path, const std::string& body = "");
  /// To the simulated CRM with a token of our own.
  std::string crm_get(const std::string& path);
  [[nodiscard]] test::CrmContent crm(const plan::Mapping& mapping);

  /// Waits until the status says that nothing waits; false at the deadline.
  [[nodiscard]] bool wait_until_synced(std::chrono::seconds limit);
  /// The command line, with the daemon's configuration.
  Finished cli(std::vector<std::string> arguments, std::map<std::string, std::string> environment = {});

  [[nodiscard]] Child& daemon() { return *daemon_; }
  [[nodiscard]] Child& simulator() { return *simulator_; }
  [[nodiscard]] const std::filesystem::path& directory() const { return directory_.path(); }
  [[nodiscard]] const std::string& daemon_url() const { return daemon_url_; }
  [[nodiscard]] const std::string& simulator_url() const { return simulator_url_; }
  [[nodiscard]] std::map<std::string, std::string> environment() const;

 private:
  Options options_;
  TemporaryDirectory directory_;
  std::string simulator_url_;
  std::string daemon_url_;
  std::string token_;
  int starts_ = 0;
  std::unique_ptr<Child> simulator_;
  std::unique_ptr<Child> daemon_;
};

/// A port that was free a moment ago.
[[nodiscard]] int free_port();

}  // namespace zs::process
