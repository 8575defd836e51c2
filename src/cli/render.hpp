#pragma once
// The JSON views (src/links, /v1/status) as text for people: aligned, without control characters. What a view does not
// have is left out; text that is no JSON is shown as it is.

#include <string>
#include <string_view>
#include <vector>

namespace zs::cli {

[[nodiscard]] std::string mapping_text(std::string_view json);
inline constexpr std::string_view k_mapping_csv_head =
    "user_id,contact_id,account_key,account_id,subscription_id,deal_id,synced,synced_at\r\n";
/// One line a subscription, one with blanks for a user without.
[[nodiscard]] std::string mapping_csv(std::string_view json);

/// Oldest first, as a story is told.
[[nodiscard]] std::string customer_text(std::string_view json);

[[nodiscard]] std::string held_array(const std::vector<std::string>& rows);
[[nodiscard]] std::string held_list_text(const std::vector<std::string>& rows);
[[nodiscard]] std::string held_text(std::string_view json);
/// {"retried": n}
[[nodiscard]] std::string retried_text(std::string_view json);

[[nodiscard]] std::string status_text(std::string_view json);

}  // namespace zs::cli
