// One user's ids, at once or when all of it is in Zoho; the customer's page.
#include <utility>

#include "api/http_api.hpp"
#include "api/problem.hpp"
#include "base/text.hpp"
#include "links/views.hpp"

namespace zs::api {
namespace {

constexpr std::int64_t k_max_wait_seconds = 60;

}  // namespace

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
  waiting_.wait(server_, std::chrono::seconds{seconds},
                [this, user_id = std::move(user_id), up_to = *last, reply = std::move(reply)](bool is_over) mutable {
                  if (!is_over && !is_settled(user_id, up_to)) return false;
                  reply(json_or_404(
                      readers_.with([&](store::Reader& reader) { return links::mapping_json(reader, user_id, up_to); }),
                      k_unknown_user));
                  return true;
                });
}

/// An unknown user is waited for, too: its first event may not be folded yet.
bool HttpApi::is_settled(const std::string& user_id, store::Seq up_to) {
  const auto synced = readers_.with([&](store::Reader& reader) { return links::is_synced(reader, user_id, up_to); });
  if (synced) return *synced;
  return readers_
      .with([&](store::Reader& reader) -> Result<bool> {
        ZS_ASSIGN(const store::Seq cursor, reader.fold_cursor());
        return cursor >= up_to;
      })
      .value_or(true);
}

void HttpApi::get_customer(net::Request&&, net::Reply reply, std::string user_id) {
  const auto found = readers_.with([&](store::Reader& reader) { return links::customer_json(reader, user_id); });
  reply(json_or_404(found, k_unknown_user));
}

}  // namespace zs::api
