#pragma once
// What the connections of one server share, and the threads they live on. A connection belongs to one
// worker for life and is touched by that worker's thread alone: no strands, no locks on the way of a
// request. Only post() and the count of connections may be used from elsewhere.

#include <atomic>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_set>
#include <utility>
#include <vector>

#include "net/http_server.hpp"
#include "net/response_head.hpp"

namespace zs::net {

using Executor = boost::asio::io_context::executor_type;
using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, Executor>;
using LocalSocket = boost::asio::basic_stream_socket<boost::asio::local::stream_protocol, Executor>;
using Timer = boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                                boost::asio::wait_traits<std::chrono::steady_clock>, Executor>;

/// Counts the connections: the acceptor pauses at the bound, stop() waits for none.
class ConnectionCount {
 public:
  explicit ConnectionCount(std::size_t limit) : limit_(limit) {}

  /// False at the bound; then `on_room` is called once when one has gone. Several may wait.
  [[nodiscard]] bool has_room_or(std::function<void()> on_room);
  void add();
  void remove();
  /// False when some are left after `grace`.
  bool wait_for_none(std::chrono::milliseconds grace);

 private:
  const std::size_t limit_;
  std::mutex mutex_;
  std::condition_variable none_left_;
  std::size_t count_ = 0;
  std::vector<std::function<void()>> on_room_;
};

/// Outlives the server while a Reply is still held somewhere, hence shared by every connection.
struct ServerCore {
  ServerCore(ServerOptions o, Handler h)
      : options(std::move(o)), handler(std::move(h)), count(options.max_connections) {}

  const ServerOptions options;
  const Handler handler;
  std::optional<boost::asio::ssl::context> tls;
  std::atomic<bool> stopping = false;
  ConnectionCount count;
};

class Connection {
 public:
  virtual ~Connection() = default;
  virtual void start() = 0;
  /// Closes if no request is under way; otherwise the answer to it will be the last.
  virtual void wind_up() = 0;
  virtual void close() = 0;
};

class Worker : public std::enable_shared_from_this<Worker> {
 public:
  Worker() : context_(1), guard_(context_.get_executor()) {}

  [[nodiscard]] boost::asio::io_context& context() { return context_; }
  [[nodiscard]] bool is_this_thread() { return context_.get_executor().running_in_this_thread(); }

  /// Runs `task` on the worker's thread; false, with the task dropped, once the worker has been shut.
  /// Any thread.
  template <class Task>
  bool post(Task&& task) {
    // Asio would keep the task, and with it the connection and this worker, in a queue nobody reads.
    const std::lock_guard lock(mutex_);
    if (shut_) return false;
    boost::asio::post(context_, std::forward<Task>(task));
    return true;
  }

  void run();
  /// Closes what is left; run() then returns. Any thread.
  void shut();
  void wind_up();
  void after(std::chrono::milliseconds delay, std::move_only_function<void()> task);

  // On the worker's thread only.
  void add(std::shared_ptr<Connection> connection) { connections_.insert(std::move(connection)); }
  void remove(const std::shared_ptr<Connection>& connection) { connections_.erase(connection); }
  [[nodiscard]] std::string_view date() { return date_.now(); }

 private:
  boost::asio::io_context context_;
  boost::asio::executor_work_guard<Executor> guard_;
  std::mutex mutex_;
  bool shut_ = false;
  std::unordered_set<std::shared_ptr<Connection>> connections_;
  std::unordered_set<std::shared_ptr<Timer>> timers_;
  DateLine date_;
};

/// Ready for start(); of the kind that `core` has TLS or not.
[[nodiscard]] std::shared_ptr<Connection> make_connection(std::shared_ptr<ServerCore> core,
                                                          std::shared_ptr<Worker> worker, Socket socket);
/// Without TLS whatever `core` has: the kernel carries it.
[[nodiscard]] std::shared_ptr<Connection> make_connection(std::shared_ptr<ServerCore> core,
                                                          std::shared_ptr<Worker> worker, LocalSocket socket);

}  // namespace zs::net
