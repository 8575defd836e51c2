#include "net/http_server.hpp"

#include <fmt/format.h>
#include <pthread.h>

#include <algorithm>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/context.hpp>
#include <thread>

#include "base/log.hpp"
#include "net/server_core.hpp"

namespace zs::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using TcpAcceptor = asio::basic_socket_acceptor<tcp, Executor>;

// Without a file descriptor left there is nothing to do but to look again a little later.
constexpr std::chrono::milliseconds k_accept_retry{100};

Result<asio::ip::address> parse_address(std::string_view text) {
  if (text == "localhost") return asio::ip::address(asio::ip::address_v4::loopback());
  std::string_view bare = text;
  if (bare.starts_with('[') && bare.ends_with(']')) bare = bare.substr(1, bare.size() - 2);
  error_code ec;
  auto address = asio::ip::make_address(std::string(bare), ec);
  if (ec) {
    return fail(Errc::invalid, fmt::format("\"{}\" is not an IP address to listen on; write for example 127.0.0.1, "
                                           "0.0.0.0 or [::1]",
                                           text));
  }
  return address;
}

std::string shown(const tcp::endpoint& endpoint) {
  const auto address = endpoint.address().to_string();
  return fmt::format(fmt::runtime(endpoint.address().is_v6() ? "[{}]:{}" : "{}:{}"), address, endpoint.port());
}

std::unexpected<Error> cannot_listen(const tcp::endpoint& endpoint, const error_code& ec) {
  const std::string where = shown(endpoint);
  if (ec == asio::error::address_in_use) {
    return fail(Errc::conflict,
                fmt::format("{} is already in use; stop the program that listens there or choose another "
                            "port",
                            where));
  }
  if (ec == asio::error::access_denied) {
    return fail(
        Errc::invalid,
        fmt::format("not allowed to listen on {}; choose a port from 1024 up, or give the program the right to low "
                    "ports (systemd: AmbientCapabilities=CAP_NET_BIND_SERVICE)",
                    where));
  }
  if (ec == boost::system::errc::address_not_available) {
    return fail(Errc::invalid,
                fmt::format("cannot listen on {}: no network interface of this machine has that address", where));
  }
  return fail(Errc::unavailable, fmt::format("cannot listen on {}: {}", where, ec.message()));
}

Result<asio::ssl::context> make_tls(const ServerOptions& options) {
  if (options.tls_certificate_file.empty() || options.tls_key_file.empty()) {
    return fail(Errc::invalid, "TLS needs both a certificate file and a key file");
  }
  asio::ssl::context tls(asio::ssl::context::tls_server);
  SSL_CTX_set_min_proto_version(tls.native_handle(), TLS1_2_VERSION);
  // Idle connections give their buffers back: 34 kB each.
  SSL_CTX_set_mode(tls.native_handle(), SSL_MODE_RELEASE_BUFFERS);
  error_code ec;
  if (tls.use_certificate_chain_file(options.tls_certificate_file, ec)) {
    return fail(Errc::invalid, fmt::format("cannot use {} as a TLS certificate (PEM): {}", options.tls_certificate_file,
                                           ec.message()));
  }
  if (tls.use_private_key_file(options.tls_key_file, asio::ssl::context::pem, ec)) {
    return fail(Errc::invalid, fmt::format("cannot use {} as the private key (PEM) of {}: {}", options.tls_key_file,
                                           options.tls_certificate_file, ec.message()));
  }
  return tls;
}

/// Accepts on the first worker's thread and deals the connections out in turn.
class Listener : public std::enable_shared_from_this<Listener> {
 public:
  Listener(std::shared_ptr<ServerCore> core, const std::vector<std::shared_ptr<Worker>>& workers)
      : core_(std::move(core)),
        workers_(workers),
        acceptor_(workers.front()->context()),
        retry_(workers.front()->context()) {}

  [[nodiscard]] Result<> listen(const tcp::endpoint& endpoint) {
    error_code ec;
    acceptor_.open(endpoint.protocol(), ec);
    // SO_REUSEADDR lets a restart have its port at once. Never SO_REUSEPORT: a second daemon would share it in silence.
    if (!ec) acceptor_.set_option(asio::socket_base::reuse_address(true), ec);
    if (!ec) acceptor_.bind(endpoint, ec);
    if (!ec) acceptor_.listen(asio::socket_base::max_listen_connections, ec);
    if (ec) return cannot_listen(endpoint, ec);
    port_ = acceptor_.local_endpoint().port();
    return {};
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }

  void accept() {
    if (!acceptor_.is_open()) return;
    const auto resume = [weak = this->weak_from_this()] {
      const auto self = weak.lock();
      if (self) self->workers_.front()->post([self] { self->accept(); });
    };
    if (!core_->count.has_room_or(resume)) return;
    const auto& worker = workers_[next_++ % workers_.size()];
    acceptor_.async_accept(worker->context(), [self = shared_from_this(), worker](const error_code& ec, Socket socket) {
      self->on_accept(ec, std::move(socket), worker);
    });
  }

  void close() {
    error_code ec;
    acceptor_.close(ec);
    retry_.cancel();
  }

 private:
  void on_accept(const error_code& ec, Socket socket, const std::shared_ptr<Worker>& worker) {
    if (!acceptor_.is_open()) return;
    if (ec && ec != asio::error::connection_aborted) {
      log::warn("cannot accept a connection", {{"what", ec.message()}});
      retry_.expires_after(k_accept_retry);
      retry_.async_wait([self = shared_from_this()](const error_code& cancelled) {
        if (!cancelled) self->accept();
      });
      return;
    }
    if (!ec) worker->post([connection = make_connection(core_, worker, std::move(socket))] { connection->start(); });
    accept();
  }

  const std::shared_ptr<ServerCore> core_;
  const std::vector<std::shared_ptr<Worker>> workers_;
  TcpAcceptor acceptor_;
  Timer retry_;
  std::uint16_t port_ = 0;
  std::size_t next_ = 0;
};

class ServerOnThreads final : public Server {
 public:
  ServerOnThreads(std::shared_ptr<ServerCore> core, std::vector<std::shared_ptr<Worker>> workers,
                  std::shared_ptr<Listener> listener)
      : core_(std::move(core)), workers_(std::move(workers)), listener_(std::move(listener)) {
    workers_.front()->post([listener = listener_] { listener->accept(); });
    for (const auto& worker : workers_) {
      threads_.emplace_back([worker] {
        pthread_setname_np(pthread_self(), "http");
        worker->run();
      });
    }
  }
  ~ServerOnThreads() override { ServerOnThreads::stop(std::chrono::milliseconds{0}); }
  ServerOnThreads(const ServerOnThreads&) = delete;
  ServerOnThreads& operator=(const ServerOnThreads&) = delete;

  [[nodiscard]] std::uint16_t port() const override { return listener_->port(); }

  void after(std::chrono::milliseconds delay, std::move_only_function<void()> task) override {
    workers_[next_++ % workers_.size()]->after(delay, std::move(task));
  }

  void stop(std::chrono::milliseconds grace) override {
    const std::lock_guard lock(stopping_);
    if (threads_.empty()) return;
    core_->stopping = true;
    workers_.front()->post([listener = listener_] { listener->close(); });
    for (const auto& worker : workers_) worker->wind_up();
    core_->count.wait_for_none(grace);
    for (const auto& worker : workers_) worker->shut();
    threads_.clear();
  }

 private:
  const std::shared_ptr<ServerCore> core_;
  const std::vector<std::shared_ptr<Worker>> workers_;
  const std::shared_ptr<Listener> listener_;
  std::atomic<std::size_t> next_ = 0;
  std::mutex stopping_;
  std::vector<std::jthread> threads_;
};

}  // namespace

Result<std::unique_ptr<Server>> Server::start(ServerOptions options, Handler handler) {
  ZS_ASSIGN(const auto address, parse_address(options.address));
  const bool wants_tls = !options.tls_certificate_file.empty() || !options.tls_key_file.empty();
  const auto threads = static_cast<std::size_t>(std::max(options.threads, 1));
  const tcp::endpoint endpoint(address, options.port);
  options.max_connections = std::max<std::size_t>(options.max_connections, 1);
  auto core = std::make_shared<ServerCore>(std::move(options), std::move(handler));
  if (wants_tls) {
    ZS_ASSIGN(auto tls, make_tls(core->options));
    core->tls.emplace(std::move(tls));
  }
  std::vector<std::shared_ptr<Worker>> workers;
  for (std::size_t i = 0; i < threads; ++i) workers.push_back(std::make_shared<Worker>());
  auto listener = std::make_shared<Listener>(core, workers);
  ZS_TRY(listener->listen(endpoint));
  return std::make_unique<ServerOnThreads>(std::move(core), std::move(workers), std::move(listener));
}

}  // namespace zs::net
