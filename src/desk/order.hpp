#pragma once
// What the caller asks for: a ticket for one user. Text in, a checked value out.

#include <map>
#include <string>
#include <string_view>

#include "desk/trouble.hpp"

namespace zs::desk {

/// Lengths that Desk takes (zoho/oauth-and-desk.md 3.2), in characters.
inline constexpr std::size_t k_max_subject = 1'000;
inline constexpr std::size_t k_max_description = 65'535;
inline constexpr std::size_t k_max_email = 150;
inline constexpr std::size_t k_max_phone = 120;
inline constexpr std::size_t k_max_custom = 255;

struct Order {
  std::string user_id;
  std::string subject;
  std::string description;  // HTML: that is how Desk shows it, whoever wrote it
  std::string department_id;
  /// priority, status, channel, category, email, phone: those that were given.
  std::map<std::string, std::string> fields;
  std::map<std::string, std::string> custom;  // by API name: cf_…

  bool operator==(const Order&) const = default;
};

/// The request's body. An unknown member is an error that names the nearest known one.
[[nodiscard]] Outcome<Order> parse_order(std::string_view json);

/// Equal orders give equal text, whatever the order and the white space of the members that they came from;
/// decode_order reads it.
[[nodiscard]] std::string encode_order(const Order& order);
[[nodiscard]] Outcome<Order> decode_order(std::string_view text);
/// Tells one request from another under the same key.
[[nodiscard]] std::string fingerprint_of(const Order& order);

/// Plain text as HTML that shows the same.
[[nodiscard]] std::string as_html(std::string_view plain);

/// The value of an Idempotency-Key header: a quoted string (draft-ietf-httpapi-idempotency-key-header) or bare, 1 to
/// 255 printable ASCII characters. The text inside.
[[nodiscard]] Outcome<std::string> parse_key(std::string_view header);

}  // namespace zs::desk
