#include "server/service.hpp"

#include <cstdio>
#include <fstream>
#include <sstream>
#include <utility>

#include "core/control.hpp"
#include "core/fault_profiles.hpp"
#include "core/snapshot.hpp"
#include "net/curl_transport.hpp"

namespace zohosim {
namespace {

constexpr std::chrono::milliseconds k_push_timeout{10'000};
constexpr std::size_t k_max_body = 1024UL * 1024 * 1024;  // a snapshot of a million records comes in one piece

HttpRequest taken(zs::net::Request&& request) {
  return {std::move(request.method), std::move(request.path), std::move(request.query), std::move(request.headers),
          std::move(request.body)};
}

zs::net::Response::Cut cut_of(HttpAnswer::Cut cut) {
  switch (cut) {
    case HttpAnswer::Cut::none:
      return zs::net::Response::Cut::none;
    case HttpAnswer::Cut::hang:
      return zs::net::Response::Cut::hang;
    case HttpAnswer::Cut::truncate:
      return zs::net::Response::Cut::truncate;
    case HttpAnswer::Cut::reset_before:
    case HttpAnswer::Cut::reset_after:
      return zs::net::Response::Cut::reset;
  }
  return zs::net::Response::Cut::none;
}

zs::net::Response response_of(HttpAnswer&& answer) {
  zs::net::Response out;
  out.status = answer.status == 0 ? 200 : answer.status;
  out.content_type = std::move(answer.content_type);
  out.body = std::move(answer.body);
  out.headers = std::move(answer.headers);
  out.cut = cut_of(answer.cut);
  return out;
}

zs::net::Response error_page(int status, std::string_view detail) {
  return response_of(error_answer(status, {"INVALID_REQUEST", std::string(detail)}));
}

zs::Result<> load_org(Simulator& simulator, const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return zs::fail(zs::Errc::invalid, "cannot read " + file);
  auto loaded = read_snapshot(in, simulator.options(), simulator.now_ms());
  if (!loaded) return zs::fail(zs::Errc::invalid, file + ": " + loaded.error().text);
  simulator.replace_org(std::move(loaded->org));
  simulator.advance_to(loaded->latest_ms);
  return {};
}

zs::Result<> load_faults(Simulator& simulator, const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in || !text) return zs::fail(zs::Errc::invalid, "cannot read " + file);
  const auto document = parse_json(std::move(text).str());
  auto added = document ? add_faults(simulator, *document) : std::unexpected(document.error());
  if (!added) return zs::fail(zs::Errc::invalid, file + ": " + added.error().text);
  return {};
}

zs::Result<> begin(Simulator& simulator, const Beginning& beginning) {
  if (!beginning.org_file.empty()) ZS_TRY(load_org(simulator, beginning.org_file));
  if (!beginning.faults_file.empty()) ZS_TRY(load_faults(simulator, beginning.faults_file));
  if (beginning.fault_profile.empty()) return {};
  ZS_ASSIGN(const Json rules, parse_json(fault_profile(beginning.fault_profile).value_or("")));
  return add_faults(simulator, rules);
}

}  // namespace

// One connection to a subscriber keeps its pushes in order.
Service::Service(Options options)
    : simulator_(std::move(options), clock_),
      out_(zs::net::make_curl_transport({.max_connections_per_host = 1, .user_agent = "zohosim"})) {}

zs::Result<std::unique_ptr<Service>> Service::start(Options options, const std::string& address, std::uint16_t port,
                                                    Beginning beginning) {
  std::unique_ptr<Service> out(new Service(std::move(options)));
  ZS_TRY(out->simulator_.start_with(
      [beginning = std::move(beginning)](Simulator& simulator) { return begin(simulator, beginning); }));
  zs::net::ServerOptions server;
  server.address = address;
  server.port = port;
  server.threads = 2;
  server.max_body_bytes = k_max_body;
  server.error_page = error_page;
  Service* service = out.get();
  server.before_first = [service](zs::net::Server& running) { service->timer_ = &running; };
  ZS_ASSIGN(out->server_,
            zs::net::Server::start(std::move(server), [service](zs::net::Request&& request, zs::net::Reply reply) {
              service->answer(std::move(request), std::move(reply));
            }));
  return out;
}

zs::Result<> Service::write_org(const std::string& file) {
  const std::string unfinished = file + ".part";
  const std::scoped_lock lock(mutex_);
  std::ofstream out(unfinished, std::ios::binary | std::ios::trunc);
  write_snapshot(simulator_.org(), [&out](std::string_view piece) { out << piece; });
  out.close();
  if (out && std::rename(unfinished.c_str(), file.c_str()) == 0) return {};
  std::remove(unfinished.c_str());
  return zs::fail(zs::Errc::unavailable, "cannot write the org to " + file);
}

Service::~Service() {
  if (server_) stop();
}

void Service::answer(zs::net::Request&& request, zs::net::Reply reply) {
  HttpAnswer answer;
  std::vector<Push> pushes;
  {
    const std::scoped_lock lock(mutex_);
    answer = simulator_.begin_call(taken(std::move(request)));
    pushes = simulator_.take_pushes();
  }
  push(std::move(pushes));
  if (answer.delay.count() == 0) {
    send(std::move(answer), std::move(reply));
    return;
  }
  const auto delay = answer.delay;
  timer_->after(delay, [this, answer = std::move(answer), reply = std::move(reply)]() mutable {
    send(std::move(answer), std::move(reply));
  });
}

void Service::push(std::vector<Push>&& pushes) {
  for (Push& one : pushes) {
    zs::net::ClientRequest request;
    request.method = "POST";
    request.url = std::move(one.url);
    request.headers = {{"Content-Type", "application/json"}};
    request.body = std::move(one.body);
    request.timeout = k_push_timeout;
    out_->send(std::move(request), [](const zs::net::ClientResponse&) {});
  }
}

/// The place is given back before the answer leaves: a caller that sends its next call on reading it is within its
/// rights.
void Service::send(HttpAnswer&& answer, zs::net::Reply reply) {
  {
    const std::scoped_lock lock(mutex_);
    simulator_.end_call(answer);
  }
  reply(response_of(std::move(answer)));
}

}  // namespace zohosim
