// Taking over an existing id map: begin with some rows, see what came of them.
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <utility>

#include "api/http_api.hpp"
#include "api/problem.hpp"
#include "base/json.hpp"

namespace zs::api {
namespace {

constexpr std::size_t k_max_rows = 1'000;

constexpr std::string_view k_form =
    R"(send {"apply": false, "rows": [{"user_id": "usr_42", "contact_id": "5725767000000411002"}]})";

struct Column {
  std::string_view name;
  std::string reconcile::MapRow::* field;
};
constexpr std::array k_columns{Column{"user_id", &reconcile::MapRow::user_id},
                               Column{"contact_id", &reconcile::MapRow::contact_id},
                               Column{"account_key", &reconcile::MapRow::account_key},
                               Column{"account_id", &reconcile::MapRow::account_id},
                               Column{"subscription_id", &reconcile::MapRow::subscription_id},
                               Column{"deal_id", &reconcile::MapRow::deal_id}};

struct Order {
  bool apply = false;
  std::vector<reconcile::MapRow> rows;
};

std::expected<reconcile::MapRow, std::string> parse_row(simdjson::dom::element row, std::size_t at) {
  const std::string place = "rows[" + std::to_string(at) + "]";
  simdjson::dom::object members;
  if (row.get(members) != simdjson::SUCCESS) return std::unexpected(place + " must be an object of ids");
  reconcile::MapRow out;
  out.line = static_cast<std::int64_t>(at) + 1;
  for (const auto& [name, value] : members) {
    if (name == "line") {
      if (value.get(out.line) != simdjson::SUCCESS) return std::unexpected(place + ".line must be a number");
      continue;
    }
    const auto* column = std::ranges::find(k_columns, name, &Column::name);
    if (column == k_columns.end()) {
      return std::unexpected(place + " has an unknown member '" + std::string(name) +
                             "': there are line, user_id, contact_id, account_key, account_id, subscription_id, "
                             "deal_id");
    }
    std::string_view text;
    if (!value.is_null() && value.get(text) != simdjson::SUCCESS)
      return std::unexpected(place + "." + std::string(name) + " must be a string or null");
    out.*(column->field) = text;
  }
  return out;
}

std::expected<Order, std::string> parse_order(std::string_view body) {
  simdjson::dom::parser parser;
  simdjson::dom::object members;
  if (parser.parse(body.data(), body.size()).get(members) != simdjson::SUCCESS)
    return std::unexpected(std::string(k_form));
  Order order;
  for (const auto& [name, value] : members) {
    simdjson::dom::array rows;
    if (name == "apply") {
      if (value.get(order.apply) != simdjson::SUCCESS) return std::unexpected("apply must be true or false");
    } else if (name != "rows") {
      return std::unexpected("unknown member '" + std::string(name) + "': " + std::string(k_form));
    } else if (value.get(rows) != simdjson::SUCCESS) {
      return std::unexpected("rows must be a list of objects: " + std::string(k_form));
    } else {
      for (const simdjson::dom::element row : rows) {
        if (order.rows.size() == k_max_rows)
          return std::unexpected("there are more than " + std::to_string(k_max_rows) +
                                 " rows: send them in several requests, one after the other");
        auto parsed = parse_row(row, order.rows.size());
        if (!parsed) return std::unexpected(std::move(parsed).error());
        order.rows.push_back(std::move(*parsed));
      }
    }
  }
  if (order.rows.empty()) return std::unexpected("there are no rows: " + std::string(k_form));
  return order;
}

}  // namespace

void HttpApi::start_map_import(net::Request&& request, net::Reply reply, std::string) {
  auto order = parse_order(request.body);
  if (!order) {
    reply(problem(400, "body_invalid", order.error()));
    return;
  }
  const auto started = parts_.engine.start_map_import(std::move(order->rows), order->apply);
  if (!started) {
    reply(not_started(started.error()));
    return;
  }
  std::string body;
  JsonWriter(body).begin_object().field_bool("started", true).field_bool("apply", order->apply).end_object();
  reply(json(202, std::move(body)));
}

void HttpApi::get_map_import(net::Request&&, net::Reply reply, std::string) {
  const auto report = parts_.engine.map_import_report();
  reply(report ? json(200, *report) : failure(report.error()));
}

}  // namespace zs::api
