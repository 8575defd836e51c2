#include "setup/throwaway.hpp"

#include <simdjson.h>

#include <algorithm>

#include "base/json.hpp"
#include "base/text.hpp"
#include "zoho/json_read.hpp"

namespace zs::setup {
namespace {

namespace dom = simdjson::dom;

constexpr std::size_t k_ids_a_call = 50;

std::vector<Row> rows_under(std::string_view body, std::string_view list) {
  std::vector<Row> rows;
  dom::parser parser;
  dom::array members;
  if (body.empty() || parser.parse(body.data(), body.size())[list].get(members) != simdjson::SUCCESS) return rows;
  for (const dom::element member : members) {
    Row row{zoho::text_of(member, "code"), zoho::text_of(member, "id"), zoho::text_of(member, "message")};
    dom::element details;
    if (member["details"].get(details) == simdjson::SUCCESS && details.is_object() && row.id.empty())
      row.id = zoho::text_of(details, "id");
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace

std::vector<Row> rows_of(std::string_view body) { return rows_under(body, "data"); }

Result<std::vector<std::string>> find_by_last_name(Calls& calls, std::string_view prefix) {
  std::string body;
  JsonWriter(body)
      .begin_object()
      .field("select_query", "select id from Contacts where Last_Name like '" + std::string(prefix) + "%' limit 0, 200")
      .end_object();
  ZS_ASSIGN(const Reply reply, calls.call("POST", "/crm/v8/coql", body));
  std::vector<std::string> ids;
  for (const Row& row : rows_of(reply.body)) ids.push_back(row.id);
  return ids;
}

Result<void> destroy(Calls& calls, const std::vector<std::string>& ids) {
  for (std::size_t first = 0; first < ids.size(); first += k_ids_a_call) {
    std::string list;
    for (std::size_t i = first; i < std::min(ids.size(), first + k_ids_a_call); ++i)
      list.append(list.empty() ? "" : ",").append(ids[i]);
    ZS_ASSIGN(const Reply deleted, calls.call("DELETE", "/crm/v8/Contacts?ids=" + list + "&wf_trigger=false", ""));
    ZS_ASSIGN(const Reply purged, calls.call("DELETE", "/crm/v8/settings/recycle_bin?ids=" + list, ""));
    for (const Row& row : rows_under(purged.body, "recycle_bin")) {
      if (row.code == "SUCCESS") continue;
      return fail(Errc::conflict, "the throwaway record " + row.id + " could not be purged (" + row.code +
                                      "): delete " + "Contacts named " +
                                      "zohosync-probe-… in Zoho, and empty the recycle bin of them");
    }
  }
  return {};
}

}  // namespace zs::setup
