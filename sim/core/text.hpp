#pragma once
// Queries, ids and instants in the forms in which they travel.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/http.hpp"

namespace zohosim {

/// Decoded `a=b&c=d`; empty pieces (the SDK ends its queries with '&') are left out.
[[nodiscard]] Pairs parse_form(std::string_view encoded);
/// The parts of a multipart/form-data body by name; files too, as text.
[[nodiscard]] Pairs parse_multipart(std::string_view content_type, std::string_view body);
[[nodiscard]] const std::string* find_pair(const Pairs& pairs, std::string_view name);
[[nodiscard]] std::string pair_or(const Pairs& pairs, std::string_view name, std::string_view otherwise);
[[nodiscard]] std::int64_t integer_or(const Pairs& pairs, std::string_view name, std::int64_t otherwise);
[[nodiscard]] std::vector<std::string> comma_list(std::string_view text);

[[nodiscard]] std::optional<std::uint64_t> parse_id(std::string_view text);
/// Below 0, 0 or above 0 as `a` stands before, beside or behind `b`, ASCII letters without regard to case.
[[nodiscard]] int compare_folded(std::string_view a, std::string_view b);
[[nodiscard]] bool equal_folded(std::string_view a, std::string_view b);
/// `2026-03-02T09:10:11+00:00` in the zone of an offset.
[[nodiscard]] std::string format_instant(std::int64_t millis, int utc_offset_minutes);

}  // namespace zohosim
