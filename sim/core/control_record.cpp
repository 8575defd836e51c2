// Records as people handle them in the CRM's own pages: made, edited, locked, deleted under the client's hands.

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "core/control.hpp"
#include "core/draft.hpp"
#include "core/render.hpp"
#include "core/simulator.hpp"
#include "core/write_calls.hpp"

namespace zohosim {
namespace {

constexpr std::array k_holds{std::pair{std::string_view("lock"), Hold::locked},
                             std::pair{std::string_view("blueprint"), Hold::blueprint},
                             std::pair{std::string_view("approval"), Hold::approval}};

HttpAnswer rendered(const Call& call, const Module& module, Slot slot) {
  std::string body;
  zs::JsonWriter out(body);
  write_record(out, call, module, module.records.at(slot), nullptr);
  return json_answer(200, std::move(body));
}

constexpr std::array<std::string_view, 3> k_tag_members{"tags", "add_tags", "remove_tags"};
constexpr std::array<std::string_view, 9> k_members{"fields",    "tags",     "add_tags", "remove_tags", "lock",
                                                    "blueprint", "approval", "delete",   "restore"};

/// Before anything is changed: a body that is refused leaves no trace.
Checked<> check_body(const Module& module, const Json& body) {
  for (const std::string& name : body.names) {
    if (std::ranges::find(k_members, name) == k_members.end()) return refuse("INVALID_DATA", "no such member: " + name);
  }
  for (const std::string_view member : k_tag_members) {
    const Json* names = body.find(member);
    for (std::size_t i = 0; names != nullptr && i < names->items.size(); ++i) {
      if (auto fine = check_tag_name(names->items[i].text, {"name", "$." + std::string(member)}); !fine) return fine;
    }
  }
  const Json* fields = body.find("fields");
  for (std::size_t i = 0; fields != nullptr && i < fields->names.size(); ++i) {
    if (module.schema.find(fields->names[i]) == nullptr)
      return refuse("INVALID_DATA", module.schema.api_name + " has no field " + fields->names[i]);
  }
  return {};
}

/// The names under `member` put on, added to, or taken off a record.
void change_tags(const Call& call, Module& module, Slot slot, const Json& body, std::string_view member) {
  const Json* names = body.find(member);
  if (names == nullptr) return;
  std::vector<TagNumber> tags = member == "tags" ? std::vector<TagNumber>{} : module.records.at(slot).tags;
  for (const Json& name : names->items) {
    const bool remove = member == "remove_tags";
    const auto tag =
        remove ? module.tags.by_name(name.text) : std::optional(call.org.tag_named(module, name.text, call.now_ms));
    if (!tag) continue;
    std::erase(tags, *tag);
    if (!remove) tags.push_back(*tag);
  }
  call.org.set_tags(module, slot, std::move(tags));
}

Checked<> change_fields(const Call& call, Module& module, Slot slot, const Json& body) {
  const Json* fields = body.find("fields");
  if (fields == nullptr) return {};
  const ExternalHeader external{};
  const RowContext context{call, module, external, 0};
  const auto draft = read_draft(context, *fields);
  if (!draft) return std::unexpected(draft.error());
  if (auto fine = check_mandatory_kept(context, *draft, module.records.at(slot)); !fine) return fine;
  if (auto fine = check_unique(context, *draft, slot); !fine) return fine;
  apply(*draft, call.org, module, slot, k_person, call.now_ms);
  return {};
}

void change_hold(Record& record, const Json& body) {
  for (const auto& [name, hold] : k_holds) {
    const Json* wanted = body.find(name);
    if (wanted == nullptr) continue;
    if (wanted->is_true()) {
      record.hold = hold;
    } else if (record.hold == hold) {
      record.hold = Hold::none;
    }
  }
}

Checked<> change_record(const Call& call, Module& module, Slot slot, const Json& body) {
  if (auto changed = change_fields(call, module, slot, body); !changed) return changed;
  for (const std::string_view member : k_tag_members) change_tags(call, module, slot, body, member);
  change_hold(module.records.edit(slot), body);
  if (body.true_at("delete")) call.org.delete_record(module, slot, call.now_ms);
  return {};
}

HttpAnswer restore_record(const Call& call, Module& module, std::string_view id) {
  const auto number = parse_id(id);
  const auto slot = number ? module.records.slot_of(*number) : std::nullopt;
  if (!slot || module.records.at(*slot).life != Life::recycled) return control_problem(404, "not in the recycle bin");
  call.org.restore_record(module, *slot);
  return rendered(call, module, *slot);
}

/// Through the same rules as an insert, in the name of a person.
HttpAnswer make_record(const Call& call, Module& module, const Json& body) {
  const Json* fields = body.find("fields");
  if (fields == nullptr) return control_problem(400, R"(give {"fields": {…}, "tags": […]})");
  Json request{Json::Kind::object, {}, {Json{Json::Kind::array, {}, {*fields}, {}}}, {"data"}};
  const Route route{Endpoint::insert, module.schema.api_name, {}, {}};
  const Call insert{call.request, route, call.params, &request, call.org, call.options, call.now_ms, call.row_faults};
  const Slot slot = module.records.slots();
  HttpAnswer answer = write_records(insert);
  if (answer.status != 201) return answer;
  module.records.edit(slot).modified_by = k_person;
  change_tags(call, module, slot, body, "tags");
  return rendered(call, module, slot);
}

}  // namespace

HttpAnswer control_record(Simulator& simulator, const HttpRequest& request) {
  const auto pieces = zs::split(std::string_view(request.path).substr(1), '/');
  Module* module = pieces.size() > 2 ? simulator.org().find(pieces[2]) : nullptr;
  if (module == nullptr || pieces.size() > 4) return control_problem(404, "no such module");
  const auto body = parse_json(request.body);
  if (!body) return control_problem(400, "the body is no JSON: " + body.error().text);
  HttpRequest plain;  // without headers: a person sends no X-EXTERNAL
  const Route nowhere{};
  const Pairs no_params;
  const Call call{plain, nowhere, no_params, &*body, simulator.org(), simulator.options(), simulator.now_ms(), {}};
  if (auto fine = check_body(*module, *body); !fine) return error_answer(400, fine.error());
  if (pieces.size() == 3) return make_record(call, *module, *body);
  if (body->true_at("restore")) return restore_record(call, *module, pieces[3]);
  const auto slot = addressed(*module, {}, pieces[3]);
  if (!slot) return control_problem(404, "no such record");
  if (auto changed = change_record(call, *module, *slot, *body); !changed) return error_answer(400, changed.error());
  return rendered(call, *module, *slot);
}

}  // namespace zohosim
