#include "support/crm_view.hpp"

#include <simdjson.h>

#include <algorithm>
#include <set>

#include "base/json.hpp"
#include "plan/form.hpp"

namespace zs::test {
namespace {

namespace dom = simdjson::dom;
using plan::Module;

std::string one_text(dom::element value) {
  switch (value.type()) {
    case dom::element_type::STRING:
      return json_quoted(std::string_view(value));
    case dom::element_type::OBJECT:
      return "{\"id\":" + json_quoted(std::string_view(value["id"])) + "}";
    case dom::element_type::NULL_VALUE:
      return "null";
    default:
      return plan::canonical_number(simdjson::minify(value));
  }
}

std::vector<CrmRecord> read_module(const Get& get, Module module, const plan::Mapping& mapping) {
  std::set<std::string> names{mapping.external_id[static_cast<std::size_t>(module)], "Tag"};
  for (const plan::FieldRule& rule : mapping.fields[static_cast<std::size_t>(module)]) names.insert(rule.field);
  if (module == Module::accounts) names.insert("Account_Name");
  if (module == Module::contacts) names.insert({"Last_Name", "Account_Name"});
  if (module == Module::deals) names.insert({"Deal_Name", "Stage", "Closing_Date", "Account_Name", "Contact_Name"});
  std::string fields;
  for (const std::string& name : names) fields += (fields.empty() ? "" : ",") + name;
  std::vector<CrmRecord> out;
  std::string token;
  while (true) {
    const std::string body = get("/crm/v8/" + std::string(plan::name_of(module)) + "?fields=" + fields +
                                 "&per_page=200" + (token.empty() ? "" : "&page_token=" + token));
    if (body.empty()) return out;
    dom::parser parser;
    const dom::element root = parser.parse(body);
    for (const dom::element row : root["data"].get_array()) {
      CrmRecord record;
      for (const auto& [key, value] : row.get_object()) {
        if (key == "id") {
          record.zoho_id = std::string_view(value);
        } else if (key == "Tag") {
          for (const dom::element tag : value.get_array()) record.tags.emplace(std::string_view(tag["name"]));
        } else {
          record.fields.emplace(std::string(key), one_text(value));
        }
      }
      out.push_back(std::move(record));
    }
    if (!bool(root["info"]["more_records"])) return out;
    token = std::string(std::string_view(root["info"]["next_page_token"]));
  }
}

class Comparison {
 public:
  explicit Comparison(const plan::Mapping& mapping) : mapping_(mapping) {}

  void module(Module module, const std::map<std::string, ExpectedRecord>& expected,
              const std::vector<CrmRecord>& actual, const std::map<std::string, std::string>& references,
              const std::set<std::string>& may_remain) {
    const std::string name{plan::name_of(module)};
    const std::string& id_field = mapping_.external_id[static_cast<std::size_t>(module)];
    std::map<std::string, std::vector<const CrmRecord*>> by_id;
    for (const CrmRecord& record : actual) {
      const auto id = record.fields.find(id_field);
      if (id != record.fields.end() && id->second != "null") by_id[id->second].push_back(&record);
    }
    for (const auto& [id, records] : by_id) {
      if (records.size() > 1)
        differences.push_back(name + " " + id + " is there " + std::to_string(records.size()) + " times");
    }
    for (const auto& [id, wanted] : expected) {
      const auto found = by_id.find(json_quoted(id));
      if (found == by_id.end()) {
        differences.push_back(name + " " + id + " is missing");
        continue;
      }
      record(name + " " + id, module, wanted, *found->second.front(), references);
      by_id.erase(found);
    }
    for (const std::string& id : may_remain) by_id.erase(json_quoted(id));
    for (const auto& [id, records] : by_id) differences.push_back(name + " " + id + " should not be there");
  }

  std::vector<std::string> differences;

 private:
  void record(const std::string& who, Module module, const ExpectedRecord& wanted, const CrmRecord& actual,
              const std::map<std::string, std::string>& references) {
    for (const auto& [field, value] : wanted.fields) {
      const auto found = actual.fields.find(field);
      std::string has = found == actual.fields.end() ? "nothing" : found->second;
      const auto reference = references.find(has);
      if (reference != references.end()) has = reference->second;
      if (has != value) differences.push_back(who + "." + field + " is " + has + ", not " + value);
    }
    for (const std::string& tag : mapping_.managed_tags(module)) {
      const bool is_wanted = wanted.tags.contains(tag);
      if (is_wanted != actual.tags.contains(tag))
        differences.push_back(who + (is_wanted ? " lacks tag " : " has tag ") + tag);
    }
  }

  const plan::Mapping& mapping_;
};

}  // namespace

CrmContent read_crm(const Get& get, const plan::Mapping& mapping) {
  return {read_module(get, Module::accounts, mapping), read_module(get, Module::contacts, mapping),
          read_module(get, Module::deals, mapping)};
}

std::vector<std::string> compare(const Expected& expected, const CrmContent& crm, const plan::Mapping& mapping) {
  std::map<std::string, std::string> references;  // {"id":"…"} -> account:org_7
  const auto learn = [&](std::string_view kind, Module module, const std::vector<CrmRecord>& records) {
    for (const CrmRecord& record : records) {
      const auto id = record.fields.find(mapping.external_id[static_cast<std::size_t>(module)]);
      if (id == record.fields.end() || id->second == "null") continue;
      dom::parser parser;
      references["{\"id\":" + json_quoted(record.zoho_id) + "}"] =
          std::string(kind) + ":" + std::string(std::string_view(parser.parse(id->second)));
    }
  };
  learn("account", Module::accounts, crm.accounts);
  learn("contact", Module::contacts, crm.contacts);
  Comparison comparison(mapping);
  comparison.module(Module::accounts, expected.accounts, crm.accounts, references, expected.maybe_accounts);
  comparison.module(Module::contacts, expected.contacts, crm.contacts, references, expected.maybe_contacts);
  comparison.module(Module::deals, expected.deals, crm.deals, references, expected.maybe_deals);
  return comparison.differences;
}

}  // namespace zs::test
