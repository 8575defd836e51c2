#pragma once
// Addresses as people write them: where to listen, and the origins that we call.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace zs::config {

struct Endpoint {
  std::string address;  // numeric, IPv6 without brackets
  std::uint16_t port = 0;
};

/// "127.0.0.1:8080", "[::1]:8080", "localhost:8080" (as 127.0.0.1). Port 0 is any free one.
[[nodiscard]] std::optional<Endpoint> parse_endpoint(std::string_view text);
/// Of a numeric address.
[[nodiscard]] bool is_loopback(std::string_view address);

/// `https://host[:port]` without a trailing slash; plain http for loopback only. The error finishes the
/// sentence "<key> …".
[[nodiscard]] Result<std::string> parse_origin(std::string_view text);

/// Whether a database address carries a password, as user:password@ or password=.
[[nodiscard]] bool has_password(std::string_view url);

}  // namespace zs::config
