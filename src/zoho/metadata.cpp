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

/// Of the org's kind; a user's values are unique among their own only.
bool is_external(dom::element field) {
  dom::element external;
  return field["external"].get(external) == simdjson::SUCCESS && external.is_object() &&
         text_of(external, "type") == "org";
}

/// `unique` is {} for an ordinary field.
bool is_unique(dom::element field) {
  dom::object unique;
  return (field["unique"].get(unique) == simdjson::SUCCESS && unique.size() > 0) || is_external(field);
}

/// What is not told is not forbidden.
bool true_unless_denied(simdjson::simdjson_result<dom::element> told) {
  bool allowed = true;
  return told.get(allowed) != simdjson::SUCCESS || allowed;
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
    one.is_external = is_external(field);
    one.mandatory = bool_of(field, "system_mandatory");
    one.api_create = true_unless_denied(field["operation_type"]["api_create"]);
    one.api_update = true_unless_denied(field["operation_type"]["api_update"]);
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
  out.currency = text_of(org, "iso_code");
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

void take_fields(Org& org, plan::Module module, const std::vector<FieldMetadata>& fields, const std::string& pipeline) {
  for (const FieldMetadata& field : fields) {
    org.schema.fields[static_cast<std::size_t>(module)].emplace(field.api_name, field.info);
    if (field.api_name != "Pipeline" || module != plan::Module::deals) continue;
    org.schema.pipeline = !pipeline.empty() ? pipeline : field.values.empty() ? "" : field.values.front();
  }
}

void take_org(Org& org, const OrgMetadata& about) {
  org.id = about.id;
  org.edition = about.edition;
  org.licences = about.licences;
  org.schema.multi_currency = about.multi_currency;
}

Result<std::vector<ModuleMetadata>> read_modules(std::string_view json) {
  dom::parser parser;
  ZS_ASSIGN(const dom::array modules, list_in(parser, json, "modules"));
  std::vector<ModuleMetadata> out;
  for (dom::element module : modules) {
    out.push_back({text_of(module, "api_name"), true_unless_denied(module["api_supported"]),
                   true_unless_denied(module["creatable"]), true_unless_denied(module["editable"])});
  }
  return out;
}

Result<std::vector<std::string>> read_layout_ids(std::string_view json) {
  dom::parser parser;
  ZS_ASSIGN(const dom::array layouts, list_in(parser, json, "layouts"));
  std::vector<std::string> out;
  for (dom::element layout : layouts) out.push_back(text_of(layout, "id"));
  return out;
}

Result<std::vector<PipelineMetadata>> read_pipelines(std::string_view json) {
  std::vector<PipelineMetadata> out;
  if (json.empty()) return out;
  dom::parser parser;
  ZS_ASSIGN(const dom::array pipelines, list_in(parser, json, "pipeline"));
  for (dom::element pipeline : pipelines) {
    out.push_back({text_of(pipeline, "display_value"), {}});
    dom::array stages;
    if (pipeline["maps"].get(stages) != simdjson::SUCCESS) continue;
    for (dom::element stage : stages) out.back().stages.push_back(text_of(stage, "display_value"));
  }
  return out;
}

Result<std::map<std::string, std::string, std::less<>>> read_contact_roles(std::string_view json) {
  std::map<std::string, std::string, std::less<>> out;
  if (json.empty()) return out;
  dom::parser parser;
  ZS_ASSIGN(const dom::array roles, list_in(parser, json, "contact_roles"));
  for (dom::element role : roles) {
    std::string name = text_of(role, "name");
    std::string id = text_of(role, "id");
    if (!name.empty() && !id.empty()) out.emplace(std::move(name), std::move(id));
  }
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
