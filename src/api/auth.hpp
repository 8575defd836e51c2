#pragma once
// Who may do what: bearer keys, known by their SHA-256 only, and those whom the Unix socket's file lets in.

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "config/config.hpp"
#include "net/http_server.hpp"

namespace zs::api {

class Authenticator {
 public:
  Authenticator(const std::vector<config::ApiKey>& keys, std::vector<config::Scope> local);

  enum class Verdict : std::uint8_t { allowed, unknown_key, no_key, not_in_scope };
  /// `admin` includes the other scopes. Without any key configured (loopback only: the configuration sees to it)
  /// everything is allowed. Who comes by the socket may do what it is for without a key, and more with one.
  [[nodiscard]] Verdict check(const net::Request& request, config::Scope scope) const;

 private:
  std::unordered_map<std::string, std::vector<config::Scope>> scopes_by_hash_;
  std::vector<config::Scope> local_;
};

}  // namespace zs::api
