#include "config/stray.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace zs::config {
namespace {

constexpr std::string_view k_byte_order_mark = "\xEF\xBB\xBF";

bool is_beyond_ascii(char c) { return static_cast<unsigned char>(c) >= 0x80; }

/// A multi-line string may end in one or two quotes of its own, right before those that close it.
std::size_t quotes_before_the_end(std::string_view rest, std::string_view quotes) {
  std::size_t extra = 0;
  while (extra < 2 && rest.substr(quotes.size() + extra).starts_with(quotes.front())) ++extra;
  return extra;
}

/// One past the string that begins at `at`; a one-line string ends with its line, closed or not.
std::size_t end_of_string(std::string_view toml, std::size_t at, std::string_view quotes) {
  const bool one_line = quotes.size() == 1;
  const bool has_escapes = quotes.front() == '"';
  for (at += quotes.size(); at < toml.size(); ++at) {
    if (has_escapes && toml[at] == '\\') {
      ++at;
    } else if (toml.substr(at).starts_with(quotes)) {
      return at + quotes.size() + (one_line ? 0 : quotes_before_the_end(toml.substr(at), quotes));
    } else if (one_line && toml[at] == '\n') {
      return at;
    }
  }
  return toml.size();
}

std::optional<std::size_t> first_beyond_ascii(std::string_view toml, std::size_t begin, std::size_t end) {
  const std::string_view part = toml.substr(begin, end - begin);
  const auto found = std::ranges::find_if(part, is_beyond_ascii);
  if (found == part.end()) return std::nullopt;
  return begin + static_cast<std::size_t>(found - part.begin());
}

std::optional<std::size_t> find_invalid_utf8(std::string_view text) {
  if (is_valid_utf8(text)) return std::nullopt;
  // Line by line, then character by character: only the broken line is walked.
  std::size_t begin = 0;
  for (const std::string_view line : split(text, '\n')) {
    if (!is_valid_utf8(line)) break;
    begin += line.size() + 1;
  }
  while (begin < text.size()) {
    std::size_t length = 1;
    while (length <= 4 && !is_valid_utf8(text.substr(begin, length))) ++length;
    if (length > 4) break;
    begin += length;
  }
  return begin;
}

std::optional<std::size_t> find_outside_strings(std::string_view toml, std::size_t at) {
  while (at < toml.size()) {
    if (is_beyond_ascii(toml[at])) return at;
    if (toml[at] == '#') {
      at = std::min(toml.find('\n', at), toml.size());
    } else if (toml[at] == '"' || toml[at] == '\'') {
      const std::string_view three = toml[at] == '"' ? R"(""")" : "'''";
      const bool multi_line = toml.substr(at).starts_with(three);
      const std::size_t end = end_of_string(toml, at, multi_line ? three : three.substr(0, 1));
      if (multi_line) {
        if (const auto stray = first_beyond_ascii(toml, at, end)) return stray;
      }
      at = end;
    } else {
      ++at;
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::size_t> find_stray(std::string_view toml) {
  if (const auto broken = find_invalid_utf8(toml)) return broken;
  return find_outside_strings(toml, toml.starts_with(k_byte_order_mark) ? k_byte_order_mark.size() : 0);
}

}  // namespace zs::config
