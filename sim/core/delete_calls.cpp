#include "core/delete_calls.hpp"

#include <algorithm>

#include "core/forms.hpp"

namespace zohosim {
namespace {

constexpr std::size_t k_most_deletes = 100;
constexpr std::size_t k_most_losers = 2;
constexpr std::size_t k_most_restores = 200;

Refusal not_deleted(std::string_view id) {
  return {"INVALID_DATA", "record not deleted", Members().text("id", id).take()};
}

std::optional<Refusal> held_back(const Record& record) {
  const std::string details = Members().id("id", record.id).take();
  switch (record.hold) {
    case Hold::locked:
      return Refusal{"RECORD_LOCKED", "record is locked", details};
    case Hold::approval:
      return Refusal{"NOT_APPROVED", "record not approved", details};
    case Hold::none:
    case Hold::blueprint:
      return std::nullopt;
  }
  return std::nullopt;
}

Checked<> delete_one(const Call& call, Module& module, const ExternalHeader& external, const std::string& name) {
  const auto slot = addressed(module, external, name);
  if (!slot) return std::unexpected(not_deleted(name));
  if (auto held = held_back(module.records.at(*slot))) return std::unexpected(std::move(*held));
  call.org.delete_record(module, *slot, call.now_ms);
  return {};
}

Row deleted_row(const Checked<>& outcome, const std::string& id) {
  if (!outcome) return failed_row(outcome.error());
  return {true, success_object("record deleted", Members().text("id", id))};
}

HttpAnswer delete_by_path(const Call& call, Module& module, const ExternalHeader& external) {
  const std::string& id = call.route.id;
  const auto slot = addressed(module, external, id);
  const std::string real_id = slot ? std::to_string(module.records.at(*slot).id) : id;
  const auto outcome = delete_one(call, module, external, id);
  if (!outcome && outcome.error().code == "INVALID_DATA") {
    return error_answer(400, {"INVALID_DATA", "record not deleted", Members().number("resource_path_index", 1).take()});
  }
  return rows_answer(call.options, "data", {deleted_row(outcome, real_id)}, 200);
}

std::optional<HttpAnswer> bad_list(const std::vector<std::string>& ids, bool numeric) {
  if (ids.empty()) return missing_parameter("ids");
  if (ids.size() > k_most_deletes) {
    return error_answer(400, {"LIMIT_EXCEEDED", "the number of ids in one request is limited",
                              Members().text("param_name", "ids").number("maximum_length", k_most_deletes).take()});
  }
  if (numeric && !std::ranges::all_of(ids, is_digits)) {
    return error_answer(400, {"UNABLE_TO_PARSE_DATA_TYPE", "either the request body or parameters is in wrong format",
                              Members().text("param_name", "ids").take()});
  }
  return std::nullopt;
}

/// The module and slot of a record in the recycle bin, whatever module it is of.
std::pair<Module*, Slot> in_bin(Organization& org, std::string_view id) {
  const auto number = parse_id(id);
  for (const auto& module : org.modules()) {
    const auto slot = number ? module->records.slot_of(*number) : std::nullopt;
    if (slot && module->records.at(*slot).life == Life::recycled) return {module.get(), *slot};
  }
  return {nullptr, 0};
}

}  // namespace

HttpAnswer delete_records(const Call& call) {
  Module* module = call.org.find(call.route.module);
  if (module == nullptr) return invalid_module(true);
  const ExternalHeader external = parse_external(call.request.header("x-external"), module->schema.api_name);
  if (!call.route.id.empty()) return delete_by_path(call, *module, external);
  const auto ids = comma_list(pair_or(call.params, "ids", ""));
  if (auto bad = bad_list(ids, external.key.empty())) return std::move(*bad);
  std::vector<Row> rows;
  for (const std::string& id : ids) {
    const auto slot = addressed(*module, external, id);
    const std::string real_id = slot ? std::to_string(module->records.at(*slot).id) : id;
    rows.push_back(deleted_row(delete_one(call, *module, external, id), real_id));
  }
  return rows_answer(call.options, "data", rows, 200);
}

HttpAnswer list_recycle_bin(const Call& call) {
  std::string data;
  std::int64_t count = 0;
  const std::string by = user_ref(call.org.users()[k_api_user]);
  for (const auto& module : call.org.modules()) {
    const ModuleSchema& schema = module->schema;
    for (const Deletion& deletion : module->deletions) {
      const Record& record = module->records.at(deletion.slot);
      if (record.life != Life::recycled || count == 200) continue;
      ++count;
      data.append(data.empty() ? "" : ",");
      data += Members()
                  .id("id", record.id)
                  .text("display_name", deletion.display_name)
                  .raw("module", Members().text("api_name", schema.api_name).id("id", schema.id).take())
                  .raw("deleted_by", by)
                  .text("deleted_time", call.instant(deletion.at_ms))
                  .take();
    }
  }
  if (count == 0) return nothing_there();
  const std::string info =
      Members().number("per_page", 200).number("count", count).number("page", 1).flag("more_records", false).take();
  return json_answer(200, "{\"recycle_bin\":[" + data + "],\"info\":" + info + "}");
}

HttpAnswer purge_records(const Call& call) {
  const auto ids = comma_list(call.route.id.empty() ? pair_or(call.params, "ids", "") : call.route.id);
  if (auto bad = bad_list(ids, true)) return std::move(*bad);
  std::vector<Row> rows;
  for (const std::string& id : ids) {
    const auto [module, slot] = in_bin(call.org, id);
    if (module == nullptr) {
      rows.push_back(failed_row({"INVALID_DATA", "the id given seems to be invalid", Members().text("id", id).take()}));
      continue;
    }
    call.org.purge_record(*module, slot);
    rows.push_back({true, success_object("record deleted permanently", Members().text("id", id))});
  }
  return rows_answer(call.options, "recycle_bin", rows, 200);
}

/// No page shows the body; both forms that the other calls on lists of ids have are taken.
HttpAnswer restore_records(const Call& call) {
  const Json* list = call.body == nullptr ? nullptr : call.body->find("ids");
  if (list == nullptr && call.body != nullptr) list = call.body->find("recycle_bin");
  if (list == nullptr || !list->is_array() || list->items.empty())
    return error_answer(400, missing({"ids", "$.ids"}).error());
  if (list->items.size() > k_most_restores) {
    return error_answer(400, {"LIMIT_EXCEEDED", "the number of ids in one request is limited",
                              Members().text("api_name", "ids").number("maximum_length", k_most_restores).take()});
  }
  std::vector<Row> rows;
  for (const Json& item : list->items) {
    const std::string id(item.is_object() ? item.string_or("id", "") : std::string_view(item.text));
    const auto [module, slot] = in_bin(call.org, id);
    if (module == nullptr) {
      rows.push_back(failed_row({"INVALID_DATA", "the id given seems to be invalid", Members().text("id", id).take()}));
      continue;
    }
    call.org.restore_record(*module, slot);
    rows.push_back({true, success_object("record restored", Members().text("id", id))});
  }
  return rows_answer(call.options, "recycle_bin", rows, 200);
}

HttpAnswer merge_call(const Call& call) {
  Module* module = call.org.find(call.route.module);
  if (module == nullptr) return invalid_module(true);
  const auto master = addressed(*module, {}, call.route.id);
  if (!master) {
    return error_answer(
        400, {"INVALID_DATA", "the id given seems to be invalid", Members().number("resource_path_index", 1).take()});
  }
  const Json* list = call.body == nullptr ? nullptr : call.body->find("merge");
  const Json* data = list != nullptr && !list->items.empty() ? list->items.front().find("data") : nullptr;
  if (data == nullptr || !data->is_array() || data->items.empty())
    return error_answer(400, missing({"data", "$.merge[0].data"}).error());
  if (data->items.size() > k_most_losers) {
    return error_answer(400, {"LIMIT_EXCEEDED", "two records can be merged into a third",
                              Members().number("maximum_length", k_most_losers).text("api_name", "data").take()});
  }
  std::vector<Slot> losers;
  for (std::size_t i = 0; i < data->items.size(); ++i) {
    const auto slot = addressed(*module, {}, data->items[i].string_or("id", ""));
    if (!slot || slot == master) {
      return error_answer(400, {"INVALID_DATA", "the id given seems to be invalid",
                                details_at({"id", "$.merge[0].data[" + std::to_string(i) + "].id"}).take()});
    }
    losers.push_back(*slot);
  }
  call.org.merge_records(*module, *master, losers, call.now_ms, call.options.merge_losers_are_listed);
  return json_answer(200,
                     "{\"merge\":[" + success_object("records merged", Members().text("id", call.route.id)) + "]}");
}

}  // namespace zohosim
