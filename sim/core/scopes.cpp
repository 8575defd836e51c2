#include "core/scopes.hpp"

#include <algorithm>
#include <initializer_list>

#include "base/text.hpp"

namespace zohosim {
namespace {

class Granted {
 public:
  explicit Granted(const std::vector<std::string>& scopes) {
    for (const std::string& scope : scopes) scopes_.push_back(zs::to_lower(scope));
  }

  /// `service.group[.item]` for one of the operations, directly or by a wider scope.
  [[nodiscard]] bool allows(std::string_view service, std::string_view item,
                            std::initializer_list<std::string_view> operations) const {
    const std::string group = zs::to_lower(service);
    const std::string whole = item.empty() ? group : group + "." + zs::to_lower(item);
    const auto has = [&](const std::string& scope) { return std::ranges::find(scopes_, scope) != scopes_.end(); };
    if (has(group + ".all") || has(whole + ".all")) return true;
    return std::ranges::any_of(operations, [&](std::string_view operation) {
      return has(group + "." + std::string(operation)) || has(whole + "." + std::string(operation));
    });
  }

 private:
  std::vector<std::string> scopes_;
};

bool settings_allow(const Granted& granted, const Route& route) {
  constexpr std::string_view k_settings = "ZohoCRM.settings";
  switch (route.endpoint) {
    case Endpoint::tags:
    case Endpoint::tag_count:
      return granted.allows(k_settings, "tags", {"read"});
    case Endpoint::create_tags:
      return granted.allows(k_settings, "tags", {"create", "write"});
    case Endpoint::update_tags:
    case Endpoint::tag_merge:
      return granted.allows(k_settings, "tags", {"update", "write"});
    case Endpoint::remove_tag:
      return granted.allows(k_settings, "tags", {"delete"});
    case Endpoint::fields:
      return granted.allows(k_settings, "fields", {"read"});
    case Endpoint::create_fields:
      return granted.allows(k_settings, "fields", {"create", "write"});
    case Endpoint::modules:
      return granted.allows(k_settings, "modules", {"read"});
    case Endpoint::layouts:
      return granted.allows(k_settings, "layouts", {"read"});
    case Endpoint::pipeline:
      return granted.allows(k_settings, "pipeline", {"read"});
    case Endpoint::related_lists:
      return granted.allows(k_settings, "related_lists", {"read"});
    case Endpoint::recycle_bin:
      return granted.allows(k_settings, "recycle_bin", {"read"});
    case Endpoint::purge:
      return granted.allows(k_settings, "recycle_bin", {"delete"});
    case Endpoint::restore:
      return granted.allows(k_settings, "recycle_bin", {"update", "write"});
    default:
      return true;
  }
}

bool desk_allows(const Granted& granted, Endpoint endpoint) {
  constexpr std::string_view k_contacts = "Desk.contacts";
  constexpr std::string_view k_tickets = "Desk.tickets";
  const bool may_search = granted.allows("Desk.search", "", {"read"});
  switch (endpoint) {
    case Endpoint::desk_organizations:
    case Endpoint::desk_departments:
      return granted.allows("Desk.basic", "", {"read"}) || granted.allows("Desk.settings", "", {"read"});
    case Endpoint::desk_contacts:
    case Endpoint::desk_contact:
      return granted.allows(k_contacts, "", {"read"});
    case Endpoint::desk_contact_search:
      return granted.allows(k_contacts, "", {"read"}) && may_search;
    case Endpoint::desk_contact_create:
      return granted.allows(k_contacts, "", {"create", "write"});
    case Endpoint::desk_contact_update:
      return granted.allows(k_contacts, "", {"update", "write"});
    case Endpoint::desk_tickets:
    case Endpoint::desk_ticket:
      return granted.allows(k_tickets, "", {"read"});
    case Endpoint::desk_ticket_search:
      return granted.allows(k_tickets, "", {"read"}) && may_search;
    case Endpoint::desk_ticket_create:
      return granted.allows(k_tickets, "", {"create", "write"});
    default:
      return true;
  }
}

}  // namespace

bool scopes_allow(const std::vector<std::string>& scopes, const Route& route, std::string_view module) {
  constexpr std::string_view k_modules = "ZohoCRM.modules";
  const Granted granted(scopes);
  if (is_desk(route.endpoint)) return desk_allows(granted, route.endpoint);
  switch (route.endpoint) {
    case Endpoint::insert:
      return granted.allows(k_modules, module, {"create", "write"});
    case Endpoint::update:
    case Endpoint::merge:
      return granted.allows(k_modules, module, {"update", "write"});
    case Endpoint::upsert:
      return granted.allows(k_modules, module, {"create", "write"});
    case Endpoint::tag_records:
      return granted.allows(k_modules, module, {"create", "write"});
    case Endpoint::remove:
      return granted.allows(k_modules, module, {"delete"});
    case Endpoint::get:
    case Endpoint::list:
    case Endpoint::count:
    case Endpoint::deleted:
    case Endpoint::roles:
      return granted.allows(k_modules, module, {"read"});
    case Endpoint::deal_roles:
      return granted.allows(k_modules, "deals", {"read"}) && granted.allows(k_modules, "contacts", {"read"});
    case Endpoint::set_deal_roles:
      return granted.allows(k_modules, "deals", {"update", "write"}) &&
             granted.allows(k_modules, "contacts", {"update", "write"});
    case Endpoint::remove_deal_roles:
      return granted.allows(k_modules, "deals", {"delete"}) && granted.allows(k_modules, "contacts", {"delete"});
    case Endpoint::search:
      return granted.allows(k_modules, module, {"read"}) && granted.allows("ZohoSearch.securesearch", "", {"read"});
    case Endpoint::coql:
      return granted.allows("ZohoCRM.coql", "", {"read"}) && granted.allows(k_modules, module, {"read"});
    case Endpoint::org:
      return granted.allows("ZohoCRM.org", "", {"read"});
    case Endpoint::users:
      return granted.allows("ZohoCRM.users", "", {"read"});
    case Endpoint::apis:
      return granted.allows("ZohoCRM.apis", "", {"read"});
    case Endpoint::watch:
      return granted.allows("ZohoCRM.notifications", "", {"read"});
    case Endpoint::watch_enable:
      return granted.allows("ZohoCRM.notifications", "", {"create", "write"});
    case Endpoint::watch_update:
      return granted.allows("ZohoCRM.notifications", "", {"update", "write"});
    case Endpoint::watch_disable:
      return granted.allows("ZohoCRM.notifications", "", {"delete"});
    default:
      return settings_allow(granted, route);
  }
}

}  // namespace zohosim
