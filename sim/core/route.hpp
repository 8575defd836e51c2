#pragma once
// Which call a method and a path mean.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace zohosim {

enum class Endpoint : std::uint8_t {
  authorize,
  token,
  revoke,
  insert,
  update,
  upsert,
  remove,
  get,
  list,
  search,
  count,
  deleted,
  merge,
  tag_records,
  coql,
  tags,
  create_tags,
  update_tags,
  remove_tag,
  fields,
  create_fields,
  modules,
  layouts,
  pipeline,
  related_lists,
  roles,
  deal_roles,
  set_deal_roles,
  remove_deal_roles,
  recycle_bin,
  purge,
  restore,
  tag_count,
  tag_merge,
  watch,
  watch_enable,
  watch_update,
  watch_disable,
  org,
  users,
  apis,
  desk_organizations,
  desk_departments,
  desk_contacts,
  desk_contact,
  desk_contact_search,
  desk_contact_create,
  desk_contact_update,
  desk_tickets,
  desk_ticket,
  desk_ticket_search,
  desk_ticket_create,
  desk_unknown,
  desk_wrong_method,
  unknown_path,
  wrong_method,
};

struct Route {
  Endpoint endpoint = Endpoint::unknown_path;
  std::string module;  // as it stands in the path
  std::string id;      // a record's, a tag's, a metadata item's; decoded
  std::string action;  // add_tags, remove_tags; of a deal's roles: the contact that the path names
};

[[nodiscard]] Route parse_route(std::string_view method, std::string_view path);
/// As counters and faults call it: "insert", "coql", …
[[nodiscard]] std::string_view name_of(Endpoint endpoint);
/// The wider name that faults may also use: "get" for every read of records, "tags", "settings".
[[nodiscard]] std::string_view group_of(Endpoint endpoint);
/// Every name and wider name.
[[nodiscard]] std::vector<std::string_view> call_names();
[[nodiscard]] bool is_write(Endpoint endpoint);
/// A call of Zoho Desk's API.
[[nodiscard]] bool is_desk(Endpoint endpoint);

}  // namespace zohosim
