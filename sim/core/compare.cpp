#include "core/compare.hpp"

#include <charconv>

#include "base/text.hpp"
#include "core/forms.hpp"
#include "core/render.hpp"
#include "core/text.hpp"

namespace zohosim {
namespace {

bool is_numeric(const Field& field) {
  switch (field.type) {
    case DataType::bigint:
    case DataType::integer:
    case DataType::currency:
    case DataType::decimal:
    case DataType::percent:
    case DataType::datetime:
      return true;
    default:
      return false;
  }
}

bool is_integral(std::string_view text) { return is_digits(text.starts_with('-') ? text.substr(1) : text); }

template <class Number>
Number number_of(std::string_view text) {
  Number out{};
  std::from_chars(text.data(), text.data() + text.size(), out);
  return out;
}

}  // namespace

std::optional<std::string> comparable(const Organization& org, const Module& module, const Record& record,
                                      const Field& field) {
  switch (field.system) {
    case SystemField::id:
      return std::to_string(record.id);
    case SystemField::owner:
      return std::to_string(org.users()[record.owner].id);
    case SystemField::created_by:
      return std::to_string(org.users()[k_api_user].id);
    case SystemField::modified_by:
      return std::to_string(org.users()[record.modified_by].id);
    case SystemField::created_time:
      return std::to_string(record.created_ms / 1000);
    case SystemField::modified_time:
      return std::to_string(record.modified_ms / 1000);
    case SystemField::tag:
      return std::nullopt;  // a record has several: searched_tags()
    case SystemField::full_name:
    case SystemField::none:
      break;
  }
  if (field.type == DataType::lookup) {
    const Record* parent = parent_of(org, record, field);
    return parent == nullptr ? std::nullopt : std::optional(std::to_string(parent->id));
  }
  return stored_text(module, record, field);
}

std::vector<std::string> searched_tags(const Organization& org, const Module& module, const Record& record) {
  std::vector<std::string> out;
  if (!org.searches_tags()) return out;
  for (const TagNumber number : record.tags) out.push_back(module.tags.at(number).name);
  return out;
}

std::optional<std::string> comparable_literal(const Field& field, std::string_view literal) {
  if (field.type == DataType::datetime) {
    const auto seconds = parse_datetime(literal);
    return seconds ? std::optional(std::to_string(*seconds)) : std::nullopt;
  }
  if (field.type == DataType::date && !is_date(literal)) return std::nullopt;
  if (is_numeric(field)) {
    if (literal.empty() || literal.find_first_not_of("0123456789.-") != std::string_view::npos) return std::nullopt;
    return field.type == DataType::bigint ? std::string(literal) : normal_decimal(literal);
  }
  return std::string(literal);
}

std::weak_ordering compare(const Field& field, std::string_view a, std::string_view b) {
  if (!is_numeric(field)) return compare_folded(a, b) <=> 0;
  if (is_integral(a) && is_integral(b)) return number_of<std::int64_t>(a) <=> number_of<std::int64_t>(b);
  const double left = number_of<double>(a);
  const double right = number_of<double>(b);
  return left < right   ? std::weak_ordering::less
         : left > right ? std::weak_ordering::greater
                        : std::weak_ordering::equivalent;
}

bool contains_folded(std::string_view text, std::string_view part) {
  return zs::to_lower(text).find(zs::to_lower(part)) != std::string::npos;
}

bool like(std::string_view text, std::string_view pattern) {
  const std::string folded_text = zs::to_lower(text);
  const std::string folded = zs::to_lower(pattern);
  const auto pieces = zs::split(folded, '%');
  if (pieces.size() == 1) return folded_text == folded;
  std::string_view rest = folded_text;
  if (!rest.starts_with(pieces.front())) return false;
  rest.remove_prefix(pieces.front().size());
  for (std::size_t i = 1; i + 1 < pieces.size(); ++i) {
    const std::size_t at = rest.find(pieces[i]);
    if (at == std::string_view::npos) return false;
    rest.remove_prefix(at + pieces[i].size());
  }
  return rest.ends_with(pieces.back());
}

}  // namespace zohosim
