#pragma once
// Comparing a record's value with one that a query names, for search criteria and for COQL.

#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/organization.hpp"

namespace zohosim {

/// A record's value as text to be compared: a lookup's or owner's id, an instant in UTC seconds, digits.
[[nodiscard]] std::optional<std::string> comparable(const Organization& org, const Module& module, const Record& record,
                                                    const Field& field);
/// The names of a record's tags, where the org searches by them.
[[nodiscard]] std::vector<std::string> searched_tags(const Organization& org, const Module& module,
                                                     const Record& record);
/// A query's literal in the same form; empty when it is none of the field's kind.
[[nodiscard]] std::optional<std::string> comparable_literal(const Field& field, std::string_view literal);
/// Numbers by value, the rest by text without regard to case.
[[nodiscard]] std::weak_ordering compare(const Field& field, std::string_view a, std::string_view b);
[[nodiscard]] bool contains_folded(std::string_view text, std::string_view part);
/// SQL's LIKE with `%`, without regard to case.
[[nodiscard]] bool like(std::string_view text, std::string_view pattern);

}  // namespace zohosim
