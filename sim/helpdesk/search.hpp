#pragma once
// Desk's search parameters: values with wildcards, a comma for "or", ${empty} and ${notempty}; pages by
// `from` and `limit` (oauth-and-desk.md 3.3).

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/http.hpp"
#include "helpdesk/form.hpp"

namespace zohosim::desk {

struct Search {
  struct Wanted {
    std::string name;  // of a value, or of a custom field
    std::string pattern;
  };
  std::vector<Wanted> wanted;  // all must fit
  std::string anywhere;        // `_all`
  std::optional<std::pair<std::int64_t, std::int64_t>> created;
  std::optional<std::pair<std::int64_t, std::int64_t>> modified;
  std::size_t from = 0;
  std::size_t limit = 10;

  [[nodiscard]] bool fits(const Values& values, std::int64_t created_ms, std::int64_t modified_ms) const;
};

/// `plain` are the parameters that name a value; any other than these and the common ones is refused.
[[nodiscard]] std::expected<Search, HttpAnswer> read_search(std::string_view query,
                                                            std::initializer_list<std::string_view> plain);
[[nodiscard]] bool matches(std::string_view pattern, std::string_view value);

}  // namespace zohosim::desk
