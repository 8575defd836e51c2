#include "core/schema.hpp"

#include <array>
#include <utility>

namespace zohosim {
namespace {

struct TypeNames {
  DataType type;
  std::string_view data_type;
  std::string_view json_type;
};

constexpr std::array k_types{
    TypeNames{DataType::text, "text", "string"},
    TypeNames{DataType::textarea, "textarea", "string"},
    TypeNames{DataType::email, "email", "string"},
    TypeNames{DataType::phone, "phone", "string"},
    TypeNames{DataType::website, "website", "string"},
    TypeNames{DataType::picklist, "picklist", "string"},
    TypeNames{DataType::multiselectpicklist, "multiselectpicklist", "jsonarray"},
    TypeNames{DataType::date, "date", "string"},
    TypeNames{DataType::datetime, "datetime", "string"},
    TypeNames{DataType::bigint, "bigint", "string"},
    TypeNames{DataType::integer, "integer", "integer"},
    TypeNames{DataType::currency, "currency", "double"},
    TypeNames{DataType::decimal, "double", "double"},
    TypeNames{DataType::percent, "percent", "double"},
    TypeNames{DataType::boolean, "boolean", "boolean"},
    TypeNames{DataType::lookup, "lookup", "jsonobject"},
    TypeNames{DataType::ownerlookup, "ownerlookup", "jsonobject"},
};

const TypeNames& names(DataType type) {
  for (const TypeNames& row : k_types) {
    if (row.type == type) return row;
  }
  std::unreachable();
}

}  // namespace

std::string_view name_of(DataType type) { return names(type).data_type; }

std::string_view json_type_of(DataType type) { return names(type).json_type; }

std::optional<DataType> parse_data_type(std::string_view name) {
  for (const TypeNames& row : k_types) {
    if (row.data_type == name) return row.type;
  }
  return std::nullopt;
}

const PickValue* Field::pick(std::string_view display) const {
  for (const PickValue& value : picks) {
    if (value.display == display) return &value;
  }
  return nullptr;
}

const Field* ModuleSchema::find(std::string_view field_name) const {
  const auto found = by_name_.find(field_name);
  return found == by_name_.end() ? nullptr : &fields[found->second];
}

Field& ModuleSchema::add(Field field) {
  field.number = static_cast<std::uint16_t>(fields.size());
  by_name_.emplace(field.api_name, field.number);
  return fields.emplace_back(std::move(field));
}

}  // namespace zohosim
