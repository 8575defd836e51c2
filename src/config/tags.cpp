#include <algorithm>
#include <array>
#include <utility>

#include "base/text.hpp"
#include "config/schema.hpp"
#include "config/suggest.hpp"

namespace zs::config {
namespace {

// zoho/crm-api.md 3.1: the palette, and what a tag's name may be.
constexpr std::array<std::string_view, 13> k_colours{"#F17574", "#F48435", "#E7A826", "#A8C026", "#63C57E",
                                                     "#1DB9B4", "#57B1FD", "#879BFC", "#D297EE", "#FD87BD",
                                                     "#969696", "#658BA8", "#B88562"};
constexpr std::size_t k_max_name = 25;
constexpr std::array<std::string_view, 4> k_axes{"lifecycle", "plan", "source", "compliance"};

/// Where an axis has a meaning: a Deal has the plan of its subscription and nothing else of its own, and
/// people of one account may have come by different ways.
std::vector<std::string_view> modules_of(std::string_view axis) {
  if (axis == "plan") return {"Contacts", "Accounts", "Deals"};
  if (axis == "source") return {"Contacts"};
  return {"Contacts", "Accounts"};
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }
/// The first byte of a character outside the basic plane: emoji, which Zoho refuses in tags.
bool leads_four(char c) { return static_cast<unsigned char>(c) >= 0xF0; }

void read_name(Tag& tag, const Value& value, const At& at) {
  const auto name = as_text(value, at);
  if (!name) return;
  if (trim(*name).empty()) {
    at.error(value, "is empty", "write enabled = false to switch the tag off");
  } else if (trim(*name) != *name) {
    at.error(value, "begins or ends with a blank", "take it away");
  } else if (utf16_length(*name) > k_max_name) {
    at.error(value, "is longer than 25 characters, Zoho's limit for tags", "shorten it");
  } else if (name->find_first_of("<>,") != std::string::npos || std::ranges::any_of(*name, is_control) ||
             std::ranges::any_of(*name, leads_four)) {
    at.error(value, "holds a character that Zoho refuses in tags", "leave out < > , emoji and control characters");
  } else {
    tag.name = *name;
  }
}

void read_colour(Tag& tag, const Value& value, const At& at) {
  const auto text = as_text(value, at);
  if (!text) return;
  const std::string colour = to_upper(trim(*text));
  if (std::ranges::find(k_colours, colour) == k_colours.end()) {
    at.error(value, "is not in Zoho's palette", "choose one of " + listed(k_colours));
  } else {
    tag.colour = colour;
  }
}

void read_modules(Tag& tag, const Value& value, const At& at) {
  auto chosen = as_choices(value, at, modules_of(tag.axis));
  if (!chosen) return;
  if (chosen->empty()) {
    at.error(value, "is empty", "write enabled = false to switch the tag off");
  } else {
    tag.modules = std::move(*chosen);
  }
}

Shape tag_table(Draft& draft, std::size_t index) {
  Tag& tag = draft.config.tags[index];
  const auto read_enabled = [&draft, index](const Value& value, const At& at) {
    if (as_boolean(value, at) == false) draft.tags_off.insert(index);
  };
  return table(tag.value,
               {setting("name", [&tag](const Value& value, const At& at) { read_name(tag, value, at); }),
                setting("colour", [&tag](const Value& value, const At& at) { read_colour(tag, value, at); }),
                setting("modules", [&tag](const Value& value, const At& at) { read_modules(tag, value, at); }),
                setting("enabled", read_enabled)});
}

Shape mirror_table(Config& config) {
  std::vector<Shape> axes;
  for (const std::string_view axis : {"lifecycle", "plan", "source"}) {
    axes.push_back(setting(axis, [&config, axis](const Value& value, const At& at) {
      if (auto field = as_api_name(value, at)) config.tag_mirror.insert_or_assign(std::string(axis), std::move(*field));
    }));
  }
  axes.push_back(
      refused("compliance", "cannot be mirrored: a customer may have several of its values", "leave it out"));
  return table("mirror", std::move(axes));
}

}  // namespace

Shape tags_section(Draft& draft) {
  std::vector<Shape> axes;
  for (const std::string_view axis : k_axes) {
    std::vector<Shape> values;
    for (std::size_t index = 0; index < draft.config.tags.size(); ++index) {
      if (draft.config.tags[index].axis == axis) values.push_back(tag_table(draft, index));
    }
    axes.push_back(table(axis, std::move(values)));
  }
  axes.push_back(mirror_table(draft.config));
  return table("tags", std::move(axes));
}

}  // namespace zs::config
