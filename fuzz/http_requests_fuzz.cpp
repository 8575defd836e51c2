// The HTTP server's reading of requests: the same bytes are the same requests however the network cuts them, no request
// can be read in two ways, and nothing grows past its bound.
// An input: a byte that seeds the cuts, then what a client sends.
#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <optional>
#include <vector>

#include "base/random.hpp"
#include "demand.hpp"
#include "net/request_parser.hpp"

namespace zs::fuzz {
namespace {

constexpr std::size_t k_max_header = 512;
constexpr std::size_t k_max_body = 1024;

struct Heard {
  std::vector<net::Request> requests;
  int refused = 0;
};

/// Feeds pieces as a connection does and starts anew after each request, as pipelining clients expect.
Heard hear(std::string_view bytes, Random* cuts) {
  Heard out;
  boost::beast::flat_buffer buffer;
  net::Request request;
  std::optional<net::RequestParser> parser;
  parser.emplace(request, k_max_header, k_max_body);
  while (!bytes.empty()) {
    const std::size_t size = cuts == nullptr ? bytes.size() : 1 + cuts->below(std::min<std::size_t>(bytes.size(), 40));
    buffer.commit(boost::asio::buffer_copy(buffer.prepare(size), boost::asio::buffer(bytes.data(), size)));
    bytes.remove_prefix(size);
    while (true) {
      std::string why;
      out.refused = parser->take(buffer, why);
      if (out.refused != 0) {
        demand(!why.empty(), "a refusal says why");
        return out;
      }
      if (!parser->is_done()) break;
      out.requests.push_back(std::move(request));
      request = {};
      parser.emplace(request, k_max_header, k_max_body);
    }
    demand(buffer.size() <= k_max_header || cuts == nullptr, "what waits to be understood is bounded");
  }
  return out;
}

void check(const net::Request& request) {
  std::size_t header_bytes = request.method.size() + request.target.size();
  int hosts = 0;
  bool has_length = false, is_chunked = false;
  for (const auto& [name, value] : request.headers) {
    header_bytes += name.size() + value.size();
    demand(!name.empty() && std::ranges::none_of(name, [](char c) { return c >= 'A' && c <= 'Z'; }),
           "names are in lower case", name);
    demand(value.find_first_of("\r\n") == std::string::npos, "a value is one line", value);
    hosts += name == "host" ? 1 : 0;
    has_length = has_length || name == "content-length";
    is_chunked = is_chunked || name == "transfer-encoding";
  }
  demand(header_bytes <= k_max_header, "a header is bounded");
  demand(request.body.size() <= k_max_body, "a body is bounded");
  demand(hosts <= 1, "there is one host at most");
  demand(!has_length || !is_chunked, "a body's end is said in one way");
  demand(has_length || is_chunked || request.body.empty(), "a body has an announced end");
  demand(request.target.find_first_of(" \r\n") == std::string::npos && !request.target.empty(), "a target is one word");
  demand(request.path.find('?') == std::string::npos && !request.path.empty(), "the path ends where the query begins");
}

}  // namespace

void run(std::string_view input) {
  if (input.empty()) return;
  SeededRandom cuts(static_cast<unsigned char>(input.front()));
  input.remove_prefix(1);
  const Heard whole = hear(input, nullptr);
  const Heard pieces = hear(input, &cuts);
  for (const net::Request& request : whole.requests) check(request);
  // Only a limit may be noticed earlier in pieces than in one. That a request is bad may come out later; it must never
  // come out as a request.
  const std::size_t common = std::min(whole.requests.size(), pieces.requests.size());
  demand(pieces.requests.size() == common, "pieces are no more than the whole");
  demand(whole.requests.size() == common || pieces.refused == 431, "the network's cuts change nothing");
  for (std::size_t i = 0; i < common; ++i) {
    const net::Request &a = whole.requests[i], &b = pieces.requests[i];
    demand(a.method == b.method && a.target == b.target && a.headers == b.headers && a.body == b.body,
           "the same bytes are the same request");
  }
}

}  // namespace zs::fuzz
