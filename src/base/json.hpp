#pragma once
// Writing JSON. Reading is simdjson's; a DOM for writing would cost five times as much and would turn
// money and ids into doubles, so numbers go out as the text they came in.

#include <cstdint>
#include <string>
#include <string_view>

namespace zs {

/// `text` with quotes, escaped; invalid UTF-8 is the caller's to keep out.
void append_json_string(std::string& out, std::string_view text);
[[nodiscard]] std::string json_quoted(std::string_view text);
/// The text of what json_quoted wrote; empty for anything that is not a quoted string.
[[nodiscard]] std::string json_unquoted(std::string_view json);

/// Appends one JSON document to a string; commas are its business, balance is the caller's.
class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}

  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }
  JsonWriter& key(std::string_view name);
  JsonWriter& string(std::string_view text);
  JsonWriter& number(std::int64_t value);
  JsonWriter& number(double value);
  JsonWriter& boolean(bool value);
  JsonWriter& null();
  /// Text that is JSON already: a number's own digits, a stored document.
  JsonWriter& raw(std::string_view json);

  JsonWriter& field(std::string_view name, std::string_view text) { return key(name).string(text); }
  JsonWriter& field(std::string_view name, const char* text) { return key(name).string(text); }
  JsonWriter& field(std::string_view name, std::int64_t value) { return key(name).number(value); }
  JsonWriter& field_bool(std::string_view name, bool value) { return key(name).boolean(value); }

 private:
  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  void separate();

  std::string& out_;
  bool needs_comma_ = false;
};

}  // namespace zs
