#include "event/vocabulary.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "base/text.hpp"

namespace zs::event {
namespace {

constexpr std::array k_user_fields{
    FieldRule{"id", Form::id},           FieldRule{"email", Form::text},
    FieldRule{"first_name", Form::text}, FieldRule{"last_name", Form::text},
    FieldRule{"phone", Form::text},      FieldRule{"title", Form::text},
    FieldRule{"country", Form::country}, FieldRule{"region", Form::region},
    FieldRule{"source", Form::source},   FieldRule{"compliance", Form::compliance},
    FieldRule{"account_id", Form::id},   FieldRule{"attributes", Form::attributes},
};

constexpr std::array k_account_fields{
    FieldRule{"id", Form::id},           FieldRule{"name", Form::text},
    FieldRule{"website", Form::text},    FieldRule{"phone", Form::text},
    FieldRule{"industry", Form::text},   FieldRule{"employees", Form::integer},
    FieldRule{"country", Form::country}, FieldRule{"attributes", Form::attributes},
};

constexpr std::array k_subscription_fields{
    FieldRule{"id", Form::id},
    FieldRule{"user_id", Form::id},
    FieldRule{"account_id", Form::id},
    FieldRule{"plan", Form::plan},
    FieldRule{"status", Form::status},
    FieldRule{"amount", Form::decimal},
    FieldRule{"currency", Form::currency},
    FieldRule{"interval", Form::interval},
    FieldRule{"started_at", Form::date},
    FieldRule{"trial_ends_at", Form::date},
    FieldRule{"current_period_end", Form::date},
    FieldRule{"canceled_at", Form::date},
    FieldRule{"cancel_reason", Form::text},
    FieldRule{"attributes", Form::attributes},
};

constexpr std::array k_types{
    TypeRule{"user.signed_up", Kind::user, ""},
    TypeRule{"user.updated", Kind::user, ""},
    TypeRule{"user.deleted", Kind::user, "", true},
    TypeRule{"account.updated", Kind::account, ""},
    TypeRule{"subscription.trial_started", Kind::subscription, "trialing"},
    TypeRule{"subscription.activated", Kind::subscription, "active"},
    TypeRule{"subscription.updated", Kind::subscription, ""},
    TypeRule{"subscription.renewed", Kind::subscription, "active"},
    TypeRule{"subscription.past_due", Kind::subscription, "past_due"},
    TypeRule{"subscription.paused", Kind::subscription, "paused"},
    TypeRule{"subscription.resumed", Kind::subscription, "active"},
    TypeRule{"subscription.canceled", Kind::subscription, "canceled"},
    TypeRule{"subscription.expired", Kind::subscription, "expired"},
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool has_control_character(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

FormResult ok(Value value) { return {std::move(value), {}}; }
FormResult bad(std::string problem) { return {std::nullopt, std::move(problem)}; }

FormResult one_of(const Value& value, std::span<const std::string_view> known) {
  const std::string lower = to_lower(value.text);
  if (value.type == Value::Type::text && std::ranges::find(known, lower) != known.end()) {
    return ok(Value::of_text(lower));
  }
  std::string list;
  for (const auto& name : known) list += (list.empty() ? "" : ", ") + std::string(name);
  return bad("must be one of " + list);
}

FormResult check_id(const Value& value) {
  const bool integer = value.type == Value::Type::number && std::ranges::all_of(value.text, is_digit);
  if (value.type != Value::Type::text && !integer) return bad("must be a string");
  if (trim(value.text).empty()) return bad("must not be empty");
  if (value.text.size() > k_max_id_bytes) return bad("is longer than 256 bytes");
  if (has_control_character(value.text)) return bad("must not contain control characters");
  return ok(Value::of_text(value.text));
}

FormResult check_country(const Value& value) {
  const std::string upper = to_upper(value.text);
  if (value.type != Value::Type::text || upper.size() != 2 || !std::ranges::all_of(upper, is_letter)) {
    return bad("must be a two-letter ISO 3166-1 code such as DE");
  }
  if (upper == "UK") return bad("must be an ISO 3166-1 code: the United Kingdom is GB");
  return ok(Value::of_text(upper));
}

FormResult check_region(const Value& value) {
  const std::string upper = to_upper(value.text);
  const bool fits = value.type == Value::Type::text && upper.size() >= 4 && upper.size() <= 6 && is_letter(upper[0]) &&
                    is_letter(upper[1]) && upper[2] == '-' &&
                    std::ranges::all_of(upper.substr(3), [](char c) { return is_letter(c) || is_digit(c); });
  if (!fits) return bad("must be an ISO 3166-2 code such as US-CA");
  return ok(Value::of_text(upper));
}

FormResult check_integer(const Value& value) {
  const bool digits = (value.type == Value::Type::number || value.type == Value::Type::text) && !value.text.empty() &&
                      value.text.size() <= 9 && std::ranges::all_of(value.text, is_digit);
  if (!digits) return bad("must be a whole number from 0 to 999999999");
  std::string_view text = value.text;
  while (text.size() > 1 && text.front() == '0') text.remove_prefix(1);
  return ok(Value::of_number(text));
}

FormResult check_decimal(const Value& value) {
  std::string_view text = value.text;
  bool fits = value.type == Value::Type::text || value.type == Value::Type::number;
  std::string_view digits = text;
  if (!digits.empty() && digits.front() == '-') digits.remove_prefix(1);
  const std::size_t point = digits.find('.');
  const std::string_view whole = digits.substr(0, point);
  const std::string_view part = point == std::string_view::npos ? std::string_view("0") : digits.substr(point + 1);
  fits = fits && !whole.empty() && whole.size() <= 16 && !part.empty() && part.size() <= 9 &&
         std::ranges::all_of(whole, is_digit) && std::ranges::all_of(part, is_digit) &&
         (whole.size() == 1 || whole.front() != '0');
  if (!fits) return bad("must be a decimal number as a string, such as \"49.00\"");
  return ok(Value::of_number(text));
}

FormResult check_currency(const Value& value) {
  const std::string upper = to_upper(value.text);
  if (value.type != Value::Type::text || upper.size() != 3 || !std::ranges::all_of(upper, is_letter)) {
    return bad("must be a three-letter ISO 4217 code such as EUR");
  }
  return ok(Value::of_text(upper));
}

FormResult check_date(const Value& value) {
  if (value.type != Value::Type::text || !parse_date_or_rfc3339(value.text)) {
    return bad("must be a date (2026-03-02) or an RFC 3339 time (2026-03-02T09:10:11Z)");
  }
  return ok(value);
}

}  // namespace

std::span<const FieldRule> fields_of(Kind kind) {
  switch (kind) {
    case Kind::user:
      return k_user_fields;
    case Kind::account:
      return k_account_fields;
    case Kind::subscription:
      return k_subscription_fields;
  }
  return {};
}

std::span<const TypeRule> known_types() { return k_types; }

const TypeRule* find_type(std::string_view type) {
  const auto found = std::ranges::find(k_types, type, &TypeRule::type);
  return found == k_types.end() ? nullptr : &*found;
}

std::string_view nearest_type(std::string_view type) {
  // Beyond any real type the distance says nothing, and its cost grows with the length.
  const std::string_view head = type.substr(0, 64);
  return std::ranges::min_element(k_types, {}, [&](const TypeRule& rule) { return edit_distance(head, rule.type); })
      ->type;
}

FormResult check_form(Form form, const Value& value) {
  static constexpr std::array<std::string_view, 3> k_sources{"website", "whatsapp", "referral"};
  static constexpr std::array<std::string_view, 3> k_plans{"base", "plus", "pro"};
  static constexpr std::array<std::string_view, 6> k_statuses{"trialing", "active",   "past_due",
                                                              "paused",   "canceled", "expired"};
  static constexpr std::array<std::string_view, 2> k_intervals{"month", "year"};
  switch (form) {
    case Form::id:
      return check_id(value);
    case Form::text:
      if (value.type != Value::Type::text) return bad("must be a string");
      if (value.text.size() > k_max_text_bytes) return bad("is longer than 64 KiB");
      return ok(value);
    case Form::country:
      return check_country(value);
    case Form::region:
      return check_region(value);
    case Form::source:
      return one_of(value, k_sources);
    case Form::integer:
      return check_integer(value);
    case Form::plan:
      return one_of(value, k_plans);
    case Form::status:
      return one_of(value, k_statuses);
    case Form::decimal:
      return check_decimal(value);
    case Form::currency:
      return check_currency(value);
    case Form::interval:
      return one_of(value, k_intervals);
    case Form::date:
      return check_date(value);
    case Form::compliance:
    case Form::attributes:
      break;  // not scalars: the parser walks them
  }
  return bad("has an unexpected type");
}

}  // namespace zs::event
