#pragma once
// The canonical id map and the story of a customer as JSON, over any reader of the store: the daemon's HTTP
// interface and the command line show the same.

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "store/store.hpp"
#include "zoho/reactions.hpp"

namespace zs::links {

/// {"user_id","contact_id","account_key","account_id","subscriptions":[{"subscription_id","deal_id"}],"synced","synced_at"};
/// empty for a user that neither an event nor an import of the map has told of. Of more than 1,000 subscriptions the
/// first stand there, and "more_subscriptions":true. Not "synced" while events up to `up_to` are not in the state: they
/// may be about this user; without it, all that the ledger has.
[[nodiscard]] Result<std::optional<std::string>> mapping_json(store::Reader& reader, std::string_view user_id,
                                                              std::optional<store::Seq> up_to = {});

/// Whether all that is known of the user, its account and its subscriptions is in Zoho: folded up to `up_to`, none
/// waiting, none held. Errc::not_found for an unknown user.
[[nodiscard]] Result<bool> is_synced(store::Reader& reader, std::string_view user_id, store::Seq up_to);

/// Desired state, what Zoho holds, tags, held reasons, and the timeline of events and calls, newest first.
[[nodiscard]] Result<std::optional<std::string>> customer_json(store::Reader& reader, std::string_view user_id);

/// {"held":[…],"next":…} of those that match, from `after` on.
[[nodiscard]] Result<std::string> held_list_json(store::Reader& reader, store::EntityId after, std::size_t limit,
                                                 const zoho::HeldFilter& filter);
[[nodiscard]] Result<std::optional<std::string>> held_json(store::Reader& reader, store::EntityId id);

/// What became of an event:
/// {"source","id","type","status":"received|synced|superseded|held","received_at","calls":[…]}.
[[nodiscard]] Result<std::optional<std::string>> event_json(store::Reader& reader, std::string_view source,
                                                            std::string_view id);

}  // namespace zs::links
