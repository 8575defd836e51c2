#include "links/views.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "base/json.hpp"
#include "links/describe.hpp"
#include "state/derive.hpp"

namespace zs::links {

using event::Kind;
using store::Entity;
using store::Reader;

namespace {

constexpr std::size_t k_many = 1'000;

/// A user with what hangs on it: its account, and the subscriptions of both.
struct Customer {
  Entity user;
  std::optional<Entity> account;
  std::vector<Entity> subscriptions;
  bool has_more_subscriptions = false;
};

Result<std::optional<Customer>> load_customer(Reader& reader, std::string_view user_id) {
  ZS_ASSIGN(std::optional<Entity> user, reader.find(Kind::user, user_id));
  // One that an import of the map linked is known before its first event.
  if (!user || (user->registers.empty() && user->zoho_id.empty())) return std::nullopt;
  Customer customer{std::move(*user), {}, {}};
  std::map<std::string, Entity> subscriptions;
  if (!customer.user.account_key.empty()) {
    ZS_ASSIGN(customer.account, reader.find(Kind::account, customer.user.account_key));
    ZS_ASSIGN(std::vector<Entity> of_account,
              reader.of_account(customer.user.account_key, Kind::subscription, false, k_many + 1));
    customer.has_more_subscriptions = of_account.size() > k_many;
    for (Entity& one : of_account) subscriptions.emplace(one.key, std::move(one));
  }
  ZS_ASSIGN(std::vector<Entity> of_user, reader.subscriptions_of_user(user_id, k_many + 1));
  customer.has_more_subscriptions = customer.has_more_subscriptions || of_user.size() > k_many;
  for (Entity& one : of_user) subscriptions.emplace(one.key, std::move(one));
  for (auto& [key, one] : subscriptions) {
    if (customer.subscriptions.size() == k_many) {
      customer.has_more_subscriptions = true;
      break;
    }
    customer.subscriptions.push_back(std::move(one));
  }
  return customer;
}

Result<bool> is_settled(Reader& reader, const Entity& entity) {
  ZS_ASSIGN(const std::optional<store::Dirty> dirty, reader.dirty(entity.id));
  if (dirty) return false;
  ZS_ASSIGN(const std::optional<store::Held> held, reader.held(entity.id));
  return !held;
}

Result<bool> is_settled(Reader& reader, const Customer& customer) {
  ZS_ASSIGN(bool settled, is_settled(reader, customer.user));
  settled = settled && !customer.user.zoho_id.empty();
  if (settled && customer.account) {
    ZS_ASSIGN(settled, is_settled(reader, *customer.account));
  }
  for (const Entity& subscription : customer.subscriptions) {
    if (!settled) break;
    ZS_ASSIGN(settled, is_settled(reader, subscription));
  }
  return settled;
}

void write_id(JsonWriter& json, std::string_view name, std::string_view id) {
  json.key(name);
  if (id.empty()) {
    json.null();
  } else {
    json.string(id);
  }
}

Result<std::string> mapping_of(Reader& reader, const Customer& customer, std::optional<store::Seq> up_to) {
  // Events of this user may be in the ledger and not in the state yet; only then does "synced" wait for the fold.
  ZS_ASSIGN(const bool settled, is_settled(reader, customer));
  ZS_ASSIGN(const store::Seq cursor, reader.fold_cursor());
  if (!up_to) {
    ZS_ASSIGN(up_to, reader.last_seq());
  }
  std::string out;
  JsonWriter json(out);
  json.begin_object().field("user_id", customer.user.key);
  write_id(json, "contact_id", customer.user.zoho_id);
  json.field("account_key", customer.user.account_key);
  write_id(json, "account_id", customer.account ? customer.account->zoho_id : "");
  ZS_ASSIGN(const std::optional<store::DeskContact> desk, reader.desk_contact(customer.user.key));
  if (desk) json.field("desk_contact_id", desk->contact_id).field_bool("desk_contact_verified", desk->verified);
  json.key("subscriptions").begin_array();
  for (const Entity& one : customer.subscriptions) {
    json.begin_object().field("subscription_id", one.key);
    write_id(json, "deal_id", one.zoho_id);
    json.end_object();
  }
  json.end_array();
  if (customer.has_more_subscriptions) json.field_bool("more_subscriptions", true);
  json.field_bool("synced", settled && cursor >= *up_to);
  std::int64_t synced_ms = customer.user.synced_ms;
  if (customer.account) synced_ms = std::max(synced_ms, customer.account->synced_ms);
  for (const Entity& one : customer.subscriptions) synced_ms = std::max(synced_ms, one.synced_ms);
  write_id(json, "synced_at", synced_ms == 0 ? "" : format_rfc3339(from_millis(synced_ms)));
  json.end_object();
  return out;
}

}  // namespace

Result<std::optional<std::string>> mapping_json(Reader& reader, std::string_view user_id,
                                                std::optional<store::Seq> up_to) {
  ZS_ASSIGN(const std::optional<Customer> customer, load_customer(reader, user_id));
  if (!customer) return std::nullopt;
  ZS_ASSIGN(std::string json, mapping_of(reader, *customer, up_to));
  return json;
}

Result<bool> is_synced(Reader& reader, std::string_view user_id, store::Seq up_to) {
  ZS_ASSIGN(const store::Seq cursor, reader.fold_cursor());
  if (cursor < up_to) return false;
  ZS_ASSIGN(const std::optional<Customer> customer, load_customer(reader, user_id));
  if (!customer) return fail(Errc::not_found, "no event has told of this user");
  return is_settled(reader, *customer);
}

Result<std::optional<std::string>> customer_json(Reader& reader, std::string_view user_id) {
  ZS_ASSIGN(const std::optional<Customer> customer, load_customer(reader, user_id));
  if (!customer) return std::nullopt;
  ZS_ASSIGN(const std::string mapping, mapping_of(reader, *customer, std::nullopt));
  std::string out;
  JsonWriter json(out);
  json.begin_object().field("user_id", customer->user.key).key("mapping").raw(mapping);
  json.key("user");
  ZS_TRY(describe_entity(reader, customer->user, json));
  json.key("account");
  if (customer->account) {
    ZS_TRY(describe_entity(reader, *customer->account, json));
  } else {
    json.null();
  }
  json.key("subscriptions").begin_array();
  for (const Entity& one : customer->subscriptions) ZS_TRY(describe_entity(reader, one, json));
  json.end_array().key("timeline");
  std::vector<const Entity*> all{&customer->user};
  if (customer->account) all.push_back(&*customer->account);
  for (const Entity& one : customer->subscriptions) all.push_back(&one);
  ZS_TRY(describe_timeline(reader, all, json));
  json.end_object();
  return out;
}

Result<std::string> held_list_json(Reader& reader, store::EntityId after, std::size_t limit,
                                   const zoho::HeldFilter& filter) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().key("held").begin_array();
  std::size_t listed = 0;
  bool more = true;
  while (more && listed < limit) {
    ZS_ASSIGN(const std::vector<store::Held> rows, reader.held_page(after, limit));
    more = rows.size() == limit;
    for (const store::Held& held : rows) {
      if (listed == limit) {
        more = true;
        break;
      }
      after = held.id;
      if (!filter.matches(held.code)) continue;
      ZS_TRY(describe_held(reader, held, json));
      ++listed;
    }
  }
  json.end_array().key("next");
  if (more) {
    json.number(after);
  } else {
    json.null();
  }
  json.end_object();
  return out;
}

Result<std::optional<std::string>> held_json(Reader& reader, store::EntityId id) {
  ZS_ASSIGN(const std::optional<store::Held> held, reader.held(id));
  if (!held) return std::nullopt;
  std::string out;
  JsonWriter json(out);
  ZS_TRY(describe_held(reader, *held, json));
  return out;
}

Result<std::optional<std::string>> event_json(Reader& reader, std::string_view source, std::string_view id) {
  ZS_ASSIGN(const std::optional<store::LedgerEvent> found, reader.find_event(source, id));
  if (!found) return std::nullopt;
  ZS_ASSIGN(const store::Seq cursor, reader.fold_cursor());
  ZS_ASSIGN(const std::vector<store::EntityId> touched, reader.touched_by(found->seq));
  const event::Stamp stamp{found->time, found->source, found->id};
  bool is_held = false;
  bool waits = false;
  bool counts = false;
  std::string calls;
  JsonWriter list(calls);
  list.begin_array();
  for (const store::EntityId one : touched) {
    ZS_ASSIGN(const std::optional<Entity> entity, reader.load(one));
    if (!entity) continue;
    ZS_ASSIGN(const std::optional<store::Held> held, reader.held(one));
    ZS_ASSIGN(const std::optional<store::Dirty> dirty, reader.dirty(one));
    is_held = is_held || held.has_value();
    waits = waits || dirty.has_value();
    counts = counts || std::ranges::any_of(entity->registers.entries(),
                                           [&](const auto& entry) { return entity->registers.stamp(entry) == stamp; });
    ZS_ASSIGN(const std::vector<store::TimelineEntry> timeline, reader.timeline(one, 100));
    for (const store::TimelineEntry& entry : timeline) {
      if (entry.at_ms >= found->received_ms) list.raw(entry.entry);
    }
  }
  list.end_array();
  const std::string_view status = found->seq > cursor || (waits && !is_held) ? "received"
                                  : is_held                                  ? "held"
                                  : counts                                   ? "synced"
                                                                             : "superseded";
  std::string out;
  JsonWriter json(out);
  json.begin_object().field("source", found->source).field("id", found->id).field("type", found->type);
  json.field("status", status).field("received_at", format_rfc3339(from_millis(found->received_ms)));
  json.field("time", format_rfc3339(found->time)).key("calls").raw(calls).end_object();
  return out;
}

}  // namespace zs::links
