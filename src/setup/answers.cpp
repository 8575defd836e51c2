#include "setup/answers.hpp"

#include <simdjson.h>

namespace zs::setup {
namespace {

namespace dom = simdjson::dom;

std::string text_in(dom::element parent, std::string_view key) {
  std::string_view text;
  return parent[key].get(text) == simdjson::SUCCESS ? std::string(text) : std::string{};
}

RowAnswer read_row(dom::element row) {
  RowAnswer out;
  out.code = text_in(row, "code");
  out.message = text_in(row, "message");
  out.id = text_in(row, "id");
  dom::element details;
  if (row["details"].get(details) == simdjson::SUCCESS && details.is_object()) {
    out.about = text_in(details, "api_name");
    if (out.id.empty()) out.id = text_in(details, "id");
  }
  return out;
}

}  // namespace

std::vector<RowAnswer> read_rows(std::string_view json) {
  dom::parser parser;
  dom::element root;
  std::vector<RowAnswer> rows;
  if (parser.parse(json.data(), json.size()).get(root) != simdjson::SUCCESS || !root.is_object()) return rows;
  for (const std::string_view list : {"fields", "tags", "data", "recycle_bin"}) {
    dom::array members;
    if (root[list].get(members) != simdjson::SUCCESS) continue;
    for (const dom::element row : members) rows.push_back(read_row(row));
    return rows;
  }
  RowAnswer bare = read_row(root);
  bare.whole_request = true;
  if (!bare.code.empty()) rows.push_back(std::move(bare));
  return rows;
}

std::int64_t read_allowed_tags(std::string_view json) {
  dom::parser parser;
  dom::element root;
  std::int64_t allowed = 0;
  if (json.empty() || parser.parse(json.data(), json.size()).get(root) != simdjson::SUCCESS) return 0;
  return root["info"]["allowed_count"].get(allowed) == simdjson::SUCCESS ? allowed : 0;
}

std::vector<std::string> read_deleted(std::string_view json, std::string_view prefix) {
  std::vector<std::string> ids;
  dom::parser parser;
  dom::array records;
  if (json.empty() || parser.parse(json.data(), json.size())["data"].get(records) != simdjson::SUCCESS) return ids;
  for (const dom::element record : records) {
    if (text_in(record, "display_name").starts_with(prefix)) ids.push_back(text_in(record, "id"));
  }
  return ids;
}

SeenContact read_contact(std::string_view json) {
  SeenContact seen;
  dom::parser parser;
  dom::element record;
  if (json.empty() || parser.parse(json.data(), json.size())["data"].at(0).get(record) != simdjson::SUCCESS)
    return seen;
  std::string_view title;
  if (record["Title"].get(title) == simdjson::SUCCESS) seen.title = title;
  dom::array tags;
  if (record["Tag"].get(tags) == simdjson::SUCCESS) {
    for (const dom::element tag : tags) seen.tags.push_back(text_in(tag, "name"));
  }
  return seen;
}

}  // namespace zs::setup
