#pragma once
// The past of the id map as JSON, over any reader of the store: the HTTP interface, the command line and the webhooks
// show the same.

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "store/store.hpp"

namespace zs::links {

/// "contact", "account", "deal".
[[nodiscard]] std::string_view record_of(event::Kind kind);

/// {"seq","time","change","cause","record","platform_id"?,"record_id"?,"previous_record_id"?}; what is empty is left
/// out.
[[nodiscard]] std::string change_json(const store::MappingChange& change);

/// Whether a cursor can be gone on from.
enum class Cursor : std::uint8_t {
  good,
  expired,  // changes after it may be gone: begin anew with an export
  ahead,    // of all that this store has ever written: it belongs to another store, or to a lost state of this one
};
[[nodiscard]] Cursor judge(store::ChangeSeq cursor, const store::ChangeBounds& bounds);

struct ChangesPage {
  Cursor cursor = Cursor::good;
  store::ChangeBounds bounds;
  std::vector<store::MappingChange> changes;  // none when the cursor is not good
  bool has_more = false;
};
[[nodiscard]] Result<ChangesPage> changes_after(store::Reader& reader, store::ChangeSeq after, std::size_t limit);
/// {"changes":[…],"next_after":n,"has_more":bool}
[[nodiscard]] std::string page_json(const ChangesPage& page, store::ChangeSeq after);

/// {"user_id","changes":[…]}: of the user, the account and the subscriptions, newest first, at most `limit` in all;
/// empty for a user that neither an event nor an import has told of.
[[nodiscard]] Result<std::optional<std::string>> history_json(store::Reader& reader, std::string_view user_id,
                                                              std::size_t limit);

}  // namespace zs::links
