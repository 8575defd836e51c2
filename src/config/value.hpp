#pragma once
// A TOML document as plain values that remember where they stand, so that only parse.cpp knows the
// library and the environment can be laid over the file before anything is judged.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/report.hpp"

namespace zs::config {

struct Member;

struct Value {
  enum class Type : std::uint8_t { boolean, integer, real, text, date, list, table };

  Type type = Type::table;
  std::string where;              // "zohosync.toml:12:3" or the environment variable
  bool from_environment = false;  // then it is text, and read as whatever its key wants
  bool boolean = false;
  std::int64_t integer = 0;
  double real = 0;
  std::string text;
  std::vector<Value> items;
  std::vector<Member> members;

  [[nodiscard]] Value* find(std::string_view name);
  [[nodiscard]] const Value* find(std::string_view name) const;
};

struct Member {
  std::string name;
  Value value;
};

/// The document's root table; a syntax error goes into the report, with its position, and leaves nothing.
[[nodiscard]] std::optional<Value> read_toml(std::string_view toml, std::string_view name, Report& report);

}  // namespace zs::config
