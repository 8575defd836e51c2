#include "core/read_calls.hpp"

#include <algorithm>

#include "base/time.hpp"
#include "core/criteria.hpp"
#include "core/page_token.hpp"
#include "core/render.hpp"

namespace zohosim {
namespace {

constexpr std::int64_t k_most_per_page = 200;
constexpr std::int64_t k_most_by_page = 2000;
constexpr std::int64_t k_most_by_token = 100'000;
constexpr std::size_t k_most_fields = 50;

using Fields = std::vector<const Field*>;

std::unexpected<HttpAnswer> bad(std::string code, std::string message, const Members& details = {}) {
  return std::unexpected(error_answer(400, {std::move(code), std::move(message), details.take()}));
}

/// The fields named by the `fields` parameter; names that the module does not know are dropped in silence.
std::expected<std::optional<Fields>, HttpAnswer> named_fields(const Call& call, const Module& module, bool obligatory) {
  const std::string* names = find_pair(call.params, "fields");
  if (names == nullptr || names->empty()) {
    if (obligatory) return std::unexpected(missing_parameter("fields"));
    return std::optional<Fields>();
  }
  const auto listed = comma_list(*names);
  if (listed.size() > k_most_fields) {
    return bad("LIMIT_EXCEEDED", "the number of fields in one request is limited",
               Members().text("param_name", "fields").number("maximum_length", k_most_fields));
  }
  Fields out;
  for (const std::string& name : listed) {
    if (const Field* field = module.schema.find(name)) out.push_back(field);
  }
  return std::optional(std::move(out));
}

struct Page {
  std::int64_t number = 1;
  std::int64_t size = k_most_per_page;
  std::int64_t offset = 0;
  bool by_token = false;
};

std::expected<Page, HttpAnswer> read_page_token(const Call& call, Page page, std::string_view text) {
  if (find_pair(call.params, "page") != nullptr) {
    return bad("AMBIGUITY_DURING_PROCESSING", "page and page_token exclude each other",
               Members().raw("ambiguity_due_to", R"([{"param_name":"page"},{"param_name":"page_token"}])"));
  }
  const auto token = decode_page_token(text);
  if (!token) return bad("INVALID_DATA", "invalid data", Members().text("param_name", "page_token"));
  if (token->bound_to != listing_hash(call.route.module, call.params)) {
    return bad("TOKEN_BOUND_DATA_MISMATCH", "the page token belongs to another request",
               Members().text("param_name", "page_token"));
  }
  if (token->expires_ms <= call.now_ms) {
    return bad("EXPIRED_VALUE", "the page token has expired", Members().text("param_name", "page_token"));
  }
  if (token->offset >= k_most_by_token) {
    return bad("PAGINATION_LIMIT_EXCEEDED", "no more than 100,000 records can be listed",
               Members().text("param_name", "page_token"));
  }
  page.offset = token->offset;
  page.number = page.offset / page.size + 1;
  page.by_token = true;
  return page;
}

std::expected<Page, HttpAnswer> read_page(const Call& call) {
  Page page;
  page.size = integer_or(call.params, "per_page", k_most_per_page);
  if (page.size < 1 || page.size > k_most_per_page) {
    return bad("INVALID_DATA", "invalid data",
               Members().text("param_name", "per_page").number("maximum_length", k_most_per_page));
  }
  if (const std::string* token = find_pair(call.params, "page_token"); token != nullptr && !token->empty()) {
    return read_page_token(call, page, *token);
  }
  page.number = integer_or(call.params, "page", 1);
  if (page.number < 1) return bad("INVALID_DATA", "invalid data", Members().text("param_name", "page"));
  page.offset = (page.number - 1) * page.size;
  if (page.offset >= k_most_by_page) {
    return bad("DISCRETE_PAGINATION_LIMIT_EXCEEDED", "pages reach 2,000 records; go on with page_token",
               Members().text("param_name", "page"));
  }
  return page;
}

struct Order {
  std::string by = "id";
  bool ascending = false;
};

std::expected<Order, HttpAnswer> read_order(const Call& call) {
  Order order;
  order.by = pair_or(call.params, "sort_by", "id");
  const std::string direction = pair_or(call.params, "sort_order", "desc");
  if (order.by != "id" && order.by != "Created_Time" && order.by != "Modified_Time") {
    return bad("INVALID_DATA", "invalid data", Members().text("param_name", "sort_by"));
  }
  if (direction != "asc" && direction != "desc") {
    return bad("INVALID_DATA", "invalid data", Members().text("param_name", "sort_order"));
  }
  order.ascending = direction == "asc";
  return order;
}

/// The slots of live records in the order asked for, after `skip` of them and at most `count`.
template <class Accepts>
std::vector<Slot> take(const RecordStore& records, const Order& order, std::int64_t skip, std::int64_t count,
                       const Accepts& accepts) {
  std::vector<Slot> out;
  const Slot all = records.slots();
  if (order.by == "Modified_Time") {
    for (Slot slot = 0; slot < all; ++slot) {
      if (records.at(slot).life == Life::live && accepts(records.at(slot))) out.push_back(slot);
    }
    std::ranges::sort(out, {}, [&](Slot slot) { return std::pair(records.at(slot).modified_ms, slot); });
    if (!order.ascending) std::ranges::reverse(out);
    const auto size = static_cast<std::int64_t>(out.size());
    return {out.begin() + std::min(skip, size), out.begin() + std::min(skip + count, size)};
  }
  // Ids and creation times rise together, so one walk serves both.
  for (Slot i = 0; i < all && static_cast<std::int64_t>(out.size()) < count; ++i) {
    const Slot slot = order.ascending ? i : all - 1 - i;
    const Record& record = records.at(slot);
    if (record.life == Life::live && accepts(record) && skip-- <= 0) out.push_back(slot);
  }
  return out;
}

std::string render_all(const Call& call, const Module& module, const std::vector<Slot>& slots, const Fields* fields) {
  std::string out = "\"data\":";
  zs::JsonWriter writer(out);
  writer.begin_array();
  for (const Slot slot : slots) write_record(writer, call, module, module.records.at(slot), fields);
  writer.end_array();
  return out;
}

Members short_info(const Page& page, std::size_t count, bool more) {
  return Members()
      .number("per_page", page.size)
      .number("count", static_cast<std::int64_t>(count))
      .number("page", page.number)
      .flag("more_records", more);
}

std::string list_info(const Call& call, const Page& page, const Order& order, std::size_t count, bool more) {
  Members info = short_info(page, count, more);
  info.text("sort_by", order.by)
      .text("sort_order", order.ascending ? "asc" : "desc")
      .flag("call", false)
      .flag("email", false);
  if (more) {
    const PageToken next{listing_hash(call.route.module, call.params), page.offset + page.size,
                         call.now_ms + k_page_token_ms};
    info.text("next_page_token", encode(next)).null("previous_page_token");
    info.text("page_token_expiry", call.instant(next.expires_ms));
  } else {
    info.null("next_page_token").null("previous_page_token").null("page_token_expiry");
  }
  return info.take();
}

HttpAnswer listed_by_ids(const Call& call, const Module& module, const std::string& ids, const Fields& fields) {
  if (ids.size() > call.options.max_ids_characters) {
    return error_answer(400, {"LIMIT_EXCEEDED", "the parameter is too long",
                              Members()
                                  .text("param_name", "ids")
                                  .number("maximum_length", static_cast<std::int64_t>(call.options.max_ids_characters))
                                  .take()});
  }
  const ExternalHeader external = parse_external(call.request.header("x-external"), module.schema.api_name);
  std::vector<Slot> slots;
  for (const std::string& name : comma_list(ids)) {
    const auto slot = addressed(module, external, name);
    if (slot && std::ranges::find(slots, *slot) == slots.end()) slots.push_back(*slot);
  }
  std::ranges::sort(slots, std::ranges::greater{});
  if (slots.empty()) return nothing_there();
  return json_answer(200, "{" + render_all(call, module, slots, &fields) +
                              ",\"info\":" + list_info(call, Page{}, Order{}, slots.size(), false) + "}");
}

/// Matches as the search index sees them: what was written a moment ago is not in it yet.
std::vector<Slot> search_matches(const Call& call, const Module& module, const Criteria& criteria) {
  const std::int64_t indexed_before = call.now_ms - call.options.search_lag.count();
  const auto seen = [&](const Record& record) {
    return record.life == Life::live && record.modified_ms <= indexed_before &&
           criteria.matches(call.org, module, record);
  };
  std::vector<Slot> out;
  if (const auto candidates = criteria.candidates(module)) {
    for (const Slot slot : *candidates) {
      if (seen(module.records.at(slot))) out.push_back(slot);
    }
    return out;
  }
  for (Slot slot = 0; slot < module.records.slots(); ++slot) {
    if (seen(module.records.at(slot))) out.push_back(slot);
  }
  return out;
}

std::expected<Criteria, HttpAnswer> read_search(const Call& call, const Module& module) {
  // Given several, this is their priority (crm-api.md 2.2).
  for (const std::string_view way : {"criteria", "email", "phone", "word"}) {
    const std::string* text = find_pair(call.params, way);
    if (text == nullptr) continue;
    auto criteria =
        way == "criteria" ? parse_criteria(*text, module) : Checked<Criteria>(free_search(module, way, *text));
    if (!criteria) return std::unexpected(error_answer(400, criteria.error()));
    return std::move(*criteria);
  }
  return bad("EXPECTED_PARAM_MISSING", "One of the expected parameter is missing",
             Members().raw("param_names", R"(["criteria","email","phone","word"])"));
}

}  // namespace

HttpAnswer get_record(const Call& call) {
  const Module* module = call.org.find(call.route.module);
  if (module == nullptr) return invalid_module(true);
  const auto fields = named_fields(call, *module, false);
  if (!fields) return fields.error();
  const ExternalHeader external = parse_external(call.request.header("x-external"), module->schema.api_name);
  const auto slot = addressed(*module, external, call.route.id);
  if (!slot) return nothing_there();
  return json_answer(200, "{" + render_all(call, *module, {*slot}, *fields ? &**fields : nullptr) + "}");
}

HttpAnswer list_records(const Call& call) {
  const Module* module = call.org.find(call.route.module);
  if (module == nullptr) return invalid_module(true);
  const auto fields = named_fields(call, *module, true);
  if (!fields) return fields.error();
  if (const std::string* ids = find_pair(call.params, "ids")) return listed_by_ids(call, *module, *ids, **fields);
  const auto page = read_page(call);
  if (!page) return page.error();
  const auto order = read_order(call);
  if (!order) return order.error();

  const auto since = zs::parse_rfc3339(call.request.header("if-modified-since"));
  const auto fresh = [&](const Record& record) { return !since || record.modified_ms > zs::to_millis(*since); };
  auto slots = take(module->records, *order, page->offset, page->size + 1, fresh);
  if (slots.empty()) return since ? json_answer(304, {}) : nothing_there();
  const bool more = static_cast<std::int64_t>(slots.size()) > page->size;
  if (more) slots.pop_back();
  return json_answer(200, "{" + render_all(call, *module, slots, &**fields) +
                              ",\"info\":" + list_info(call, *page, *order, slots.size(), more) + "}");
}

HttpAnswer search_records(const Call& call) {
  const Module* module = call.org.find(call.route.module);
  if (module == nullptr) return invalid_module(true);
  const auto fields = named_fields(call, *module, false);
  if (!fields) return fields.error();
  const auto criteria = read_search(call, *module);
  if (!criteria) return criteria.error();
  Page page;
  page.size = std::clamp<std::int64_t>(integer_or(call.params, "per_page", k_most_per_page), 1, k_most_per_page);
  page.number = std::max<std::int64_t>(integer_or(call.params, "page", 1), 1);
  page.offset = (page.number - 1) * page.size;
  if (page.offset >= k_most_by_page) {
    return error_answer(
        400, {"LIMIT_REACHED", "a search reaches 2,000 records", Members().text("param_name", "page").take()});
  }
  auto matches = search_matches(call, *module, *criteria);
  std::ranges::reverse(matches);
  const auto size = static_cast<std::int64_t>(matches.size());
  const std::vector<Slot> slots(matches.begin() + std::min(page.offset, size),
                                matches.begin() + std::min(page.offset + page.size, size));
  if (slots.empty()) return nothing_there();
  const std::string info = short_info(page, slots.size(), page.offset + page.size < size)
                               .text("sort_by", "id")
                               .text("sort_order", "desc")
                               .take();
  return json_answer(200,
                     "{" + render_all(call, *module, slots, *fields ? &**fields : nullptr) + ",\"info\":" + info + "}");
}

HttpAnswer count_records(const Call& call) {
  const Module* module = call.org.find(call.route.module);
  if (module == nullptr) return invalid_module(true);
  std::int64_t count = module->records.live_count();
  if (std::ranges::any_of(call.params, [](const auto& one) {
        return one.first == "criteria" || one.first == "email" || one.first == "phone" || one.first == "word";
      })) {
    const auto criteria = read_search(call, *module);
    if (!criteria) return criteria.error();
    count = static_cast<std::int64_t>(search_matches(call, *module, *criteria).size());
  }
  return json_answer(200, Members().number("count", count).take());
}

HttpAnswer list_deleted(const Call& call) {
  const Module* module = call.org.find(call.route.module);
  if (module == nullptr) return invalid_module(true);
  const std::string type = pair_or(call.params, "type", "");
  if (type != "all" && type != "recycle" && type != "permanent") {
    return type.empty()
               ? missing_parameter("type")
               : error_answer(400, {"INVALID_DATA", "invalid data", Members().text("param_name", "type").take()});
  }
  const auto since = zs::parse_rfc3339(call.request.header("if-modified-since"));
  const auto page = read_page(call);
  if (!page) return page.error();
  std::vector<std::string> rows;
  std::int64_t position = 0;
  const std::string by = user_ref(call.org.users()[k_api_user]);
  for (auto deletion = module->deletions.rbegin(); deletion != module->deletions.rend(); ++deletion) {
    const Record& record = module->records.at(deletion->slot);
    const std::string_view kind = record.life == Life::purged ? "permanent" : "recycle";
    if (!deletion->listed || (type != "all" && type != kind) || (since && deletion->at_ms <= zs::to_millis(*since)))
      continue;
    if (position++ < page->offset || static_cast<std::int64_t>(rows.size()) > page->size) continue;
    Members row;
    row.id("id", record.id).text("type", kind).raw("deleted_by", by).raw("created_by", by);
    // Of a purged record nothing but its id is left.
    if (record.life == Life::purged)
      row.null("display_name");
    else
      row.text("display_name", deletion->display_name);
    rows.push_back(row.text("deleted_time", call.instant(deletion->at_ms)).take());
  }
  if (rows.empty()) return nothing_there();
  const bool more = static_cast<std::int64_t>(rows.size()) > page->size;
  if (more) rows.pop_back();
  std::string data;
  for (const std::string& row : rows) data.append(data.empty() ? "" : ",").append(row);
  return json_answer(200, "{\"data\":[" + data + "],\"info\":" + short_info(*page, rows.size(), more).take() + "}");
}

}  // namespace zohosim
