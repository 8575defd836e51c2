// A record that is not there under its id any more: a person deleted, merged or converted it, and Zoho leaves no
// sign to where (zoho/crm-api.md 2.7). It is looked for by the platform's id, people also by e-mail; the map follows
// what is found, and never to a record that is somebody else's.
#include <algorithm>
#include <utility>

#include "base/json.hpp"
#include "base/text.hpp"
#include "engine/engine.hpp"
#include "zoho/wire.hpp"

namespace zs::engine {

Result<void> Engine::lose(store::Transaction& tx, Work& work) {
  if (work.relearn != Relearn::no || work.must_hold) return {};  // another call of it has said so already
  if (++work.times_gone > 1) {
    hold(work, "RECORD_GONE", "id", "Zoho refuses the record's id although it finds the record", {work.entity.zoho_id});
    return {};
  }
  if (zoho::is_askable(work.entity.key)) {
    work.relearn = Relearn::by_key;
  } else if (zoho::is_askable(email_of(work))) {
    work.relearn = Relearn::by_email;
  } else {
    return settle_missing(tx, work);
  }
  return {};
}

void Engine::route_lost(Work& work) {
  enqueue(work, work.relearn == Relearn::by_key ? zoho::Verb::find_by_key : zoho::Verb::find_by_email);
}

Result<void> Engine::settle_found_by_key(store::Transaction& tx, Work& work, const std::vector<zoho::Record>& records) {
  work.relearn = Relearn::no;
  const std::string& id_field =
      options_.mapping.external_id[static_cast<std::size_t>(plan::module_of(work.entity.kind))];
  const auto found =
      std::ranges::find_if(records, [&](const zoho::Record& one) { return one.text(id_field) == work.entity.key; });
  if (found == records.end()) {
    if (zoho::is_askable(email_of(work))) {
      work.relearn = Relearn::by_email;
      return {};
    }
    return settle_missing(tx, work);
  }
  return follow(tx, work, found->zoho_id);
}

/// The map goes along to `zoho_id`, a record that carries our platform id.
Result<void> Engine::follow(store::Transaction& tx, Work& work, const std::string& zoho_id) {
  if (zoho_id == work.entity.zoho_id) {
    // Restored from the recycle bin, or never gone.
    work.must_read = true;
    return {};
  }
  ZS_ASSIGN(const std::optional<store::Entity> holder, tx.find_by_zoho_id(work.entity.kind, zoho_id));
  if (holder) {
    hold_as_merged(work, holder->key, zoho_id);
    return {};
  }
  std::string entry;
  JsonWriter(entry)
      .begin_object()
      .field("what", "follow")
      .field("module", plan::name_of(plan::module_of(work.entity.kind)))
      .field("message", "in place of " + work.entity.zoho_id)
      .field("zoho_id", zoho_id)
      .end_object();
  ZS_TRY(tx.add_timeline(work.entity.id, {now_ms(), std::move(entry)}));
  return adopt_own(tx, work, zoho_id, store::Cause::merged);
}

void Engine::hold_as_merged(Work& work, const std::string& other_key, const std::string& zoho_id) {
  const bool is_person = work.entity.kind == event::Kind::user;
  hold(work, is_person ? "MERGED_CONTACT" : "ID_TAKEN", "id",
       "the record is gone, and the one in its place is that of '" + other_key + "'", {work.entity.zoho_id, zoho_id});
}

/// Who has the e-mail now that nobody has the platform's id: the survivor of a merge, or nobody.
Result<void> Engine::settle_survivor(store::Transaction& tx, Work& work, const std::vector<zoho::Record>& records) {
  work.relearn = Relearn::no;
  const std::string& id_field = options_.mapping.external_id[static_cast<std::size_t>(zoho::Module::contacts)];
  const std::string email = to_lower(email_of(work));
  std::vector<std::string> free;
  std::vector<std::string> foreign;
  for (const zoho::Record& record : records) {
    if (to_lower(record.text("Email")) != email) continue;
    const std::string owner = record.text(id_field);
    if (owner == work.entity.key || record.zoho_id == work.entity.zoho_id) return follow(tx, work, record.zoho_id);
    ZS_ASSIGN(const std::optional<store::Entity> holder, tx.find_by_zoho_id(event::Kind::user, record.zoho_id));
    ZS_ASSIGN(const std::optional<store::Entity> known, tx.find(event::Kind::user, owner));
    if (holder || known) {
      // Whether a person merged the two or deleted one of them cannot be told apart: a twin would be worse.
      hold_as_merged(work, holder ? holder->key : owner, record.zoho_id);
      return {};
    }
    (owner.empty() ? free : foreign).push_back(record.zoho_id);
  }
  if (!foreign.empty()) {
    hold(work, "FOREIGN_CONTACT", id_field,
         "the Contact is gone, and the one with its e-mail carries a platform id that no event has told of", foreign);
  } else if (free.size() > 1) {
    hold(work, "AMBIGUOUS_CONTACT", "Email",
         "the Contact is gone, and " + std::to_string(free.size()) + " others have its e-mail", free);
  } else if (free.size() == 1) {
    work.entity.zoho_id.clear();
    work.entity.synced = {};
    work.is_searched = true;
    work.candidate = free.front();
    work.candidate_field = "Email";
  } else {
    return settle_missing(tx, work);
  }
  return {};
}

/// Nothing took its place.
Result<void> Engine::settle_missing(store::Transaction& tx, Work& work) {
  work.relearn = Relearn::no;
  switch (options_.on_deleted) {
    case OnDeleted::recreate:
      work.entity.zoho_id.clear();
      work.entity.synced = {};
      work.must_read = false;
      work.is_searched = true;
      return tx.save_link(work.entity, {store::Cause::deleted_in_zoho, now_ms()});
    case OnDeleted::leave:
      // As good as synced: until an event changes it, nobody asks again.
      work.must_leave = true;
      return {};
    case OnDeleted::hold:
      break;
  }
  hold(work, "RECORD_GONE", "id", "the record was deleted or merged in Zoho", {work.entity.zoho_id});
  return {};
}

}  // namespace zs::engine
