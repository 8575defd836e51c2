#pragma once
// Members of a JSON object with a default where they are missing or of another type. For .cpp files only:
// it brings simdjson in.

#include <simdjson.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace zs::zoho {

/// Text, or the digits of a whole number: ids come as strings, but nothing breaks if one day they do not.
inline std::string text_in(simdjson::dom::element value) {
  std::string_view text;
  if (value.get(text) == simdjson::SUCCESS) return std::string(text);
  std::int64_t number = 0;
  if (value.get(number) == simdjson::SUCCESS) return std::to_string(number);
  return {};
}
inline std::string text_of(simdjson::dom::element parent, std::string_view key) {
  simdjson::dom::element value;
  return parent[key].get(value) == simdjson::SUCCESS ? text_in(value) : std::string{};
}

inline std::int64_t number_of(simdjson::dom::element parent, std::string_view key, std::int64_t otherwise = 0) {
  std::int64_t number = 0;
  return parent[key].get(number) == simdjson::SUCCESS ? number : otherwise;
}

inline bool bool_of(simdjson::dom::element parent, std::string_view key) {
  bool value = false;
  return parent[key].get(value) == simdjson::SUCCESS && value;
}

}  // namespace zs::zoho
