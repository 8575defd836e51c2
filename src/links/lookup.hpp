#pragma once
// Which users an id leads to, by any id that the map has: the platform's, Zoho's, or the hash of an e-mail. Every
// answer is bounded, because an account may have a hundred thousand people.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "store/store.hpp"

namespace zs::links {

enum class Key : std::uint8_t { user_id, account_key, subscription_id, contact_id, account_id, deal_id, email_hash };
inline constexpr std::array k_keys{Key::user_id,    Key::account_key, Key::subscription_id, Key::contact_id,
                                   Key::account_id, Key::deal_id,     Key::email_hash};
[[nodiscard]] std::string_view name_of(Key key);
[[nodiscard]] std::optional<Key> parse_key(std::string_view name);
/// All names, for people.
[[nodiscard]] std::string key_names();

/// Why the text is no id of this kind and what to send instead, in words that do not repeat it.
[[nodiscard]] std::optional<std::string> fault_of(Key key, std::string_view id);
/// Lower-case hex SHA-256 of an e-mail without blanks around it and in lower case: an id of Key::email_hash.
[[nodiscard]] std::string email_hash_of(std::string_view email);

struct Found {
  std::vector<std::string> users;
  std::string next;  // there are more: they come after this user; empty: these are all
};
/// The users that an id leads to, in the order of their ids, those after `after` and at most `limit` (at least one):
/// an account leads to all its people, a subscription to its user, or without one to the people of its account.
[[nodiscard]] Result<Found> find_users(store::Reader& reader, Key key, std::string_view id, std::string_view after,
                                       std::size_t limit);

struct MappingPage {
  std::vector<std::string> mappings;  // documents as of mapping_json()
  std::string next;                   // as above
};
/// Their mappings. A page ends early when it grows over some two megabytes.
[[nodiscard]] Result<MappingPage> find_mappings(store::Reader& reader, Key key, std::string_view id,
                                                std::string_view after, std::size_t limit);

/// For an export, the next mappings by user id, perhaps none; `after` moves on and is empty when there are no more.
[[nodiscard]] Result<std::vector<std::string>> export_page(store::Reader& reader, std::string& after,
                                                           std::size_t limit);

}  // namespace zs::links
