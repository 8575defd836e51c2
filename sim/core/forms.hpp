#pragma once
// The forms that Zoho demands of e-mails, phones, addresses, dates and numbers (crm-api.md 1.8).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace zohosim {

[[nodiscard]] bool is_email(std::string_view text);
[[nodiscard]] bool is_phone(std::string_view text);
[[nodiscard]] bool is_website(std::string_view text);
[[nodiscard]] bool is_digits(std::string_view text);

/// `yyyy-MM-dd` of a day that exists.
[[nodiscard]] bool is_date(std::string_view text);
/// Seconds since 1970 of `yyyy-MM-ddTHH:mm:ss+hh:mm` (or `Z`); a fraction of a second is refused.
[[nodiscard]] std::optional<std::int64_t> parse_datetime(std::string_view text);

/// A JSON number as a plain decimal: no exponent, no idle zeros, at most nine digits after the point (more are
/// cut off). Empty when more than sixteen stand before it.
[[nodiscard]] std::optional<std::string> normal_decimal(std::string_view number);

}  // namespace zohosim
