#pragma once
// What calls cost in credits, and which fall under the sub-concurrency: zoho/crm-api.md 5.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/result.hpp"

namespace zs::zoho {

enum class Verb : std::uint8_t { insert, update, add_tags, remove_tags, find_by_email, read };

/// Prices that differ between orgs, or that only the org's own table tells.
struct Prices {
  std::size_t tagged_per_credit = 10;  // the dearer of the two published prices, until the table is read
};

/// GET /__apis: what the tag calls cost; the rest is the same everywhere. A table that does not speak of tags leaves
/// the dearer price.
[[nodiscard]] Result<Prices> read_prices(std::string_view json);

/// Most items that one credit buys in a call: what has a flat price buys as many as fit.
[[nodiscard]] std::size_t items_per_credit(Verb verb, const Prices& prices);
[[nodiscard]] std::int64_t credits_of(Verb verb, std::size_t items, const Prices& prices);
/// insert, update with more than ten records, COQL: zoho/crm-api.md 5.3.
[[nodiscard]] bool is_heavy(Verb verb, std::size_t items);

/// Whether a 429 is about the day's credits and not about calls at once: only its words differ (zoho/crm-api.md 5.4).
[[nodiscard]] bool tells_of_credits(std::string_view message);

}  // namespace zs::zoho
