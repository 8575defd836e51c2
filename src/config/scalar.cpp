#include "config/scalar.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "base/text.hpp"
#include "config/suggest.hpp"

namespace zs::config {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

template <class Number>
std::optional<Number> number_of(std::string_view text) {
  text = trim(text);
  Number number{};
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::string written(double number) {
  std::string text(32, '\0');
  const auto result = std::to_chars(text.data(), text.data() + text.size(), number);
  text.resize(static_cast<std::size_t>(result.ptr - text.data()));
  return text;
}

std::string mend_choice(std::string_view word, std::span<const std::string_view> known) {
  const std::string_view near = nearest(word, known);
  return near.empty() ? "choose one of them" : "did you mean \"" + std::string(near) + "\"?";
}

std::optional<std::string> choose(std::string_view word, const Value& value, const At& at,
                                  std::span<const std::string_view> known) {
  const auto found = std::ranges::find(known, word);
  if (found != known.end()) return std::string(*found);
  at.error(value, "does not know \"" + std::string(word) + "\", only " + listed(known), mend_choice(word, known));
  return std::nullopt;
}

std::vector<Value> split_list(const Value& value) {
  std::vector<Value> items;
  if (trim(value.text) == "[]") return items;
  for (const std::string_view piece : split(value.text, ',')) {
    Value item = value;
    item.text = trim(piece);
    if (!item.text.empty()) items.push_back(std::move(item));
  }
  return items;
}

}  // namespace

void At::error(const Value& value, std::string problem, std::string mend) const {
  report.error(value.where, key, std::move(problem), std::move(mend));
}

std::optional<std::string> as_text(const Value& value, const At& at) {
  if (value.type != Value::Type::text) {
    at.error(value, "must be text", "put it in quotes");
    return std::nullopt;
  }
  if (!is_valid_utf8(value.text)) {
    at.error(value, "is not UTF-8", "write it in UTF-8");
    return std::nullopt;
  }
  return value.text;
}

std::optional<bool> as_boolean(const Value& value, const At& at) {
  if (value.type == Value::Type::boolean) return value.boolean;
  if (value.from_environment) {
    const std::string word = to_lower(trim(value.text));
    if (word == "true" || word == "1" || word == "yes" || word == "on") return true;
    if (word == "false" || word == "0" || word == "no" || word == "off") return false;
  }
  at.error(value, "must be true or false", "write true or false, without quotes");
  return std::nullopt;
}

std::optional<std::int64_t> as_integer(const Value& value, const At& at, std::int64_t low, std::int64_t high) {
  std::optional<std::int64_t> number;
  if (value.type == Value::Type::integer) number = value.integer;
  if (value.from_environment) number = number_of<std::int64_t>(value.text);
  if (!number) {
    at.error(value, "must be a whole number", "write digits only, without quotes");
    return std::nullopt;
  }
  if (*number < low || *number > high) {
    at.error(value, "is out of range", "choose from " + std::to_string(low) + " to " + std::to_string(high));
    return std::nullopt;
  }
  return number;
}

std::optional<double> as_real(const Value& value, const At& at, double low, double high) {
  std::optional<double> number;
  if (value.type == Value::Type::real) number = value.real;
  if (value.type == Value::Type::integer) number = static_cast<double>(value.integer);
  if (value.from_environment) number = number_of<double>(value.text);
  if (!number || std::isnan(*number)) {
    at.error(value, "must be a number", "write it like 0.2, without quotes");
    return std::nullopt;
  }
  if (*number < low || *number > high) {
    at.error(value, "is out of range", "choose from " + written(low) + " to " + written(high));
    return std::nullopt;
  }
  return number;
}

std::optional<std::string> as_choice(const Value& value, const At& at, std::span<const std::string_view> known) {
  const auto text = as_text(value, at);
  if (!text) return std::nullopt;
  return choose(value.from_environment ? trim(*text) : std::string_view(*text), value, at, known);
}

namespace {

/// Distinct items as `take` gives them, in the order given; nothing when one of them gives nothing.
template <class Take>
std::optional<std::vector<std::string>> as_list(const Value& value, const At& at, std::string_view example, Take take) {
  if (value.type != Value::Type::list && !value.from_environment) {
    at.error(value, "must be a list", "write it like [\"" + std::string(example) + "\"]");
    return std::nullopt;
  }
  const std::vector<Value> items = value.from_environment ? split_list(value) : value.items;
  std::vector<std::string> out;
  bool good = true;
  for (const Value& item : items) {
    const std::optional<std::string> taken = take(item);
    if (!taken) {
      good = false;
    } else if (std::ranges::find(out, *taken) == out.end()) {
      out.push_back(*taken);
    }
  }
  if (!good) return std::nullopt;
  return out;
}

}  // namespace

std::optional<std::vector<std::string>> as_choices(const Value& value, const At& at,
                                                   std::span<const std::string_view> known) {
  return as_list(value, at, known.front(), [&](const Value& item) { return as_choice(item, at, known); });
}

std::optional<std::vector<std::string>> as_words(const Value& value, const At& at, bool (*is_good)(std::string_view),
                                                 std::string_view problem, std::string_view mend) {
  return as_list(value, at, "…", [&](const Value& item) {
    auto text = as_text(item, at);
    if (text && !is_good(*text)) {
      at.error(item, std::string(problem), std::string(mend));
      text.reset();
    }
    return text;
  });
}

bool is_api_name(std::string_view text) {
  return !text.empty() && is_letter(text.front()) &&
         std::ranges::all_of(text, [](char c) { return is_letter(c) || is_digit(c) || c == '_'; });
}

std::optional<std::string> as_api_name(const Value& value, const At& at) {
  auto text = as_text(value, at);
  if (text && !is_api_name(*text)) {
    at.error(value, "is no API name: letters, digits and underscores, a letter first",
             "copy the name from Zoho's Setup > Developer Hub > APIs > API names");
    return std::nullopt;
  }
  return text;
}

}  // namespace zs::config
