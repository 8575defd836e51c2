#include "harness/client.hpp"

#include <future>
#include <stdexcept>
#include <utility>

#include "net/curl_transport.hpp"

namespace zs::bench {

// An export of the whole map is taken as one text.
Client::Client(std::string url)
    : url_(std::move(url)),
      transport_(
          net::make_curl_transport({.max_connections_per_host = 1, .max_response_bytes = std::size_t{4} << 30U})) {}

net::ClientResponse Client::ask(const std::string& method, const std::string& path, std::string body) {
  net::ClientRequest request{.method = method, .url = url_ + path, .body = std::move(body)};
  request.timeout = std::chrono::minutes{5};
  request.headers = {{"authorization", "Bearer test-key"}, {"content-type", "application/json"}};
  std::promise<net::ClientResponse> promise;
  auto answered = promise.get_future();
  transport_->send(std::move(request), [&](net::ClientResponse response) { promise.set_value(std::move(response)); });
  net::ClientResponse answer = answered.get();
  if (answer.status != 200)
    throw std::runtime_error(path + " was answered with " + std::to_string(answer.status) + answer.failure +
                             answer.body);
  return answer;
}

}  // namespace zs::bench
