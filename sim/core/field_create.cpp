#include <algorithm>

#include "base/text.hpp"
#include "core/field_calls.hpp"

namespace zohosim {
namespace {

constexpr std::size_t k_most_fields_in_call = 5;
constexpr std::int64_t k_most_unique = 2;

std::size_t most_custom_fields(Edition edition) {
  switch (edition) {
    case Edition::free:
      return 0;
    case Edition::standard:
      return 10;
    case Edition::professional:
      return 155;
    case Edition::enterprise:
      return 300;
    case Edition::ultimate:
      return 500;
  }
  return 0;
}

Where field_where(std::size_t index, std::string_view member) {
  return {std::string(member), "$.fields[" + std::to_string(index) + "]." + std::string(member)};
}

/// "Platform User ID" becomes Platform_User_ID.
std::string api_name_of(std::string_view label) {
  std::string out;
  for (const char c : label) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (plain) {
      out += c;
    } else if (!out.empty() && out.back() != '_') {
      out += '_';
    }
  }
  while (out.ends_with('_')) out.pop_back();
  return out;
}

int default_length(DataType type) {
  switch (type) {
    case DataType::email:
      return 100;
    case DataType::phone:
      return 30;
    case DataType::website:
      return 450;
    case DataType::textarea:
      return 2000;
    case DataType::integer:
      return 9;
    case DataType::bigint:
      return 18;
    case DataType::currency:
    case DataType::decimal:
      return 16;
    case DataType::percent:
    case DataType::boolean:
      return 5;
    case DataType::date:
      return 20;
    case DataType::picklist:
    case DataType::datetime:
    case DataType::lookup:
      return 120;
    default:
      return 255;
  }
}

bool may_be_unique(DataType type) {
  return type == DataType::text || type == DataType::email || type == DataType::phone || type == DataType::integer ||
         type == DataType::bigint || type == DataType::website;
}

Checked<> read_external(const Json& given, std::size_t index, Field& field) {
  const Json* external = given.find("external");
  if (external == nullptr || external->is_null() || external->items.empty()) return {};
  const std::string_view type = external->string_or("type", "");
  if (type != "org" && type != "user")
    return refuse("INVALID_DATA", "invalid data", details_at(field_where(index, "external.type")));
  if (field.type != DataType::text)
    return refuse("INVALID_DATA", "a field of this type cannot be external",
                  details_at(field_where(index, "external")));
  field.external = type == "org" ? External::org : External::user;
  return {};
}

Checked<> read_unique(const Json& given, std::size_t index, Field& field) {
  const Json* unique = given.find("unique");
  if (unique == nullptr || !unique->is_object() || unique->items.empty()) return {};
  // Uniqueness never looks at case; asking for it is refused.
  if (unique->true_at("case_sensitive"))
    return refuse("INVALID_DATA", "invalid data", details_at(field_where(index, "unique.case_sensitive")));
  if (!may_be_unique(field.type))
    return refuse("INVALID_DATA", "a field of this type cannot be unique", details_at(field_where(index, "unique")));
  field.unique = true;
  return {};
}

Checked<> read_picks(const Json& given, std::size_t index, Field& field) {
  if (field.type != DataType::picklist && field.type != DataType::multiselectpicklist) return {};
  const Json* values = given.find("pick_list_values");
  if (values == nullptr || !values->is_array() || values->items.empty())
    return missing(field_where(index, "pick_list_values"));
  if (field.type == DataType::picklist) field.picks.push_back({0, "-None-"});
  for (const Json& value : values->items) {
    const std::string_view display = value.string_or("display_value", value.string_or("actual_value", ""));
    if (display.empty()) return missing(field_where(index, "pick_list_values"));
    if (field.pick(display) == nullptr) field.picks.push_back({0, std::string(display)});
  }
  return {};
}

Checked<> check_limits(const Options& options, const Module& module, const Field& field) {
  const auto counts = [&](const Field& one) {
    return one.unique || (options.external_counts_as_unique && one.external != External::none);
  };
  const auto& fields = module.schema.fields;
  if (counts(field) && std::ranges::count_if(fields, counts) >= k_most_unique) {
    return refuse("LIMIT_EXCEEDED", "a module has at most two unique fields",
                  Members().text("api_name", "unique").number("maximum_length", k_most_unique));
  }
  const auto custom = static_cast<std::size_t>(std::ranges::count_if(fields, &Field::custom));
  if (custom >= most_custom_fields(options.edition)) {
    return refuse("LIMIT_EXCEEDED", "the edition allows no more custom fields",
                  Members().number("maximum_length", static_cast<std::int64_t>(most_custom_fields(options.edition))));
  }
  return {};
}

Row create_field(const Call& call, Module& module, const Json& given, std::size_t index) {
  auto field = read_new_field(call.options, module, given, index);
  if (!field) return failed_row(field.error());
  for (PickValue& pick : field->picks) pick.id = call.org.ids().next();
  const Field& added = call.org.add_field(module, std::move(*field));
  return {true, success_object("field created", Members().id("id", added.id).text("api_name", added.api_name))};
}

}  // namespace

Checked<Field> read_new_field(const Options& options, const Module& module, const Json& given, std::size_t index) {
  Field field;
  field.custom = true;
  field.label = zs::trim(given.string_or("field_label", ""));
  if (field.label.empty()) return missing(field_where(index, "field_label"));
  const std::string_view type = given.string_or("data_type", "");
  if (type.empty()) return missing(field_where(index, "data_type"));
  const auto known = parse_data_type(type);
  if (!known || *known == DataType::lookup || *known == DataType::ownerlookup) {
    return refuse("INVALID_DATA", "invalid data", details_at(field_where(index, "data_type")));
  }
  field.type = *known;
  field.api_name = given.string_or("api_name", api_name_of(field.label));
  if (field.api_name.empty())
    return refuse("INVALID_DATA", "invalid data", details_at(field_where(index, "field_label")));
  const auto taken = [&](const Field& one) { return one.label == field.label || one.api_name == field.api_name; };
  if (const auto other = std::ranges::find_if(module.schema.fields, taken); other != module.schema.fields.end()) {
    return refuse("DUPLICATE_DATA", "duplicate data",
                  details_at(field_where(index, "field_label")).id("id", other->id));
  }
  field.length = static_cast<int>(given.integer_or("length", default_length(field.type)));
  const bool text = field.type == DataType::text;
  if (field.length < 1 || (text && field.length > 255)) return too_long(field_where(index, "length"), 255);
  if (const Json* tooltip = given.find("tooltip")) field.tooltip = tooltip->string_or("value", "");
  if (auto fine = read_external(given, index, field); !fine) return std::unexpected(std::move(fine).error());
  if (auto fine = read_unique(given, index, field); !fine) return std::unexpected(std::move(fine).error());
  if (auto fine = read_picks(given, index, field); !fine) return std::unexpected(std::move(fine).error());
  if (auto fine = check_limits(options, module, field); !fine) return std::unexpected(std::move(fine).error());
  return field;
}

HttpAnswer create_fields(const Call& call) {
  const auto module = module_parameter(call);
  if (!module) return module.error();
  const Json* fields = call.body == nullptr ? nullptr : call.body->find("fields");
  if (fields == nullptr || !fields->is_array() || fields->items.empty())
    return error_answer(400, missing({"fields", "$.fields"}).error());
  if (fields->items.size() > k_most_fields_in_call) {
    return error_answer(400,
                        {"LIMIT_EXCEEDED", "the number of fields in one request is limited",
                         Members().number("maximum_length", k_most_fields_in_call).text("api_name", "fields").take()});
  }
  std::vector<Row> rows;
  for (std::size_t i = 0; i < fields->items.size(); ++i)
    rows.push_back(create_field(call, **module, fields->items[i], i));
  return rows_answer(call.options, "fields", rows, 201);
}

}  // namespace zohosim
