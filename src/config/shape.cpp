#include "config/shape.hpp"

#include <algorithm>
#include <utility>

#include "config/suggest.hpp"

namespace zs::config {
namespace {

/// The full key of a setting called `name` somewhere below `shapes`; empty when there is none.
std::string find_setting(std::string_view name, std::span<const Shape> shapes, const std::string& parent) {
  for (const Shape& shape : shapes) {
    std::string key = joined(parent, shape.name);
    if (shape.kind == Shape::Kind::setting && shape.name == name) return key;
    if (shape.kind != Shape::Kind::table) continue;
    if (std::string found = find_setting(name, shape.members, key); !found.empty()) return found;
  }
  return {};
}

void report_unknown(const Member& member, const std::string& table_key, std::span<const Shape> members, Report& report,
                    std::span<const Shape> everywhere) {
  std::vector<std::string_view> names;
  for (const Shape& shape : members) {
    if (shape.kind != Shape::Kind::refused) names.push_back(shape.name);
  }
  std::string meant(nearest(member.name, names));
  if (!meant.empty()) meant = joined(table_key, meant);
  if (meant.empty()) meant = find_setting(member.name, everywhere, "");
  report.error(member.value.where, joined(table_key, member.name), "is not a known key",
               meant.empty() ? "known here: " + listed(names) : "did you mean " + meant + "?");
}

void read_member(const Member& member, const std::string& key, const Shape& shape, Report& report,
                 std::span<const Shape> everywhere) {
  report.saw(key, member.value.where);
  const bool wants_table = shape.kind == Shape::Kind::table || shape.kind == Shape::Kind::open;
  const At at{key, report};
  if (wants_table && member.value.type != Value::Type::table) {
    at.error(member.value, "must be a table", "write [" + key + "] on a line of its own, its keys below");
  } else if (shape.kind == Shape::Kind::table) {
    read_members(member.value, key, shape.members, report, everywhere);
  } else {
    shape.read(member.value, at);
  }
}

}  // namespace

void read_members(const Value& table, const std::string& key, std::span<const Shape> members, Report& report,
                  std::span<const Shape> everywhere) {
  for (const Member& member : table.members) {
    const auto shape = std::ranges::find(members, member.name, &Shape::name);
    if (shape == members.end()) {
      report_unknown(member, key, members, report, everywhere);
    } else {
      read_member(member, joined(key, member.name), *shape, report, everywhere);
    }
  }
}

std::string joined(std::string_view parent, std::string_view name) {
  std::string key(parent);
  if (!key.empty()) key += '.';
  return key += name;
}

Shape table(std::string_view name, std::vector<Shape> members) {
  return {std::string(name), Shape::Kind::table, {}, std::move(members)};
}

Shape setting(std::string_view name, Reader read) {
  return {std::string(name), Shape::Kind::setting, std::move(read), {}};
}

Shape refused(std::string_view name, std::string problem, std::string mend) {
  const auto read = [problem = std::move(problem), mend = std::move(mend)](const Value& value, const At& at) {
    at.error(value, problem, mend);
  };
  return {std::string(name), Shape::Kind::refused, read, {}};
}

Shape text(std::string_view name, std::string& target) {
  return setting(name, [&target](const Value& value, const At& at) {
    if (auto words = as_text(value, at)) target = std::move(*words);
  });
}

Shape boolean(std::string_view name, bool& target) {
  return setting(name, [&target](const Value& value, const At& at) {
    if (const auto truth = as_boolean(value, at)) target = *truth;
  });
}

Shape real(std::string_view name, double& target, double low, double high) {
  return setting(name, [&target, low, high](const Value& value, const At& at) {
    if (const auto number = as_real(value, at, low, high)) target = *number;
  });
}

Shape choice(std::string_view name, std::string& target, std::vector<std::string_view> known) {
  return setting(name, [&target, known = std::move(known)](const Value& value, const At& at) {
    if (auto chosen = as_choice(value, at, known)) target = std::move(*chosen);
  });
}

Shape api_name(std::string_view name, std::string& target) {
  return setting(name, [&target](const Value& value, const At& at) {
    if (auto field = as_api_name(value, at)) target = std::move(*field);
  });
}

Shape refused_secret(std::string_view name, std::string mend) {
  return refused(name, "is a secret and secrets do not stand here", std::move(mend));
}

Shape array_of_tables(std::string_view name, Reader read_entry) {
  const auto read = [read_entry = std::move(read_entry)](const Value& value, const At& at) {
    if (value.type != Value::Type::list) {
      at.error(value, "must be a list of tables", "write [[" + at.key + "]] with two brackets");
      return;
    }
    for (std::size_t index = 0; index < value.items.size(); ++index) {
      const Value& entry = value.items[index];
      const std::string key = at.key + '[' + std::to_string(index) + ']';
      const At place{key, at.report};
      at.report.saw(key, entry.where);
      if (entry.type != Value::Type::table) {
        place.error(entry, "must be a table", "write [[" + at.key + "]] with two brackets");
      } else {
        read_entry(entry, place);
      }
    }
  };
  return {std::string(name), Shape::Kind::file, read, {}};
}

}  // namespace zs::config
