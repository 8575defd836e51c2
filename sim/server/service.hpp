#pragma once
// The simulator behind a socket: one lock around the one-threaded core, delays and cuts played out for real.

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "base/result.hpp"
#include "core/simulator.hpp"
#include "net/http_server.hpp"

namespace zohosim {

class Service {
 public:
  /// `org` may hold a snapshot to start from; empty: a fresh org.
  [[nodiscard]] static zs::Result<std::unique_ptr<Service>> start(Options options, const std::string& address,
                                                                  std::uint16_t port, const std::string& org);
  ~Service();

  [[nodiscard]] std::uint16_t port() const { return server_->port(); }
  void stop() { server_->stop(std::chrono::milliseconds{500}); }

 private:
  explicit Service(Options options) : simulator_(std::move(options), clock_) {}

  void answer(zs::net::Request&& request, zs::net::Reply reply);
  void send(const HttpAnswer& answer, zs::net::Reply reply);

  zs::SystemClock clock_;
  std::mutex mutex_;
  Simulator simulator_;  // under mutex_
  std::unique_ptr<zs::net::Server> server_;
};

}  // namespace zohosim
