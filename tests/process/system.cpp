#include "process/system.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <simdjson.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>
#include <thread>

#include "net/curl_transport.hpp"

namespace zs::process {
namespace {

constexpr auto k_start = std::chrono::seconds{20};

net::ClientResponse fetch(const std::string& method, const std::string& url, const std::string& body,
                          net::Headers headers) {
  net::ClientRequest request;
  request.method = method;
  request.url = url;
  request.body = body;
  request.headers = std::move(headers);
  request.timeout = std::chrono::seconds{70};
  return net::fetch(std::move(request));
}

bool wait_until_ready(const std::string& url, Child& child) {
  const auto deadline = std::chrono::steady_clock::now() + k_start;
  while (std::chrono::steady_clock::now() < deadline && child.is_running()) {
    if (fetch("GET", url, "", {}).status == 200) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
  }
  return false;
}

}  // namespace

int free_port() {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  if (fd < 0 || bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw std::runtime_error("no free port");
  }
  close(fd);
  return ntohs(address.sin_port);
}

System::System(Options options) : options_(std::move(options)) {
  simulator_url_ = "http://127.0.0.1:" + std::to_string(free_port());
  daemon_url_ = "http://127.0.0.1:" + std::to_string(free_port());
  start_simulator();
  if (options_.start_daemon) start_daemon();
}

void System::start_simulator() {
  std::vector<std::string> arguments{ZS_ZOHOSIM, "--listen", simulator_url_.substr(7)};
  arguments.insert(arguments.end(), options_.simulator_arguments.begin(), options_.simulator_arguments.end());
  simulator_ = std::make_unique<Child>(Run{arguments, {}, directory_.path(), "zohosim"});
  if (!wait_until_ready(simulator_url_ + "/control/state", *simulator_))
    throw std::runtime_error("zohosim does not start: " + simulator_->output());
}

std::map<std::string, std::string> System::environment() const {
  std::map<std::string, std::string> out{
      {"ZOHO_CLIENT_ID", "1000.SIM"},
      {"ZOHO_CLIENT_SECRET", "sim-secret"},
      {"ZOHO_REFRESH_TOKEN", "1000.sim.refresh"},
      {"ZOHOSYNC_API_KEY", "test-key"},
      {"ZOHOSYNC_SERVER_LISTEN", daemon_url_.substr(7)},
      {"ZOHOSYNC_STORE_URL", "sqlite:" + (directory_.path() / "zohosync.db").string()},
      {"ZOHOSYNC_ZOHO_ACCOUNTS_URL", simulator_url_},
      {"ZOHOSYNC_ZOHO_API_URL", simulator_url_},
      {"ZOHOSYNC_ZOHO_DESK_URL", simulator_url_}};
  for (const auto& [name, value] : options_.environment) out[name] = value;
  return out;
}

void System::start_daemon() {
  daemon_ = std::make_unique<Child>(
      Run{{ZS_ZOHOSYNC, "serve"}, environment(), directory_.path(), "zohosync-" + std::to_string(++starts_)});
  if (!wait_until_ready(daemon_url_ + "/healthz", *daemon_))
    throw std::runtime_error("zohosync does not start: " + daemon_->output());
}

void System::kill_daemon() {
  daemon_->signal(SIGKILL);
  daemon_->wait(std::chrono::seconds{10});
}

void System::kill_simulator() {
  simulator_->signal(SIGKILL);
  simulator_->wait(std::chrono::seconds{10});
}

int System::stop_daemon() {
  daemon_->signal(SIGTERM);
  return daemon_->wait(std::chrono::seconds{30});
}

net::ClientResponse System::call(const std::string& method, const std::string& path, const std::string& body,
                                 const std::string& type, const std::string& key) {
  net::Headers headers;
  if (!key.empty()) headers.emplace_back("authorization", "Bearer " + key);
  if (!type.empty()) headers.emplace_back("content-type", type);
  return fetch(method, daemon_url_ + path, body, std::move(headers));
}

net::ClientResponse System::control(const std::string& method, const std::string& path, const std::string& body) {
  return fetch(method, simulator_url_ + "/control" + path, body, {{"content-type", "application/json"}});
}

std::string System::crm_get(const std::string& path) {
  for (int attempt = 0; attempt < 2; ++attempt) {
    if (token_.empty()) {
      const auto minted =
          fetch("POST", simulator_url_ + "/oauth/v2/token",
                "grant_type=refresh_token&client_id=1000.SIM&client_secret=sim-secret&refresh_token=1000.sim.refresh",
                {{"content-type", "application/x-www-form-urlencoded"}});
      simdjson::dom::parser parser;
      std::string_view token;
      if (parser.parse(minted.body)["access_token"].get(token) != simdjson::SUCCESS)
        throw std::runtime_error("no token: " + minted.body);
      token_ = token;
    }
    const auto answer = fetch("GET", simulator_url_ + path, "", {{"authorization", "Zoho-oauthtoken " + token_}});
    if (answer.status == 200 || answer.status == 204) return answer.body;
    token_.clear();
  }
  throw std::runtime_error("the simulator does not answer " + path);
}

test::CrmContent System::crm(const plan::Mapping& mapping) {
  return test::read_crm([this](const std::string& path) { return crm_get(path); }, mapping);
}

bool System::wait_until_synced(std::chrono::seconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (std::chrono::steady_clock::now() < deadline) {
    const auto status = call("GET", "/v1/status");
    simdjson::dom::parser parser;
    std::int64_t waiting = -1;
    if (status.status == 200 && parser.parse(status.body)["backlog"]["entities"].get(waiting) == simdjson::SUCCESS &&
        waiting == 0)
      return true;
    std::this_thread::sleep_for(std::chrono::milliseconds{50});
  }
  return false;
}

Finished System::cli(std::vector<std::string> arguments, std::map<std::string, std::string> more) {
  arguments.insert(arguments.begin(), ZS_ZOHOSYNC);
  std::map<std::string, std::string> all = environment();
  for (const auto& [name, value] : more) all[name] = value;
  return run({std::move(arguments), std::move(all), directory_.path(), "cli-" + std::to_string(++starts_)});
}

}  // namespace zs::process
