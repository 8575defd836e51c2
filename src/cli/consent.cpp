#include "cli/consent.hpp"

#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "base/crypto.hpp"
#include "net/http_server.hpp"
#include "setup/grant.hpp"

namespace zs::cli {
namespace {

constexpr std::string_view k_path = "/callback";
constexpr auto k_patience = std::chrono::minutes{10};

net::Response page(int status, std::string_view text) {
  net::Response response;
  response.status = status;
  response.content_type = "text/plain; charset=utf-8";
  response.body = std::string(text) + "\n";
  // The address holds the code; it goes no further.
  response.headers = {{"Referrer-Policy", "no-referrer"}, {"Cache-Control", "no-store"}};
  return response;
}

/// One answer, the first that is ours, from whatever thread.
class Mailbox {
 public:
  void put(Result<std::string> answer) {
    const std::lock_guard lock(mutex_);
    if (!std::exchange(is_full_, true)) promise_.set_value(std::move(answer));
  }
  std::future<Result<std::string>> future() { return promise_.get_future(); }

 private:
  std::mutex mutex_;
  bool is_full_ = false;  // guarded by mutex_
  std::promise<Result<std::string>> promise_;
};

}  // namespace

std::string redirect_uri(std::uint16_t port) {
  return "http://127.0.0.1:" + std::to_string(port) + std::string(k_path);
}

Result<std::string> await_consent(const config::Zoho& zoho, std::uint16_t port,
                                  void (*on_ready)(const std::string& url, const std::string& redirect)) {
  const std::string state = random_hex(16);
  Mailbox mailbox;
  auto answer = mailbox.future();
  net::ServerOptions options;
  options.address = "127.0.0.1";
  options.port = port;
  auto server = net::Server::start(options, [&](net::Request&& request, net::Reply reply) {
    if (request.path != k_path || request.method != "GET") {
      reply(page(404, "There is nothing here."));
      return;
    }
    auto code = setup::read_callback(zoho, request.query, state);
    if (!code && code.error().code == Errc::conflict) {
      reply(page(400, "This is not the answer to zohosync's question. Open the address that it printed last."));
      return;
    }
    reply(page(code ? 200 : 400, code ? "Zoho has answered. Go on in the terminal; this page can be closed."
                                      : "That did not work; the terminal says why."));
    mailbox.put(std::move(code));
  });
  if (!server) return std::unexpected(std::move(server).error());
  on_ready(setup::consent_url(zoho, redirect_uri(port), state), redirect_uri(port));
  if (answer.wait_for(k_patience) != std::future_status::ready) {
    (*server)->stop(std::chrono::milliseconds{0});
    return fail(Errc::unavailable, "nobody has answered for ten minutes; start again");
  }
  // The browser gets its page before the door closes.
  (*server)->stop(std::chrono::seconds{2});
  return answer.get();
}

}  // namespace zs::cli
