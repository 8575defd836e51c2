// `desk ticket|departments`: through the daemon, which alone holds the credentials and the id map.
#include <string>

#include "base/crypto.hpp"
#include "base/json.hpp"
#include "cli/command.hpp"
#include "cli/environment.hpp"
#include "cli/json_view.hpp"
#include "cli/output.hpp"

namespace zs::cli {
namespace {

// The daemon waits a minute for the user at most, and half a minute for Desk, before it answers.
constexpr auto k_patience = std::chrono::seconds{100};

std::string order_of(const Options& options) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().field("user_id", options.names.front()).field("subject", options.subject);
  json.field("description", options.description);
  if (!options.department.empty()) json.field("department_id", options.department);
  json.end_object();
  return out;
}

}  // namespace

Exit desk_ticket(const Options& options) {
  if (options.names.size() != 1) return fail_with(Exit::usage, "desk ticket wants one USER, the platform's id");
  auto client = connect(options);
  if (!client) return client.error();
  const std::string key = options.idempotency_key.empty() ? random_hex(16) : options.idempotency_key;
  const net::ClientResponse answer =
      client->send("POST", "/v1/desk/tickets", {{"idempotency-key", key}, {"content-type", "application/json"}},
                   order_of(options), k_patience);
  if (answer.exchange != net::Exchange::answered || answer.status >= 300) {
    const Refusal refusal = refusal_of(answer, client->url());
    // The ticket may be there or still be made: only the same key finds it and makes no second one.
    const bool may_be_made = answer.exchange == net::Exchange::unknown || answer.status >= 500;
    return fail_with(refusal.exit, refusal.text + (may_be_made ? ". Repeat it with --idempotency-key " + key +
                                                                     ", which never makes a second ticket"
                                                               : ""));
  }
  if (options.json) return print(answer.body + "\n") ? Exit::done : Exit::failed;
  const JsonView view(answer.body);
  if (!view.is_json()) return fail_with(Exit::failed, "the daemon's answer is no JSON");
  const std::string text = "Ticket " + shown(view.root(), "ticket_number") + " (" + shown(view.root(), "ticket_id") +
                           ")\n" + shown(view.root(), "web_url") + "\n";
  return print(text) ? Exit::done : Exit::failed;
}

Exit desk_departments(const Options& options) {
  auto client = connect(options);
  if (!client) return client.error();
  const net::ClientResponse answer = client->send("GET", "/v1/desk/departments", {}, {}, k_patience);
  if (answer.exchange != net::Exchange::answered || answer.status >= 300) {
    const Refusal refusal = refusal_of(answer, client->url());
    return fail_with(refusal.exit, refusal.text);
  }
  if (options.json) return print(answer.body + "\n") ? Exit::done : Exit::failed;
  const JsonView view(answer.body);
  if (!view.is_json()) return fail_with(Exit::failed, "the daemon's answer is no JSON");
  std::vector<std::vector<std::string>> rows{{"ID", "NAME", ""}};
  for_each(view.root(), "departments", [&](simdjson::dom::element one) {
    rows.push_back({shown(one, "id"), shown(one, "name"), truth(one, "is_default") ? "default" : ""});
  });
  return print(aligned(rows)) ? Exit::done : Exit::failed;
}

}  // namespace zs::cli
