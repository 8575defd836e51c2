#pragma once
// Members of Desk's JSON with a default where they are missing or of another type. For .cpp files of this folder: it
// brings simdjson in.

#include <simdjson.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace zs::desk {

/// Text, or the digits of a whole number: Desk's own samples show ids both ways.
inline std::string text_of(simdjson::dom::element parent, std::string_view key) {
  std::string_view text;
  if (parent[key].get(text) == simdjson::SUCCESS) return std::string(text);
  std::int64_t number = 0;
  return parent[key].get(number) == simdjson::SUCCESS ? std::to_string(number) : std::string{};
}

inline bool bool_of(simdjson::dom::element parent, std::string_view key) {
  bool value = false;
  return parent[key].get(value) == simdjson::SUCCESS && value;
}

}  // namespace zs::desk
