#include "core/values.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "core/forms.hpp"
#include "core/text.hpp"

namespace zohosim {
namespace {

using Value = Checked<CheckedValue>;

Value kept(std::string text) { return CheckedValue{std::move(text), true}; }
Value cleared() { return CheckedValue{std::nullopt, true}; }

bool has_form(DataType type, std::string_view text) {
  switch (type) {
    case DataType::email:
      return is_email(text);
    case DataType::phone:
      return is_phone(text);
    case DataType::website:
      return is_website(text);
    default:
      return true;
  }
}

std::size_t length_of(const Options& options, std::string_view text) {
  if (options.length_unit == LengthUnit::utf16) return zs::utf16_length(text);
  const auto begins = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; };
  return static_cast<std::size_t>(std::ranges::count_if(text, begins));
}

/// Characters beyond the BMP take four bytes.
bool has_emoji(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0xF0U; });
}

Value check_text(const ValueRules& rules, const Field& field, const Json& given, const Where& where) {
  if (!given.is_string()) return invalid_type(where, "string");
  const std::string_view text = rules.options.trims_text ? zs::trim(given.text) : std::string_view(given.text);
  if (text.empty() && rules.options.empty_text_clears) return cleared();
  if (length_of(rules.options, text) > static_cast<std::size_t>(field.length)) return too_long(where, field.length);
  if (rules.options.emoji_refused && has_emoji(text)) return invalid_type(where, name_of(field.type));
  if (!has_form(field.type, text)) return invalid_type(where, name_of(field.type));
  return kept(std::string(text));
}

std::string supported_values(const Field& field) {
  std::string out;
  zs::JsonWriter writer(out);
  writer.begin_array();
  for (const PickValue& pick : field.picks) writer.string(pick.display);
  writer.end_array();
  return out;
}

std::unexpected<Refusal> unlisted(const Field& field, const Where& where) {
  return refuse("INVALID_DATA", "invalid data", details_at(where).raw("supported_values", supported_values(field)));
}

Value check_pick(const ValueRules& rules, const Field& field, const Json& given, const Where& where) {
  if (!given.is_string()) return invalid_type(where, "string");
  if (given.text.empty()) return cleared();
  if (length_of(rules.options, given.text) > static_cast<std::size_t>(field.length))
    return too_long(where, field.length);
  if (given.text == "-None-") return cleared();
  if (field.pick(given.text) != nullptr || field.picks.empty()) return kept(given.text);
  // With pipelines on, whether a stage fits is a question to the pipeline, and has an answer of its own.
  if (rules.options.pipelines && (field.api_name == "Stage" || field.api_name == "Pipeline")) return kept(given.text);
  switch (rules.options.unlisted_pick) {
    case UnlistedPick::accept:
      return kept(given.text);
    case UnlistedPick::drop:
      return CheckedValue{std::nullopt, false};
    case UnlistedPick::refuse:
      break;
  }
  return unlisted(field, where);
}

Value check_picks(const Field& field, const Json& given, const Where& where) {
  if (!given.is_array()) return invalid_type(where, "jsonarray");
  if (given.items.empty()) return cleared();
  for (const Json& item : given.items) {
    if (!item.is_string()) return invalid_type(where, "jsonarray");
    if (field.pick(item.text) == nullptr) return unlisted(field, where);
  }
  std::string out;
  zs::JsonWriter writer(out);
  write_json(writer, given);
  return kept(std::move(out));
}

Value check_number(const Field& field, const Json& given, const Where& where) {
  if (!given.is_number()) return invalid_type(where, json_type_of(field.type));
  const auto normal = normal_decimal(given.text);
  if (!normal) return too_long(where, 16);
  const bool whole = normal->find('.') == std::string::npos;
  const std::size_t digits = normal->size() - (normal->starts_with('-') ? 1 : 0);
  if (field.type == DataType::integer) {
    if (!whole || given.text.find('.') != std::string::npos) return invalid_type(where, "integer");
    if (digits > static_cast<std::size_t>(field.length)) return too_long(where, field.length);
  }
  if (field.type == DataType::percent && digits > 5) return too_long(where, 5);
  return kept(*normal);
}

Value check_big_number(const Json& given, const Where& where) {
  if (!given.is_string() || !is_digits(given.text)) return invalid_type(where, "bigint");
  if (given.text.size() > 18) return too_long(where, 18);
  return kept(given.text);
}

Value check_instant(const Field& field, const Json& given, const Where& where) {
  if (!given.is_string()) return invalid_type(where, name_of(field.type));
  if (given.text.empty()) return cleared();
  if (field.type == DataType::date) {
    return is_date(given.text) ? kept(given.text) : invalid_type(where, "date");
  }
  const auto seconds = parse_datetime(given.text);
  return seconds ? kept(std::to_string(*seconds)) : invalid_type(where, "datetime");
}

std::unexpected<Refusal> unknown_parent(const ValueRules& rules, const Where& where, std::string_view key) {
  const bool names_lookup = rules.options.lookup_error == LookupError::names_lookup;
  return refuse("INVALID_DATA", "the id given seems to be invalid",
                Members()
                    .text("api_name", names_lookup ? std::string_view(where.api_name) : key)
                    .text("json_path", where.json_path + "." + std::string(key))
                    .text("parent_api_name", where.api_name));
}

/// The parent named by an external field's value, where the X-EXTERNAL header asks for that.
Value check_external_lookup(const ValueRules& rules, const Module& parent, std::string_view external, const Json& given,
                            const Where& where) {
  const Field* field = parent.schema.find(external);
  const Json* value = given.find(external);
  const auto found =
      field == nullptr || value == nullptr ? std::vector<Slot>{} : parent.records.find(field->number, value->text);
  if (found.empty()) return unknown_parent(rules, where, external);
  return kept(std::to_string(parent.records.at(found.front()).id));
}

Value check_lookup(const ValueRules& rules, const Field& field, const Json& given, const Where& where) {
  if (!given.is_object()) return invalid_type(where, "jsonobject");
  const Module* parent = rules.org.find(field.lookup_module);
  if (rules.external_lookups != nullptr) {
    const auto external = rules.external_lookups->find(field.api_name);
    if (external != rules.external_lookups->end() && given.find(external->second) != nullptr) {
      return check_external_lookup(rules, *parent, external->second, given, where);
    }
  }
  // By name alone is refused. One report saw an Account being created from a name; no page confirms it.
  const Json* id = given.find("id");
  if (id == nullptr || id->is_null()) return missing({"id", where.json_path + ".id"});
  if (!id->is_string()) return invalid_type({"id", where.json_path + ".id"}, "bigint");
  const auto number = parse_id(id->text);
  if (!number || !parent->records.live(*number)) return unknown_parent(rules, where, "id");
  return kept(std::to_string(*number));
}

Value check_owner(const ValueRules& rules, const Json& given, const Where& where) {
  const auto id = parse_id(given.string_or("id", ""));
  const auto user = id ? rules.org.user(*id) : std::nullopt;
  if (!user) return unknown_parent(rules, where, "id");
  return kept(std::to_string(*user));
}

}  // namespace

Value check_value(const ValueRules& rules, const Field& field, const Json& given, const Where& where) {
  if (given.is_null()) return cleared();
  switch (field.type) {
    case DataType::text:
    case DataType::textarea:
    case DataType::email:
    case DataType::phone:
    case DataType::website:
      return check_text(rules, field, given, where);
    case DataType::picklist:
      return check_pick(rules, field, given, where);
    case DataType::multiselectpicklist:
      return check_picks(field, given, where);
    case DataType::date:
    case DataType::datetime:
      return check_instant(field, given, where);
    case DataType::bigint:
      return check_big_number(given, where);
    case DataType::integer:
    case DataType::currency:
    case DataType::decimal:
    case DataType::percent:
      return check_number(field, given, where);
    case DataType::boolean:
      if (given.kind != Json::Kind::boolean) return invalid_type(where, "boolean");
      return kept(given.text);
    case DataType::lookup:
      return check_lookup(rules, field, given, where);
    case DataType::ownerlookup:
      return check_owner(rules, given, where);
  }
  return cleared();
}

}  // namespace zohosim
