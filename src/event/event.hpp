#pragma once
// What a platform says happened to a customer, after checking: the vocabulary of interface.md 3 as values.

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.hpp"

namespace zs::event {

/// What an event can be about. The numbers are stored; they never change.
enum class Kind : std::uint8_t { user = 1, account = 2, subscription = 3 };
[[nodiscard]] std::string_view name_of(Kind kind);

/// The order of facts: later time wins, then source, then id, so that two nodes never disagree on a tie.
struct Stamp {
  Time time{};
  std::string source;
  std::string id;

  auto operator<=>(const Stamp&) const = default;
};

/// A scalar as the caller wrote it: numbers stay their own digits, null means cleared.
struct Value {
  enum class Type : std::uint8_t { null, text, number, boolean };
  Type type = Type::null;
  std::string text;  // text: the characters; number: its digits; boolean: "true" or "false"

  static Value of_text(std::string_view t) { return {Type::text, std::string(t)}; }
  static Value of_number(std::string_view t) { return {Type::number, std::string(t)}; }
  static Value of_bool(bool b) { return {Type::boolean, b ? "true" : "false"}; }

  [[nodiscard]] bool is_null() const { return type == Type::null; }
  bool operator==(const Value&) const = default;
};

/// What one event says about one customer, account or subscription: absent fields are not spoken of.
struct Patch {
  Kind kind = Kind::user;
  std::string key;  // the platform's id
  std::vector<std::pair<std::string, Value>> fields;
};

struct Event {
  Stamp stamp;
  std::string type;
  std::vector<Patch> patches;  // at most two: the subject, and the account a user event brings along
  bool deletes_user = false;   // user.deleted: patches[0] names the user and has no fields
};

/// Longest accepted values, in bytes. Ids are keys of our store; the rest is clamped for Zoho later, not refused.
inline constexpr std::size_t k_max_id_bytes = 256;
inline constexpr std::size_t k_max_source_bytes = 512;
inline constexpr std::size_t k_max_text_bytes = 64 * 1024;
inline constexpr std::size_t k_max_attributes = 100;

}  // namespace zs::event
