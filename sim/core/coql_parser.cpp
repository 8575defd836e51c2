#include <algorithm>

#include "base/text.hpp"
#include "core/compare.hpp"
#include "core/coql.hpp"
#include "core/coql_lexer.hpp"

namespace zohosim {
namespace {

constexpr std::size_t k_most_conditions = 25;
constexpr std::size_t k_most_in = 100;
constexpr std::size_t k_most_columns = 500;
constexpr std::size_t k_most_orders = 10;
constexpr std::int64_t k_most_rows = 2000;
constexpr std::int64_t k_furthest = 100'000;
constexpr int k_deepest = 30;

using Kind = CoqlToken::Kind;

std::unexpected<Refusal> limit_exceeded(std::string_view what, std::int64_t most) {
  return refuse("LIMIT_EXCEEDED", "a limit of the query is exceeded",
                Members().text("clause", what).number("limit", most));
}

class Parser {
 public:
  Parser(std::string_view text, const Organization& org) : tokens_(lex_coql(text)), org_(org) {}

  Checked<CoqlQuery> parse() {
    CoqlQuery out;
    if (!take("select")) return syntax_error();
    const std::size_t columns_at = at_;
    // Columns cannot be understood before the module is known.
    while (!now().is("from")) {
      if (now().kind == Kind::end || now().kind == Kind::broken) return missing_clause("from");
      ++at_;
    }
    ++at_;
    out.module = org_.find(now().text);
    if (out.module == nullptr)
      return refuse("INVALID_QUERY", "the module given seems to be invalid", Members().text("module", now().text));
    module_ = out.module;
    const std::size_t after_module = ++at_;
    at_ = columns_at;
    if (auto read = columns(out); !read) return std::unexpected(std::move(read).error());
    at_ = after_module;
    if (!take("where")) return missing_clause("where");
    auto where = expression(0);
    if (!where) return std::unexpected(std::move(where).error());
    out.where = std::move(*where);
    if (conditions_ > k_most_conditions) return limit_exceeded("where", k_most_conditions);
    if (auto read = tail(out); !read) return std::unexpected(std::move(read).error());
    return out;
  }

 private:
  [[nodiscard]] const CoqlToken& now() const { return tokens_[std::min(at_, tokens_.size() - 1)]; }
  bool take(std::string_view keyword) {
    if (!now().is(keyword)) return false;
    ++at_;
    return true;
  }
  bool take_symbol(std::string_view symbol) {
    if (!now().is_symbol(symbol)) return false;
    ++at_;
    return true;
  }

  [[nodiscard]] std::unexpected<Refusal> syntax_error() const {
    return refuse(
        "SYNTAX_ERROR", "error occurred while parsing the query",
        Members().text("near", now().text).number("line", 1).number("column", static_cast<std::int64_t>(now().column)));
  }
  [[nodiscard]] std::unexpected<Refusal> missing_clause(std::string_view clause) const {
    return refuse("SYNTAX_ERROR", "missing clause", Members().text("clause", clause));
  }

  Checked<> columns(CoqlQuery& out) {
    do {
      auto read = column();
      if (!read) return std::unexpected(std::move(read).error());
      if (std::ranges::find(out.columns, read->name, &CoqlColumn::name) != out.columns.end()) {
        return refuse("DUPLICATE_DATA", "a column is selected twice", Members().text("column_name", read->name));
      }
      out.columns.push_back(std::move(*read));
    } while (take_symbol(","));
    if (!now().is("from")) return syntax_error();
    if (out.columns.size() > k_most_columns) return limit_exceeded("select", k_most_columns);
    return {};
  }

  /// A name, with one step through a lookup at most.
  Checked<CoqlColumn> column() {
    if (now().kind != Kind::word) return syntax_error();
    CoqlColumn out;
    out.name = now().text;
    ++at_;
    const auto parts = zs::split(out.name, '.');
    const auto unknown = refuse("INVALID_QUERY", "column given seems to be invalid",
                                Members().text("column_name", out.name).text("reason", "no such column"));
    out.field = module_->schema.find(parts[0]);
    if (out.field == nullptr || parts.size() > 2) return unknown;
    if (out.field->system == SystemField::tag && !org_.searches_tags()) return unknown;
    if (parts.size() == 1) return out;
    if (out.field->type != DataType::lookup) return unknown;
    out.parent_field = org_.find(out.field->lookup_module)->schema.find(parts[1]);
    if (out.parent_field == nullptr || out.parent_field->system == SystemField::tag) return unknown;
    return out;
  }

  /// One condition, or two joined: more than two need brackets, in pairs.
  Checked<CoqlCondition> expression(int depth) {
    if (depth > k_deepest) return syntax_error();
    auto first = operand(depth);
    if (!first) return first;
    const bool both = now().is("and");
    if (!both && !now().is("or")) return first;
    ++at_;
    auto second = operand(depth);
    if (!second) return second;
    if (now().is("and") || now().is("or")) return syntax_error();
    CoqlCondition out;
    out.kind = both ? CoqlCondition::Kind::all : CoqlCondition::Kind::any;
    out.parts.push_back(std::move(*first));
    out.parts.push_back(std::move(*second));
    return out;
  }

  Checked<CoqlCondition> operand(int depth) {
    if (!take_symbol("(")) return condition();
    auto inner = expression(depth + 1);
    if (inner && !take_symbol(")")) return syntax_error();
    return inner;
  }

  Checked<CoqlCondition> condition() {
    ++conditions_;
    CoqlCondition out;
    auto named = column();
    if (!named) return std::unexpected(std::move(named).error());
    out.column = std::move(*named);
    if (take("is")) {
      out.op = "null";
      out.negated = take("not");
      return take("null") ? Checked<CoqlCondition>(std::move(out)) : syntax_error();
    }
    out.negated = take("not");
    if (take("in")) return in_list(std::move(out));
    if (take("between")) return between(std::move(out));
    if (take("like")) {
      out.op = "like";
      return with_value(std::move(out));
    }
    if (out.negated || now().kind != Kind::symbol) return syntax_error();
    out.op = now().text == "<>" ? "!=" : now().text;
    if (out.op == "(" || out.op == ")" || out.op == ",") return syntax_error();
    ++at_;
    return with_value(std::move(out));
  }

  Checked<> value(CoqlCondition& out) {
    const CoqlToken& token = now();
    if (token.kind != Kind::text && token.kind != Kind::number && token.kind != Kind::word) return syntax_error();
    const Field& field = out.column.parent_field != nullptr ? *out.column.parent_field : *out.column.field;
    auto literal = out.op == "like" ? std::optional(token.text) : comparable_literal(field, token.text);
    if (!literal) {
      return refuse("INVALID_QUERY", "invalid value for the column",
                    Members()
                        .text("column_name", out.column.name)
                        .text("reason", "the value does not fit the column")
                        .text("expected_data_type", name_of(field.type)));
    }
    out.values.push_back(std::move(*literal));
    ++at_;
    return {};
  }

  Checked<CoqlCondition> with_value(CoqlCondition out) {
    if (auto read = value(out); !read) return std::unexpected(std::move(read).error());
    return out;
  }

  Checked<CoqlCondition> in_list(CoqlCondition out) {
    out.op = "in";
    if (!take_symbol("(")) return syntax_error();
    do {
      if (auto read = value(out); !read) return std::unexpected(std::move(read).error());
    } while (take_symbol(","));
    if (!take_symbol(")")) return syntax_error();
    if (out.values.size() > k_most_in) return limit_exceeded("in", k_most_in);
    return out;
  }

  Checked<CoqlCondition> between(CoqlCondition out) {
    out.op = "between";
    if (auto low = value(out); !low) return std::unexpected(std::move(low).error());
    if (!take("and")) return syntax_error();
    return with_value(std::move(out));
  }

  Checked<> tail(CoqlQuery& out) {
    if (take("order")) {
      if (!take("by")) return syntax_error();
      do {
        auto by = column();
        if (!by) return std::unexpected(std::move(by).error());
        const bool descending = take("desc");
        if (!descending) take("asc");
        out.order.push_back({std::move(*by), descending});
      } while (take_symbol(","));
      if (out.order.size() > k_most_orders) return limit_exceeded("order by", k_most_orders);
    }
    if (take("limit")) {
      if (auto read = limits(out); !read) return read;
    }
    if (now().kind != Kind::end) return syntax_error();
    return {};
  }

  Checked<std::int64_t> whole_number() {
    const auto number = now().kind == Kind::number ? parse_id(now().text) : std::nullopt;
    if (!number) return syntax_error();
    ++at_;
    return static_cast<std::int64_t>(*number);
  }

  /// `limit count`, `limit offset, count` or `limit count offset offset`.
  Checked<> limits(CoqlQuery& out) {
    auto first = whole_number();
    if (!first) return std::unexpected(std::move(first).error());
    out.limit = *first;
    const bool comma = take_symbol(",");
    if (comma || take("offset")) {
      auto second = whole_number();
      if (!second) return std::unexpected(std::move(second).error());
      out.offset = comma ? *first : *second;
      out.limit = comma ? *second : *first;
    }
    if (out.limit > k_most_rows) return limit_exceeded("limit", k_most_rows);
    if (out.offset + out.limit > k_furthest) return limit_exceeded("offset", k_furthest);
    return {};
  }

  std::vector<CoqlToken> tokens_;
  const Organization& org_;
  const Module* module_ = nullptr;
  std::size_t at_ = 0;
  std::size_t conditions_ = 0;
};

}  // namespace

Checked<CoqlQuery> parse_coql(std::string_view text, const Organization& org) { return Parser(text, org).parse(); }

}  // namespace zohosim
