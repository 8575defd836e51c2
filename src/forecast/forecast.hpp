#pragma once
// What a sync would write, found by letting it happen: the daemon's own engine runs over a copy in memory, against a
// Zoho that takes everything and exists only here. So a plan cannot say anything else than what is done; only the
// answers are assumed to be good. First contacts are looked up in the real Zoho, when it may be asked.

#include <map>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "engine/engine.hpp"
#include "forecast/copy.hpp"
#include "zoho/crm.hpp"

namespace zs::forecast {

/// Reads of the real Zoho, each waited for.
class Reads {
 public:
  virtual ~Reads() = default;
  [[nodiscard]] virtual Result<zoho::Answer> ask(const zoho::Call& call) = 0;
  [[nodiscard]] virtual Result<zoho::Org> describe() = 0;
};

/// All that would be written to one record, over however many calls.
struct Planned {
  plan::Module module = plan::Module::accounts;
  std::string key;
  std::string zoho_id;      // empty: made anew
  bool is_adopted = false;  // a record that people made
  plan::Fields fields;      // a lookup of a record that is not there yet names it: see new_record()
  plan::Fields was;         // what Zoho holds of them, as far as known
  plan::Tags add;           // in the record itself when it is made anew
  plan::Tags remove;
  plan::Fields roles{};     // contact id -> the role's name
  plan::Tags roles_gone{};  // contacts that lose theirs
};

/// Calls of a kind.
struct Calls {
  zoho::Verb verb = zoho::Verb::insert;
  plan::Module module = plan::Module::accounts;
  std::int64_t calls = 0;
  std::int64_t records = 0;
  std::int64_t credits = 0;
};

struct StillHeld {
  plan::Module module = plan::Module::accounts;
  std::string key;
  store::Held held;
};

struct Forecast {
  std::vector<Planned> records;  // in the order in which they are written
  std::vector<Calls> calls;
  std::vector<StillHeld> held;  // would be held
  std::int64_t total_calls = 0;
  std::int64_t total_credits = 0;
  std::int64_t spent_credits = 0;  // by this look: the org's description and the look-ups
  bool looked_up = false;          // else nobody was, and everybody counts as new
};

/// The id that stands for a record that is not there yet: "new:Accounts:org_7".
[[nodiscard]] std::string new_record(plan::Module module, std::string_view key);

/// `reads` may be null: then Zoho's standard fields are assumed to be there, and nobody to be known.
/// Errc::invalid when the org is not set up, Errc::unavailable when Zoho does not answer.
[[nodiscard]] Result<Forecast> forecast(Copy& copy, Reads* reads, engine::Options options, Time now);

[[nodiscard]] std::string forecast_json(const Forecast& forecast);

}  // namespace zs::forecast
