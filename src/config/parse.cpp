// The only file that knows toml++: 4 s of compiling each time.

#include <toml++/toml.h>

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "config/schema.hpp"
#include "config/stray.hpp"
#include "config/value.hpp"

namespace zs::config {
namespace {

class Converter {
 public:
  explicit Converter(std::string_view name) : name_(name) {}

  [[nodiscard]] std::string place(const toml::source_position& position) const {
    return name_ + ':' + std::to_string(position.line) + ':' + std::to_string(position.column);
  }

  [[nodiscard]] Value value(const toml::node& node, std::string where) const {
    Value out;
    out.where = std::move(where);
    switch (node.type()) {
      case toml::node_type::table:
        add_members(out, *node.as_table());
        break;
      case toml::node_type::array:
        out.type = Value::Type::list;
        for (const toml::node& item : *node.as_array()) out.items.push_back(value(item, place(item.source().begin)));
        break;
      case toml::node_type::string:
        out.type = Value::Type::text;
        out.text = node.as_string()->get();
        break;
      case toml::node_type::integer:
        out.type = Value::Type::integer;
        out.integer = node.as_integer()->get();
        break;
      case toml::node_type::floating_point:
        out.type = Value::Type::real;
        out.real = node.as_floating_point()->get();
        break;
      case toml::node_type::boolean:
        out.type = Value::Type::boolean;
        out.boolean = node.as_boolean()->get();
        break;
      default:
        out.type = Value::Type::date;
    }
    return out;
  }

 private:
  /// In the order of the file, which the library's table does not keep: people mend from top to bottom.
  void add_members(Value& out, const toml::table& table) const {
    std::vector<std::pair<toml::source_position, Member>> placed;
    for (const auto& [key, node] : table) {
      const toml::source_position position = key.source().begin;
      placed.emplace_back(position, Member{std::string(key.str()), value(node, place(position))});
    }
    std::ranges::stable_sort(placed, [](const auto& a, const auto& b) { return a.first < b.first; });
    for (auto& [position, member] : placed) out.members.push_back(std::move(member));
  }

  std::string name_;
};

toml::source_position position_of(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const std::size_t line_begin = before.rfind('\n') + 1;  // npos + 1 is 0
  return {static_cast<toml::source_index>(1 + std::ranges::count(before, '\n')),
          static_cast<toml::source_index>(1 + utf16_length(before.substr(line_begin)))};
}

}  // namespace

Value* Value::find(std::string_view name) {
  const auto found = std::ranges::find(members, name, &Member::name);
  return found == members.end() ? nullptr : &found->value;
}

const Value* Value::find(std::string_view name) const {
  const auto found = std::ranges::find(members, name, &Member::name);
  return found == members.end() ? nullptr : &found->value;
}

std::optional<Value> read_toml(std::string_view toml, std::string_view name, Report& report) {
  const Converter converter(name);
  if (const auto stray = find_stray(toml)) {
    report.error(converter.place(position_of(toml, *stray)), "",
                 "this is not TOML: a character beyond ASCII outside of one-line strings and comments, or not in UTF-8",
                 "put it in quotes; nothing else was checked");
    return std::nullopt;
  }
  try {
    return converter.value(toml::parse(toml, name), std::string(name));
  } catch (const toml::parse_error& fault) {
    report.error(converter.place(fault.source().begin), "", "this is not TOML: " + std::string(fault.description()),
                 "correct the line; nothing else was checked");
    return std::nullopt;
  }
}

Loaded parse(std::string_view toml, std::string_view name, const Environment& environment) {
  Report report(name);
  Loaded out;
  out.file = name;
  const auto document = read_toml(toml, name, report);
  out.config = document ? read_document(*document, environment, report) : defaults();
  out.findings = report.take();
  return out;
}

}  // namespace zs::config
