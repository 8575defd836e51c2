#pragma once
// One record of Zoho's beside what the store knows: right, drifted, nobody's business, or not to be judged now.
//
// A read may be older than what has been written since. So an entity is judged only if it neither waits nor is in
// flight, and nothing of it was written or held after the read was asked for.

#include <cstdint>

#include "base/result.hpp"
#include "reconcile/report.hpp"
#include "store/store.hpp"
#include "zoho/crm.hpp"

namespace zs::reconcile {

struct Rules {
  const plan::Mapping& mapping;
  const plan::Schema& schema;
  bool leaves_missing = false;  // people may delete what they like: that is no drift
  Scope scope = Scope::all;
};

enum class Standing : std::uint8_t {
  peoples,    // carries no platform id and is linked to nothing: not ours
  right,      // as it should be
  moving,     // waits, is in flight or was just written
  drifted,    // `finding` says how
  to_verify,  // drifted if the record `finding.other_id` is there
};

struct Judgement {
  Standing standing = Standing::right;
  Finding finding;
  store::EntityId entity = 0;
  std::int64_t synced_ms = 0;  // of the entity when it was judged: a repair leaves alone what has moved on
  plan::Synced read;           // differs, id_missing: what Zoho holds of ours
};

/// A record that was asked for at `since_ms` or later.
[[nodiscard]] Result<Judgement> judge(store::Reader& reader, const zoho::Record& record, plan::Module module,
                                      std::int64_t since_ms, const Rules& rules);
/// The entity is linked to a record that Zoho does not have.
[[nodiscard]] Result<Judgement> judge_absent(store::Reader& reader, store::EntityId id, const std::string& zoho_id,
                                             std::int64_t since_ms, const Rules& rules);
/// An entity without a link.
[[nodiscard]] Result<Judgement> judge_unlinked(store::Reader& reader, const store::Entity& entity, const Rules& rules);

}  // namespace zs::reconcile
