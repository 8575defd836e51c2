#include "net/listener.hpp"

#include <fmt/format.h>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/ip/address.hpp>
#include <optional>
#include <string>
#include <utility>

#include "base/log.hpp"
#include "net/socket_file.hpp"

namespace zs::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using asio::local::stream_protocol;
using boost::system::error_code;

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

/// Accepts on the first worker's thread and deals the connections out in turn.
template <class Protocol>
class Listener final : public Door, public std::enable_shared_from_this<Listener<Protocol>> {
 public:
  using Acceptor = asio::basic_socket_acceptor<Protocol, Executor>;
  using Accepted = asio::basic_stream_socket<Protocol, Executor>;

  Listener(std::shared_ptr<ServerCore> core, const Workers& workers)
      : core_(std::move(core)),
        workers_(workers),
        acceptor_(workers.front()->context()),
        retry_(workers.front()->context()) {}

  [[nodiscard]] Acceptor& acceptor() { return acceptor_; }
  /// Goes when the door is closed.
  void keep(SocketFile file) { file_ = std::move(file); }

  void accept() override {
    if (!acceptor_.is_open()) return;
    const auto resume = [weak = this->weak_from_this()] {
      const auto self = weak.lock();
      if (self) self->workers_.front()->post([self] { self->accept(); });
    };
    if (!core_->count.has_room_or(resume)) return;
    const auto& worker = workers_[next_++ % workers_.size()];
    acceptor_.async_accept(worker->context(),
                           [self = this->shared_from_this(), worker](const error_code& ec, Accepted socket) {
                             self->on_accept(ec, std::move(socket), worker);
                           });
  }

  void close() override {
    error_code ec;
    acceptor_.close(ec);
    retry_.cancel();
    file_.reset();
  }

 private:
  void on_accept(const error_code& ec, Accepted socket, const std::shared_ptr<Worker>& worker) {
    if (!acceptor_.is_open()) return;
    if (ec && ec != asio::error::connection_aborted) {
      log::warn("cannot accept a connection", {{"what", ec.message()}});
      retry_.expires_after(k_accept_retry);
      retry_.async_wait([self = this->shared_from_this()](const error_code& cancelled) {
        if (!cancelled) self->accept();
      });
      return;
    }
    if (!ec) worker->post([connection = make_connection(core_, worker, std::move(socket))] { connection->start(); });
    accept();
  }

  const std::shared_ptr<ServerCore> core_;
  const Workers workers_;
  Acceptor acceptor_;
  Timer retry_;
  std::optional<SocketFile> file_;
  std::size_t next_ = 0;
};

}  // namespace

Result<std::shared_ptr<Door>> listen_on_port(const std::shared_ptr<ServerCore>& core, const Workers& workers,
                                             std::uint16_t& port) {
  ZS_ASSIGN(const auto address, parse_address(core->options.address));
  const tcp::endpoint endpoint(address, core->options.port);
  auto listener = std::make_shared<Listener<tcp>>(core, workers);
  auto& acceptor = listener->acceptor();
  error_code ec;
  acceptor.open(endpoint.protocol(), ec);
  // SO_REUSEADDR lets a restart have its port at once. Never SO_REUSEPORT: a second daemon would share it in silence.
  if (!ec) acceptor.set_option(asio::socket_base::reuse_address(true), ec);
  if (!ec) acceptor.bind(endpoint, ec);
  if (!ec) acceptor.listen(asio::socket_base::max_listen_connections, ec);
  if (ec) return cannot_listen(endpoint, ec);
  port = acceptor.local_endpoint().port();
  return listener;
}

Result<std::shared_ptr<Door>> listen_on_socket(const std::shared_ptr<ServerCore>& core, const Workers& workers) {
  const std::string& path = core->options.socket_path;
  auto listener = std::make_shared<Listener<stream_protocol>>(core, workers);
  auto& acceptor = listener->acceptor();
  error_code ec;
  acceptor.open(stream_protocol(), ec);
  if (ec) return fail(Errc::unavailable, fmt::format("cannot make the socket {}: {}", path, ec.message()));
  ZS_ASSIGN(SocketFile file, SocketFile::bind(acceptor.native_handle(), path, core->options.socket_mode));
  listener->keep(std::move(file));
  acceptor.listen(asio::socket_base::max_listen_connections, ec);
  if (ec) return fail(Errc::unavailable, fmt::format("cannot listen on the socket {}: {}", path, ec.message()));
  return listener;
}

}  // namespace zs::net
