#include "zoho/metadata.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "zoho/json_read.hpp"

namespace zs::zoho {
namespace {

namespace dom = simdjson::dom;

Result<dom::array> list_in(dom::parser& parser, std::string_view json, std::string_view key) {
  dom::array list;
  if (parser.parse(json.data(), json.size())[key].get(list) != simdjson::SUCCESS) {
    return fail(Errc::corrupt, "Zoho's answer has no list '" + std::string(key) + "'");
  }
  return list;
}

/// `unique` is {} for an ordinary field; an external field counts when it is the org's, not a user's.
bool is_unique(dom::element field) {
  dom::object unique;
  if (field["unique"].get(unique) == simdjson::SUCCESS && unique.size() > 0) return true;
  dom::element external;
  return field["external"].get(external) == simdjson::SUCCESS && external.is_object() &&
         text_of(external, "type") == "org";
}

struct EditionRow {
  std::string_view name;
  int concurrency;
  std::int64_t base, per_licence, ceiling;
};
constexpr std::int64_t k_unlimited = 1'000'000'000;
constexpr std::array k_editions{
    EditionRow{"free", 5, 5'000, 0, 5'000},
    EditionRow{"standard", 10, 50'000, 250, 100'000},
    EditionRow{"starter", 10, 50'000, 250, 100'000},
    EditionRow{"professional", 15, 50'000, 500, 3'000'000},
    EditionRow{"enterprise", 20, 50'000, 1'000, 5'000'000},
    EditionRow{"zohoone", 20, 50'000, 1'000, 5'000'000},
    EditionRow{"ultimate", 25, 50'000, 2'000, k_unlimited},
    EditionRow{"crmplus", 25, 50'000, 2'000, k_unlimited},
};

const EditionRow* find_edition(std::string_view edition) {
  const std::string lower = to_lower(edition);
  const auto found = std::ranges::find(k_editions, lower, &EditionRow::name);
  return found == k_editions.end() ? nullptr : &*found;
}

}  // namespace

Result<std::vector<FieldMetadata>> read_fields(std::string_view json) {
  dom::parser parser;
  ZS_ASSIGN(const dom::array fields, list_in(parser, json, "fields"));
  std::vector<FieldMetadata> out;
  for (dom::element field : fields) {
    FieldMetadata one;
    one.api_name = text_of(field, "api_name");
    one.label = text_of(field, "field_label");
    one.info.type = text_of(field, "data_type");
    one.info.length = static_cast<std::size_t>(std::max<std::int64_t>(0, number_of(field, "length")));
    one.info.unique = is_unique(field);
    dom::array values;
    if (field["pick_list_values"].get(values) == simdjson::SUCCESS) {
      for (dom::element value : values) {
        std::string name = text_of(value, "display_value");
        if (!name.empty() && name != "-None-") one.values.push_back(std::move(name));
      }
    }
    if (!one.api_name.empty()) out.push_back(std::move(one));
  }
  return out;
}

Result<OrgMetadata> read_org(std::string_view json) {
  dom::parser parser;
  ZS_ASSIGN(const dom::array orgs, list_in(parser, json, "org"));
  if (orgs.size() == 0) return fail(Errc::corrupt, "Zoho's answer names no org");
  const dom::element org = orgs.at(0);
  OrgMetadata out;
  out.id = text_of(org, "zgid");
  out.type = text_of(org, "type");
  out.multi_currency = bool_of(org, "mc_status");
  dom::element licence;
  if (org["license_details"].get(licence) == simdjson::SUCCESS) {
    out.edition = to_lower(text_of(licence, "paid_type"));
    out.licences = number_of(licence, "users_license_purchased");
  }
  return out;
}

Result<std::vector<TagMetadata>> read_tags(std::string_view json) {
  std::vector<TagMetadata> out;
  if (json.empty()) return out;
  dom::parser parser;
  ZS_ASSIGN(const dom::array tags, list_in(parser, json, "tags"));
  for (dom::element tag : tags) out.push_back({text_of(tag, "id"), text_of(tag, "name"), text_of(tag, "color_code")});
  return out;
}

int concurrency_of(std::string_view edition) {
  const EditionRow* row = find_edition(edition);
  return row == nullptr ? 10 : row->concurrency;
}

std::int64_t credits_of_edition(std::string_view edition, std::int64_t licences) {
  const EditionRow* row = find_edition(edition);
  if (row == nullptr) return 0;
  // No org has a million licences: whatever an answer says, the product stays a number.
  return std::min(row->ceiling, row->base + row->per_licence * std::clamp<std::int64_t>(licences, 0, 1'000'000));
}

}  // namespace zs::zoho
