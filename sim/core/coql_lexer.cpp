#include "core/coql_lexer.hpp"

#include "core/text.hpp"

namespace zohosim {
namespace {

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '$';
}

bool is_number(std::string_view text) { return text.find_first_not_of("0123456789.-") == std::string_view::npos; }

/// From the opening quote on; a backslash lets the next character stand for itself.
bool read_quoted(std::string_view query, std::size_t& at, std::string& out) {
  for (++at; at < query.size(); ++at) {
    if (query[at] == '\\' && at + 1 < query.size()) {
      out += query[++at];
    } else if (query[at] == '\'') {
      ++at;
      return true;
    } else {
      out += query[at];
    }
  }
  return false;
}

CoqlToken read_symbol(std::string_view query, std::size_t& at) {
  const std::size_t column = at + 1;
  for (const std::string_view symbol : {"!=", "<=", ">=", "<>", "=", "<", ">", "(", ")", ","}) {
    if (query.substr(at).starts_with(symbol)) {
      at += symbol.size();
      return {CoqlToken::Kind::symbol, std::string(symbol), column};
    }
  }
  return {CoqlToken::Kind::broken, std::string(1, query[at]), column};
}

CoqlToken read_word(std::string_view query, std::size_t& at) {
  const std::size_t start = at;
  if (query[at] == '-') ++at;
  while (at < query.size() && is_word(query[at])) ++at;
  const std::string_view text = query.substr(start, at - start);
  return {is_number(text) ? CoqlToken::Kind::number : CoqlToken::Kind::word, std::string(text), start + 1};
}

}  // namespace

bool CoqlToken::is(std::string_view keyword) const { return kind == Kind::word && equal_folded(text, keyword); }

std::vector<CoqlToken> lex_coql(std::string_view query) {
  std::vector<CoqlToken> out;
  std::size_t at = 0;
  while (true) {
    at = query.find_first_not_of(" \t\r\n", at);
    if (at == std::string_view::npos) break;
    if (query[at] == '\'') {
      CoqlToken token{CoqlToken::Kind::text, {}, at + 1};
      if (!read_quoted(query, at, token.text)) token.kind = CoqlToken::Kind::broken;
      out.push_back(std::move(token));
    } else if (is_word(query[at]) || query[at] == '-') {
      out.push_back(read_word(query, at));
    } else {
      out.push_back(read_symbol(query, at));
    }
    if (out.back().kind == CoqlToken::Kind::broken) return out;
  }
  out.push_back({CoqlToken::Kind::end, {}, query.size() + 1});
  return out;
}

}  // namespace zohosim
