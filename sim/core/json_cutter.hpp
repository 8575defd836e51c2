#pragma once
// A big JSON document cut into values that are parsed one at a time, so that it never is in memory as a
// whole. It looks only at what separates values; each piece is then parsed, which checks all of it.

#include <istream>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "core/json.hpp"

namespace zohosim {

class JsonCutter {
 public:
  explicit JsonCutter(std::istream& in) : in_(in), buffer_(k_buffer) {}

  /// The next value as a tree.
  [[nodiscard]] zs::Result<Json> value();
  [[nodiscard]] zs::Result<> skip();
  /// Nothing but blanks may follow.
  [[nodiscard]] zs::Result<> end();

  /// Enters an object or a list; `visit` must take (or skip) the value that stands next.
  template <class Visit>
  [[nodiscard]] zs::Result<> each_member(const Visit& visit) {
    return each('{', '}', [&]() -> zs::Result<> {
      ZS_ASSIGN(const std::string name, member_name());
      return visit(name);
    });
  }
  template <class Visit>
  [[nodiscard]] zs::Result<> each_item(const Visit& visit) {
    return each('[', ']', visit);
  }

 private:
  static constexpr std::size_t k_buffer = 256UL * 1024;
  static constexpr int k_end = -1;

  template <class Visit>
  zs::Result<> each(char open, char close, const Visit& visit) {
    ZS_TRY(expect(open));
    if (next_is(close)) return expect(close);
    for (;;) {
      ZS_TRY(visit());
      if (!next_is(',')) return expect(close);
      ++at_;
    }
  }

  bool fill();
  /// The next character, which stays; k_end at the end.
  int peek() { return at_ < filled_ || fill() ? static_cast<unsigned char>(buffer_[at_]) : k_end; }
  int peek_past_blanks();
  bool next_is(char wanted) { return peek_past_blanks() == static_cast<unsigned char>(wanted); }
  [[nodiscard]] zs::Result<> expect(char wanted);
  [[nodiscard]] zs::Result<std::string> member_name();
  /// Cuts off one value; its text goes to `into` unless that is null.
  [[nodiscard]] zs::Result<> cut(std::string* into);
  [[nodiscard]] zs::Result<> cut_string(std::string* into);
  [[nodiscard]] zs::Result<> cut_nested(std::string* into);

  std::istream& in_;
  std::vector<char> buffer_;
  std::size_t at_ = 0;
  std::size_t filled_ = 0;
  std::string piece_;
};

}  // namespace zohosim
