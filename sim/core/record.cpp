#include "core/record.hpp"

#include <cstring>

namespace zohosim {
namespace {

constexpr std::size_t k_head = sizeof(std::uint16_t) + sizeof(std::uint32_t);

}  // namespace

PackedValues::Entry PackedValues::entry_at(std::size_t at) const {
  std::uint16_t field = 0;
  std::uint32_t length = 0;
  std::memcpy(&field, bytes_.data() + at, sizeof field);
  std::memcpy(&length, bytes_.data() + at + sizeof field, sizeof length);
  return {field, std::string_view(bytes_).substr(at + k_head, length), at + k_head + length};
}

std::optional<std::string_view> PackedValues::get(std::uint16_t field) const {
  for (std::size_t at = 0; at < bytes_.size();) {
    const Entry entry = entry_at(at);
    if (entry.field == field) return entry.value;
    at = entry.end;
  }
  return std::nullopt;
}

void PackedValues::erase(std::uint16_t field) {
  for (std::size_t at = 0; at < bytes_.size();) {
    const Entry entry = entry_at(at);
    if (entry.field == field) {
      bytes_.erase(at, entry.end - at);
      return;
    }
    at = entry.end;
  }
}

void PackedValues::set(std::uint16_t field, std::string_view value) {
  erase(field);
  char head[k_head];
  const auto length = static_cast<std::uint32_t>(value.size());
  std::memcpy(head, &field, sizeof field);
  std::memcpy(head + sizeof field, &length, sizeof length);
  bytes_.append(head, k_head).append(value);
}

void PackedValues::clear() { bytes_ = {}; }

}  // namespace zohosim
