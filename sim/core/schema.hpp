#pragma once
// Modules and their fields as the metadata calls describe them. An org's own fields are added to the
// standard ones at the end, so a field's number never changes.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/options.hpp"

namespace zohosim {

enum class DataType : std::uint8_t {
  text,
  textarea,
  email,
  phone,
  website,
  picklist,
  multiselectpicklist,
  date,
  datetime,
  bigint,
  integer,
  currency,
  decimal,
  percent,
  boolean,
  lookup,
  ownerlookup,
};

/// Fields that the system keeps; they are not among a record's stored values.
enum class SystemField : std::uint8_t {
  none,
  id,
  owner,
  created_by,
  modified_by,
  created_time,
  modified_time,
  tag,
  full_name,
};

enum class External : std::uint8_t { none, org, user };

struct PickValue {
  std::uint64_t id = 0;
  std::string display;
};

struct Field {
  std::uint16_t number = 0;  // position among the module's fields
  std::uint64_t id = 0;
  std::string api_name;
  std::string label;
  DataType type = DataType::text;
  int length = 255;  // never 0: Zoho's own SDKs break on that
  bool custom = false;
  bool mandatory = false;
  bool layout_mandatory = false;  // by an admin: counts when a record names its layout
  bool read_only = false;
  bool unique = false;
  External external = External::none;
  SystemField system = SystemField::none;
  std::string lookup_module;
  std::vector<PickValue> picks;
  std::string tooltip;

  /// Two live records may not share a value.
  [[nodiscard]] bool is_key() const { return unique || external != External::none; }
  [[nodiscard]] const PickValue* pick(std::string_view display) const;
};

struct ModuleSchema {
  std::uint64_t id = 0;
  std::uint64_t layout_id = 0;
  std::string api_name;
  std::string singular;
  std::string plural;
  std::string name_field;              // what a lookup shows
  std::string system_duplicate_field;  // what an upsert compares when told nothing (crm-api.md 1.4)
  std::vector<Field> fields;

  [[nodiscard]] const Field* find(std::string_view field_name) const;
  Field& add(Field field);

 private:
  std::map<std::string, std::uint16_t, std::less<>> by_name_;
};

/// Hands out ids; newer things have higher ones.
class IdSequence {
 public:
  [[nodiscard]] std::uint64_t next() { return next_ += 1; }
  [[nodiscard]] std::uint64_t last() const { return next_; }
  void skip_to(std::uint64_t id) { next_ = id > next_ ? id : next_; }

 private:
  std::uint64_t next_ = 5'725'767'000'000'400'000;
};

[[nodiscard]] std::string_view name_of(DataType type);
[[nodiscard]] std::string_view json_type_of(DataType type);
[[nodiscard]] std::optional<DataType> parse_data_type(std::string_view name);

/// The standard modules of a fresh org, in the order of the metadata call.
[[nodiscard]] std::vector<ModuleSchema> standard_modules(const Options& options, IdSequence& ids);

}  // namespace zohosim
