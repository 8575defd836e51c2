#pragma once
// One kept connection that asks one thing after the other.

#include <memory>
#include <string>

#include "net/http_client.hpp"

namespace zs::bench {

class Client {
 public:
  explicit Client(std::string url);
  /// Throws when the answer is not 200.
  net::ClientResponse ask(const std::string& method, const std::string& path, std::string body = {});

 private:
  std::string url_;
  std::unique_ptr<net::HttpTransport> transport_;
};

}  // namespace zs::bench
