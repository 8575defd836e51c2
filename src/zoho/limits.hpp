#pragma once
// What calls cost in credits, and which fall under the sub-concurrency: zoho/crm-api.md 5.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace zs::zoho {

enum class Verb : std::uint8_t {
  insert,
  update,
  add_tags,
  remove_tags,
  find_by_email,
  find_by_key,  // by the platform's id
  read,
  list,            // a page of all records of a module, highest id first
  list_ids,        // the same of ids alone, from any id down: past the end of what pages reach
  count,           // how many records a module has
  delete_records,  // into the recycle bin
  purge,           // out of the recycle bin, for good
  read_roles,      // a Deal's contact roles
  set_roles,
  remove_roles,
};

/// Prices that differ between orgs, or that only the org's own table tells.
struct Prices {
  std::size_t tagged_per_credit = 10;  // the dearer of the two published prices, until the table is read
  std::size_t roles_per_credit = 10;   // contact roles set in one call; no price is published, so that of a write
};

/// GET /__apis: what the tag calls cost; the rest is the same everywhere. A table that does not speak of tags leaves
/// the dearer price.
[[nodiscard]] Result<Prices> read_prices(std::string_view json);

/// What `doctor --probe` found in an org stands in the store's meta under this key, as a JSON object of texts.
[[nodiscard]] std::string probe_key(std::string_view org_id);
/// Paid is surer than listed: a price that the probe found stands over the table's. Anything unreadable changes
/// nothing.
[[nodiscard]] Prices with_probe(Prices prices, std::string_view found);

/// Contacts whose role one call sets or takes away: zoho/crm-api.md 8.
inline constexpr std::size_t k_most_roles = 100;

/// Most items that one credit buys in a call: what has a flat price buys as many as fit.
[[nodiscard]] std::size_t items_per_credit(Verb verb, const Prices& prices);
/// `items`: of set_roles the contacts.
[[nodiscard]] std::int64_t credits_of(Verb verb, std::size_t items, const Prices& prices);
/// insert, update with more than ten records, COQL: zoho/crm-api.md 5.3.
[[nodiscard]] bool is_heavy(Verb verb, std::size_t items);

/// Whether a 429 is about the day's credits and not about calls at once: only its words differ (zoho/crm-api.md 5.4).
[[nodiscard]] bool tells_of_credits(std::string_view message);

}  // namespace zs::zoho
