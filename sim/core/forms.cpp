#include "core/forms.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/text.hpp"
#include "base/time.hpp"

namespace zohosim {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_latin(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
/// Letters and marks of any script: every byte beyond ASCII counts as one.
bool is_letter(char c) { return is_latin(c) || static_cast<unsigned char>(c) >= 0x80; }

bool is_host_label(std::string_view label) {
  if (label.empty()) return false;
  const auto plain = [](char c) { return is_letter(c) || is_digit(c); };
  const auto inner = [&](char c) { return plain(c) || c == '-' || c == '_'; };
  return plain(label.front()) && plain(label.back()) && std::ranges::all_of(label, inner);
}

bool is_dotted_host(std::string_view host) {
  const auto labels = zs::split(host, '.');
  if (labels.size() < 2 || !std::ranges::all_of(labels, is_host_label)) return false;
  const std::string_view last = labels.back();
  return last.size() >= 2 && last.size() <= 22 && std::ranges::all_of(last, is_letter);
}

}  // namespace

bool is_email(std::string_view text) {
  const std::size_t at = text.rfind('@');
  if (at == std::string_view::npos || at == 0) return false;
  const std::string_view local = text.substr(0, at);
  const std::string_view host = text.substr(at + 1);
  const auto opens = [](char c) { return is_letter(c) || is_digit(c) || c == '_' || c == '+' || c == '-'; };
  constexpr std::string_view k_marks = "!#$%&'*/=?^`{|}~.";
  const auto follows = [&](char c) { return opens(c) || k_marks.find(c) != std::string_view::npos; };
  if (!opens(local.front()) || !std::ranges::all_of(local, follows)) return false;
  return host.size() >= 4 && host.size() <= 256 && is_dotted_host(host);
}

bool is_phone(std::string_view text) {
  constexpr std::string_view k_marks = "+.- (),;#";
  const auto allowed = [&](char c) { return is_digit(c) || is_latin(c) || k_marks.find(c) != std::string_view::npos; };
  return !text.empty() && text.front() != '.' && text.front() != '-' && std::ranges::all_of(text, allowed);
}

bool is_website(std::string_view text) {
  for (const std::string_view scheme : {"https://", "http://", "ftp://"}) {
    if (zs::to_lower(text.substr(0, scheme.size())) == scheme) {
      text.remove_prefix(scheme.size());
      break;
    }
  }
  if (text.find_first_of(" \t\r\n") != std::string_view::npos) return false;
  std::string_view host = text.substr(0, text.find_first_of("/?#"));
  host = host.substr(0, host.find(':'));
  return is_dotted_host(host);
}

bool is_digits(std::string_view text) { return !text.empty() && std::ranges::all_of(text, is_digit); }

bool is_date(std::string_view text) { return text.size() == 10 && zs::parse_date_or_rfc3339(text).has_value(); }

std::optional<std::int64_t> parse_datetime(std::string_view text) {
  if (text.find('.') != std::string_view::npos) return std::nullopt;
  const auto time = zs::parse_rfc3339(text);
  if (!time) return std::nullopt;
  return zs::to_millis(*time) / 1000;
}

std::optional<std::string> normal_decimal(std::string_view number) {
  std::string plain(number);
  if (plain.find_first_of("eE") != std::string::npos) {
    double value = 0;
    std::from_chars(number.data(), number.data() + number.size(), value);
    plain = fmt::format("{:.9f}", value);
  }
  const bool negative = plain.starts_with('-');
  if (negative) plain.erase(0, 1);
  const std::size_t point = std::min(plain.find('.'), plain.size());
  std::string whole = plain.substr(0, point);
  std::string fraction = point < plain.size() ? plain.substr(point + 1, 9) : std::string();
  whole.erase(0, std::min(whole.find_first_not_of('0'), whole.size()));
  if (whole.empty()) whole.assign(1, '0');
  while (fraction.ends_with('0')) fraction.pop_back();
  if (whole.size() > 16) return std::nullopt;
  std::string out = fraction.empty() ? whole : whole + "." + fraction;
  return negative && out != "0" ? "-" + out : out;
}

}  // namespace zohosim
