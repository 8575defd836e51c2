#pragma once
// Somebody on the way out: which records of theirs are to be dealt with in Zoho and in which order, and the removal of
// all they left in the store. What is durable is the intent alone; the way is found anew after a crash, because each of
// its steps can be taken twice.

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "engine/fold.hpp"
#include "engine/work.hpp"
#include "plan/mapping.hpp"
#include "store/store.hpp"
#include "zoho/crm.hpp"

namespace zs::engine {

using store::EntityId;

/// What an erasure concerns.
struct ErasureScope {
  store::Entity user;
  std::vector<store::Entity> accounts;       // nobody else is in them: they go as well
  std::vector<store::Entity> orphans;        // subscriptions of those: their Deals stay, without a name and a link
  std::vector<store::Entity> subscriptions;  // of accounts that stay: they lose their link to the person
  std::vector<store::Entity> witnesses;      // the account that stays and its other Deals: may show the person's name

  /// All but the witnesses.
  [[nodiscard]] std::vector<EntityId> entities() const;
};
[[nodiscard]] Result<ErasureScope> erasure_scope(store::Reader& reader, const store::Entity& user);

/// One call about one record.
struct ErasureStep {
  EntityId entity = 0;
  zoho::Module module = zoho::Module::contacts;
  zoho::Verb verb = zoho::Verb::find_by_key;
  std::string key;        // the platform's id
  plan::Fields fields;    // update
  bool is_check = false;  // find_by_key, after the deletion: whether there is another
};
/// Deals let go first, so that whatever Zoho does to the Deals of a deleted record meets none; then the Contact, then
/// the Accounts. Each deletion is purged, and looked at once more: by Zoho's id, and by the platform's, which finds a
/// record that it was merged into and an insert that came late.
[[nodiscard]] std::vector<ErasureStep> erasure_steps(const ErasureScope& scope, const plan::Schema& schema);

/// What was done in Zoho.
struct DealtWith {
  std::set<EntityId> all;
  std::set<EntityId> renamed;  // Deals that lost name and account
};
/// Removes the person from the store, once Zoho has nothing of them. False, with nothing changed, when the scope has
/// grown beyond what was dealt with. Where it has shrunk, because somebody came into the account, records are made
/// anew.
[[nodiscard]] Result<bool> remove_person(store::Transaction& tx, EntityId user, const DealtWith& dealt_with,
                                         std::int64_t now_ms, const ShownElsewhere& shown);

/// How far an erasure has come, for whoever asked.
enum class ErasureState : std::uint8_t { erased, erasing, held };
struct ErasureReport {
  ErasureState state = ErasureState::erased;
  EntityId entity = 0;  // under which it is held
};

/// Its call that is out.
struct ErasureFlight {
  zoho::Verb verb = zoho::Verb::find_by_key;
  std::vector<EntityId> ids;  // of the users
  Toll toll;
};

/// In memory, by the user's row.
struct Erasure {
  enum class Stage : std::uint8_t {
    folding,  // what was accepted before is not in the state yet
    landing,  // calls about these records are out
    calling,  // on its way through the steps
    wiping,   // removed; earlier states of the files are being overwritten
    over,
  };
  Stage stage = Stage::folding;
  std::string key;             // the platform's id; empty when a start finds it removed already
  store::Seq up_to = 0;        // the last event accepted before it
  std::set<EntityId> guarded;  // kept out of all other calls
  DealtWith dealt_with;
  std::map<EntityId, std::string> records;  // Zoho's ids
  std::vector<ErasureStep> steps;
  std::size_t at = 0;  // of steps
  bool in_flight = false;
  bool is_alone = false;         // its call was refused as a whole: it goes without company
  bool was_deleted = false;      // by the last step
  bool is_purge_unsure = false;  // one may have been applied
  bool is_held = false;
  std::int32_t attempts = 0;  // of the step
  std::int32_t rounds = 0;    // deletions that did not last
  Time due{};
};

}  // namespace zs::engine
