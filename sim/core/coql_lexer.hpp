#pragma once
// COQL text into tokens.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace zohosim {

struct CoqlToken {
  enum class Kind : std::uint8_t { word, text, number, symbol, broken, end };
  Kind kind = Kind::end;
  std::string text;        // without quotes
  std::size_t column = 0;  // from 1

  /// A keyword, in any case.
  [[nodiscard]] bool is(std::string_view keyword) const;
  [[nodiscard]] bool is_symbol(std::string_view symbol) const { return kind == Kind::symbol && text == symbol; }
};

/// Ends with a token of kind `end`, or with `broken` where the text makes no sense.
[[nodiscard]] std::vector<CoqlToken> lex_coql(std::string_view query);

}  // namespace zohosim
