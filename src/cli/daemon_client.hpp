#pragma once
// The daemon's HTTP interface from outside, one request after the other.

#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "cli/command.hpp"
#include "net/http_client.hpp"

namespace zs::cli {

class DaemonClient {
 public:
  DaemonClient(std::string url, std::string key);
  /// By the daemon's Unix socket, whose file says who may; no key.
  [[nodiscard]] static DaemonClient at_socket(const std::string& path);
  /// Over another transport: for tests.
  DaemonClient(std::string url, std::string key, std::shared_ptr<net::HttpTransport> transport);

  /// Any answer, refusals included, or what became of the request.
  [[nodiscard]] net::ClientResponse send(std::string_view method, std::string_view path, net::Headers headers = {},
                                         std::string body = {},
                                         std::chrono::milliseconds timeout = net::ClientRequest{}.timeout);
  [[nodiscard]] const std::string& url() const { return url_; }

 private:
  std::string url_;
  std::string key_;
  std::shared_ptr<net::HttpTransport> transport_;
};

/// What a request that was not answered with 2xx ends in, and the words for it.
struct Refusal {
  Exit exit = Exit::failed;
  std::string text;
};
[[nodiscard]] Refusal refusal_of(const net::ClientResponse& response, std::string_view url);

/// `detail`, else `title` of a problem document (RFC 9457); empty when the body is none.
[[nodiscard]] std::string problem_detail(std::string_view body);

}  // namespace zs::cli
