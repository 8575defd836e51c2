#pragma once
// The event types and the fields that may stand in their data, with the form each value must have:
// the table behind validation, and behind what `config` may map (interface.md 3).

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "event/event.hpp"

namespace zs::event {

enum class Form : std::uint8_t {
  id,          // text or integer, 1 to k_max_id_bytes, no control characters
  text,        // any text
  country,     // ISO 3166-1 alpha-2
  region,      // ISO 3166-2
  source,      // website, whatsapp, referral
  compliance,  // list of gdpr, ccpa
  integer,     // 0 to 999,999,999
  plan,        // base, plus, pro
  status,      // trialing, active, …
  decimal,     // up to 16 digits before and 9 after the point
  currency,    // three letters
  interval,    // month, year
  date,        // YYYY-MM-DD or RFC 3339
  attributes,  // object of scalars
};

struct FieldRule {
  std::string_view name;
  Form form;
};

/// Fields of an object in `data`, `id` first.
[[nodiscard]] std::span<const FieldRule> fields_of(Kind kind);

struct TypeRule {
  std::string_view type;
  Kind subject;
  std::string_view status;  // the status that a subscription event implies; empty: none
  bool deletes_user = false;
};

[[nodiscard]] std::span<const TypeRule> known_types();
[[nodiscard]] const TypeRule* find_type(std::string_view type);
/// The known type most like an unknown one, for "did you mean".
[[nodiscard]] std::string_view nearest_type(std::string_view type);

/// The value in its stored form (upper-case country, …), or what is wrong with it, in words that
/// finish the sentence "<path> …".
struct FormResult {
  std::optional<Value> value;
  std::string problem;
};
[[nodiscard]] FormResult check_form(Form form, const Value& value);

}  // namespace zs::event
