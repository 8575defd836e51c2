#include "net/http_server.hpp"

#include <fmt/format.h>
#include <pthread.h>

#include <algorithm>
#include <boost/asio/ssl/context.hpp>
#include <thread>

#include "net/listener.hpp"
#include "net/server_core.hpp"

namespace zs::net {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

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

class ServerOnThreads final : public Server {
 public:
  ServerOnThreads(std::shared_ptr<ServerCore> core, std::vector<std::shared_ptr<Worker>> workers,
                  std::vector<std::shared_ptr<Door>> doors, std::uint16_t port)
      : core_(std::move(core)), workers_(std::move(workers)), doors_(std::move(doors)), port_(port) {
    for (const auto& worker : workers_) {
      threads_.emplace_back([worker] {
        pthread_setname_np(pthread_self(), "http");
        worker->run();
      });
    }
  }
  void open() {
    for (const auto& door : doors_) workers_.front()->post([door] { door->accept(); });
  }
  ~ServerOnThreads() override { ServerOnThreads::stop(std::chrono::milliseconds{0}); }
  ServerOnThreads(const ServerOnThreads&) = delete;
  ServerOnThreads& operator=(const ServerOnThreads&) = delete;

  [[nodiscard]] std::uint16_t port() const override { return port_; }

  void after(std::chrono::milliseconds delay, std::move_only_function<void()> task) override {
    workers_[next_++ % workers_.size()]->after(delay, std::move(task));
  }

  void stop(std::chrono::milliseconds grace) override {
    const std::lock_guard lock(stopping_);
    if (threads_.empty()) return;
    core_->stopping = true;
    for (const auto& door : doors_) workers_.front()->post([door] { door->close(); });
    for (const auto& worker : workers_) worker->wind_up();
    core_->count.wait_for_none(grace);
    for (const auto& worker : workers_) worker->shut();
    threads_.clear();
  }

 private:
  const std::shared_ptr<ServerCore> core_;
  const std::vector<std::shared_ptr<Worker>> workers_;
  const std::vector<std::shared_ptr<Door>> doors_;
  const std::uint16_t port_;
  std::atomic<std::size_t> next_ = 0;
  std::mutex stopping_;
  std::vector<std::jthread> threads_;
};

}  // namespace

Result<std::unique_ptr<Server>> Server::start(ServerOptions options, Handler handler) {
  const bool wants_tls = !options.tls_certificate_file.empty() || !options.tls_key_file.empty();
  const auto threads = static_cast<std::size_t>(std::max(options.threads, 1));
  options.max_connections = std::max<std::size_t>(options.max_connections, 1);
  auto core = std::make_shared<ServerCore>(std::move(options), std::move(handler));
  if (wants_tls) {
    ZS_ASSIGN(auto tls, make_tls(core->options));
    core->tls.emplace(std::move(tls));
  }
  std::vector<std::shared_ptr<Worker>> workers;
  for (std::size_t i = 0; i < threads; ++i) workers.push_back(std::make_shared<Worker>());
  std::vector<std::shared_ptr<Door>> doors;
  std::uint16_t port = 0;
  ZS_ASSIGN(std::shared_ptr<Door> tcp, listen_on_port(core, workers, port));
  doors.push_back(std::move(tcp));
  if (!core->options.socket_path.empty()) {
    ZS_ASSIGN(std::shared_ptr<Door> local, listen_on_socket(core, workers));
    doors.push_back(std::move(local));
  }
  auto server = std::make_unique<ServerOnThreads>(core, std::move(workers), std::move(doors), port);
  if (core->options.before_first) core->options.before_first(*server);
  server->open();
  return server;
}

}  // namespace zs::net
