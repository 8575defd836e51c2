#include "zoho/wire.hpp"

#include <algorithm>
#include <set>

#include "base/json.hpp"
#include "base/text.hpp"
#include "plan/form.hpp"
#include "zoho/json_read.hpp"
#include "zoho/list.hpp"
#include "zoho/reactions.hpp"
#include "zoho/role_wire.hpp"

namespace zs::zoho {
namespace {

namespace dom = simdjson::dom;

void write_tags(JsonWriter& json, const plan::Tags& tags) {
  json.begin_array();
  for (const std::string& tag : tags) json.begin_object().field("name", tag).end_object();
  json.end_array();
}

void write_trigger(JsonWriter& json, const std::vector<std::string>& trigger) {
  // Always there: leaving it out would run every automation of the org (zoho/crm-api.md 1.2).
  json.key("trigger").begin_array();
  for (const std::string& name : trigger) json.string(name);
  json.end_array();
}

WireRequest write_records(const Call& call) {
  WireRequest request{
      call.verb == Verb::insert ? "POST" : "PUT", "/crm/v8/" + std::string(plan::name_of(call.module)), {}};
  JsonWriter json(request.body);
  json.begin_object().key("data").begin_array();
  for (const Item& item : call.items) {
    json.begin_object();
    if (call.verb == Verb::update) json.field("id", item.zoho_id);
    for (const auto& [field, value] : item.fields) {
      // A new record is empty anyway.
      if (call.verb == Verb::insert && value == "null") continue;
      json.key(field).raw(value);
    }
    if (call.verb == Verb::insert && !item.tags.empty()) {
      json.key("Tag");
      write_tags(json, item.tags);
    }
    json.end_object();
  }
  json.end_array();
  write_trigger(json, call.trigger);
  json.end_object();
  return request;
}

WireRequest write_tag_call(const Call& call) {
  const bool add = call.verb == Verb::add_tags;
  WireRequest request{
      "POST",
      "/crm/v8/" + std::string(plan::name_of(call.module)) + "/actions/" + (add ? "add_tags" : "remove_tags"),
      {}};
  JsonWriter json(request.body);
  json.begin_object().key("tags");
  write_tags(json, call.tags);
  json.key("ids").begin_array();
  for (const Item& item : call.items) json.string(item.zoho_id);
  json.end_array();
  // Never true: that would wipe the tags that people set.
  if (add) json.field_bool("over_write", false);
  json.end_object();
  return request;
}

WireRequest write_find(const Call& call, const plan::Mapping& mapping) {
  const std::string& id_field = mapping.external_id[static_cast<std::size_t>(call.module)];
  const bool by_email = call.verb == Verb::find_by_email;
  std::string query = "select id, " + (by_email ? "Email, " + id_field : id_field) + " from " +
                      std::string(plan::name_of(call.module)) + " where " + (by_email ? "Email" : id_field) + " in (";
  bool first = true;
  for (const Item& item : call.items) {
    if (!first) query += ", ";
    first = false;
    query += "'" + (by_email ? item.email : item.key) + "'";
  }
  query += ") limit 0, 200";
  WireRequest request{"POST", "/crm/v8/coql", {}};
  JsonWriter(request.body).begin_object().field("select_query", query).end_object();
  return request;
}

std::string ids_of(const Call& call) {
  std::string ids;
  for (const Item& item : call.items) ids += (ids.empty() ? "" : ",") + item.zoho_id;
  return ids;
}

/// zoho/crm-api.md 2.5. Workflows are silenced: an erasure must not set off mails about whom it erases.
WireRequest write_delete(const Call& call) {
  return {"DELETE",
          "/crm/v8/" + std::string(plan::name_of(call.module)) + "?ids=" + ids_of(call) + "&wf_trigger=false",
          {}};
}

WireRequest write_read(const Call& call, const plan::Mapping& mapping) {
  return {"GET",
          "/crm/v8/" + std::string(plan::name_of(call.module)) + "?ids=" + ids_of(call) +
              "&fields=" + asked_fields(call.module, mapping),
          {}};
}

/// The index in "$.data[3].Email", if there is one.
std::optional<std::size_t> index_in(std::string_view json_path) {
  const std::size_t open = json_path.find('[');
  const std::size_t close = json_path.find(']', open);
  if (open == std::string_view::npos || close == std::string_view::npos || close - open > 5) return std::nullopt;
  std::size_t index = 0;
  for (const char c : json_path.substr(open + 1, close - open - 1)) {
    if (c < '0' || c > '9') return std::nullopt;
    index = index * 10 + static_cast<std::size_t>(c - '0');
  }
  return index;
}

/// What Zoho gives for an id: digits, 19 of them today. Anything else in its place is not believed, for it goes into
/// addresses and queries.
bool is_record_id(std::string_view id) {
  return !id.empty() && id.size() <= 20 && std::ranges::all_of(id, [](char c) { return c >= '0' && c <= '9'; });
}

bool is_lookup(Module module, std::string_view field) {
  return (module != Module::accounts && field == "Account_Name") || field == "Contact_Name";
}

ItemAnswer read_error(const Call& call, dom::element row, int status) {
  ItemAnswer answer;
  answer.code = text_of(row, "code");
  answer.message = text_of(row, "message");
  ErrorRow error;
  error.status = status;
  std::string dependency;
  dom::element details;
  if (row["details"].get(details) == simdjson::SUCCESS) {
    answer.field = text_of(details, "api_name");
    // "$.data[0].Account_Name.id" is about the lookup, whatever api_name says.
    const std::string path = text_of(details, "json_path");
    if (answer.field.empty() || answer.field == "id") {
      const std::string parent = text_of(details, "parent_api_name");
      if (!parent.empty()) answer.field = parent;
      for (const std::string_view lookup : {"Account_Name", "Contact_Name"}) {
        if (path.contains("." + std::string(lookup))) answer.field = lookup;
      }
    }
    answer.zoho_id = text_of(details, "id");
    dom::element duplicate;
    if (details["duplicate_record"].get(duplicate) == simdjson::SUCCESS) {
      answer.zoho_id = text_of(duplicate, "id");
      dom::element module;
      if (duplicate["module"].get(module) == simdjson::SUCCESS) {
        const std::string name = text_of(module, "api_name");
        error.other_module = !name.empty() && name != plan::name_of(call.module);
      }
    }
    if (!is_record_id(answer.zoho_id)) answer.zoho_id.clear();
    answer.max_length = static_cast<std::size_t>(std::max<std::int64_t>(0, number_of(details, "maximum_length")));
    dependency = text_of(details, "dependency_error");
    error.more_records = bool_of(details, "more_records");
    error.names_record = !answer.zoho_id.empty();
    // The worst of several errors decides; each has the shape of a row.
    dom::array inner;
    if (answer.code == "MULTIPLE_OR_MULTI_ERRORS" && details["errors"].get(inner) == simdjson::SUCCESS &&
        inner.size() > 0) {
      for (dom::element one : inner) {
        ItemAnswer part = read_error(call, one, status);
        if (answer.verdict == Verdict::retry || part.verdict >= answer.verdict) answer = std::move(part);
      }
      return answer;
    }
  }
  // Whatever the code: whoever asked that his data be left alone is left alone (zoho/crm-api.md 9).
  if (says_stop_processing(answer.message)) answer.code = "STOP_PROCESSING";
  error.code = answer.code;
  error.field = answer.field;
  error.dependency_error = dependency;
  error.on_lookup = is_lookup(call.module, answer.field);
  answer.verdict = verdict_of(error, call.verb);
  if (answer.verdict == Verdict::hold && error.names_record) answer.candidates.push_back(answer.zoho_id);
  return answer;
}

ItemAnswer read_row(const Call& call, dom::element row, int status) {
  const std::string code = text_of(row, "code");
  // "status" and "code" agree at Zoho; whoever says otherwise is not trusted to have written anything.
  if (code == "SUCCESS" && text_of(row, "status") == "success") {
    ItemAnswer answer{Verdict::applied, {}, code, {}, text_of(row, "message"), {}, 0};
    dom::element details;
    if (row["details"].get(details) == simdjson::SUCCESS) answer.zoho_id = text_of(details, "id");
    return answer;
  }
  return read_error(call, row, status);
}

/// Rows in the order of the request; one that names another place makes the answer unbelievable.
bool read_rows(const Call& call, dom::array rows, int status, std::vector<ItemAnswer>& out) {
  if (rows.size() != call.items.size()) return false;
  std::set<std::string> made;
  for (dom::element row : rows) {
    ItemAnswer answer = read_row(call, row, status);
    const std::size_t here = out.size();
    if (answer.verdict == Verdict::applied) {
      // An insert without a new id of its own, or a write that names another record, cannot be believed.
      const std::string& expected = call.items[here].zoho_id;
      if (call.verb == Verb::insert ? !is_record_id(answer.zoho_id) || !made.insert(answer.zoho_id).second
                                    : answer.zoho_id != expected)
        return false;
    } else {
      dom::element details;
      if (row["details"].get(details) == simdjson::SUCCESS) {
        const auto index = index_in(text_of(details, "json_path"));
        if (index && *index != here) return false;
      }
    }
    out.push_back(std::move(answer));
  }
  return true;
}

std::string canonical(dom::element value) {
  switch (value.type()) {
    case dom::element_type::STRING:
      return json_quoted(std::string_view(value));
    case dom::element_type::OBJECT:
      return "{\"id\":" + json_quoted(text_of(value, "id")) + "}";
    case dom::element_type::INT64:
    case dom::element_type::UINT64:
    case dom::element_type::DOUBLE:
      return plan::canonical_number(simdjson::minify(value));
    default:
      return simdjson::minify(value);
  }
}

Record read_record(dom::object object) {
  Record record;
  for (const auto& [key, value] : object) {
    if (key == "id") {
      record.zoho_id = text_in(value);
    } else if (key == "Tag") {
      dom::array tags;
      if (value.get(tags) != simdjson::SUCCESS) continue;
      for (dom::element tag : tags) record.tags.insert(text_of(tag, "name"));
    } else {
      record.fields.emplace(std::string(key), canonical(value));
    }
  }
  return record;
}

}  // namespace

std::string Record::text(std::string_view field) const {
  const auto found = fields.find(field);
  return found == fields.end() ? std::string{} : json_unquoted(found->second);
}

std::string_view name_of(Verb verb) {
  switch (verb) {
    case Verb::insert:
      return "insert";
    case Verb::update:
      return "update";
    case Verb::add_tags:
      return "add_tags";
    case Verb::remove_tags:
      return "remove_tags";
    case Verb::find_by_email:
      return "find_by_email";
    case Verb::find_by_key:
      return "find_by_key";
    case Verb::read:
      return "read";
    case Verb::list:
      return "list";
    case Verb::list_ids:
      return "list_ids";
    case Verb::count:
      return "count";
    case Verb::delete_records:
      return "delete";
    case Verb::purge:
      return "purge";
    case Verb::read_roles:
      return "read_roles";
    case Verb::set_roles:
      return "set_roles";
    case Verb::remove_roles:
      return "remove_roles";
  }
  return "?";
}

std::string_view name_of(Answer::Outcome outcome) {
  switch (outcome) {
    case Answer::Outcome::answered:
      return "answered";
    case Answer::Outcome::not_sent:
      return "not_sent";
    case Answer::Outcome::unknown:
      return "unknown";
    case Answer::Outcome::throttled:
      return "throttled";
    case Answer::Outcome::refused:
      return "refused";
    case Answer::Outcome::not_allowed:
      return "not_allowed";
    case Answer::Outcome::stale_token:
      return "stale_token";
  }
  return "?";
}

std::size_t max_items(Verb verb) {
  switch (verb) {
    case Verb::insert:
    case Verb::update:
    case Verb::find_by_email:
    case Verb::find_by_key:
      return 100;
    case Verb::add_tags:
    case Verb::remove_tags:
      return 500;
    // A list of ids in the query holds about 50 (2.1), whatever the page on deleting says.
    case Verb::read:
    case Verb::delete_records:
    case Verb::purge:
      return 50;
    case Verb::read_roles:
    case Verb::set_roles:
    case Verb::remove_roles:
      return 1;
    case Verb::list:
    case Verb::list_ids:
    case Verb::count:
      return 0;
  }
  return 1;
}

WireRequest to_request(const Call& call, const plan::Mapping& mapping) {
  switch (call.verb) {
    case Verb::insert:
    case Verb::update:
      return write_records(call);
    case Verb::add_tags:
    case Verb::remove_tags:
      return write_tag_call(call);
    case Verb::find_by_email:
    case Verb::find_by_key:
      return write_find(call, mapping);
    case Verb::list:
    case Verb::list_ids:
    case Verb::count:
      return write_list(call, mapping);
    case Verb::delete_records:
      return write_delete(call);
    case Verb::purge:
      return {"DELETE", "/crm/v8/settings/recycle_bin?ids=" + ids_of(call), {}};
    case Verb::read_roles:
    case Verb::set_roles:
    case Verb::remove_roles:
      return write_role_call(call);
    case Verb::read:
      break;
  }
  return write_read(call, mapping);
}

bool is_askable(std::string_view value) {
  return !value.empty() && value.find_first_of("'\\\"") == std::string_view::npos;
}

Answer from_answer(const Call& call, const WireAnswer& wire) {
  using Outcome = Answer::Outcome;
  Answer answer;
  answer.http_status = wire.status;
  const bool reads = call.verb == Verb::find_by_email || call.verb == Verb::find_by_key || call.verb == Verb::read ||
                     call.verb == Verb::read_roles || is_list(call.verb);
  if (wire.status == 204 && reads) {
    answer.outcome = Outcome::answered;
    return answer;
  }
  // Proxies and overloaded servers answer HTML; what is not JSON tells nothing about what was applied.
  thread_local dom::parser parser;
  dom::element root;
  const bool json = wire.content_type.contains("json") &&
                    parser.parse(wire.body.data(), wire.body.size()).get(root) == simdjson::SUCCESS;
  if (!json && wire.content_type.contains("json") && wire.status != 429) {
    // Zoho's own words, cut on the way: what they were about, nobody can tell.
    answer.outcome = Outcome::unknown;
    answer.code = "ANSWER_CUT";
    answer.message = "the answer is not whole";
    return answer;
  }
  if (!json) {
    // A proxy's 403 or 404 is not about these records: holding them would only spread the trouble.
    const bool about_us = wire.status == 405 || wire.status == 407;
    const bool timed_out = wire.status == 408 || wire.status == 425;
    const bool refused_unread = wire.status >= 400 && wire.status < 500 && !timed_out;
    answer.outcome = about_us ? Outcome::not_allowed : refused_unread ? outcome_of(wire.status, "") : Outcome::unknown;
    answer.code = "HTTP_" + std::to_string(wire.status);
    answer.message = "the answer is not JSON";
    if (answer.outcome == Outcome::refused)
      answer.items.push_back({Verdict::hold, {}, answer.code, {}, answer.message, {}, 0});
    return answer;
  }
  dom::array data;
  if (root[call.verb == Verb::purge ? "recycle_bin" : "data"].get(data) == simdjson::SUCCESS) {
    if (reads) {
      for (dom::element row : data) {
        dom::object object;
        if (row.get(object) != simdjson::SUCCESS) continue;
        Record record = read_record(object);
        if (is_record_id(record.zoho_id)) answer.records.push_back(std::move(record));
      }
      read_list_info(root, answer);
      answer.outcome = Outcome::answered;
    } else if (is_role_write(call.verb)) {
      read_role_rows(call, data, wire.status, answer);
    } else if (read_rows(call, data, wire.status, answer.items)) {
      answer.outcome = Outcome::answered;
    } else {
      answer.items.clear();
      answer.outcome = Outcome::unknown;
      answer.code = "ANSWER_MISMATCH";
      answer.message = "the answer does not match the records sent";
    }
    return answer;
  }
  if (call.verb == Verb::count && root["count"].get(answer.count) == simdjson::SUCCESS) {
    answer.outcome = Outcome::answered;
    return answer;
  }
  answer.code = text_of(root, "code");
  answer.message = text_of(root, "message");
  if (answer.message.empty()) answer.message = text_of(root, "error_info");  // an older shape of 429
  if (answer.code.empty()) answer.code = "HTTP_" + std::to_string(wire.status);
  answer.outcome = outcome_of(wire.status, answer.code);
  // A 2xx without a per-record part says nothing that can be relied on.
  if (wire.status < 400 && answer.outcome == Outcome::refused) answer.outcome = Outcome::unknown;
  if (answer.outcome == Outcome::refused) {
    ItemAnswer one = read_error(call, root, wire.status);
    if (is_role_call(call.verb)) one.verdict = verdict_of_role_call(root, one);
    // That a record is gone is believed of an answer that speaks of records only.
    if (one.field.empty() && one.verdict == Verdict::gone && !is_role_call(call.verb)) one.verdict = Verdict::hold;
    answer.code = one.code;
    answer.items.push_back(std::move(one));
  }
  return answer;
}

}  // namespace zs::zoho
