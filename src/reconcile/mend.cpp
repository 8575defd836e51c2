#include "reconcile/mend.hpp"

#include "base/json.hpp"
#include "zoho/reactions.hpp"

namespace zs::reconcile {
namespace {

/// A person decides which of two records is the customer's.
Result<void> hold_twin(store::Transaction& tx, const Judgement& judgement, const plan::Mapping& mapping,
                       std::int64_t now_ms) {
  store::Held held;
  held.id = judgement.entity;
  held.since_ms = now_ms;
  held.code = "TWIN_RECORDS";
  held.field = mapping.external_id[static_cast<std::size_t>(judgement.finding.module)];
  held.message = "two records carry this platform id";
  held.mend = zoho::mend_of(held.code, held.field);
  JsonWriter json(held.detail);
  json.begin_object().key("candidates").begin_array();
  json.string(judgement.finding.other_id).string(judgement.finding.zoho_id).end_array().end_object();
  return tx.hold(held);
}

}  // namespace

Result<bool> mend(store::Transaction& tx, const Judgement& judgement, const plan::Mapping& mapping,
                  std::int64_t now_ms) {
  const Finding& finding = judgement.finding;
  if (judgement.entity == 0) return false;
  ZS_ASSIGN(std::optional<store::Entity> entity, tx.load(judgement.entity));
  ZS_ASSIGN(const std::optional<store::Dirty> dirty, tx.dirty(judgement.entity));
  ZS_ASSIGN(const std::optional<store::Held> held, tx.held(judgement.entity));
  if (!entity || dirty || held || entity->synced_ms != judgement.synced_ms) return false;
  switch (finding.what) {
    case Drift::differs:
      entity->synced = judgement.read;
      ZS_TRY(tx.save_synced(*entity));
      break;
    case Drift::missing:
      // All of it is in doubt: the update that follows finds out what became of the record, and what is to be done.
      entity->synced.fields.clear();
      entity->synced.tags.clear();
      entity->synced.tags_doubt = mapping.managed_tags(finding.module);
      entity->synced.doubt_all_roles();
      ZS_TRY(tx.save_synced(*entity));
      break;
    case Drift::not_written:
    case Drift::not_linked:
      break;
    case Drift::twin:
      ZS_TRY(hold_twin(tx, judgement, mapping, now_ms));
      return false;
    case Drift::foreign_id:
    case Drift::orphan:
    case Drift::left_behind:
      return false;
  }
  ZS_TRY(tx.mark_dirty(entity->id, store::Lane::repair, now_ms));
  return true;
}

}  // namespace zs::reconcile
