#include "links/changes.hpp"

#include <algorithm>
#include <iterator>
#include <set>

#include "base/json.hpp"

namespace zs::links {

using event::Kind;
using store::MappingChange;

namespace {

constexpr std::size_t k_subscriptions = 1'000;

void write(JsonWriter& json, const MappingChange& change) {
  json.begin_object().field("seq", change.seq).field("time", format_rfc3339(from_millis(change.at_ms)));
  json.field("change", name_of(change.change)).field("cause", name_of(change.cause));
  json.field("record", record_of(change.kind));
  if (!change.key.empty()) json.field("platform_id", change.key);
  if (!change.zoho_id.empty()) json.field("record_id", change.zoho_id);
  if (!change.previous_zoho_id.empty()) json.field("previous_record_id", change.previous_zoho_id);
  json.end_object();
}

}  // namespace

std::string_view record_of(Kind kind) {
  switch (kind) {
    case Kind::user:
      return "contact";
    case Kind::account:
      return "account";
    case Kind::subscription:
      return "deal";
  }
  return "";
}

std::string change_json(const MappingChange& change) {
  std::string out;
  JsonWriter json(out);
  write(json, change);
  return out;
}

Cursor judge(store::ChangeSeq cursor, const store::ChangeBounds& bounds) {
  if (cursor > bounds.last) return Cursor::ahead;
  return cursor < bounds.swept ? Cursor::expired : Cursor::good;
}

Result<ChangesPage> changes_after(store::Reader& reader, store::ChangeSeq after, std::size_t limit) {
  ChangesPage page;
  // The bounds last: what is swept between the two must count as gone, not as never there.
  ZS_ASSIGN(page.changes, reader.mapping_changes(after, limit));
  ZS_ASSIGN(page.bounds, reader.change_bounds());
  page.cursor = judge(after, page.bounds);
  if (page.cursor != Cursor::good) page.changes.clear();
  page.has_more = !page.changes.empty() && page.changes.back().seq < page.bounds.last;
  return page;
}

std::string page_json(const ChangesPage& page, store::ChangeSeq after) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().key("changes").begin_array();
  for (const MappingChange& one : page.changes) write(json, one);
  json.end_array().field("next_after", page.changes.empty() ? after : page.changes.back().seq);
  json.field_bool("has_more", page.has_more).end_object();
  return out;
}

Result<std::optional<std::string>> history_json(store::Reader& reader, std::string_view user_id, std::size_t limit) {
  ZS_ASSIGN(const std::optional<store::Entity> user, reader.find(Kind::user, user_id));
  // An import of the map may have linked somebody of whom no event has told.
  if (!user || (user->registers.empty() && user->zoho_id.empty())) return std::nullopt;
  std::set<std::pair<Kind, std::string>> whose{{Kind::user, user->key}};
  if (!user->account_key.empty()) {
    whose.emplace(Kind::account, user->account_key);
    ZS_ASSIGN(const auto deals, reader.of_account(user->account_key, Kind::subscription, false, k_subscriptions));
    for (const store::Entity& one : deals) whose.emplace(Kind::subscription, one.key);
  }
  ZS_ASSIGN(const auto own, reader.subscriptions_of_user(user_id, k_subscriptions));
  for (const store::Entity& one : own) whose.emplace(Kind::subscription, one.key);
  std::vector<MappingChange> changes;
  for (const auto& [kind, key] : whose) {
    ZS_ASSIGN(auto some, reader.mapping_history(kind, key, limit));
    std::ranges::move(some, std::back_inserter(changes));
  }
  std::ranges::sort(changes, std::greater{}, &MappingChange::seq);
  if (changes.size() > limit) changes.resize(limit);
  std::string out;
  JsonWriter json(out);
  json.begin_object().field("user_id", user_id).key("changes").begin_array();
  for (const MappingChange& one : changes) write(json, one);
  json.end_array().end_object();
  return out;
}

}  // namespace zs::links
