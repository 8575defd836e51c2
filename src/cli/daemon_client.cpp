#include "cli/daemon_client.hpp"

#include <simdjson.h>

#include <future>
#include <utility>

#include "net/curl_transport.hpp"

namespace zs::cli {

DaemonClient::DaemonClient(std::string url, std::string key)
    : DaemonClient(std::move(url), std::move(key), net::make_curl_transport({.max_connections_per_host = 1})) {}

DaemonClient::DaemonClient(std::string url, std::string key, std::shared_ptr<net::HttpTransport> transport)
    : url_(std::move(url)), key_(std::move(key)), transport_(std::move(transport)) {}

DaemonClient DaemonClient::at_socket(const std::string& path) {
  return {"http://localhost", "", net::make_curl_transport({.max_connections_per_host = 1, .unix_socket = path})};
}

net::ClientResponse DaemonClient::send(std::string_view method, std::string_view path, net::Headers headers,
                                       std::string body, std::chrono::milliseconds timeout) {
  net::ClientRequest request;
  request.method = method;
  request.url = url_ + std::string(path);
  request.headers = std::move(headers);
  if (!key_.empty()) request.headers.emplace_back("authorization", "Bearer " + key_);
  request.body = std::move(body);
  request.timeout = timeout;
  std::promise<net::ClientResponse> answer;
  std::future<net::ClientResponse> waiting = answer.get_future();
  transport_->send(std::move(request), [answer = std::move(answer)](net::ClientResponse response) mutable {
    answer.set_value(std::move(response));
  });
  return waiting.get();
}

Refusal refusal_of(const net::ClientResponse& response, std::string_view url) {
  if (response.exchange != net::Exchange::answered) {
    return {Exit::unreachable,
            "no zohosync daemon answers at " + std::string(url) + " (" + response.failure +
                "). Is `zohosync serve` running with this configuration? Another address is given with --url"};
  }
  const std::string detail = problem_detail(response.body);
  const std::string said = detail.empty() ? "HTTP " + std::to_string(response.status) : detail;
  if (response.status == 401) {
    return {Exit::usage, "the daemon does not know the API key (" + said + "): look at ZOHOSYNC_API_KEY or --key"};
  }
  if (response.status == 403) return {Exit::usage, "the API key is not allowed to do that: " + said};
  if (response.status >= 500) return {Exit::unreachable, "the daemon cannot do that now: " + said};
  return {Exit::failed, said};
}

std::string problem_detail(std::string_view body) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  if (body.empty() || parser.parse(body.data(), body.size()).get(root) != simdjson::SUCCESS || !root.is_object())
    return {};
  std::string_view text;
  if (root["detail"].get(text) == simdjson::SUCCESS || root["title"].get(text) == simdjson::SUCCESS)
    return std::string(text);
  return {};
}

}  // namespace zs::cli
