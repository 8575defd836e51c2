#pragma once
// Digests and random bytes, from OpenSSL.

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace zs {

[[nodiscard]] std::array<unsigned char, 32> sha256(std::string_view bytes);
[[nodiscard]] std::array<unsigned char, 32> hmac_sha256(std::string_view key, std::string_view bytes);
[[nodiscard]] std::string hex(std::span<const unsigned char> bytes);
[[nodiscard]] std::string sha256_hex(std::string_view bytes);
/// `count` bytes from the system's generator, as lower-case hex. For keys and tokens.
[[nodiscard]] std::string random_hex(std::size_t count);
/// Takes the same time wherever the two differ.
[[nodiscard]] bool equal_constant_time(std::string_view a, std::string_view b);

}  // namespace zs
