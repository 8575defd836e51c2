#include "base/standard_webhooks.hpp"

#include <cstdint>

#include "base/crypto.hpp"

namespace zs {
namespace {

constexpr std::string_view k_alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view k_prefix = "whsec_";

}  // namespace

std::optional<std::string> from_base64(std::string_view text) {
  while (!text.empty() && text.back() == '=') text.remove_suffix(1);
  std::string out;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const std::size_t value = k_alphabet.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    bits = (bits << 6U) | static_cast<std::uint32_t>(value);
    count += 6;
    if (count >= 8) {
      count -= 8;
      out += static_cast<char>((bits >> static_cast<unsigned>(count)) & 0xFFU);
    }
  }
  return out;
}

std::string to_base64(std::string_view bytes) {
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::string_view three = bytes.substr(at, 3);
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i)
      bits = (bits << 8U) | (i < three.size() ? static_cast<unsigned char>(three[i]) : 0U);
    for (std::size_t i = 0; i < 4; ++i)
      out += i <= three.size() ? k_alphabet[(bits >> (18U - 6U * static_cast<unsigned>(i))) & 0x3FU] : '=';
  }
  return out;
}

std::optional<std::string> webhook_key(std::string_view secret) {
  if (secret.starts_with(k_prefix)) secret.remove_prefix(k_prefix.size());
  auto key = from_base64(secret);
  if (!key || key->empty()) return std::nullopt;
  return key;
}

std::string webhook_digest(std::string_view key, std::string_view id, std::string_view timestamp,
                           std::string_view body) {
  std::string content{id};
  content.append(".").append(timestamp).append(".").append(body);
  const auto digest = hmac_sha256(key, content);
  return {digest.begin(), digest.end()};
}

}  // namespace zs
