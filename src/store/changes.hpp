#pragma once
// What the store keeps of the id map's past: every change of a link, written by the transaction that changes it. Played
// in order over an empty map, the changes give the map as it is.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "event/event.hpp"

namespace zs::store {

using ChangeSeq = std::int64_t;  // place in the feed, ascending from 1, never used twice; erasures leave gaps

/// Why a link changes. The numbers are stored.
enum class Cause : std::uint8_t {
  inserted = 1,             // we made the record
  recreated = 2,            // we made it again in place of one that is gone
  adopted_external_id = 3,  // a record that carried our platform id already: mostly of a call whose answer was lost
  adopted_email = 4,        // a person's record with the same e-mail
  adopted_field = 5,        // one that shares another unique field
  merged = 6,               // the record is gone, and another one carries the platform id in its place
  deleted_in_zoho = 7,      // the record is gone, and is to be made anew
  retried = 8,              // a person had what was held for a lost record taken up again
  imported = 9,             // an id map that was brought along
  erased = 11,              // the right to be forgotten
};

/// What a change does to the link of one platform id. The numbers are stored.
enum class Change : std::uint8_t { linked = 1, relinked = 2, merged = 3, unlinked = 4, erased = 5 };

[[nodiscard]] std::string_view name_of(Cause cause);
[[nodiscard]] std::string_view name_of(Change change);
[[nodiscard]] std::optional<Change> parse_change(std::string_view name);

/// For whoever changes a link.
struct Linking {
  Cause cause = Cause::inserted;
  std::int64_t at_ms = 0;
};

struct MappingChange {
  ChangeSeq seq = 0;
  std::int64_t at_ms = 0;
  Change change = Change::linked;
  Cause cause = Cause::inserted;
  event::Kind kind = event::Kind::user;
  std::string key;               // the platform's id; empty: erased
  std::string zoho_id;           // what it is linked to from now on; empty: to nothing
  std::string previous_zoho_id;  // what it was linked to; empty: to nothing

  bool operator==(const MappingChange&) const = default;
};

/// What the feed holds: changes from `swept` (not included) to `last`.
struct ChangeBounds {
  ChangeSeq swept = 0;  // whatever stood up to here may be gone, for its age or because nobody wrote it down then
  ChangeSeq last = 0;   // of all that were ever written
};

}  // namespace zs::store
