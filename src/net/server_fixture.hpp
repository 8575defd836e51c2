#pragma once
// For tests of the server: a server in a line, requests as bytes.

#include <stdexcept>
#include <string>
#include <string_view>

#include "net/http_server.hpp"
#include "net/raw_peer.hpp"

namespace zs::net::testing {

inline std::unique_ptr<Server> serve(Handler handler, ServerOptions options = {}) {
  auto server = Server::start(std::move(options), std::move(handler));
  if (!server) throw std::runtime_error(server.error().text);
  return *std::move(server);
}

inline void echo(Request&& request, Reply reply) {
  reply({.content_type = "text/plain", .body = request.method + ' ' + request.target + ' ' + request.body});
}

inline std::string get(std::string_view path) { return "GET " + std::string(path) + " HTTP/1.1\r\nHost: x\r\n\r\n"; }

inline std::string post(std::string_view body) {
  return "POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         std::string(body);
}

/// What the server says to these bytes before it closes.
inline std::string answer_to(const Server& server, std::string_view bytes) {
  auto client = RawSocket::connect(server.port());
  client.send(bytes);
  client.half_close();
  return client.read_all().first;
}

}  // namespace zs::net::testing
