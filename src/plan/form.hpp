#pragma once
// A value in the form that a Zoho field takes, as canonical JSON text, so that equal values are equal text.

#include <optional>
#include <string>
#include <string_view>

#include "event/event.hpp"
#include "plan/mapping.hpp"

namespace zs::plan {

struct Formed {
  std::optional<std::string> json;  // empty: the value does not fit the field and is left out
  std::string flag;                 // what a person should know: "clamped to 100 characters"
};

/// Lengths and forms: zoho/crm-api.md 1.8. Text is trimmed, cleaned of control characters and clamped; a
/// malformed e-mail, phone, URL or number is left out.
[[nodiscard]] Formed form(const event::Value& value, const FieldInfo& info);

/// "49.00" → "49", "007.50" → "7.5": one text per number. The digits are not touched otherwise.
[[nodiscard]] std::string canonical_number(std::string_view digits);

[[nodiscard]] bool is_email(std::string_view text);
[[nodiscard]] bool is_phone(std::string_view text);
[[nodiscard]] bool is_url(std::string_view text);

}  // namespace zs::plan
