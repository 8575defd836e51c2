#include "harness/peer.hpp"

#include <simdjson.h>

#include <cstdlib>
#include <stdexcept>
#include <thread>

#include "harness/site.hpp"
#include "net/curl_transport.hpp"

namespace zs::bench {
namespace {

using namespace std::chrono_literals;

std::string path_of_node() {
  for (const char* path : {"/usr/bin/node", "/usr/local/bin/node"}) {
    if (std::filesystem::exists(path)) return path;
  }
  throw std::runtime_error("there is no node: scripts/setup.sh --bench installs it");
}

}  // namespace

Peer::Peer(int latency_ms) : site_(simulator_alone(latency_ms)) {
  if (!std::filesystem::exists("/usr/bin/redis-server"))
    throw std::runtime_error("there is no redis-server: scripts/setup.sh --bench installs it");
  const std::string port = std::to_string(process::free_port());
  redis_ = std::make_unique<process::Child>(
      process::Run{{"/usr/bin/redis-server", "--bind", "127.0.0.1", "--port", port, "--appendonly", "yes",
                    "--appendfsync", "always", "--save", "", "--dir", site_.directory().string()},
                   {},
                   site_.directory(),
                   "redis"});
  if (!redis_->output().contains("Ready to accept connections") && redis_->wait_for("Ready to accept", 10s).empty() &&
      !redis_->is_running())
    throw std::runtime_error("redis does not start: " + redis_->output());
  worker_ = std::make_unique<process::Child>(
      process::Run{{path_of_node(), ZS_BENCH_PEER "/worker.mjs", site_.simulator_url(), port},
                   {{"NODE_ENV", "production"}, {"TMPDIR", site_.directory().string()}},
                   site_.directory(),
                   "worker"});
  const std::string at = worker_->wait_for("port ", 30s);
  if (at.empty()) throw std::runtime_error("the peer does not start: " + worker_->output());
  url_ = "http://127.0.0.1:" + at;
}

std::int64_t Peer::waiting() {
  net::ClientRequest request;
  request.url = url_ + "/backlog";
  const net::ClientResponse answer = net::fetch(std::move(request));
  simdjson::dom::parser parser;
  std::int64_t waiting = -1;
  if (parser.parse(answer.body)["waiting"].get(waiting) != simdjson::SUCCESS)
    throw std::runtime_error("the peer tells no backlog: " + answer.body + worker_->output());
  return waiting;
}

double Peer::memory_mb() const { return memory_of(worker_->pid()).now_mb + memory_of(redis_->pid()).now_mb; }

}  // namespace zs::bench
