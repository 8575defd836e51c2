#pragma once
// Last-writer-wins registers: the whole state of a user, account or subscription. merge is commutative,
// idempotent and associative, so any order and repetition of the same events ends in the same state.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "event/event.hpp"

namespace zs::state {

using event::Stamp;
using event::Value;

/// Facts that keep the *least* stamp instead of the greatest: they happened once and cannot be undone.
inline constexpr std::string_view k_known_since = "~known";      // a patch named it
inline constexpr std::string_view k_deleted = "~deleted";        // user.deleted
inline constexpr std::string_view k_first_paid = "~first_paid";  // a status that is paid for

class Registers {
 public:
  struct Entry {
    std::string name;
    Value value;
    std::uint32_t stamp = 0;  // index into the stamps
  };

  /// Takes the value if `stamp` is greater than what the register has; true when anything changed.
  bool merge(std::string_view name, const Value& value, const Stamp& stamp);
  /// Keeps the least stamp ever given; for the k_ facts above.
  bool merge_least(std::string_view name, const Stamp& stamp);
  /// All of another set of registers, register by register.
  bool merge(const Registers& other);

  /// Erasure: the value of a register goes, its stamp stays, so that no older fact can fill it again.
  void clear(std::string_view name);
  /// Erasure: the id of an event is replaced wherever it set something; false when it set nothing.
  bool rename_event(const Stamp& stamp, std::string_view id);

  [[nodiscard]] const Value* find(std::string_view name) const;
  [[nodiscard]] const Stamp* stamp_of(std::string_view name) const;
  /// The text of a register that is set and not cleared, else empty.
  [[nodiscard]] std::string_view text(std::string_view name) const;
  [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }
  [[nodiscard]] const Stamp& stamp(const Entry& entry) const { return stamps_[entry.stamp]; }
  [[nodiscard]] bool empty() const { return entries_.empty(); }

  /// Compact text; equal states give equal text. decode(encode()) is the identity.
  [[nodiscard]] std::string encode() const;
  [[nodiscard]] static Result<Registers> decode(std::string_view text);

  bool operator==(const Registers& other) const { return encode() == other.encode(); }

 private:
  bool put(std::string_view name, const Value& value, const Stamp& stamp, bool least);
  std::uint32_t intern(const Stamp& stamp);
  [[nodiscard]] const Entry* entry(std::string_view name) const;

  std::vector<Entry> entries_;  // sorted by name
  std::vector<Stamp> stamps_;   // each stamp once: an event sets many registers; unused ones go in encode()
};

}  // namespace zs::state
