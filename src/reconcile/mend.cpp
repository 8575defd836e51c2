#include "reconcile/mend.hpp"

#include <utility>

#include "base/json.hpp"
#include "zoho/reactions.hpp"

namespace zs::reconcile {
namespace {

/// A person decides whose the record is, or which of two is the customer's.
Result<void> hold(store::Transaction& tx, const Judgement& judgement, std::string code, std::string message,
                  const plan::Mapping& mapping, std::int64_t now_ms) {
  store::Held held;
  held.id = judgement.entity;
  held.since_ms = now_ms;
  held.code = std::move(code);
  held.field = mapping.external_id[static_cast<std::size_t>(judgement.finding.module)];
  held.message = std::move(message);
  held.mend = zoho::mend_of(held.code, held.field);
  JsonWriter json(held.detail);
  json.begin_object().key("candidates").begin_array();
  if (judgement.finding.what == Drift::twin) json.string(judgement.finding.other_id);
  json.string(judgement.finding.zoho_id).end_array().end_object();
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
    case Drift::id_missing:
      entity->synced = judgement.read;
      ZS_TRY(tx.save_synced(*entity));
      break;
    case Drift::missing:
      // All of it is in doubt: the update that follows finds out what became of the record, and what is to be done.
      entity->synced.fields.clear();
      entity->synced.tags.clear();
      entity->synced.tags_doubt = mapping.managed_tags(finding.module);
      ZS_TRY(tx.save_synced(*entity));
      break;
    case Drift::not_written:
    case Drift::not_linked:
      break;
    case Drift::twin:
      ZS_TRY(hold(tx, judgement, "TWIN_RECORDS", "two records carry this platform id", mapping, now_ms));
      return false;
    case Drift::foreign_id:
      // Nothing more may be written to a record that says that it is somebody else's.
      ZS_TRY(hold(tx, judgement, "FOREIGN_ID", "the record that the id map names carries another platform id", mapping,
                  now_ms));
      return false;
    case Drift::orphan:
    case Drift::left_behind:
      return false;
  }
  ZS_TRY(tx.mark_dirty(entity->id, store::Lane::repair, now_ms));
  return true;
}

}  // namespace zs::reconcile
