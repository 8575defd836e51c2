#include "core/tag_book.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "core/text.hpp"

namespace zohosim {
namespace {

constexpr std::array<std::string_view, 13> k_colors{"#57B1FD", "#879BFC", "#658BA8", "#FD87BD", "#969696",
                                                    "#F48435", "#1DB9B4", "#E7A826", "#63C57E", "#F17574",
                                                    "#D297EE", "#A8C026", "#B88562"};

/// Any character beyond the basic plane: emoji are refused in tag names.
bool has_four_byte_character(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0xF0; });
}

}  // namespace

TagNumber TagBook::add(Tag tag) {
  tags_.push_back(std::move(tag));
  return static_cast<TagNumber>(tags_.size() - 1);
}

std::optional<TagNumber> TagBook::by_name(std::string_view name) const {
  for (TagNumber number = 0; number < tags_.size(); ++number) {
    if (!tags_[number].deleted && equal_folded(tags_[number].name, name)) return number;
  }
  return std::nullopt;
}

std::optional<TagNumber> TagBook::by_id(std::uint64_t id) const {
  for (TagNumber number = 0; number < tags_.size(); ++number) {
    if (!tags_[number].deleted && tags_[number].id == id) return number;
  }
  return std::nullopt;
}

std::vector<TagNumber> TagBook::all() const {
  std::vector<TagNumber> out;
  for (TagNumber number = 0; number < tags_.size(); ++number) {
    if (!tags_[number].deleted) out.push_back(number);
  }
  return out;
}

Checked<> check_tag_name(std::string_view name, const Where& where) {
  if (name.empty()) return missing(where);
  if (zs::utf16_length(name) > k_longest_tag_name) return too_long(where, k_longest_tag_name);
  if (name.find_first_of("<>,") != std::string_view::npos || has_four_byte_character(name)) {
    return refuse("INVALID_DATA", "invalid data", details_at(where));
  }
  return {};
}

bool is_tag_color(std::string_view color) { return std::ranges::find(k_colors, color) != k_colors.end(); }

}  // namespace zohosim
