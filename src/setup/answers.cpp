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
  dom::element details;
  if (row["details"].get(details) == simdjson::SUCCESS && details.is_object()) out.about = text_in(details, "api_name");
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

}  // namespace zs::setup
