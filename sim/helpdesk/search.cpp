#include "helpdesk/search.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "core/text.hpp"

namespace zohosim::desk {
namespace {

constexpr std::size_t k_most_from = 4'999;
constexpr std::size_t k_most_limit = 100;

bool matches_one(std::string_view pattern, std::string_view value) {
  if (pattern == "${empty}") return value.empty();
  if (pattern == "${notempty}") return !value.empty();
  const std::string wanted = zs::to_lower(pattern);
  const std::string have = zs::to_lower(value);
  const bool opens = wanted.starts_with('*');
  const bool ends = wanted.size() > 1 && wanted.ends_with('*');
  const std::string_view core =
      std::string_view(wanted).substr(opens ? 1 : 0, wanted.size() - (opens ? 1 : 0) - (ends ? 1 : 0));
  if (opens && ends) return have.find(core) != std::string::npos;
  if (opens) return have.ends_with(core);
  return ends ? have.starts_with(core) : have == core;
}

HttpAnswer unprocessable(const std::string& why) { return desk_error(422, "UNPROCESSABLE_ENTITY", why); }

std::optional<std::pair<std::int64_t, std::int64_t>> read_range(const std::string& text) {
  const auto ends = comma_list(text);
  if (ends.size() != 2) return std::nullopt;
  const auto first = parse_time(ends[0]);
  const auto last = parse_time(ends[1]);
  if (!first || !last) return std::nullopt;
  return std::pair{*first, *last};
}

bool within(const std::optional<std::pair<std::int64_t, std::int64_t>>& range, std::int64_t at) {
  return !range || (at >= range->first && at <= range->second);
}

bool is_custom(std::string_view name) {
  constexpr std::string_view k_stem = "customField";
  return name.starts_with(k_stem) && name.size() > k_stem.size() && parse_id(name.substr(k_stem.size())).has_value();
}

}  // namespace

bool matches(std::string_view pattern, std::string_view value) {
  return std::ranges::any_of(comma_list(pattern), [&](const std::string& one) { return matches_one(one, value); });
}

bool Search::fits(const Values& values, std::int64_t created_ms, std::int64_t modified_ms) const {
  if (!within(created, created_ms) || !within(modified, modified_ms)) return false;
  const auto value = [&](const std::string& name) {
    const auto found = values.find(name);
    return found == values.end() ? std::string_view() : std::string_view(found->second);
  };
  if (!std::ranges::all_of(wanted, [&](const Wanted& one) { return matches(one.pattern, value(one.name)); }))
    return false;
  return anywhere.empty() ||
         std::ranges::any_of(values, [&](const auto& entry) { return matches(anywhere, entry.second); });
}

std::expected<Search, HttpAnswer> read_search(std::string_view query, std::initializer_list<std::string_view> plain) {
  Search out;
  for (const auto& [name, value] : parse_form(query)) {
    if (name == "from" || name == "limit") {
      const auto number = parse_id(value);
      const bool is_from = name == "from";
      const bool right = number && (is_from ? *number <= k_most_from : *number >= 1 && *number <= k_most_limit);
      if (!right) return std::unexpected(unprocessable("'" + name + "' is out of its range"));
      (is_from ? out.from : out.limit) = *number;
    } else if (name == "createdTimeRange" || name == "modifiedTimeRange") {
      const auto range = read_range(value);
      if (!range) return std::unexpected(unprocessable("'" + name + "' wants two times, a comma between"));
      (name == "createdTimeRange" ? out.created : out.modified) = range;
    } else if (name == "_all") {
      out.anywhere = value;
    } else if (is_custom(name)) {
      const std::size_t colon = value.find(':');
      if (colon == std::string::npos) return std::unexpected(unprocessable("'" + name + "' wants apiName:value"));
      out.wanted.push_back({value.substr(0, colon), value.substr(colon + 1)});
    } else if (std::ranges::find(plain, name) != plain.end()) {
      out.wanted.push_back({name, value});
    } else if (name != "sortBy" && name != "orgId") {
      return std::unexpected(unprocessable("Extra query parameter '" + name + "' is found."));
    }
  }
  return out;
}

}  // namespace zohosim::desk
