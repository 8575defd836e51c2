#pragma once
// An existing id map as somebody hands it in: rows of ids, turned into pairs that must hold by themselves.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "event/event.hpp"
#include "plan/mapping.hpp"

namespace zs::reconcile {

/// One line; what it does not name is empty.
struct MapRow {
  std::int64_t line = 0;  // for people
  std::string user_id{};
  std::string contact_id{};
  std::string account_key{};
  std::string account_id{};
  std::string subscription_id{};
  std::string deal_id{};
};

/// A platform id and the record that is said to be its.
struct MapPair {
  std::int64_t line = 0;  // of its first mention
  event::Kind kind = event::Kind::user;
  std::string key;
  std::string zoho_id;
  std::string account_key;  // users, subscriptions: of the same row
  std::string user_key;     // subscriptions
};

enum class Conflict : std::uint8_t {
  half_pair,     // a Zoho id without a platform id
  bad_id,        // what stands there is no id of its kind
  contradicted,  // another line says something else of one of the two
  erased,        // the person was erased
  elsewhere,     // the platform id is linked to another record
  taken,         // the record is linked to another platform id
  not_there,     // no such record in that module
  foreign_id,    // the record carries another platform id
  id_elsewhere,  // another record carries this platform id
  in_flight,     // a change of it is on its way to Zoho just now
};
[[nodiscard]] std::string_view name_of(Conflict what);
/// What to do about it, in words.
[[nodiscard]] std::string_view mend_of(Conflict what);

struct MapFinding {
  std::int64_t line = 0;
  Conflict what = Conflict::half_pair;
  plan::Module module = plan::Module::contacts;
  std::string key{};      // the platform's id
  std::string zoho_id{};  // as the row says
  std::string other{};    // what stands against it: an id, or the other line
};

struct MapPairs {
  std::vector<MapPair> pairs;  // accounts before contacts before deals; each once, however many rows name it
  std::vector<MapFinding> findings;
  std::int64_t rows_without = 0;  // rows that name no pair, as of users who are not in Zoho yet
};
[[nodiscard]] MapPairs pairs_of(const std::vector<MapRow>& rows);

}  // namespace zs::reconcile
