#pragma once
// What may stand in a table: the one description that reading, the complaint about unknown keys and the
// names of the environment variables all come from.

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/report.hpp"
#include "config/scalar.hpp"
#include "config/value.hpp"

namespace zs::config {

using Reader = std::function<void(const Value&, const At&)>;

struct Shape {
  enum class Kind : std::uint8_t {
    table,    // of `members`
    setting,  // one value; may come from the environment
    open,     // a table whose keys are free; `members` names the well-known ones
    file,     // too large for an environment variable: arrays of tables
    refused,  // known, and wrong: `read` says why
  };
  std::string name;
  Kind kind = Kind::setting;
  Reader read;
  std::vector<Shape> members;
};

/// Reads each member by its shape. Unknown ones are errors; `everywhere` is searched for a key that
/// only stands in the wrong section.
void read_members(const Value& table, const std::string& key, std::span<const Shape> members, Report& report,
                  std::span<const Shape> everywhere = {});

/// A key path from its parts; the outermost has no parent.
[[nodiscard]] std::string joined(std::string_view parent, std::string_view name);

[[nodiscard]] Shape table(std::string_view name, std::vector<Shape> members);
[[nodiscard]] Shape setting(std::string_view name, Reader read);
/// A key that people may well try: an error that says why not and what instead.
[[nodiscard]] Shape refused(std::string_view name, std::string problem, std::string mend);
[[nodiscard]] Shape text(std::string_view name, std::string& target);
[[nodiscard]] Shape boolean(std::string_view name, bool& target);
[[nodiscard]] Shape real(std::string_view name, double& target, double low, double high);
[[nodiscard]] Shape choice(std::string_view name, std::string& target, std::vector<std::string_view> known);
[[nodiscard]] Shape api_name(std::string_view name, std::string& target);
/// A secret's key in the file: an error that names the way to give it.
[[nodiscard]] Shape refused_secret(std::string_view name, std::string mend);

/// [[name]]: each entry, under a key like auth.keys[0], goes to `read_entry`.
[[nodiscard]] Shape array_of_tables(std::string_view name, Reader read_entry);

template <class Number>
[[nodiscard]] Shape integer(std::string_view name, Number& target, std::int64_t low, std::int64_t high) {
  return setting(name, [&target, low, high](const Value& value, const At& at) {
    if (const auto number = as_integer(value, at, low, high)) target = static_cast<Number>(*number);
  });
}

}  // namespace zs::config
