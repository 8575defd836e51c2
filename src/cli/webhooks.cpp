// `webhooks list|replay|test`: through the daemon, which alone sends.
#include <string>

#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/environment.hpp"
#include "cli/json_view.hpp"
#include "cli/output.hpp"

namespace zs::cli {
namespace {

// A receiver has a minute at most.
constexpr auto k_patience = std::chrono::seconds{70};

OrExit<std::string> ask(const Options& options, std::string_view method, const std::string& path,
                        std::string body = {}) {
  auto client = connect(options);
  if (!client) return std::unexpected(client.error());
  const net::ClientResponse answer =
      client->send(method, path, {{"content-type", "application/json"}}, std::move(body), k_patience);
  if (answer.exchange == net::Exchange::answered && answer.status < 300) return answer.body;
  const Refusal refusal = refusal_of(answer, client->url());
  return std::unexpected(fail_with(refusal.exit, refusal.text));
}

std::string path_of(const Options& options, std::string_view what) {
  return "/v1/webhooks/" + percent_encode(options.names.front()) + "/" + std::string(what);
}

}  // namespace

Exit webhooks_list(const Options& options) {
  const auto body = ask(options, "GET", "/v1/webhooks");
  if (!body) return body.error();
  if (options.json) return print(*body + "\n") ? Exit::done : Exit::failed;
  const JsonView view(*body);
  if (!view.is_json()) return fail_with(Exit::failed, "the daemon's answer is no JSON");
  std::vector<std::vector<std::string>> rows{{"NAME", "STATE", "CURSOR", "LAG", "URL", ""}};
  for_each(view.root(), "webhooks", [&](simdjson::dom::element one) {
    std::string more = shown(one, "reason");
    if (const std::string next = shown(one, "next_try_at"); !next.empty()) more += "; next try " + next;
    rows.push_back({shown(one, "name"), shown(one, "state"), shown(one, "cursor"), grouped(number(one, "lag")),
                    shown(one, "url"), more});
  });
  if (rows.size() == 1) return print("no [[webhooks]] in the configuration\n") ? Exit::done : Exit::failed;
  return print(aligned(rows)) ? Exit::done : Exit::failed;
}

Exit webhooks_replay(const Options& options) {
  if (options.names.size() != 1) return fail_with(Exit::usage, "webhooks replay wants one NAME");
  const auto body =
      ask(options, "POST", path_of(options, "replay"), "{\"after\":" + std::to_string(options.after_change) + "}");
  if (!body) return body.error();
  return print(options.json ? *body + "\n"
                            : "What came after " + std::to_string(options.after_change) + " is sent again.\n")
             ? Exit::done
             : Exit::failed;
}

Exit webhooks_test(const Options& options) {
  if (options.names.size() != 1) return fail_with(Exit::usage, "webhooks test wants one NAME");
  const auto body = ask(options, "POST", path_of(options, "test"));
  if (!body) return body.error();
  const JsonView view(*body);
  if (!view.is_json()) return fail_with(Exit::failed, "the daemon's answer is no JSON");
  const bool is_delivered = truth(view.root(), "delivered");
  if (options.json) {
    print(*body + "\n");
  } else if (is_delivered) {
    print("Taken with " + shown(view.root(), "status") + ".\n");
  } else {
    complain("not taken: " + shown(view.root(), "reason"));
  }
  return is_delivered ? Exit::done : Exit::failed;
}

}  // namespace zs::cli
