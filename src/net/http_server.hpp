#pragma once
// The HTTP/1.1 server that the daemon and the simulator share. It knows connections, limits and
// deadlines; what a request means is the handler's. Beast stays inside http_server.cpp.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace zs::net {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Request {
  std::string method;  // HEAD comes as GET: the server keeps the body back
  std::string target;  // as sent: path and query, still encoded
  std::string path;    // the part of target before '?', still percent-encoded: a slash inside an id stays %2F
  std::string query;   // the part after '?', still encoded
  Headers headers;     // names in lower case
  std::string body;
  std::string remote;     // "127.0.0.1:40312", or "unix"
  bool is_local = false;  // came by ServerOptions::socket_path: the kernel has checked who may

  /// The first value of a header (name in lower case), empty when absent.
  [[nodiscard]] std::string_view header(std::string_view lower_name) const;
  [[nodiscard]] bool has_header(std::string_view lower_name) const;
};

/// Decoded query parameters in their order; a repeated name appears twice.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> parse_query(std::string_view query);

struct Response {
  int status = 200;
  std::string content_type = "application/json";
  std::string body = {};
  Headers headers = {};

  /// Set for a streamed answer (chunked): appends the next piece to its argument and returns true, or
  /// returns false when there is no more (what it appended then still goes out). Called on a server thread, one
  /// call at a time, at the client's pace; after a piece that is empty others have their turn first. If it throws,
  /// the connection breaks off, so that nobody takes the part for the whole.
  std::function<bool(std::string&)> stream = {};

  /// What a simulator of a bad network asks for. `hang` never answers and keeps the connection until
  /// the client leaves; `reset` closes it without a byte; `truncate` sends half of the body (of a stream its first
  /// piece, without a body half of the head), then closes.
  enum class Cut : std::uint8_t { none, hang, reset, truncate };
  Cut cut = Cut::none;
  std::chrono::milliseconds delay{0};  // before the answer
};

/// Answers one request; may be called from any thread, once, also after the client or the server has gone.
/// Dropping it unanswered sends a 500.
using Reply = std::move_only_function<void(Response)>;
/// Runs on a server thread, which serves nobody else meanwhile: quick, or hand the Reply on. What it throws is logged.
using Handler = std::function<void(Request&&, Reply)>;

class Server;

struct ServerOptions {
  std::string address = "127.0.0.1";  // or [::1], 0.0.0.0, localhost; no other names
  std::uint16_t port = 0;             // 0: any free one
  int threads = 1;
  std::size_t max_header_bytes = 16 * 1024;         // more: 431
  std::size_t max_body_bytes = 1024 * 1024;         // more: 413
  std::size_t max_connections = 4096;               // more wait in the listen backlog
  std::chrono::milliseconds read_timeout{10'000};   // for a whole request, from its first byte; then 408
  std::chrono::milliseconds idle_timeout{75'000};   // between requests of a kept connection
  std::chrono::milliseconds write_timeout{30'000};  // without any progress
  std::string tls_certificate_file = {};            // PEM chain; with tls_key_file: HTTPS only
  std::string tls_key_file = {};
  /// A Unix socket beside the port, without TLS; empty: none. Its file is made with `socket_mode` (never wider for a
  /// moment), takes the place of one that nobody listens on any more, and goes with the server.
  std::string socket_path = {};
  unsigned socket_mode = 0600;
  /// Called once by start(), when it listens and before it takes the first connection: for whoever needs the server
  /// where a request needs it.
  std::function<void(Server&)> before_first = {};
  /// Makes the body of errors that the server itself answers (400, 408, 413, 431, 500); status and a sentence go in.
  std::function<Response(int status, std::string_view detail)> error_page = {};
};

class Server {
 public:
  /// Listens and serves on threads of its own. A taken port is Errc::conflict; an address or port that cannot
  /// be had, or TLS files that cannot be used, Errc::invalid; all with words for the user. The same for the socket.
  [[nodiscard]] static Result<std::unique_ptr<Server>> start(ServerOptions options, Handler handler);
  virtual ~Server() = default;

  [[nodiscard]] virtual std::uint16_t port() const = 0;
  /// Runs `task` on a server thread after `delay`: for timed waits in handlers. Dropped by stop().
  virtual void after(std::chrono::milliseconds delay, std::move_only_function<void()> task) = 0;
  /// No new connections; requests under way may finish within `grace`, then all is closed and the threads have
  /// ended. Idempotent. Not from a server thread.
  virtual void stop(std::chrono::milliseconds grace) = 0;
};

}  // namespace zs::net
