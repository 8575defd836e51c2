#pragma once
// The door to other HTTP servers. The consumer sees one interface with a clear promise about what may
// have happened; the real one is libcurl (curl_transport.hpp), tests and the simulation bring their own.

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "net/http_server.hpp"

namespace zs::net {

struct ClientRequest {
  std::string method = "GET";
  std::string url = {};  // absolute
  Headers headers = {};
  std::string body = {};
  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::milliseconds timeout{30'000};  // for the whole exchange, waiting for a connection included
};

/// How far an exchange got. `not_sent` is a promise: no byte of the request reached the server, so
/// repeating it is safe. `unknown` means that the server may have acted.
enum class Exchange : std::uint8_t { answered, not_sent, unknown };

struct ClientResponse {
  Exchange exchange = Exchange::not_sent;
  std::string failure = {};  // why, in words, when not answered
  int status = 0;
  Headers headers = {};  // names in lower case
  std::string body = {};

  [[nodiscard]] std::string_view header(std::string_view lower_name) const;
};

class HttpTransport {
 public:
  using Done = std::move_only_function<void(ClientResponse)>;

  virtual ~HttpTransport() = default;
  /// Sends at most once: a request is never repeated behind the caller's back (stack.md 6.1), redirects are
  /// not followed. `done` is called exactly once, from a thread of the transport; on shutdown with
  /// `unknown` or `not_sent` as the case is.
  virtual void send(ClientRequest request, Done done) = 0;
};

}  // namespace zs::net
