#pragma once
// The tags of one module. Tags are per module: "trial" on Contacts and on Deals are two tags.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/envelope.hpp"
#include "core/record.hpp"

namespace zohosim {

inline constexpr std::size_t k_longest_tag_name = 25;

struct Tag {
  std::uint64_t id = 0;
  std::string name;
  std::string color;  // empty: null on the wire
  std::int64_t created_ms = 0;
  std::int64_t modified_ms = 0;
  std::int64_t records = 0;  // live records that carry it
  bool deleted = false;
};

class TagBook {
 public:
  TagNumber add(Tag tag);
  void remove(TagNumber number) { tags_[number].deleted = true; }

  [[nodiscard]] const Tag& at(TagNumber number) const { return tags_[number]; }
  [[nodiscard]] Tag& edit(TagNumber number) { return tags_[number]; }
  /// Without regard to case (unconfirmed).
  [[nodiscard]] std::optional<TagNumber> by_name(std::string_view name) const;
  [[nodiscard]] std::optional<TagNumber> by_id(std::uint64_t id) const;
  [[nodiscard]] std::vector<TagNumber> all() const;  // those not deleted, oldest first

 private:
  std::vector<Tag> tags_;  // a tag's number is its place here, so deleted ones stay
};

/// Length and characters of a name (simulator-fidelity.md 7).
[[nodiscard]] Checked<> check_tag_name(std::string_view name, const Where& where);
[[nodiscard]] bool is_tag_color(std::string_view color);

}  // namespace zohosim
