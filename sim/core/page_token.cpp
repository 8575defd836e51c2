#include "core/page_token.hpp"

#include <fmt/format.h>

#include <charconv>
#include <functional>

namespace zohosim {
namespace {

constexpr std::size_t k_part = 16;

std::uint64_t mix(std::uint64_t hash, std::string_view text) {
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
  return (hash ^ 0xFFU) * 0x100000001B3ULL;
}

std::uint64_t checksum(const PageToken& token) {
  return mix(token.bound_to, std::to_string(token.offset) + "/" + std::to_string(token.expires_ms));
}

}  // namespace

std::string encode(const PageToken& token) {
  return fmt::format("{:016x}{:016x}{:016x}{:016x}", token.bound_to, static_cast<std::uint64_t>(token.offset),
                     static_cast<std::uint64_t>(token.expires_ms), checksum(token));
}

std::optional<PageToken> decode_page_token(std::string_view text) {
  if (text.size() != 4 * k_part) return std::nullopt;
  std::uint64_t parts[4]{};
  for (std::size_t i = 0; i < 4; ++i) {
    const char* first = text.data() + i * k_part;
    const auto [end, error] = std::from_chars(first, first + k_part, parts[i], 16);
    if (error != std::errc{} || end != first + k_part) return std::nullopt;
  }
  const PageToken token{parts[0], static_cast<std::int64_t>(parts[1]), static_cast<std::int64_t>(parts[2])};
  if (checksum(token) != parts[3]) return std::nullopt;
  return token;
}

std::uint64_t listing_hash(std::string_view module, const Pairs& params) {
  std::uint64_t hash = mix(0xCBF29CE484222325ULL, module);
  for (const auto& [name, value] : params) {
    if (name != "page" && name != "page_token") hash = mix(mix(hash, name), value);
  }
  return hash;
}

}  // namespace zohosim
