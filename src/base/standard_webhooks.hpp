#pragma once
// The signature of Standard Webhooks 1.0, for those who check one and those who make one.

#include <optional>
#include <string>
#include <string_view>

namespace zs {

/// Standard base64; padding may be left out. Empty when it is not.
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);
/// With padding.
[[nodiscard]] std::string to_base64(std::string_view bytes);

/// The key in a secret: "whsec_" and base64, or base64 alone. Empty when it is none.
[[nodiscard]] std::optional<std::string> webhook_key(std::string_view secret);
/// HMAC-SHA256 over "<id>.<timestamp>.<body>", as bytes.
[[nodiscard]] std::string webhook_digest(std::string_view key, std::string_view id, std::string_view timestamp,
                                         std::string_view body);

}  // namespace zs
