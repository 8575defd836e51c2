#pragma once
// A JSON document as a tree. Numbers keep the digits they came with: an amount that passes through a
// double is no longer the amount that was sent.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "base/result.hpp"

namespace zohosim {

struct Json {
  enum class Kind : std::uint8_t { null, boolean, number, string, array, object };

  Kind kind = Kind::null;
  std::string text;                // of a string, a number's digits, "true" or "false"
  std::vector<Json> items;         // of an array; an object's values
  std::vector<std::string> names;  // an object's names, parallel to items

  [[nodiscard]] bool is_null() const { return kind == Kind::null; }
  [[nodiscard]] bool is_string() const { return kind == Kind::string; }
  [[nodiscard]] bool is_number() const { return kind == Kind::number; }
  [[nodiscard]] bool is_array() const { return kind == Kind::array; }
  [[nodiscard]] bool is_object() const { return kind == Kind::object; }
  [[nodiscard]] bool is_true() const { return kind == Kind::boolean && text == "true"; }
  /// A member by name; of several with one name the last. Null when absent or when this is no object.
  [[nodiscard]] const Json* find(std::string_view name) const;
  /// A member that is text, or `otherwise`.
  [[nodiscard]] std::string_view string_or(std::string_view name, std::string_view otherwise) const;
  [[nodiscard]] std::int64_t integer_or(std::string_view name, std::int64_t otherwise) const;
  [[nodiscard]] double double_or(std::string_view name, double otherwise) const;
  [[nodiscard]] bool true_at(std::string_view name) const;
};

[[nodiscard]] zs::Result<Json> parse_json(std::string_view text);
void write_json(zs::JsonWriter& out, const Json& value);

}  // namespace zohosim
