#pragma once
// HttpTransport on libcurl's multi interface: one own thread, HTTP/1.1 only, kept connections, TLS
// verified. libcurl stays inside curl_transport.cpp.

#include <cstddef>
#include <memory>
#include <string>

#include "net/http_client.hpp"

namespace zs::net {

struct CurlOptions {
  std::size_t max_connections_per_host = 25;
  std::string user_agent = "zohosync";
  std::string ca_file = {};  // empty: the system's
  std::size_t max_response_bytes = 64 * 1024 * 1024;
  std::string unix_socket = {};  // everything goes there, whatever host the URL names; empty: to the host
};

[[nodiscard]] std::unique_ptr<HttpTransport> make_curl_transport(CurlOptions options);

/// One request, waited for: for the command line.
[[nodiscard]] ClientResponse fetch(ClientRequest request);

}  // namespace zs::net
