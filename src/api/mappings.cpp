// The id map and the customer's page.
#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "api/http_api.hpp"
#include "api/problem.hpp"
#include "base/json.hpp"
#include "links/views.hpp"

namespace zs::api {
namespace {

constexpr std::size_t k_max_lookup = 1'000;
constexpr std::int64_t k_max_wait_seconds = 60;
constexpr auto k_wait_step = std::chrono::milliseconds{10};

net::Response mappings_of(const std::vector<std::string>& mappings, const std::vector<std::string>& missing,
                          bool with_missing) {
  std::string body;
  JsonWriter writer(body);
  writer.begin_object().key("mappings").begin_array();
  for (const std::string& one : mappings) writer.raw(one);
  writer.end_array();
  if (with_missing) {
    writer.key("unknown").begin_array();
    for (const std::string& one : missing) writer.string(one);
    writer.end_array();
  }
  writer.end_object();
  return json(200, std::move(body));
}

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
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), seconds);
    if (error != std::errc{} || end != value.data() + value.size() || seconds < 0 || seconds > k_max_wait_seconds) {
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
  if (!found) {
    wait->reply(failure(found.error()));
  } else if (!*found) {
    wait->reply(problem(404, "not_found", "no event has told of this user"));
  } else {
    wait->reply(json(200, **found));
  }
}

void HttpApi::find_mappings(net::Request&& request, net::Reply reply, std::string) {
  const auto parameters = net::parse_query(request.query);
  const std::optional<links::Key> key =
      parameters.size() == 1 ? links::parse_key(parameters.front().first) : std::nullopt;
  if (!key || parameters.front().second.empty()) {
    reply(problem(400, "parameter_invalid",
                  "give exactly one of contact_id, account_id, account_key, subscription_id, deal_id"));
    return;
  }
  const auto found = readers_.with(
      [&](store::Reader& reader) { return links::find_mappings_json(reader, *key, parameters.front().second); });
  reply(found ? mappings_of(*found, {}, false) : failure(found.error()));
}

void HttpApi::lookup_mappings(net::Request&& request, net::Reply reply, std::string) {
  simdjson::dom::parser parser;
  simdjson::dom::array ids;
  if (parser.parse(request.body)["user_ids"].get(ids) != simdjson::SUCCESS) {
    reply(problem(400, "body_invalid", "send {\"user_ids\": [\"…\"]} with at most 1000 ids"));
    return;
  }
  std::vector<std::string> wanted;
  for (const simdjson::dom::element id : ids) {
    std::string_view text;
    if (id.get(text) != simdjson::SUCCESS || wanted.size() == k_max_lookup) {
      reply(problem(400, "body_invalid", "user_ids must be at most 1000 strings"));
      return;
    }
    wanted.emplace_back(text);
  }
  std::vector<std::string> missing;
  const auto found = readers_.with([&](store::Reader& reader) -> Result<std::vector<std::string>> {
    std::vector<std::string> out;
    for (const std::string& id : wanted) {
      ZS_ASSIGN(std::optional<std::string> one, links::mapping_json(reader, id));
      if (one) {
        out.push_back(std::move(*one));
      } else {
        missing.push_back(id);
      }
    }
    return out;
  });
  reply(found ? mappings_of(*found, missing, true) : failure(found.error()));
}

void HttpApi::export_mappings(net::Request&&, net::Reply reply, std::string) {
  // Taken before the first page: what changes from here on is in the feed, and hearing it twice does no harm.
  const auto bounds = readers_.with([](store::Reader& reader) { return reader.change_bounds(); });
  if (!bounds) {
    reply(failure(bounds.error()));
    return;
  }
  net::Response response;
  response.content_type = "application/x-ndjson";
  response.headers.emplace_back("Zohosync-Changes-After", std::to_string(bounds->last));
  // Page by page at the client's pace: ten million customers need no more memory than a hundred.
  response.stream = [this, after = std::string{}, done = false](std::string& out) mutable {
    if (done) return false;
    const auto page = readers_.with([&](store::Reader& reader) { return links::export_page(reader, after, 200); });
    if (!page) throw std::runtime_error(page.error().text);
    for (const std::string& one : *page) out += one + "\n";
    done = after.empty();
    return !done;
  };
  reply(std::move(response));
}

void HttpApi::get_customer(net::Request&&, net::Reply reply, std::string user_id) {
  const auto found = readers_.with([&](store::Reader& reader) { return links::customer_json(reader, user_id); });
  if (!found) {
    reply(failure(found.error()));
  } else if (!*found) {
    reply(problem(404, "not_found", "no event has told of this user"));
  } else {
    reply(json(200, **found));
  }
}

}  // namespace zs::api
