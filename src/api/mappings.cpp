// One user's ids, at once or when all of it is in Zoho; the customer's page.
#include <utility>

#include "api/http_api.hpp"
#include "api/problem.hpp"
#include "base/text.hpp"
#include "links/views.hpp"

namespace zs::api {
namespace {

constexpr std::int64_t k_max_wait_seconds = 60;
constexpr auto k_wait_step = std::chrono::milliseconds{10};

}  // namespace

/// A request that waits until what was accepted before it is in Zoho.
struct HttpApi::Wait {
  std::string user_id;
  store::Seq up_to = 0;
  Time deadline{};
  std::uint64_t looked_at = 0;  // progress at the last look
  bool has_looked = false;
  net::Reply reply;
};

void HttpApi::get_mapping(net::Request&& request, net::Reply reply, std::string user_id) {
  std::int64_t seconds = 0;
  for (const auto& [name, value] : net::parse_query(request.query)) {
    if (name != "wait") continue;
    seconds = parse_integer(value).value_or(-1);
    if (seconds < 0 || seconds > k_max_wait_seconds) {
      reply(problem(400, "parameter_invalid", "wait must be a number of seconds from 0 to 60"));
      return;
    }
  }
  const auto last = readers_.with([](store::Reader& reader) { return reader.last_seq(); });
  if (!last) {
    reply(failure(last.error()));
    return;
  }
  auto wait = std::make_shared<Wait>();
  wait->user_id = std::move(user_id);
  wait->up_to = *last;
  wait->deadline = parts_.clock.now() + std::chrono::seconds{seconds};
  wait->reply = std::move(reply);
  wait_for(std::move(wait));
}

void HttpApi::wait_for(std::shared_ptr<Wait> wait) {
  net::Server* const server = server_;
  const bool is_over = parts_.clock.now() >= wait->deadline || server == nullptr;
  const std::uint64_t progress = parts_.engine.progress();
  if (!is_over && wait->has_looked && progress == wait->looked_at) {
    server->after(k_wait_step, [this, wait]() mutable { wait_for(std::move(wait)); });
    return;
  }
  wait->looked_at = progress;
  wait->has_looked = true;
  if (!is_over) {
    // An unknown user is waited for, too: its first event may not be folded yet.
    const auto synced =
        readers_.with([&](store::Reader& reader) { return links::is_synced(reader, wait->user_id, wait->up_to); });
    const bool folded = readers_
                            .with([&](store::Reader& reader) -> Result<bool> {
                              ZS_ASSIGN(const store::Seq cursor, reader.fold_cursor());
                              return cursor >= wait->up_to;
                            })
                            .value_or(true);
    if (!(synced && *synced) && !(!synced && folded)) {
      server->after(k_wait_step, [this, wait]() mutable { wait_for(std::move(wait)); });
      return;
    }
  }
  const auto found = readers_.with([&](store::Reader& reader) { return links::mapping_json(reader, wait->user_id); });
  wait->reply(json_or_404(found, k_unknown_user));
}

void HttpApi::get_customer(net::Request&&, net::Reply reply, std::string user_id) {
  const auto found = readers_.with([&](store::Reader& reader) { return links::customer_json(reader, user_id); });
  reply(json_or_404(found, k_unknown_user));
}

}  // namespace zs::api
