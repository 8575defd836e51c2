#pragma once
// The Desk service on the engine's thread, with what it stands on.

#include <atomic>
#include <memory>

#include "api/desk_control.hpp"
#include "base/random.hpp"
#include "config/config.hpp"
#include "daemon/engine_host.hpp"
#include "desk/portal.hpp"
#include "desk/service.hpp"
#include "net/http_client.hpp"
#include "net/http_server.hpp"
#include "zoho/client.hpp"
#include "zoho/token.hpp"

namespace zs::daemon {

[[nodiscard]] desk::Options desk_options_of(const config::Desk& desk);

class DeskHost final : public api::DeskControl {
 public:
  DeskHost(const config::Config& config, EngineHost& host, store::Store& store, net::HttpTransport& transport,
           zoho::TokenBroker& tokens, const Clock& clock, Random& random);

  /// Once the server and the engine's thread run: takes up what was left unfinished. What comes before is answered when
  /// it has. `server` is for timed waits.
  void start(net::Server& server);

  void open(desk::Order order, std::string key, std::optional<Duration> wait, desk::Service::Done done) override;
  void departments(std::move_only_function<void(const desk::Outcome<Departments>&)> done) override;
  [[nodiscard]] desk::Status status() const override { return service_.status(); }

  [[nodiscard]] desk::Service& service() { return service_; }

 private:
  void after(Duration pause, std::move_only_function<void()> task);

  EngineHost& host_;
  desk::Options options_;
  std::atomic<net::Server*> server_ = nullptr;
  zoho::Api api_;
  desk::Client client_;
  desk::Portal portal_;
  desk::Service service_;
};

}  // namespace zs::daemon
