#include "plan/form.hpp"

#include <algorithm>
#include <chrono>
#include <vector>

#include "base/json.hpp"
#include "base/text.hpp"

namespace zs::plan {
namespace {

using event::Value;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_ascii_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_beyond_ascii(char c) { return static_cast<unsigned char>(c) >= 0x80; }
bool is_word(char c) { return is_digit(c) || is_ascii_letter(c) || is_beyond_ascii(c); }

std::string without_control_characters(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const bool keep = static_cast<unsigned char>(c) >= 0x20 ? c != 0x7F : c == '\n' || c == '\t';
    if (keep) out += c;
  }
  return out;
}

Formed left_out(std::string why) { return {std::nullopt, "left out: " + std::move(why)}; }

bool is_number(std::string_view text) {
  if (!text.empty() && text.front() == '-') text.remove_prefix(1);
  const std::size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  const std::string_view part = point == std::string_view::npos ? "0" : text.substr(point + 1);
  return !whole.empty() && !part.empty() && std::ranges::all_of(whole, is_digit) && std::ranges::all_of(part, is_digit);
}

Formed form_text(const Value& value, std::size_t length, std::size_t fallback) {
  const std::string clean = without_control_characters(value.text);
  const std::string_view whole = trim(clean);
  const std::size_t limit = length != 0 ? length : fallback;
  const std::string_view clamped = trim(clamp_utf16(whole, limit));
  if (clamped.empty()) return {"null", {}};
  Formed formed{json_quoted(clamped), {}};
  if (clamped.size() != whole.size()) formed.flag = "clamped to " + std::to_string(limit) + " characters";
  return formed;
}

Formed form_number(const Value& value, std::size_t max_whole_digits) {
  const std::string_view text = trim(value.text);
  if (value.type == Value::Type::boolean || !is_number(text)) return left_out("not a number");
  const std::string digits = canonical_number(text);
  const std::size_t sign = digits.front() == '-' ? 1 : 0;
  if (std::min(digits.find('.'), digits.size()) - sign > max_whole_digits) return left_out("too large for the field");
  return {digits, {}};
}

Formed form_integer(const Value& value) {
  Formed formed = form_number(value, 9);
  if (formed.json && formed.json->contains('.')) return left_out("not a whole number");
  return formed;
}

Formed form_time(const Value& value, bool only_day) {
  const auto time = parse_date_or_rfc3339(trim(value.text));
  if (!time) return left_out("not a date");
  if (only_day) return {json_quoted(format_date(*time)), {}};
  // Zoho refuses fractions; +00:00 is the documented spelling of UTC.
  std::string text = format_rfc3339(std::chrono::floor<std::chrono::seconds>(*time));
  text.pop_back();
  return {json_quoted(text + "+00:00"), {}};
}

}  // namespace

std::string canonical_number(std::string_view digits) {
  const bool negative = !digits.empty() && digits.front() == '-';
  if (negative) digits.remove_prefix(1);
  // 1e3 and the like come from other people's JSON only; they are left as they are.
  if (digits.find_first_of("eE") != std::string_view::npos) return (negative ? "-" : "") + std::string(digits);
  if (digits.contains('.')) {
    while (digits.back() == '0') digits.remove_suffix(1);
    if (digits.back() == '.') digits.remove_suffix(1);
  }
  while (digits.size() > 1 && digits.front() == '0' && digits[1] != '.') digits.remove_prefix(1);
  if (digits.empty() || digits == "0") return "0";
  return (negative ? "-" : "") + std::string(digits);
}

bool is_email(std::string_view text) {
  // In words of zoho/crm-api.md 1.8: what Zoho's published pattern takes, no quoted local parts, no IP hosts.
  constexpr std::string_view k_first = "_+-";
  constexpr std::string_view k_rest = "_+-!#$%&'*/=?^`{|}~.";
  const std::size_t at = text.find('@');
  if (at == std::string_view::npos || at == 0 || utf16_length(text) > 100) return false;
  const std::string_view local = text.substr(0, at);
  const std::string_view host = text.substr(at + 1);
  if (!is_word(local.front()) && !k_first.contains(local.front())) return false;
  if (!std::ranges::all_of(local, [&](char c) { return is_word(c) || k_rest.contains(c); })) return false;
  if (host.size() < 4 || host.size() > 256) return false;
  const auto labels = split(host, '.');
  if (labels.size() < 2) return false;
  for (const std::string_view label : labels) {
    if (label.empty() || label.front() == '-' || label.back() == '-') return false;
    if (!std::ranges::all_of(label, [](char c) { return is_word(c) || c == '-' || c == '_'; })) return false;
  }
  const std::string_view top = labels.back();
  return utf16_length(top) >= 2 && utf16_length(top) <= 22 &&
         std::ranges::all_of(top, [](char c) { return is_ascii_letter(c) || is_beyond_ascii(c); });
}

bool is_phone(std::string_view text) {
  return !text.empty() && text.size() <= 30 && text.front() != '.' && text.front() != '-' &&
         std::ranges::any_of(text, is_digit) && std::ranges::all_of(text, [](char c) {
           return is_digit(c) || is_ascii_letter(c) || std::string_view("+.- (),;#").contains(c);
         });
}

bool is_url(std::string_view text) {
  const std::size_t scheme = text.find("://");
  const std::string_view rest = scheme == std::string_view::npos ? text : text.substr(scheme + 3);
  const std::string_view host = rest.substr(0, rest.find_first_of("/?#"));
  return host.size() >= 3 && host.contains('.') && host.front() != '.' && host.back() != '.' &&
         std::ranges::none_of(
             text, [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == '"' || c == '<' || c == '>'; }) &&
         std::ranges::all_of(
             host, [](char c) { return is_word(c) || c == '.' || c == '-' || c == ':' || c == '@' || c == '_'; });
}

Formed form(const Value& value, const FieldInfo& info) {
  if (value.is_null()) return {"null", {}};
  const std::string_view type = info.type;
  const std::string_view trimmed = trim(value.text);
  if (trimmed.empty()) return {"null", {}};
  if (type == "email") {
    if (!is_email(trimmed)) return left_out("not an e-mail address that Zoho takes");
    return {json_quoted(trimmed), {}};
  }
  if (type == "phone") {
    if (!is_phone(trimmed) || (info.length != 0 && trimmed.size() > info.length))
      return left_out("not a phone number that Zoho takes");
    return {json_quoted(trimmed), {}};
  }
  if (type == "website") {
    if (!is_url(trimmed)) return left_out("not a web address");
    if (info.length != 0 && utf16_length(trimmed) > info.length) return left_out("longer than the field");
    return {json_quoted(trimmed), {}};
  }
  if (type == "integer") return form_integer(value);
  if (type == "double" || type == "currency" || type == "percent")
    return form_number(value, type == "percent" ? 5 : 16);
  if (type == "bigint") {
    const bool digits = trimmed.size() <= 18 && std::ranges::all_of(trimmed, is_digit);
    return digits ? Formed{json_quoted(trimmed), {}} : left_out("not a whole number of at most 18 digits");
  }
  if (type == "boolean") {
    const std::string lower = to_lower(trimmed);
    if (lower != "true" && lower != "false") return left_out("neither true nor false");
    return {lower, {}};
  }
  if (type == "date") return form_time(value, true);
  if (type == "datetime") return form_time(value, false);
  if (type == "picklist") return form_text(value, 120, 120);
  if (type == "text" || type == "textarea") return form_text(value, info.length, type == "text" ? 255 : 2000);
  return left_out("the field's type (" + info.type + ") cannot be written");
}

}  // namespace zs::plan
