#include "server/service.hpp"

#include <utility>

#include "core/snapshot.hpp"

namespace zohosim {
namespace {

constexpr std::size_t k_max_body = 256UL * 1024 * 1024;  // a snapshot comes in one piece

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

zs::net::Response response_of(const HttpAnswer& answer) {
  zs::net::Response out;
  out.status = answer.status == 0 ? 200 : answer.status;
  out.content_type = answer.content_type;
  out.body = answer.body;
  out.headers = answer.headers;
  out.cut = cut_of(answer.cut);
  return out;
}

zs::net::Response error_page(int status, std::string_view detail) {
  return response_of(error_answer(status, {"INVALID_REQUEST", std::string(detail)}));
}

}  // namespace

zs::Result<std::unique_ptr<Service>> Service::start(Options options, const std::string& address, std::uint16_t port,
                                                    const std::string& org) {
  std::unique_ptr<Service> out(new Service(std::move(options)));
  if (!org.empty()) {
    ZS_ASSIGN(auto loaded, load_snapshot(org, out->simulator_.options(), out->simulator_.now_ms()));
    out->simulator_.replace_org(std::move(loaded));
  }
  zs::net::ServerOptions server;
  server.address = address;
  server.port = port;
  server.threads = 2;
  server.max_body_bytes = k_max_body;
  server.error_page = error_page;
  Service* service = out.get();
  ZS_ASSIGN(out->server_,
            zs::net::Server::start(std::move(server), [service](zs::net::Request&& request, zs::net::Reply reply) {
              service->answer(std::move(request), std::move(reply));
            }));
  return out;
}

Service::~Service() {
  if (server_) stop();
}

void Service::answer(zs::net::Request&& request, zs::net::Reply reply) {
  HttpAnswer answer;
  {
    const std::scoped_lock lock(mutex_);
    answer = simulator_.begin_call(taken(std::move(request)));
  }
  if (answer.delay.count() == 0) {
    send(answer, std::move(reply));
    return;
  }
  const auto delay = answer.delay;
  server_->after(delay, [this, answer = std::move(answer), reply = std::move(reply)]() mutable {
    send(answer, std::move(reply));
  });
}

/// The place is given back before the answer leaves: a caller that sends its next call on reading it is within its
/// rights.
void Service::send(const HttpAnswer& answer, zs::net::Reply reply) {
  {
    const std::scoped_lock lock(mutex_);
    simulator_.end_call(answer);
  }
  reply(response_of(answer));
}

}  // namespace zohosim
