#include "core/write_calls.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "base/time.hpp"
#include "core/draft.hpp"

namespace zohosim {
namespace {

constexpr std::array<std::string_view, 5> k_triggers{"workflow", "approval", "blueprint", "pathfinder",
                                                     "orchestration"};

Checked<> check_trigger(const Json& body) {
  const Json* trigger = body.find("trigger");
  if (trigger == nullptr || trigger->is_null()) return {};
  const Where where{"trigger", "$.trigger"};
  if (!trigger->is_array()) return invalid_type(where, "jsonarray");
  for (std::size_t i = 0; i < trigger->items.size(); ++i) {
    if (std::ranges::find(k_triggers, trigger->items[i].text) != k_triggers.end()) continue;
    return refuse("INVALID_DATA", "invalid data", details_at({"trigger", "$.trigger[" + std::to_string(i) + "]"}));
  }
  return {};
}

/// The rows of the body, or why the request as a whole is refused.
Checked<const Json*> rows_of(const Call& call) {
  if (call.body == nullptr) {
    return refuse("UNABLE_TO_PARSE_DATA_TYPE", "either the request body or parameters is in wrong format");
  }
  const Json* data = call.body->find("data");
  if (data == nullptr)
    return refuse("MANDATORY_NOT_FOUND", "required field not found", Members().text("api_name", "data"));
  if (!data->is_array() || data->items.empty()) return invalid_type({"data", "$.data"}, "jsonarray");
  if (data->items.size() > k_most_rows || (!call.route.id.empty() && data->items.size() > 1)) {
    const std::size_t most = call.route.id.empty() ? k_most_rows : 1;
    return refuse("LIMIT_EXCEEDED", "the number of records in one request is limited",
                  Members().number("maximum_length", static_cast<std::int64_t>(most)).text("api_name", "data"));
  }
  if (auto fine = check_trigger(*call.body); !fine) return std::unexpected(std::move(fine).error());
  return data;
}

Members outcome(const Call& call, const Record& record) {
  const auto& users = call.org.users();
  return Members()
      .text("Modified_Time", call.instant(record.modified_ms))
      .raw("Modified_By", user_ref(users[record.modified_by]))
      .text("Created_Time", call.instant(record.created_ms))
      .id("id", record.id)
      .raw("Created_By", user_ref(users[k_api_user]));
}

std::string upsert_extra(bool inserted, std::string_view duplicate_field) {
  return "\"action\":" + zs::json_quoted(inserted ? "insert" : "update") +
         ",\"duplicate_field\":" + (inserted ? std::string("null") : zs::json_quoted(duplicate_field));
}

Checked<Slot> insert_row(const RowContext& context, const Json& row) {
  if (auto fine = check_mandatory_given(context, row); !fine) return std::unexpected(std::move(fine).error());
  auto draft = read_draft(context, row);
  if (!draft) return std::unexpected(std::move(draft).error());
  if (auto fine = check_deal(context, *draft, nullptr); !fine) return std::unexpected(std::move(fine).error());
  if (auto fine = check_unique(context, *draft, std::nullopt); !fine) return std::unexpected(std::move(fine).error());

  const Call& call = context.call;
  Record record;
  record.id = call.org.ids().next();
  record.created_ms = record.modified_ms = call.now_ms;
  record.owner = draft->owner.value_or(k_api_user);
  record.modified_by = k_api_user;
  for (const auto& [field, value] : draft->values) {
    if (value) record.values.set(field->number, *value);
  }
  if (draft->tags) record.tags = fulfil(call, context.module, *draft->tags);
  if (const Json* approved = row.find("$approved"); approved != nullptr && approved->text == "false")
    record.hold = Hold::approval;
  const Slot slot = call.org.add_record(context.module, std::move(record));
  call.org.note_deal_contact(context.module, slot, "");
  return slot;
}

/// What a person or a process has put on the record to keep writes off.
Checked<> check_hold(const RowContext& context, const Draft& draft, const Record& record) {
  const Where where = context.where("id");
  switch (record.hold) {
    case Hold::none:
      return {};
    case Hold::locked:
      return refuse("RECORD_LOCKED", "record is locked",
                    details_at(where).text("action", "record_locking").id("id", record.id));
    case Hold::approval:
      return refuse("NOT_APPROVED", "record not approved", details_at(where).id("id", record.id));
    case Hold::blueprint:
      // A blueprint guards the field it runs on; the rest of the record stays open.
      if (context.module.schema.api_name == "Deals" && draft.find("Stage") == nullptr) return {};
      return refuse("RECORD_IN_BLUEPRINT", "The record is in blue print",
                    details_at(context.where("Stage")).id("id", record.id));
  }
  return {};
}

Checked<> put_tags(const RowContext& context, Slot slot, const std::vector<TagWish>& wishes) {
  const Call& call = context.call;
  std::vector<TagNumber> tags = fulfil(call, context.module, wishes);
  if (call.options.tag_on_update == TagOnUpdate::add && !wishes.empty()) {
    std::vector<TagNumber> all = context.module.records.at(slot).tags;
    for (const TagNumber tag : tags) {
      if (std::ranges::find(all, tag) == all.end()) all.push_back(tag);
    }
    const std::size_t most = tags_per_record(call.options.edition);
    if (all.size() > most) {
      return refuse("LIMIT_EXCEEDED", "the number of tags on a record is limited",
                    details_at(context.where("Tag")).number("maximum_length", static_cast<std::int64_t>(most)));
    }
    tags = std::move(all);
  }
  call.org.set_tags(context.module, slot, std::move(tags));
  return {};
}

Checked<> update_row(const RowContext& context, const Json& row, Slot slot) {
  auto draft = read_draft(context, row);
  if (!draft) return std::unexpected(std::move(draft).error());
  const Record& record = context.module.records.at(slot);
  append_picks(row, record, *draft);
  if (auto fine = check_hold(context, *draft, record); !fine) return fine;
  if (auto fine = check_mandatory_kept(context, *draft, record); !fine) return fine;
  if (auto fine = check_deal(context, *draft, &record); !fine) return fine;
  if (auto fine = check_unique(context, *draft, slot); !fine) return fine;
  if (draft->tags) {
    if (auto put = put_tags(context, slot, *draft->tags); !put) return put;
  }
  apply(*draft, context.call.org, context.module, slot, k_api_user, context.call.now_ms);
  return {};
}

Row insert(const RowContext& context, const Json& row, bool upsert) {
  const auto slot = insert_row(context, row);
  if (!slot) return failed_row(slot.error());
  Members details = outcome(context.call, context.module.records.at(*slot));
  const bool waits = context.module.records.at(*slot).hold == Hold::approval;
  if (!upsert) details.text("$approval_state", waits ? "pending" : "approved");
  return {true, success_object("record added", details, upsert ? upsert_extra(true, {}) : std::string())};
}

/// The record that a row of an update means.
Checked<Slot> target(const RowContext& context, const Json& row) {
  const std::string& path_id = context.call.route.id;
  const std::string key = context.external.key.empty() ? std::string("id") : context.external.key;
  const Where where = context.where(key);
  const Json* given = row.find(key);
  if (path_id.empty() && (given == nullptr || given->is_null())) return missing(where);
  const std::string name = path_id.empty() ? given->text : path_id;
  if (key != "id" && !path_id.empty() && given != nullptr && given->text != path_id) {
    return refuse("NOT_ALLOWED", "the external field that names the record cannot be changed", details_at(where));
  }
  if (const auto slot = addressed(context.module, context.external, name)) return *slot;
  if (key != "id") {
    return refuse("INVALID_DATA", "The value of the external field is invalid.", details_at(where));
  }
  return refuse("INVALID_DATA", "the id given seems to be invalid",
                Members().text("id", name).text("api_name", "id").text("json_path", where.json_path));
}

Row update(const RowContext& context, const Json& row, Slot slot, const std::string& extra) {
  if (auto done = update_row(context, row, slot); !done) return failed_row(done.error());
  return {true, success_object("record updated", outcome(context.call, context.module.records.at(slot)), extra)};
}

/// The fields by which an upsert looks for an existing record, in their order (crm-api.md 1.4).
Checked<std::vector<const Field*>> duplicate_check_order(const Call& call, const Module& module) {
  std::vector<const Field*> order;
  const ModuleSchema& schema = module.schema;
  const Json* listed = call.body->find("duplicate_check_fields");
  if (listed == nullptr || listed->is_null() || listed->items.empty()) {
    order.push_back(schema.find(schema.system_duplicate_field));
  } else {
    for (std::size_t i = 0; i < listed->items.size(); ++i) {
      const Field* field = schema.find(listed->items[i].text);
      const bool is_unique = field != nullptr && (call.options.external_is_checked ? field->is_key() : field->unique);
      const bool usable = is_unique || (field != nullptr && field->api_name == schema.system_duplicate_field);
      if (!usable) {
        return refuse("INVALID_DATA", "invalid data",
                      details_at({"duplicate_check_fields", "$.duplicate_check_fields[" + std::to_string(i) + "]"}));
      }
      order.push_back(field);
    }
  }
  // Unique fields are always compared, listed or not.
  for (const Field& field : schema.fields) {
    if (field.is_key() && std::ranges::find(order, &field) == order.end()) order.push_back(&field);
  }
  return order;
}

struct Match {
  Slot slot;
  const Field* field;
};

/// The record that an upsert updates: the first match in the order of the fields.
std::optional<Match> existing(const Call& call, const Module& module, const Json& row,
                              const std::vector<const Field*>& order) {
  for (const Field* field : order) {
    const Json* value = row.find(field->api_name);
    if (value == nullptr || value->text.empty() || value->is_object()) continue;
    const auto matches = module.records.find(field->number, zs::trim(value->text));
    if (!matches.empty()) return Match{call.options.upsert_takes_newest ? matches.back() : matches.front(), field};
  }
  return std::nullopt;
}

Row upsert(const RowContext& context, const Json& row, const std::vector<const Field*>& order) {
  const auto match = existing(context.call, context.module, row, order);
  if (!match) return insert(context, row, true);
  return update(context, row, match->slot, upsert_extra(false, match->field->api_name));
}

/// The answer 412 when a record to be updated has changed since `If-Unmodified-Since`.
std::optional<HttpAnswer> modified_since(const Call& call, const Module& module, const ExternalHeader& external,
                                         const Json& rows, const std::vector<const Field*>& order) {
  const auto since = zs::parse_rfc3339(call.request.header("if-unmodified-since"));
  if (!since) return std::nullopt;
  const std::string key = external.key.empty() ? "id" : external.key;
  for (const Json& row : rows.items) {
    auto slot = addressed(module, external, call.route.id.empty() ? row.string_or(key, "") : call.route.id);
    if (call.route.endpoint == Endpoint::upsert) {
      const auto match = existing(call, module, row, order);
      slot = match ? std::optional(match->slot) : std::nullopt;
    }
    if (!slot) continue;
    const Record& record = module.records.at(*slot);
    if (record.modified_ms / 1000 <= zs::to_millis(*since) / 1000) continue;
    const Members details = Members().id("id", record.id).text("Modified_Time", call.instant(record.modified_ms));
    return error_answer(412, {"ALREADY_MODIFIED", "the record has been modified since", details.take()});
  }
  return std::nullopt;
}

Row write_row(const RowContext& context, const Json& row, const std::vector<const Field*>& order) {
  if (const Refusal* failure = row_fault(context.call.row_faults, row, context.index)) return failed_row(*failure);
  if (!row.is_object()) {
    const std::string path = "$.data[" + std::to_string(context.index) + "]";
    return failed_row(invalid_type({"data", path}, "jsonobject").error());
  }
  switch (context.call.route.endpoint) {
    case Endpoint::insert:
      return insert(context, row, false);
    case Endpoint::upsert:
      return upsert(context, row, order);
    default:
      break;
  }
  const auto slot = target(context, row);
  return slot ? update(context, row, *slot, {}) : failed_row(slot.error());
}

}  // namespace

HttpAnswer write_records(const Call& call) {
  Module* module = call.org.find(call.route.module);
  if (module == nullptr) return invalid_module(true);
  const bool upserts = call.route.endpoint == Endpoint::upsert;
  if (upserts && module->schema.system_duplicate_field.empty()) return invalid_module(true);
  const auto rows = rows_of(call);
  if (!rows) return error_answer(400, rows.error());
  std::vector<const Field*> order;
  if (upserts) {
    auto fields = duplicate_check_order(call, *module);
    if (!fields) return error_answer(400, fields.error());
    order = std::move(*fields);
  }
  const ExternalHeader external = parse_external(call.request.header("x-external"), module->schema.api_name);
  if (auto stale = modified_since(call, *module, external, **rows, order)) return std::move(*stale);
  std::vector<Row> results;
  results.reserve((*rows)->items.size());
  for (std::size_t i = 0; i < (*rows)->items.size(); ++i) {
    results.push_back(write_row({call, *module, external, i}, (*rows)->items[i], order));
  }
  if (upserts && !call.options.upsert_keeps_order) std::ranges::reverse(results);
  return rows_answer(call.options, "data", results, call.route.endpoint == Endpoint::insert ? 201 : 200);
}

std::string trigger_of(const Json* body) {
  const Json* trigger = body == nullptr ? nullptr : body->find("trigger");
  if (trigger == nullptr || trigger->is_null()) return "\"all\"";
  std::string out;
  zs::JsonWriter writer(out);
  write_json(writer, *trigger);
  return out;
}

}  // namespace zohosim
