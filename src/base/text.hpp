#pragma once
// Small things about UTF-8 text.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace zs {

[[nodiscard]] bool is_valid_utf8(std::string_view text);
/// Length in UTF-16 code units: the stricter of the two ways Zoho may count (zoho/crm-api.md 1.8, unconfirmed).
[[nodiscard]] std::size_t utf16_length(std::string_view utf8);
/// The longest prefix of whole characters that has at most `limit` UTF-16 units.
[[nodiscard]] std::string_view clamp_utf16(std::string_view utf8, std::size_t limit);
/// Without leading and trailing white space.
[[nodiscard]] std::string_view trim(std::string_view text);
/// ASCII letters in lower case; other bytes as they are.
[[nodiscard]] std::string to_lower(std::string_view text);
[[nodiscard]] std::string to_upper(std::string_view text);
/// Pieces between separators; empty ones included.
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator);
/// %XX for everything but RFC 3986 unreserved characters.
[[nodiscard]] std::string percent_encode(std::string_view text);
/// Decodes %XX (and + as blank if asked for); false in `ok` for a broken escape.
[[nodiscard]] std::string percent_decode(std::string_view text, bool plus_is_blank, bool& ok);
/// A decimal number, with a minus or without, and nothing beside it.
[[nodiscard]] std::optional<std::int64_t> parse_integer(std::string_view text);
/// The same, whatever follows it: for what others send.
[[nodiscard]] std::optional<std::int64_t> leading_integer(std::string_view text);
/// How many single-character edits apart two words are: for "did you mean".
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

}  // namespace zs
