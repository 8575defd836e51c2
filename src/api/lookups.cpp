// Looking into the id map by any id: one, up to a thousand, or all of it.
#include <simdjson.h>

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "api/http_api.hpp"
#include "api/problem.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "links/lookup.hpp"
#include "links/views.hpp"

namespace zs::api {
namespace {

constexpr std::size_t k_max_ids = 1'000;
constexpr std::size_t k_max_limit = 1'000;
constexpr std::size_t k_default_limit = 100;
constexpr std::size_t k_export_page = 200;
constexpr std::size_t k_piece_bytes = 64'000;

std::string limit_fault() { return "limit must be a number from 1 to " + std::to_string(k_max_limit); }

std::optional<std::size_t> parse_limit(std::string_view text) {
  const auto limit = parse_integer(text);
  if (!limit || *limit < 1 || static_cast<std::size_t>(*limit) > k_max_limit) return std::nullopt;
  return static_cast<std::size_t>(*limit);
}

void write_next(JsonWriter& json, const std::string& next) {
  json.key("next");
  if (next.empty()) {
    json.null();
  } else {
    json.string(next);
  }
}

/// What a query asks for: one id of one kind, and which part of a long answer.
struct Query {
  std::optional<links::Key> key;
  std::string id;
  std::string after;
  std::size_t limit = k_default_limit;
};

std::expected<Query, std::string> parse_find(std::string_view text) {
  Query query;
  for (auto& [name, value] : net::parse_query(text)) {
    if (name == "after") {
      query.after = std::move(value);
    } else if (name == "limit") {
      const auto limit = parse_limit(value);
      if (!limit) return std::unexpected(limit_fault());
      query.limit = *limit;
    } else if (const auto key = links::parse_key(name); !key) {
      return std::unexpected("unknown parameter '" + name + "': give one of " + links::key_names() +
                             ", and after and limit");
    } else if (query.key) {
      return std::unexpected(std::string(links::name_of(*query.key)) + " and " + name +
                             " together: give one of them; POST /v1/mappings/lookup takes many ids");
    } else {
      query.key = key;
      query.id = std::move(value);
    }
  }
  if (!query.key) return std::unexpected("give one of " + links::key_names());
  if (auto fault = links::fault_of(*query.key, query.id)) return std::unexpected(std::move(*fault));
  return query;
}

struct Asked {
  links::Key key = links::Key::user_id;
  std::string id;
};

struct Order {
  std::vector<Asked> asked;
  std::size_t limit = k_default_limit;  // users of one id
};

/// Adds the ids of one list; the fault, if there is one.
std::optional<std::string> take_ids(std::string_view name, simdjson::dom::element list, std::vector<Asked>& asked) {
  const auto key = links::parse_key(name == "email_hashes" ? "email_hash"
                                                           : name.substr(0, std::max<std::size_t>(name.size(), 1) - 1));
  if (!key || !name.ends_with('s')) {
    return "unknown member '" + std::string(name) +
           "': send lists of ids as user_ids, account_keys, subscription_ids, contact_ids, account_ids, deal_ids, "
           "email_hashes, and limit";
  }
  simdjson::dom::array ids;
  if (list.get(ids) != simdjson::SUCCESS) return std::string(name) + " must be a list of strings";
  std::size_t at = 0;
  for (const simdjson::dom::element one : ids) {
    const std::string place = std::string(name) + "[" + std::to_string(at++) + "]";
    std::string_view id;
    if (one.get(id) != simdjson::SUCCESS) {
      return place + " must be a string; Zoho's ids too, because they do not fit a JavaScript number";
    }
    if (const auto fault = links::fault_of(*key, id)) return place + ": " + *fault;
    if (asked.size() == k_max_ids) {
      return "there are more than " + std::to_string(k_max_ids) + " ids: send them in several requests";
    }
    asked.push_back({*key, std::string(id)});
  }
  return std::nullopt;
}

std::expected<Order, std::string> parse_lookup(std::string_view body) {
  simdjson::dom::parser parser;
  simdjson::dom::object members;
  if (parser.parse(body.data(), body.size()).get(members) != simdjson::SUCCESS) {
    return std::unexpected(
        R"(send a JSON object such as {"user_ids": ["usr_42"], "contact_ids": ["5725767000000411002"]})");
  }
  Order order;
  for (const auto& [name, value] : members) {
    if (name == "limit") {
      std::uint64_t limit = 0;
      if (value.get(limit) != simdjson::SUCCESS || limit == 0 || limit > k_max_limit)
        return std::unexpected(limit_fault());
      order.limit = limit;
    } else if (auto fault = take_ids(name, value, order.asked)) {
      return std::unexpected(std::move(*fault));
    }
  }
  if (order.asked.empty()) return std::unexpected("there are no ids: send user_ids or another list of ids");
  return order;
}

/// The answer to many ids, in pieces: the users of each id are known first, and their mappings, of which there may be
/// a hundred thousand, are read at the client's pace.
class LookupAnswer {
 public:
  LookupAnswer(ReaderPool& readers, std::vector<std::string> users, std::string tail)
      : readers_(readers), users_(std::move(users)), tail_(std::move(tail)) {}

  bool operator()(std::string& out) {
    if (at_ == 0) out += R"({"mappings":[)";
    const auto read = readers_.with([&](store::Reader& reader) -> Result<void> {
      while (at_ < users_.size() && out.size() < k_piece_bytes) {
        ZS_ASSIGN(const std::optional<std::string> one, links::mapping_json(reader, users_[at_++]));
        if (!one) continue;
        out += (is_first_ ? "" : ",") + *one;
        is_first_ = false;
      }
      return {};
    });
    if (!read) throw std::runtime_error(read.error().text);
    if (at_ < users_.size()) return true;
    out += "]," + tail_;
    return false;
  }

 private:
  ReaderPool& readers_;
  std::vector<std::string> users_;
  std::string tail_;
  std::size_t at_ = 0;
  bool is_first_ = true;
};

}  // namespace

void HttpApi::find_mappings(net::Request&& request, net::Reply reply, std::string) {
  const auto query = parse_find(request.query);
  if (!query) {
    reply(problem(400, "parameter_invalid", query.error()));
    return;
  }
  const auto page = readers_.with([&](store::Reader& reader) {
    return links::find_mappings(reader, *query->key, query->id, query->after, query->limit);
  });
  if (!page) {
    reply(failure(page.error()));
    return;
  }
  std::string body;
  JsonWriter writer(body);
  writer.begin_object().key("mappings").begin_array();
  for (const std::string& one : page->mappings) writer.raw(one);
  writer.end_array();
  write_next(writer, page->next);
  writer.end_object();
  reply(json(200, std::move(body)));
}

void HttpApi::lookup_mappings(net::Request&& request, net::Reply reply, std::string) {
  const auto order = parse_lookup(request.body);
  if (!order) {
    reply(problem(400, "body_invalid", order.error()));
    return;
  }
  std::vector<std::string> users;  // each once, whoever led to them
  std::unordered_set<std::string> seen;
  std::string answers;
  std::string unknown;
  JsonWriter answer(answers);
  JsonWriter missing(unknown);
  answer.begin_array();
  missing.begin_array();
  const auto looked_up = readers_.with([&](store::Reader& reader) -> Result<void> {
    for (const Asked& asked : order->asked) {
      ZS_ASSIGN(const links::Found found, links::find_users(reader, asked.key, asked.id, "", order->limit));
      answer.begin_object().field(links::name_of(asked.key), asked.id).key("user_ids").begin_array();
      for (const std::string& user : found.users) {
        answer.string(user);
        if (seen.insert(user).second) users.push_back(user);
      }
      answer.end_array();
      write_next(answer, found.next);
      answer.end_object();
      if (found.users.empty()) missing.string(asked.id);
    }
    return {};
  });
  if (!looked_up) {
    reply(failure(looked_up.error()));
    return;
  }
  answer.end_array();
  missing.end_array();
  net::Response response;
  response.content_type = "application/json";
  response.stream =
      LookupAnswer(readers_, std::move(users), R"("answers":)" + answers + R"(,"unknown":)" + unknown + "}");
  reply(std::move(response));
}

void HttpApi::export_mappings(net::Request&& request, net::Reply reply, std::string) {
  std::string after;
  for (auto& [name, value] : net::parse_query(request.query)) {
    if (name != "after") {
      reply(problem(400, "parameter_invalid",
                    "unknown parameter '" + name + "': after=USER_ID goes on behind that user, or give none"));
      return;
    }
    after = std::move(value);
  }
  // Taken before the first page: what changes from here on is in the feed, and hearing it twice does no harm.
  const auto bounds = readers_.with([](store::Reader& reader) { return reader.change_bounds(); });
  if (!bounds) {
    reply(failure(bounds.error()));
    return;
  }
  net::Response response;
  response.content_type = "application/x-ndjson";
  // Not where an export is gone on with: what changed in its first part since then would be missed.
  if (after.empty()) response.headers.emplace_back("Zohosync-Changes-After", std::to_string(bounds->last));
  // Page by page at the client's pace: ten million customers need no more memory than a hundred.
  response.stream = [this, after = std::move(after), done = false](std::string& out) mutable {
    if (done) return false;
    const auto page =
        readers_.with([&](store::Reader& reader) { return links::export_page(reader, after, k_export_page); });
    if (!page) throw std::runtime_error(page.error().text);
    for (const std::string& one : *page) out += one + "\n";
    done = after.empty();
    return !done;
  };
  reply(std::move(response));
}

}  // namespace zs::api
