#include "core/criteria.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "core/compare.hpp"

namespace zohosim {
namespace {

constexpr std::size_t k_most_conditions = 10;
constexpr std::size_t k_most_in = 100;
constexpr int k_deepest = 16;
constexpr std::array<std::string_view, 9> k_operators{
    "equals", "not_equal", "starts_with", "in", "between", "greater_than", "greater_equal", "less_than", "less_equal"};

class Parser {
 public:
  Parser(std::string_view text, const Module& module) : text_(text), module_(module) {}

  Checked<Criteria> parse() {
    auto out = group(0);
    if (out && at_ != text_.size()) return broken("brackets do not match");
    if (out && conditions_ > k_most_conditions) {
      return refuse("LIMIT_EXCEEDED", "the number of conditions is limited",
                    Members().number("maximum_length", k_most_conditions));
    }
    return out;
  }

 private:
  [[nodiscard]] std::unexpected<Refusal> broken(std::string_view reason) const {
    return refuse("INVALID_QUERY", "Invalid query formed",
                  Members().text("reason", reason).text("api_name", "criteria"));
  }
  [[nodiscard]] std::unexpected<Refusal> broken_field(std::string_view reason, std::string_view field) const {
    return refuse("INVALID_QUERY", "Invalid query formed", Members().text("reason", reason).text("api_name", field));
  }
  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  /// `(a:equals:b)`, `((…)and(…)or(…))`, or such a chain without its outer brackets.
  Checked<Criteria> group(int depth) {
    if (depth > k_deepest) return broken("nested too deeply");
    if (peek() != '(') return broken("a bracket is expected");
    auto first = bracketed(depth);
    if (!first || at_ == text_.size() || peek() == ')') return first;
    return chain(std::move(*first), depth);
  }

  Checked<Criteria> chain(Criteria first, int depth) {
    std::string word;
    Criteria out;
    out.parts.push_back(std::move(first));
    while (at_ < text_.size() && peek() != ')') {
      const std::size_t end = text_.find('(', at_);
      if (end == std::string_view::npos) return broken("a condition is expected");
      const std::string joint = zs::to_lower(zs::trim(text_.substr(at_, end - at_)));
      if (joint != "and" && joint != "or") return broken("'and' or 'or' is expected");
      if (!word.empty() && joint != word) return broken("'and' and 'or' need brackets");
      word = joint;
      at_ = end;
      auto next = bracketed(depth);
      if (!next) return next;
      out.parts.push_back(std::move(*next));
    }
    out.kind = word == "and" ? Criteria::Kind::all : Criteria::Kind::any;
    return out;
  }

  Checked<Criteria> bracketed(int depth) {
    ++at_;
    auto inner = peek() == '(' ? group(depth + 1) : condition();
    if (!inner) return inner;
    if (peek() != ')') return broken("a closing bracket is missing");
    ++at_;
    return inner;
  }

  Checked<Criteria> condition() {
    ++conditions_;
    const std::size_t colon = text_.find(':', at_);
    const std::size_t second = colon == std::string_view::npos ? colon : text_.find(':', colon + 1);
    if (second == std::string_view::npos) return broken("a condition is field:operator:value");
    Criteria out;
    const std::string_view name = text_.substr(at_, colon - at_);
    out.op = text_.substr(colon + 1, second - colon - 1);
    out.field = module_.schema.find(name);
    if (out.field == nullptr) return broken_field("the field is not available for search", name);
    if (std::ranges::find(k_operators, out.op) == k_operators.end()) return broken_field("unknown operator", name);
    at_ = second + 1;
    read_values(out);
    return check(std::move(out));
  }

  /// Up to the closing bracket; `( ) , \` stand for themselves after a backslash.
  void read_values(Criteria& out) {
    const bool several = out.op == "in" || out.op == "between";
    std::string value;
    for (; at_ < text_.size() && text_[at_] != ')'; ++at_) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) {
        value += text_[++at_];
      } else if (text_[at_] == ',' && several) {
        out.values.push_back(std::move(value));
        value.clear();
      } else {
        value += text_[at_];
      }
    }
    out.values.push_back(std::move(value));
  }

  Checked<Criteria> check(Criteria out) const {
    if (out.values.size() > k_most_in) return broken_field("too many values", out.field->api_name);
    if (out.op == "between" && out.values.size() != 2)
      return broken_field("between takes two values", out.field->api_name);
    for (std::string& value : out.values) {
      auto literal = comparable_literal(*out.field, value);
      if (!literal) {
        return refuse("INVALID_QUERY", "Invalid query formed",
                      Members()
                          .text("reason", "the value does not fit the field")
                          .text("api_name", out.field->api_name)
                          .text("expected_data_type", name_of(out.field->type)));
      }
      value = std::move(*literal);
    }
    return out;
  }

  std::string_view text_;
  const Module& module_;
  std::size_t at_ = 0;
  std::size_t conditions_ = 0;
};

/// `equals` on free text behaves like "contains": callers have to compare the answer themselves.
bool holds_loosely(const Field& field, std::string_view held, std::string_view wanted) {
  const bool is_free = field.system != SystemField::tag;
  if (is_free && (field.type == DataType::text || field.type == DataType::textarea))
    return contains_folded(held, wanted);
  return compare(field, held, wanted) == 0;
}

bool condition_holds(const Criteria& condition, const std::string& held) {
  const Field& field = *condition.field;
  const std::string& first = condition.values.front();
  if (condition.op == "equals") return holds_loosely(field, held, first);
  if (condition.op == "not_equal") return compare(field, held, first) != 0;
  if (condition.op == "starts_with") return zs::to_lower(held).starts_with(zs::to_lower(first));
  if (condition.op == "greater_than") return compare(field, held, first) > 0;
  if (condition.op == "greater_equal") return compare(field, held, first) >= 0;
  if (condition.op == "less_than") return compare(field, held, first) < 0;
  if (condition.op == "less_equal") return compare(field, held, first) <= 0;
  if (condition.op == "between") {
    return compare(field, held, first) >= 0 && compare(field, held, condition.values.back()) <= 0;
  }
  return std::ranges::any_of(condition.values, [&](const auto& value) { return compare(field, held, value) == 0; });
}

}  // namespace

bool Criteria::matches(const Organization& org, const Module& module, const Record& record) const {
  const auto part_matches = [&](const Criteria& part) { return part.matches(org, module, record); };
  if (kind == Kind::all) return std::ranges::all_of(parts, part_matches);
  if (kind == Kind::any) return std::ranges::any_of(parts, part_matches);
  if (field->system == SystemField::tag) {
    return std::ranges::any_of(searched_tags(org, module, record),
                               [&](const std::string& name) { return condition_holds(*this, name); });
  }
  const auto held = comparable(org, module, record, *field);
  return held && condition_holds(*this, *held);
}

std::optional<std::vector<Slot>> Criteria::candidates(const Module& module) const {
  if (kind == Kind::all) {
    for (const Criteria& part : parts) {
      if (auto found = part.candidates(module)) return found;
    }
    return std::nullopt;
  }
  std::vector<Slot> out;
  if (kind == Kind::any) {
    for (const Criteria& part : parts) {
      const auto found = part.candidates(module);
      if (!found) return std::nullopt;
      out.insert(out.end(), found->begin(), found->end());
    }
  } else {
    const bool exact =
        op == "in" || (op == "equals" && field->type != DataType::text && field->type != DataType::textarea);
    if (!exact || field->system != SystemField::none || !module.records.indexed(field->number)) return std::nullopt;
    for (const std::string& value : values) {
      const auto found = module.records.find(field->number, value);
      out.insert(out.end(), found.begin(), found.end());
    }
  }
  std::ranges::sort(out);
  const auto [first, last] = std::ranges::unique(out);
  out.erase(first, last);
  return out;
}

Checked<Criteria> parse_criteria(std::string_view text, const Module& module) { return Parser(text, module).parse(); }

Criteria free_search(const Module& module, std::string_view way, std::string_view text) {
  Criteria out;
  out.kind = Criteria::Kind::any;
  for (const Field& field : module.schema.fields) {
    const bool fits = way == "email"   ? field.type == DataType::email
                      : way == "phone" ? field.type == DataType::phone
                                       : field.type == DataType::text && field.system == SystemField::none;
    if (!fits) continue;
    Criteria part;
    part.field = &field;
    part.op = "equals";
    part.values.emplace_back(text);
    out.parts.push_back(std::move(part));
  }
  return out;
}

}  // namespace zohosim
