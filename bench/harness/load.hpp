#pragma once
// A closed loop over HTTP: so many kept connections, each posts, waits for the answer and posts again. One thread, so
// that it takes no more of a small machine than it must.

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace zs::bench {

struct Load {
  std::string url;  // http://127.0.0.1:PORT
  std::string path = "/v1/events";
  std::string content_type = "application/cloudevents+json";
  int connections = 64;
  std::chrono::milliseconds length{3'000};  // no new request after it
  std::uint64_t most = UINT64_MAX;          // requests
};

struct Loaded {
  std::uint64_t answered = 0;  // with 202
  std::uint64_t refused = 0;   // with anything else
  double seconds = 0;
  std::vector<double> latency_ms;  // of each 202
};

/// `body(n)` is the nth request's. Throws when a connection breaks.
[[nodiscard]] Loaded post(const Load& load, const std::function<std::string(std::uint64_t)>& body);

}  // namespace zs::bench
