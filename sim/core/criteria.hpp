#pragma once
// The criteria of a search: `((Last_Name:equals:Burns)and(First_Name:starts_with:M))` (crm-api.md 2.2).

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/envelope.hpp"
#include "core/organization.hpp"

namespace zohosim {

struct Criteria {
  enum class Kind : std::uint8_t { all, any, condition };
  Kind kind = Kind::condition;
  std::vector<Criteria> parts;  // of all and any

  const Field* field = nullptr;
  std::string op;
  std::vector<std::string> values;

  [[nodiscard]] bool matches(const Organization& org, const Module& module, const Record& record) const;
  /// Records among which every match is, when an index knows them.
  [[nodiscard]] std::optional<std::vector<Slot>> candidates(const Module& module) const;
};

[[nodiscard]] Checked<Criteria> parse_criteria(std::string_view text, const Module& module);
/// A search by `email`, `phone` or `word`: any field of that kind.
[[nodiscard]] Criteria free_search(const Module& module, std::string_view way, std::string_view text);

}  // namespace zohosim
