#pragma once
// The one door to Zoho CRM: a few verbs on batches of records, each answered record by record.
// What may have happened is exact, because the engine's safety rests on it.

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "plan/mapping.hpp"
#include "plan/synced.hpp"
#include "zoho/limits.hpp"

namespace zs::zoho {

using plan::Module;

[[nodiscard]] std::string_view name_of(Verb verb);

/// Most items a call: zoho/crm-api.md 1.1 (records), 3.2 (tags), 2.3 (an `in` list), 2.1 (`ids` of a GET).
[[nodiscard]] std::size_t max_items(Verb verb);

struct Item {
  std::string zoho_id;                                       // update, tags, read, delete_records, purge
  plan::Fields fields;                                       // insert, update
  plan::Tags tags;                                           // insert: sent inside the record
  std::string email;                                         // find_by_email
  std::string key{};                                         // find_by_key: the platform's id
  std::vector<std::pair<std::string, std::string>> roles{};  // set_roles, remove_roles: contact id, role id
};

struct Call {
  std::uint64_t id = 0;  // ours, for the timeline and the log
  Verb verb = Verb::insert;
  Module module = Module::accounts;
  std::vector<Item> items;
  plan::Tags tags;                   // tag verbs: the same for all items
  std::vector<std::string> trigger;  // Zoho automation that may fire; empty: none
  std::string after{};  // list: the token of the page, empty for the first; list_ids: the id to go on below
};

/// What became of one record. The engine's reaction follows from the verdict alone. The later one is the graver: of
/// several errors of one record it decides.
enum class Verdict : std::uint8_t {
  applied,       // zoho_id says which record
  retry,         // not applied; may be tried again
  reread,        // not applied: it changed meanwhile; what Zoho holds must be read before it is compared
  read_schema,   // refused for a value that the org does not have (any more): its metadata must be read again
  exists,        // refused as a duplicate of zoho_id, on `field`
  gone,          // there is no such record: deleted or merged by a person
  parent_gone,   // the record that the lookup `field` names is gone
  mend,          // refused for the value of `field`: too long if max_length is not 0, else to be left out
  hold_for_now,  // locked, in approval, review or blueprint: people's business first, then it goes by itself
  hold,          // refused for a reason that needs a person
};

struct ItemAnswer {
  Verdict verdict = Verdict::retry;
  std::string zoho_id;
  std::string code;
  std::string field;
  std::string message;
  std::vector<std::string> candidates;  // other records that the answer names
  std::size_t max_length = 0;           // what `field` takes, in characters; 0: not said
};

/// What a call is priced by: records, or the contacts that set_roles names.
[[nodiscard]] std::size_t units_of(const Call& call);

/// A record that a find or a read returned, in canonical JSON by field.
struct Record {
  std::string zoho_id;
  plan::Fields fields;
  plan::Tags tags;

  /// A field's text; empty when it is empty, not there, or no text.
  [[nodiscard]] std::string text(std::string_view field) const;
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
  std::vector<ItemAnswer> items;  // one per item of the call when answered (write verbs); one when refused: the verdict
                                  // if the call had but one record
  std::vector<ItemAnswer> parts;  // set_roles, remove_roles when answered: one per contact, of the call's one item
  std::vector<Record> records;    // find_by_email, find_by_key, read, list, list_ids, read_roles (contacts)
  std::string next_page;          // list: the token of the page after this one; empty: there is none to be had
  bool more_records = false;      // list, list_ids
  std::int64_t count = 0;         // count
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

/// A page of what was deleted in a module.
struct Deletions {
  std::vector<std::string> zoho_ids;
  bool more = false;
};
/// Price in credits of a page: zoho/crm-api.md 2.6.
inline constexpr std::int64_t k_deletions_credits = 2;

class Crm {
 public:
  virtual ~Crm() = default;
  /// `done` is called once, later, on the engine's thread.
  virtual void send(Call call, std::move_only_function<void(Answer)> done) = 0;
  /// Reads fields of the three modules, the org and the prices. Outcome as of a call when it fails.
  virtual void describe(std::move_only_function<void(Answer, std::optional<Org>)> done) = 0;
  /// Records of a module that were deleted after `since`, page by page from 1. Outcome as of a call when it fails.
  virtual void list_deleted(Module module, Time since, int page,
                            std::move_only_function<void(Answer, std::optional<Deletions>)> done) = 0;
};

}  // namespace zs::zoho
