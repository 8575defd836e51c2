#include "setup/throwaway.hpp"

#include "base/json.hpp"
#include "setup/answers.hpp"

namespace zs::setup {
namespace {

constexpr std::size_t k_ids_a_call = 50;

/// Comma lists that a call takes.
std::vector<std::string> lists_of(const std::vector<std::string>& ids) {
  std::vector<std::string> lists;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (i % k_ids_a_call == 0) {
      lists.push_back(ids[i]);
    } else {
      lists.back().append(",").append(ids[i]);
    }
  }
  return lists;
}

}  // namespace

Result<std::vector<std::string>> find_by_last_name(Calls& calls, std::string_view prefix) {
  std::string body;
  JsonWriter(body)
      .begin_object()
      .field("select_query", "select id from Contacts where Last_Name like '" + std::string(prefix) + "%' limit 0, 200")
      .end_object();
  ZS_ASSIGN(const Reply reply, calls.call("POST", "/crm/v8/coql", body));
  std::vector<std::string> ids;
  if (reply.body.empty()) return ids;  // 204: none
  for (const RowAnswer& row : read_rows(reply.body)) ids.push_back(row.id);
  return ids;
}

Result<std::vector<std::string>> find_in_bin(Calls& calls, std::string_view prefix) {
  ZS_ASSIGN(const Reply reply, calls.call("GET", "/crm/v8/Contacts/deleted?type=recycle&per_page=200", ""));
  return read_deleted(reply.body, prefix);
}

Result<void> remove(Calls& calls, const std::vector<std::string>& ids) {
  for (const std::string& list : lists_of(ids)) {
    ZS_TRY(calls.call("DELETE", "/crm/v8/Contacts?ids=" + list + "&wf_trigger=false", ""));
  }
  return {};
}

Result<void> purge(Calls& calls, const std::vector<std::string>& ids) {
  for (const std::string& list : lists_of(ids)) {
    ZS_ASSIGN(const Reply reply, calls.call("DELETE", "/crm/v8/settings/recycle_bin?ids=" + list, ""));
    for (const RowAnswer& row : read_rows(reply.body)) {
      if (row.code == "SUCCESS") continue;
      return fail(Errc::conflict, "the throwaway Contact " + row.id + " could not be purged (" + row.code +
                                      "): purge those named zohosync-probe-… from the recycle bin in Zoho");
    }
  }
  return {};
}

}  // namespace zs::setup
