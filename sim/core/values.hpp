#pragma once
// A field's value on its way in: checked against the field's type and limits, turned into stored text.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/envelope.hpp"
#include "core/json.hpp"
#include "core/organization.hpp"

namespace zohosim {

/// By lookup field, the external field of the other module that names its record (X-EXTERNAL header).
using ExternalLookups = std::map<std::string, std::string, std::less<>>;

struct ValueRules {
  const Organization& org;
  const Options& options;
  const ExternalLookups* external_lookups = nullptr;
};

/// What a write does to one field: a new text, or nothing kept (cleared).
using StoredValue = std::optional<std::string>;

/// `keep` is false when the value is to be left out silently.
struct CheckedValue {
  StoredValue value;
  bool keep = true;
};

[[nodiscard]] Checked<CheckedValue> check_value(const ValueRules& rules, const Field& field, const Json& given,
                                                const Where& where);

}  // namespace zohosim
