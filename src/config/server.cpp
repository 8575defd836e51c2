#include "base/text.hpp"
#include "config/address.hpp"
#include "config/schema.hpp"

namespace zs::config {
namespace {

// They keep slips of the keyboard out.
constexpr std::int64_t k_max_body = 64 * 1024 * 1024;
constexpr std::int64_t k_max_events = 100'000;
constexpr std::int64_t k_max_backlog = 1'000'000'000;

constexpr unsigned k_owner_may_use = 0600;
constexpr unsigned k_nobody_else = 0770;
constexpr std::size_t k_max_socket_path = 107;  // unix(7)

void read_listen(Server& server, const Value& value, const At& at) {
  const auto text = as_text(value, at);
  if (!text) return;
  const auto endpoint = parse_endpoint(trim(*text));
  if (!endpoint) {
    at.error(value, "is no address and port", "write it like \"127.0.0.1:8080\" or \"[::1]:8080\"");
    return;
  }
  server.address = endpoint->address;
  server.port = endpoint->port;
}

void read_socket(std::string& target, const Value& value, const At& at) {
  const auto path = as_text(value, at);
  if (!path) return;
  if (path->empty()) {
    at.error(value, "is empty", "write a path like /run/zohosync/zohosync.sock, or leave the key out");
  } else if (path->size() > k_max_socket_path) {
    at.error(value,
             "is longer than " + std::to_string(k_max_socket_path) + " bytes, the most that a socket's path can be",
             "choose a shorter path");
  } else {
    target = *path;
  }
}

/// The file's mode is all that keeps strangers out, so "everybody" is refused.
void read_socket_mode(unsigned& target, const Value& value, const At& at) {
  const auto text = as_text(value, at);
  if (!text) return;
  unsigned mode = 0;
  bool is_octal = text->size() >= 3 && text->size() <= 4;
  for (const char c : *text) {
    is_octal = is_octal && c >= '0' && c <= '7';
    mode = mode * 8 + static_cast<unsigned>(c - '0');
  }
  if (!is_octal) {
    at.error(value, "is no file mode", "write it in octal, like \"0660\"");
  } else if ((mode & k_owner_may_use) != k_owner_may_use || (mode & ~k_nobody_else) != 0) {
    at.error(value, "must let the owner read and write, and nobody beyond the group",
             "write \"0600\", or \"0660\" for a group");
  } else {
    target = mode;
  }
}

}  // namespace

Shape server_section(Server& server) {
  return table(
      "server",
      {setting("listen", [&](const Value& value, const At& at) { read_listen(server, value, at); }),
       text("tls_cert", server.tls_cert), text("tls_key", server.tls_key),
       boolean("insecure_http", server.insecure_http),
       setting("socket", [&](const Value& value, const At& at) { read_socket(server.socket, value, at); }),
       setting("socket_mode",
               [&](const Value& value, const At& at) { read_socket_mode(server.socket_mode, value, at); }),
       setting("socket_scopes",
               [&](const Value& value, const At& at) { read_scopes(server.socket_scopes, value, at); }),
       integer("threads", server.threads, 1, 64), integer("max_body_bytes", server.max_body_bytes, 1024, k_max_body),
       integer("max_events_per_request", server.max_events_per_request, 1, k_max_events),
       integer("max_backlog", server.max_backlog, 1, k_max_backlog)});
}

}  // namespace zs::config
