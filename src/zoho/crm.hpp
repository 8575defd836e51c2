#pragma once
// The one door to Zoho CRM: a few verbs on batches of records, each answered record by record.
// What may have happened is exact, because the engine's safety rests on it.

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "plan/mapping.hpp"
#include "plan/synced.hpp"
#include "zoho/limits.hpp"

namespace zs::zoho {

using plan::Module;

[[nodiscard]] std::string_view name_of(Verb verb);

/// Most items a call: zoho/crm-api.md 1.1 (records), 3.2 (tags), 2.3 (an `in` list), 2.1 (`ids` of a GET).
[[nodiscard]] std::size_t max_items(Verb verb);
struct Item {
  std::string zoho_id;  // update, tags, read
  plan::Fields fields;  // insert, update
  plan::Tags tags;      // insert: sent inside the record
  std::string email;    // find_by_email
};

struct Call {
  std::uint64_t id = 0;  // ours, for the timeline and the log
  Verb verb = Verb::insert;
  Module module = Module::accounts;
  std::vector<Item> items;
  plan::Tags tags;                   // tag verbs: the same for all items
  std::vector<std::string> trigger;  // Zoho automation that may fire; empty: none
};

/// What became of one record. The engine's reaction follows from the verdict alone.
enum class Verdict : std::uint8_t {
  applied,       // zoho_id says which record
  retry,         // not applied; may be tried again
  retry_slowly,  // not applied; locked, in approval or in a blueprint: people's business first
  exists,        // refused as a duplicate of zoho_id, on `field`
  gone,          // there is no such record: deleted or merged by a person
  parent_gone,   // the record that the lookup `field` names is gone
  drop_field,    // refused for the value of `field`
  hold,          // refused for a reason that needs a person
};

struct ItemAnswer {
  Verdict verdict = Verdict::retry;
  std::string zoho_id;
  std::string code;
  std::string field;
  std::string message;
  std::vector<std::string> candidates;  // other records that the answer names
};

/// A record that find or read returned, in canonical JSON by field.
struct Record {
  std::string zoho_id;
  plan::Fields fields;
  plan::Tags tags;
};

struct Answer {
  enum class Outcome : std::uint8_t {
    answered,     // items (and records) say what happened
    not_sent,     // nothing happened: no connection
    unknown,      // it may have been applied, in whole or in part
    throttled,    // 429: nothing happened; too many calls or no credits left
    refused,      // the request as a whole: nothing happened; `code` and `message` say why
    not_allowed,  // token revoked, client refused, scope missing: nothing happened, and nothing will before a person
                  // acts
    stale_token,  // nothing happened; the token is being renewed
  };
  Outcome outcome = Outcome::not_sent;
  std::vector<ItemAnswer> items;  // one per item of the call when answered (write verbs)
  std::vector<Record> records;    // find_by_email, read
  int http_status = 0;
  std::string code;
  std::string message;
  std::optional<std::int64_t> credits_remaining;  // X-API-CREDITS-REMAINING
  std::optional<std::int64_t> retry_after_seconds;
};

[[nodiscard]] std::string_view name_of(Answer::Outcome outcome);

/// What the engine needs to know of the org before it writes.
struct Org {
  plan::Schema schema;
  std::string id;
  std::string edition;  // lower case, empty when not told
  std::int64_t licences = 0;
  Prices prices;
};

class Crm {
 public:
  virtual ~Crm() = default;
  /// `done` is called once, later, on the engine's thread.
  virtual void send(Call call, std::move_only_function<void(Answer)> done) = 0;
  /// Reads fields of the three modules, the org and the prices. Outcome as of a call when it fails.
  virtual void describe(std::move_only_function<void(Answer, std::optional<Org>)> done) = 0;
};

}  // namespace zs::zoho
