// Which record of Zoho's is whose: taking over what people or lost calls made, writing the id map, and what
// follows when a record or its parent is gone.
#include <algorithm>
#include <iterator>
#include <utility>

#include "base/json.hpp"
#include "base/text.hpp"
#include "engine/engine.hpp"

namespace zs::engine {

using zoho::ItemAnswer;

namespace {

constexpr std::int32_t k_parents_looked_at = 3;

}  // namespace

/// A record that carries our platform id, with unknown content. It is read next; if that never happens (a crash, a
/// pause), every field and tag of ours is in doubt and is written.
Result<void> Engine::adopt_own(store::Transaction& tx, Work& work, std::string zoho_id, store::Cause cause) {
  work.entity.zoho_id = std::move(zoho_id);
  work.entity.synced.fields.clear();
  work.entity.synced.tags.clear();
  work.entity.synced.tags_doubt = options_.mapping.managed_tags(plan::module_of(work.entity.kind));
  work.must_read = true;
  return link(tx, work, cause);
}

/// Writes the new id into the map; whoever waited for it may go.
Result<void> Engine::link(store::Transaction& tx, Work& work, store::Cause cause) {
  work.candidate.clear();
  const auto saved = tx.save_link(work.entity, {cause, now_ms()});
  if (!saved && saved.error().code == Errc::conflict) {
    const std::string taken = std::exchange(work.entity.zoho_id, {});
    work.must_read = false;
    hold(work, "ID_TAKEN", {}, "the record belongs to another platform id", {taken});
    return {};
  }
  ZS_TRY(saved);
  ZS_TRY(tx.unblock_children(work.entity.id));
  may_have_dirty_ = true;
  return wake_children(tx, work.entity, work.dirty.lane);
}

/// What names this record in Zoho, or was held for want of it, is looked at again.
Result<void> Engine::wake_children(store::Transaction& tx, const store::Entity& entity, store::Lane lane) {
  constexpr std::size_t k_many = 10'000;
  std::vector<store::Entity> children;
  if (entity.kind == event::Kind::user) {
    ZS_ASSIGN(children, tx.subscriptions_of_user(entity.key, k_many));
  } else if (entity.kind == event::Kind::account) {
    // An account that is made anew has a new id, which all of its records must name. One that is made the first time
    // concerns only those who were held for want of it.
    ZS_ASSIGN(const store::Backlog backlog, tx.backlog());
    if (entity.synced_ms == 0 && backlog.held == 0) return {};
    ZS_ASSIGN(children, tx.of_account(entity.key, event::Kind::user, true, k_many));
    ZS_ASSIGN(std::vector<store::Entity> deals, tx.of_account(entity.key, event::Kind::subscription, false, k_many));
    std::ranges::move(deals, std::back_inserter(children));
  }
  for (const store::Entity& child : children) {
    ZS_ASSIGN(const std::optional<store::Dirty> dirty, tx.dirty(child.id));
    if (dirty) continue;
    ZS_ASSIGN(const std::optional<store::Held> held, tx.held(child.id));
    const bool wanted_us = held && held->code.starts_with("PARENT_");
    const bool names_us = !held && !child.zoho_id.empty();
    if (wanted_us || names_us) ZS_TRY(tx.mark_dirty(child.id, lane, now_ms()));
  }
  return {};
}

/// The record that a lookup names is gone: its owner is written whole, which shows whether it is, and what
/// is to be done about it; the child waits for that.
Result<void> Engine::settle_parent_gone(store::Transaction& tx, Work& work, const ItemAnswer& answer) {
  const bool is_contact = answer.field == "Contact_Name";
  const std::string& key = is_contact ? work.entity.user_key : work.entity.account_key;
  ZS_ASSIGN(std::optional<store::Entity> parent, tx.find(is_contact ? event::Kind::user : event::Kind::account, key));
  // A parent that is there after all and still refused is not ours to mend.
  const bool in_vain = work.dirty.attempts >= k_parents_looked_at;
  if (!parent || in_vain || options_.on_deleted == OnDeleted::leave) {
    hold(work, "PARENT_GONE", answer.field, answer.message);
    return {};
  }
  ZS_ASSIGN(const std::optional<store::Held> held, tx.held(parent->id));
  if (!held) {
    parent->synced.fields.clear();
    ZS_TRY(tx.save_synced(*parent));
    suspects_.insert(parent->id);
    ZS_TRY(tx.mark_dirty(parent->id, work.dirty.lane, now_ms()));
    may_have_dirty_ = true;
  }
  work.must_block = parent->id;
  return {};
}

Result<void> Engine::settle_found(store::Transaction& tx, Work& work, const std::vector<zoho::Record>& records) {
  if (work.relearn == Relearn::by_email) return settle_survivor(tx, work, records);
  work.is_searched = true;
  const std::string& id_field = options_.mapping.external_id[static_cast<std::size_t>(zoho::Module::contacts)];
  const std::string email = to_lower(email_of(work));
  std::vector<std::string> free;
  std::vector<std::string> foreign;
  for (const zoho::Record& record : records) {
    if (to_lower(record.text("Email")) != email) continue;
    const std::string owner = record.text(id_field);
    if (owner == work.entity.key) {
      return adopt_own(tx, work, record.zoho_id, store::Cause::adopted_external_id);
    }
    ZS_ASSIGN(const std::optional<store::Entity> holder, tx.find_by_zoho_id(event::Kind::user, record.zoho_id));
    const bool is_taken = holder || std::ranges::any_of(works_, [&](const auto& entry) {
                            return entry.second.get() != &work && entry.second->candidate == record.zoho_id;
                          });
    if (owner.empty()) {
      if (!is_taken) free.push_back(record.zoho_id);
      continue;
    }
    // Two of our users may share an e-mail; a platform id that we do not know is somebody else's claim.
    ZS_ASSIGN(const std::optional<store::Entity> known, tx.find(event::Kind::user, owner));
    if (!holder && !known) foreign.push_back(record.zoho_id);
  }
  if (!foreign.empty()) {
    foreign.insert(foreign.end(), free.begin(), free.end());
    hold(work, "FOREIGN_CONTACT", id_field,
         "a Contact with this e-mail carries a platform id that no event has told of", foreign);
  } else if (free.size() > 1) {
    hold(work, "AMBIGUOUS_CONTACT", "Email",
         std::to_string(free.size()) + " Contacts have this e-mail and no platform id", free);
  } else if (free.size() == 1) {
    work.candidate = free.front();
    work.candidate_field = "Email";
  }
  return {};
}

Result<void> Engine::settle_read(store::Transaction& tx, Work& work, const zoho::Record* record) {
  const zoho::Module module = plan::module_of(work.entity.kind);
  const bool is_candidate = !work.candidate.empty();
  if (record == nullptr) {
    if (!is_candidate) return lose(tx, work);
    // It went away between the look-up and now.
    work.candidate.clear();
    work.must_retry = true;
    return {};
  }
  if (!is_candidate && !work.must_read) {
    see_gaps(work, *record);
    return tx.save_synced(work.entity);
  }
  if (is_candidate) {
    const auto owner = record->fields.find(options_.mapping.external_id[static_cast<std::size_t>(module)]);
    const bool is_free =
        owner == record->fields.end() || owner->second == "null" || owner->second == json_quoted(work.entity.key);
    if (!is_free) {
      hold(work, "FOREIGN_CONTACT", work.candidate_field, "the record with the same value carries another platform id",
           {record->zoho_id});
      return {};
    }
    work.entity.zoho_id = record->zoho_id;
  }
  work.must_read = false;
  work.entity.synced.fields = record->fields;
  work.entity.synced.tags.clear();
  work.entity.synced.tags_doubt.clear();
  for (const std::string& tag : options_.mapping.managed_tags(module)) {
    if (record->tags.contains(tag)) work.entity.synced.tags.insert(tag);
  }
  see_gaps(work, *record);
  std::string entry;
  JsonWriter(entry)
      .begin_object()
      .field("what", "adopt")
      .field("module", plan::name_of(module))
      .field("zoho_id", record->zoho_id)
      .end_object();
  ZS_TRY(tx.add_timeline(work.entity.id, {now_ms(), std::move(entry)}));
  // A record that is read because it is ours already keeps its link, whatever is given as the cause.
  return link(tx, work, work.candidate_field == "Email" ? store::Cause::adopted_email : store::Cause::adopted_field);
}

}  // namespace zs::engine
