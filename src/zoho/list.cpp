#include "zoho/list.hpp"

#include "base/json.hpp"
#include "base/text.hpp"
#include "zoho/json_read.hpp"

namespace zs::zoho {
namespace {

constexpr int k_page = 200;          // zoho/crm-api.md 2.1
constexpr std::size_t k_names = 50;  // the same: most names that `fields` takes

}  // namespace

bool is_list(Verb verb) { return verb == Verb::list || verb == Verb::list_ids || verb == Verb::count; }

std::string asked_fields(plan::Module module, const plan::Mapping& mapping) {
  plan::Tags names;
  for (const plan::FieldRule& rule : mapping.fields[static_cast<std::size_t>(module)]) names.insert(rule.field);
  for (const auto& [axis, field] : mapping.mirrors) names.insert(field);
  plan::Tags always{mapping.external_id[static_cast<std::size_t>(module)], "Tag"};
  if (module == Module::accounts) always.insert("Account_Name");
  if (module == Module::contacts) always.insert({"Last_Name", "Account_Name"});
  if (module == Module::deals)
    always.insert({"Deal_Name", "Stage", "Pipeline", "Closing_Date", "Account_Name", "Contact_Name"});
  // What a call cannot ask for is not known, and so neither compared nor mended.
  for (const std::string& name : names) {
    if (always.size() < k_names) always.insert(name);
  }
  std::string fields;
  for (const std::string& name : always) fields += (fields.empty() ? "" : ",") + name;
  return fields;
}

WireRequest write_list(const Call& call, const plan::Mapping& mapping) {
  const std::string module(plan::name_of(call.module));
  if (call.verb == Verb::count) return {"GET", "/crm/v8/" + module + "/actions/count", {}};
  if (call.verb == Verb::list) {
    std::string path =
        "/crm/v8/" + module + "?fields=" + asked_fields(call.module, mapping) + "&per_page=" + std::to_string(k_page);
    if (!call.after.empty()) path += "&page_token=" + percent_encode(call.after);
    return {"GET", std::move(path), {}};
  }
  WireRequest request{"POST", "/crm/v8/coql", {}};
  const std::string query = "select id from " + module + " where id < '" + call.after + "' order by id desc limit 0, " +
                            std::to_string(k_page);
  JsonWriter(request.body).begin_object().field("select_query", query).end_object();
  return request;
}

void read_list_info(simdjson::dom::element root, Answer& answer) {
  simdjson::dom::element info;
  if (root["info"].get(info) != simdjson::SUCCESS) return;
  answer.next_page = text_of(info, "next_page_token");
  answer.more_records = bool_of(info, "more_records");
}

}  // namespace zs::zoho
