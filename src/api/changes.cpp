// The past of the id map: page by page, waiting for what is new, and one customer's.
#include "links/changes.hpp"

#include <utility>

#include "api/http_api.hpp"
#include "api/problem.hpp"
#include "base/text.hpp"

namespace zs::api {
namespace {

constexpr std::int64_t k_max_wait_seconds = 60;
constexpr std::int64_t k_max_limit = 1'000;
constexpr std::int64_t k_max_cursor = 9'000'000'000'000'000;  // what JSON's numbers hold without loss

std::optional<std::int64_t> parse_number(std::string_view text, std::int64_t low, std::int64_t high) {
  const auto number = parse_integer(text);
  return number && *number >= low && *number <= high ? number : std::nullopt;
}

}  // namespace

net::Response HttpApi::cursor_problem(links::Cursor cursor, const store::ChangeBounds& bounds) {
  const std::string members =
      "\"first_kept_after\":" + std::to_string(bounds.swept) + ",\"last\":" + std::to_string(bounds.last);
  if (cursor == links::Cursor::expired) {
    return problem(410, "changes_expired",
                   "changes after this cursor are not kept any more (mappings.keep_changes_days): take "
                   "GET /v1/mappings/export and go on after the number in its header Zohosync-Changes-After",
                   members);
  }
  return problem(409, "cursor_ahead",
                 "this store has not come that far: the cursor is another store's, or the store was restored from an "
                 "older copy. Take GET /v1/mappings/export and go on after the number in its header "
                 "Zohosync-Changes-After",
                 members);
}

void HttpApi::get_changes(net::Request&& request, net::Reply reply, std::string) {
  store::ChangeSeq after = 0;
  std::size_t most = 100;
  std::int64_t seconds = 0;
  for (const auto& [name, value] : net::parse_query(request.query)) {
    const bool is_after = name == "after";
    const bool is_limit = name == "limit";
    if (!is_after && !is_limit && name != "wait") {
      reply(problem(400, "parameter_unknown", "\"" + name + "\" is no parameter here; there are after, limit, wait"));
      return;
    }
    const auto number = is_after   ? parse_number(value, 0, k_max_cursor)
                        : is_limit ? parse_number(value, 1, k_max_limit)
                                   : parse_number(value, 0, k_max_wait_seconds);
    if (!number) {
      reply(problem(400, "parameter_invalid",
                    is_after   ? "after must be the next_after of an earlier answer, or 0"
                    : is_limit ? "limit must be a number from 1 to 1000"
                               : "wait must be a number of seconds from 0 to 60"));
      return;
    }
    if (is_after) after = *number;
    if (is_limit) most = static_cast<std::size_t>(*number);
    if (name == "wait") seconds = *number;
  }
  waiting_.wait(server_, std::chrono::seconds{seconds},
                [this, after, most, reply = std::move(reply)](bool is_over) mutable {
                  const auto page =
                      readers_.with([&](store::Reader& reader) { return links::changes_after(reader, after, most); });
                  if (!page) {
                    reply(failure(page.error()));
                  } else if (page->cursor != links::Cursor::good) {
                    reply(cursor_problem(page->cursor, page->bounds));
                  } else if (is_over || !page->changes.empty()) {
                    reply(json(200, links::page_json(*page, after)));
                  } else {
                    return false;
                  }
                  return true;
                });
}

void HttpApi::get_history(net::Request&& request, net::Reply reply, std::string) {
  const auto parameters = net::parse_query(request.query);
  if (parameters.size() != 1 || parameters.front().first != "user_id" || parameters.front().second.empty()) {
    reply(problem(400, "parameter_invalid", "give user_id, the platform's id, and nothing else"));
    return;
  }
  const auto found = readers_.with([&](store::Reader& reader) {
    return links::history_json(reader, parameters.front().second, static_cast<std::size_t>(k_max_limit));
  });
  reply(json_or_404(found, k_unknown_user));
}

}  // namespace zs::api
