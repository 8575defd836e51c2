#pragma once
// The simulator behind a socket: one lock around the one-threaded core, delays and cuts played out for real.

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "base/result.hpp"
#include "core/simulator.hpp"
#include "net/http_client.hpp"
#include "net/http_server.hpp"

namespace zohosim {

/// What a fresh org starts with, and again after every reset. Empty names: nothing.
struct Beginning {
  std::string org_file;     // a snapshot
  std::string faults_file;  // as POST /control/faults takes them
  std::string fault_profile;
};

class Service {
 public:
  [[nodiscard]] static zs::Result<std::unique_ptr<Service>> start(Options options, const std::string& address,
                                                                  std::uint16_t port, Beginning beginning);
  ~Service();

  [[nodiscard]] std::uint16_t port() const { return server_->port(); }
  /// A snapshot under a name that is complete or not there; after stop().
  [[nodiscard]] zs::Result<> write_org(const std::string& file);
  void stop() { server_->stop(std::chrono::milliseconds{500}); }

 private:
  explicit Service(Options options);

  void answer(zs::net::Request&& request, zs::net::Reply reply);
  void send(HttpAnswer&& answer, zs::net::Reply reply);
  /// Told once and not repeated, as Zoho promises no delivery.
  void push(std::vector<Push>&& pushes);

  zs::SystemClock clock_;
  std::mutex mutex_;
  Simulator simulator_;  // under mutex_
  std::unique_ptr<zs::net::HttpTransport> out_;
  std::unique_ptr<zs::net::Server> server_;
  zs::net::Server* timer_ = nullptr;  // the same, for requests that come before start() has returned
};

}  // namespace zohosim
