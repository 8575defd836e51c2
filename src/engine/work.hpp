#pragma once
// An entity on its way to Zoho, held in memory while it is planned, queued or in flight. Losing one costs
// nothing: its dirty row is in the store until the very version that was planned is in Zoho.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "base/time.hpp"
#include "batch/fair_queue.hpp"
#include "batch/governor.hpp"
#include "plan/desired.hpp"
#include "plan/diff.hpp"
#include "store/store.hpp"
#include "zoho/crm.hpp"

namespace zs::engine {

using store::EntityId;

/// How a record that is not there under its id any more is looked for: by the platform's id, then people by e-mail.
enum class Relearn : std::uint8_t { no, by_key, by_email };

struct Work {
  store::Dirty dirty;
  store::Entity entity;
  plan::Desired desired;
  bool is_searched = false;     // looked up by e-mail, or nothing to look up
  bool is_queued = false;       // in a queue or a call: planned already
  bool must_read = false;       // adopted: what Zoho holds must be read before it is compared
  std::string candidate;        // record to adopt if its platform id lets us
  std::string candidate_field;  // why: the field it shares with us
  Relearn relearn = Relearn::no;
  int times_gone = 0;
  int rereads = 0;              // because somebody else wrote at the same time
  bool are_gaps_seen = false;   // what people may fill was read just now: what is empty there may be filled
  bool are_roles_seen = false;  // the Deal's contact roles were read just now, or it was made just now
  bool is_made_now = false;     // by the last call: it has no contact roles
  int under_way = 0;            // queue places and calls not yet answered
  EntityId waits_for = 0;       // parent in this window
  std::vector<EntityId> waiters;

  // What the answers so far came to; acted on when none is under way any more.
  bool must_retry = false;
  bool must_leave = false;  // gone in Zoho, and to be left alone
  EntityId must_block = 0;  // the parent whose record is gone
  std::optional<store::Held> must_hold;
};

/// What goes into one call together.
struct QueueKey {
  zoho::Module module = zoho::Module::accounts;
  zoho::Verb verb = zoho::Verb::insert;
  bool is_live = true;
  std::string tags;  // tag verbs: the set, joined by commas

  auto operator<=>(const QueueKey&) const = default;
};

struct Queue {
  batch::FairQueue ids;  // accounts in turn
  Time since{};          // the linger runs from here
  std::size_t under_way = 0;
};

/// What a call that is out has taken of the org's limits.
struct Toll {
  batch::Cost cost;
  std::int64_t counted_before = 0;  // by the server for sure, when it went out: CreditLedger::surely_counted()
  Time sent{};
};

/// A call that is out.
struct Flight {
  zoho::Verb verb = zoho::Verb::insert;
  QueueKey key;
  std::vector<EntityId> ids;
  std::vector<plan::Change> changes;  // what each item carries
  Toll toll;
};

}  // namespace zs::engine
