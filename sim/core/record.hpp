#pragma once
// One record, small: a million of them must fit into a staging machine. Field values are packed into one
// string; a field's type says how its text is meant (an id, a number's digits, seconds since 1970, an array).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace zohosim {

/// Values by field number; a field without a value is not there.
class PackedValues {
 public:
  [[nodiscard]] std::optional<std::string_view> get(std::uint16_t field) const;
  void set(std::uint16_t field, std::string_view value);
  void erase(std::uint16_t field);
  void clear();

  template <class Visitor>
  void for_each(const Visitor& visit) const {
    for (std::size_t at = 0; at < bytes_.size();) {
      const Entry entry = entry_at(at);
      visit(entry.field, entry.value);
      at = entry.end;
    }
  }

 private:
  struct Entry {
    std::uint16_t field;
    std::string_view value;
    std::size_t end;
  };
  [[nodiscard]] Entry entry_at(std::size_t at) const;

  std::string bytes_;  // per value: field number (2 bytes), length (4 bytes), text
};

enum class Life : std::uint8_t { live, recycled, purged };

/// What keeps writes off a record (crm-api.md 6.2).
enum class Hold : std::uint8_t { none, locked, blueprint, approval };

using TagNumber = std::uint32_t;

struct Record {
  std::uint64_t id = 0;
  std::int64_t created_ms = 0;
  std::int64_t modified_ms = 0;
  std::uint16_t owner = 0;  // users by their number
  std::uint16_t modified_by = 0;
  Life life = Life::live;
  Hold hold = Hold::none;
  std::vector<TagNumber> tags;  // in the order in which they were put on
  PackedValues values;
};

}  // namespace zohosim
