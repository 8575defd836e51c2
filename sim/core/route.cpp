#include "core/route.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "base/text.hpp"

namespace zohosim {
namespace {

using Pieces = std::vector<std::string>;

Pieces pieces_of(std::string_view path) {
  Pieces out;
  for (const std::string_view piece : zs::split(path, '/')) {
    bool ok = true;
    if (!piece.empty()) out.push_back(zs::percent_decode(piece, false, ok));
  }
  return out;
}

struct Method {
  std::string_view name;
  Endpoint endpoint;
};

Endpoint by_method(std::string_view method, std::initializer_list<Method> known) {
  for (const Method& one : known) {
    if (one.name == method) return one.endpoint;
  }
  return Endpoint::wrong_method;
}

Route accounts_route(std::string_view method, const Pieces& at) {
  if (at.size() == 3 && at[2] == "auth") return {by_method(method, {{"GET", Endpoint::authorize}}), {}, {}, {}};
  if (at.size() == 3 && at[2] == "token") return {by_method(method, {{"POST", Endpoint::token}}), {}, {}, {}};
  const bool older = at.size() == 4 && at[2] == "token" && at[3] == "revoke";
  const bool newer = at.size() == 4 && at[2] == "revoke" && at[3] == "token";
  if (older || newer) return {by_method(method, {{"POST", Endpoint::revoke}}), {}, {}, {}};
  return {};
}

/// /settings/tags/{id}/actions/… and /settings/recycle_bin/actions/restore
Route settings_action_route(std::string_view method, const Pieces& at) {
  if (at.size() == 6 && at[3] == "recycle_bin" && at[4] == "actions" && at[5] == "restore")
    return {by_method(method, {{"POST", Endpoint::restore}}), {}, {}, {}};
  if (at.size() != 7 || at[3] != "tags" || at[5] != "actions") return {};
  if (at[6] == "records_count") return {by_method(method, {{"GET", Endpoint::tag_count}}), {}, at[4], {}};
  if (at[6] == "merge") return {by_method(method, {{"POST", Endpoint::tag_merge}}), {}, at[4], {}};
  return {};
}

Route settings_route(std::string_view method, const Pieces& at) {
  if (at.size() < 4) return {};
  const std::string id = at.size() > 4 ? at[4] : std::string();
  const bool has_id = !id.empty();
  const std::string& what = at[3];
  if (at.size() > 5) return settings_action_route(method, at);
  if (what == "tags") {
    const Endpoint plain =
        by_method(method, {{"GET", Endpoint::tags}, {"POST", Endpoint::create_tags}, {"PUT", Endpoint::update_tags}});
    const Endpoint one = by_method(method, {{"PUT", Endpoint::update_tags}, {"DELETE", Endpoint::remove_tag}});
    return {has_id ? one : plain, {}, id, {}};
  }
  if (what == "fields") {
    const Endpoint plain = by_method(method, {{"GET", Endpoint::fields}, {"POST", Endpoint::create_fields}});
    return {has_id ? by_method(method, {{"GET", Endpoint::fields}}) : plain, {}, id, {}};
  }
  if (what == "recycle_bin") {
    const Endpoint plain = by_method(method, {{"GET", Endpoint::recycle_bin}, {"DELETE", Endpoint::purge}});
    return {has_id ? by_method(method, {{"DELETE", Endpoint::purge}}) : plain, {}, id, {}};
  }
  constexpr std::array k_readable{std::pair{std::string_view("modules"), Endpoint::modules},
                                  std::pair{std::string_view("layouts"), Endpoint::layouts},
                                  std::pair{std::string_view("pipeline"), Endpoint::pipeline},
                                  std::pair{std::string_view("related_lists"), Endpoint::related_lists}};
  for (const auto& [name, endpoint] : k_readable) {
    if (what == name) return {by_method(method, {{"GET", endpoint}}), {}, id, {}};
  }
  return {};
}

Route actions_route(std::string_view method, const Pieces& at, std::string id) {
  const std::string& action = at.back();
  if (action == "add_tags" || action == "remove_tags") {
    return {by_method(method, {{"POST", Endpoint::tag_records}}), at[2], std::move(id), action};
  }
  if (action == "merge" && !id.empty()) {
    return {by_method(method, {{"POST", Endpoint::merge}}), at[2], std::move(id), {}};
  }
  if (action == "count" && id.empty()) return {by_method(method, {{"GET", Endpoint::count}}), at[2], {}, {}};
  return {};
}

Route records_route(std::string_view method, const Pieces& at) {
  if (at.size() == 3) {
    return {by_method(method, {{"GET", Endpoint::list},
                               {"POST", Endpoint::insert},
                               {"PUT", Endpoint::update},
                               {"DELETE", Endpoint::remove}}),
            at[2],
            {},
            {}};
  }
  if (at.size() == 4) {
    if (at[2] == "Contacts" && at[3] == "roles") return {by_method(method, {{"GET", Endpoint::roles}}), at[2], {}, {}};
    if (at[3] == "upsert") return {by_method(method, {{"POST", Endpoint::upsert}}), at[2], {}, {}};
    if (at[3] == "search") return {by_method(method, {{"GET", Endpoint::search}}), at[2], {}, {}};
    if (at[3] == "deleted") return {by_method(method, {{"GET", Endpoint::deleted}}), at[2], {}, {}};
    return {by_method(method, {{"GET", Endpoint::get}, {"PUT", Endpoint::update}, {"DELETE", Endpoint::remove}}),
            at[2],
            at[3],
            {}};
  }
  if (at[2] == "Deals" && at[4] == "Contact_Roles" && at.size() <= 6) {
    const bool one = at.size() == 6;
    const Endpoint endpoint =
        by_method(method, {{"PUT", Endpoint::set_deal_roles}, {"DELETE", Endpoint::remove_deal_roles}});
    return {method == "GET" ? Endpoint::deal_roles : endpoint, at[2], at[3], one ? at[5] : std::string()};
  }
  if (at.size() == 5 && at[3] == "actions") return actions_route(method, at, {});
  if (at.size() == 6 && at[4] == "actions") return actions_route(method, at, at[3]);
  return {};
}

Route desk_route(std::string_view method, const Pieces& at) {
  const bool known = at.size() == 3 || at.size() == 4;
  const std::string id = at.size() == 4 ? at[3] : std::string();
  const bool searches = id == "search";
  const auto of = [&](std::initializer_list<Method> calls) {
    const Endpoint endpoint = by_method(method, calls);
    return Route{endpoint == Endpoint::wrong_method ? Endpoint::desk_wrong_method : endpoint, {}, id, {}};
  };
  if (known && id.empty()) {
    if (at[2] == "organizations") return of({{"GET", Endpoint::desk_organizations}});
    if (at[2] == "departments") return of({{"GET", Endpoint::desk_departments}});
    if (at[2] == "contacts") return of({{"GET", Endpoint::desk_contacts}, {"POST", Endpoint::desk_contact_create}});
    if (at[2] == "tickets") return of({{"GET", Endpoint::desk_tickets}, {"POST", Endpoint::desk_ticket_create}});
  } else if (known && at[2] == "contacts") {
    if (searches) return of({{"GET", Endpoint::desk_contact_search}});
    return of({{"GET", Endpoint::desk_contact}, {"PATCH", Endpoint::desk_contact_update}});
  } else if (known && at[2] == "tickets") {
    return of({{"GET", searches ? Endpoint::desk_ticket_search : Endpoint::desk_ticket}});
  }
  return {Endpoint::desk_unknown, {}, {}, {}};
}

}  // namespace

Route parse_route(std::string_view method, std::string_view path) {
  const Pieces at = pieces_of(path);
  if (at.size() >= 3 && at[0] == "oauth" && at[1] == "v2") return accounts_route(method, at);
  if (at.size() >= 3 && at[0] == "api" && at[1] == "v1") return desk_route(method, at);
  if (at.size() < 3 || at[0] != "crm" || at[1] != "v8") return {};
  if (at[2] == "settings") return settings_route(method, at);
  if (at[2] == "org") return {by_method(method, {{"GET", Endpoint::org}}), {}, {}, {}};
  if (at[2] == "users") return {by_method(method, {{"GET", Endpoint::users}}), {}, at.size() > 3 ? at[3] : "", {}};
  if (at[2] == "__apis") return {by_method(method, {{"GET", Endpoint::apis}}), {}, {}, {}};
  if (at.size() == 4 && at[2] == "actions" && at[3] == "watch") {
    return {by_method(method, {{"GET", Endpoint::watch},
                               {"POST", Endpoint::watch_enable},
                               {"PUT", Endpoint::watch_update},
                               {"PATCH", Endpoint::watch_update},
                               {"DELETE", Endpoint::watch_disable}}),
            {},
            {},
            {}};
  }
  if (at[2] == "coql") return {by_method(method, {{"POST", Endpoint::coql}}), {}, {}, {}};
  return records_route(method, at);
}

std::string_view name_of(Endpoint endpoint) {
  switch (endpoint) {
    case Endpoint::authorize:
      return "authorize";
    case Endpoint::token:
      return "token";
    case Endpoint::revoke:
      return "revoke";
    case Endpoint::insert:
      return "insert";
    case Endpoint::update:
      return "update";
    case Endpoint::upsert:
      return "upsert";
    case Endpoint::remove:
      return "delete";
    case Endpoint::get:
      return "get";
    case Endpoint::list:
      return "list";
    case Endpoint::search:
      return "search";
    case Endpoint::count:
      return "count";
    case Endpoint::deleted:
      return "deleted";
    case Endpoint::merge:
      return "merge";
    case Endpoint::tag_records:
      return "tags";
    case Endpoint::coql:
      return "coql";
    case Endpoint::tags:
      return "tag_list";
    case Endpoint::create_tags:
      return "tag_create";
    case Endpoint::update_tags:
      return "tag_update";
    case Endpoint::remove_tag:
      return "tag_delete";
    case Endpoint::fields:
      return "fields";
    case Endpoint::create_fields:
      return "field_create";
    case Endpoint::modules:
      return "modules";
    case Endpoint::layouts:
      return "layouts";
    case Endpoint::pipeline:
      return "pipeline";
    case Endpoint::related_lists:
      return "related_lists";
    case Endpoint::roles:
      return "roles";
    case Endpoint::deal_roles:
      return "deal_roles";
    case Endpoint::set_deal_roles:
      return "deal_roles_set";
    case Endpoint::remove_deal_roles:
      return "deal_roles_remove";
    case Endpoint::recycle_bin:
      return "recycle_bin";
    case Endpoint::purge:
      return "purge";
    case Endpoint::restore:
      return "restore";
    case Endpoint::tag_count:
      return "tag_count";
    case Endpoint::tag_merge:
      return "tag_merge";
    case Endpoint::watch:
      return "watch_list";
    case Endpoint::watch_enable:
      return "watch_enable";
    case Endpoint::watch_update:
      return "watch_update";
    case Endpoint::watch_disable:
      return "watch_disable";
    case Endpoint::org:
      return "org";
    case Endpoint::users:
      return "users";
    case Endpoint::apis:
      return "apis";
    case Endpoint::desk_organizations:
      return "desk_organizations";
    case Endpoint::desk_departments:
      return "desk_departments";
    case Endpoint::desk_contacts:
      return "desk_contacts";
    case Endpoint::desk_contact:
      return "desk_contact";
    case Endpoint::desk_contact_search:
      return "desk_contact_search";
    case Endpoint::desk_contact_create:
      return "desk_contact_create";
    case Endpoint::desk_contact_update:
      return "desk_contact_update";
    case Endpoint::desk_tickets:
      return "desk_tickets";
    case Endpoint::desk_ticket:
      return "desk_ticket";
    case Endpoint::desk_ticket_search:
      return "desk_ticket_search";
    case Endpoint::desk_ticket_create:
      return "desk_ticket_create";
    case Endpoint::desk_unknown:
      return "desk_unknown";
    case Endpoint::desk_wrong_method:
      return "desk_wrong_method";
    case Endpoint::unknown_path:
      return "unknown";
    case Endpoint::wrong_method:
      return "wrong_method";
  }
  return "unknown";
}

std::string_view group_of(Endpoint endpoint) {
  if (is_desk(endpoint)) return "desk";
  switch (endpoint) {
    case Endpoint::get:
    case Endpoint::list:
    case Endpoint::search:
    case Endpoint::count:
    case Endpoint::deleted:
      return "get";
    case Endpoint::tags:
    case Endpoint::create_tags:
    case Endpoint::update_tags:
    case Endpoint::remove_tag:
    case Endpoint::fields:
    case Endpoint::create_fields:
    case Endpoint::modules:
    case Endpoint::layouts:
    case Endpoint::pipeline:
    case Endpoint::related_lists:
    case Endpoint::roles:
    case Endpoint::recycle_bin:
    case Endpoint::purge:
    case Endpoint::restore:
    case Endpoint::tag_count:
    case Endpoint::tag_merge:
    case Endpoint::org:
    case Endpoint::users:
    case Endpoint::apis:
      return "settings";
    case Endpoint::deal_roles:
    case Endpoint::set_deal_roles:
    case Endpoint::remove_deal_roles:
      return "contact_roles";
    case Endpoint::watch:
    case Endpoint::watch_enable:
    case Endpoint::watch_update:
    case Endpoint::watch_disable:
      return "watch";
    default:
      return name_of(endpoint);
  }
}

std::vector<std::string_view> call_names() {
  std::vector<std::string_view> out;
  const auto add = [&out](std::string_view name) {
    if (std::ranges::find(out, name) == out.end()) out.push_back(name);
  };
  for (int i = 0; i <= static_cast<int>(Endpoint::wrong_method); ++i) {
    add(name_of(static_cast<Endpoint>(i)));
    add(group_of(static_cast<Endpoint>(i)));
  }
  return out;
}

bool is_desk(Endpoint endpoint) {
  return endpoint >= Endpoint::desk_organizations && endpoint <= Endpoint::desk_wrong_method;
}

bool is_write(Endpoint endpoint) {
  return endpoint == Endpoint::insert || endpoint == Endpoint::update || endpoint == Endpoint::upsert;
}

}  // namespace zohosim
