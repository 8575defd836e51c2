#include "core/json_cutter.hpp"

namespace zohosim {
namespace {

std::unexpected<zs::Error> broken(std::string why) { return zs::fail(zs::Errc::invalid, "no JSON: " + std::move(why)); }

bool is_blank(int c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

}  // namespace

bool JsonCutter::fill() {
  in_.read(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
  filled_ = static_cast<std::size_t>(in_.gcount());
  at_ = 0;
  return filled_ > 0;
}

int JsonCutter::peek_past_blanks() {
  int c = peek();
  while (is_blank(c)) {
    ++at_;
    c = peek();
  }
  return c;
}

zs::Result<> JsonCutter::expect(char wanted) {
  if (!next_is(wanted)) return broken(std::string("expected ") + wanted);
  ++at_;
  return {};
}

zs::Result<std::string> JsonCutter::member_name() {
  ZS_ASSIGN(Json name, value());
  if (!name.is_string()) return broken("a member without a name");
  ZS_TRY(expect(':'));
  return std::move(name.text);
}

zs::Result<Json> JsonCutter::value() {
  // In brackets, because a bare scalar is not a document to the parser.
  piece_ = '[';
  ZS_TRY(cut(&piece_));
  piece_ += ']';
  ZS_ASSIGN(Json list, parse_json(piece_));
  return std::move(list.items.front());
}

zs::Result<> JsonCutter::skip() { return cut(nullptr); }

zs::Result<> JsonCutter::end() {
  if (peek_past_blanks() != k_end) return broken("something follows the document");
  return {};
}

zs::Result<> JsonCutter::cut(std::string* into) {
  const int first = peek_past_blanks();
  if (first == '"') return cut_string(into);
  if (first == '{' || first == '[') return cut_nested(into);
  bool empty = true;
  for (int c = first; c != k_end && c != ',' && c != '}' && c != ']' && !is_blank(c); c = peek()) {
    if (into != nullptr) *into += static_cast<char>(c);
    ++at_;
    empty = false;
  }
  if (empty) return broken("a value is missing");
  return {};
}

zs::Result<> JsonCutter::cut_string(std::string* into) {
  bool escaped = false;
  bool inside = false;
  for (int c = peek(); c != k_end; c = peek()) {
    ++at_;
    if (into != nullptr) *into += static_cast<char>(c);
    if (c == '"' && inside && !escaped) return {};
    escaped = c == '\\' && !escaped;
    inside = true;
  }
  return broken("a string does not end");
}

zs::Result<> JsonCutter::cut_nested(std::string* into) {
  int depth = 0;
  for (int c = peek(); c != k_end; c = peek()) {
    if (c == '"') {
      ZS_TRY(cut_string(into));
      continue;
    }
    ++at_;
    if (into != nullptr) *into += static_cast<char>(c);
    if (c == '{' || c == '[') ++depth;
    if ((c == '}' || c == ']') && --depth == 0) return {};
  }
  return broken("a value does not end");
}

}  // namespace zohosim
