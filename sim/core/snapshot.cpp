#include "core/snapshot.hpp"

#include <algorithm>
#include <array>

#include "core/field_calls.hpp"
#include "core/json.hpp"
#include "core/text.hpp"

namespace zohosim {
namespace {

constexpr std::string_view k_format = "zohosim-org-1";
constexpr std::array<std::string_view, 3> k_lives{"live", "recycled", "purged"};
constexpr std::array<std::string_view, 4> k_holds{"none", "locked", "blueprint", "approval"};

std::unexpected<zs::Error> bad(std::string why) { return zs::fail(zs::Errc::invalid, "snapshot: " + std::move(why)); }

// --- saving ------------------------------------------------------------------------------------

void save_field(zs::JsonWriter& out, const Field& field) {
  out.begin_object().field("id", std::to_string(field.id)).field("api_name", field.api_name);
  out.field("field_label", field.label)
      .field("data_type", name_of(field.type))
      .field("length", std::int64_t{field.length});
  if (field.unique) out.key("unique").begin_object().field_bool("case_sensitive", false).end_object();
  if (field.external != External::none) {
    out.key("external").begin_object().field("type", field.external == External::org ? "org" : "user").end_object();
  }
  if (!field.picks.empty()) {
    out.key("pick_list_values").begin_array();
    for (const PickValue& pick : field.picks) out.begin_object().field("display_value", pick.display).end_object();
    out.end_array();
  }
  out.end_object();
}

void save_record(zs::JsonWriter& out, const Module& module, const Record& record) {
  out.begin_object().field("id", std::to_string(record.id));
  out.field("created_ms", record.created_ms).field("modified_ms", record.modified_ms);
  out.field("owner", std::int64_t{record.owner}).field("modified_by", std::int64_t{record.modified_by});
  out.field("life", k_lives[static_cast<std::size_t>(record.life)])
      .field("hold", k_holds[static_cast<std::size_t>(record.hold)]);
  out.key("tags").begin_array();
  for (const TagNumber tag : record.tags) out.string(module.tags.at(tag).name);
  out.end_array().key("values").begin_object();
  record.values.for_each(
      [&](std::uint16_t field, std::string_view value) { out.field(module.schema.fields[field].api_name, value); });
  out.end_object().end_object();
}

void save_module(zs::JsonWriter& out, const Module& module) {
  out.key(module.schema.api_name).begin_object().key("fields").begin_array();
  for (const Field& field : module.schema.fields) {
    if (field.custom) save_field(out, field);
  }
  out.end_array().key("tags").begin_array();
  for (const TagNumber number : module.tags.all()) {
    const Tag& tag = module.tags.at(number);
    out.begin_object().field("id", std::to_string(tag.id)).field("name", tag.name).field("color_code", tag.color);
    out.field("created_ms", tag.created_ms).field("modified_ms", tag.modified_ms).end_object();
  }
  out.end_array().key("records").begin_array();
  for (Slot slot = 0; slot < module.records.slots(); ++slot) save_record(out, module, module.records.at(slot));
  out.end_array().key("deletions").begin_array();
  for (const Deletion& deletion : module.deletions) {
    out.begin_object().field("id", std::to_string(module.records.at(deletion.slot).id)).field("at_ms", deletion.at_ms);
    out.field("display_name", deletion.display_name).field_bool("listed", deletion.listed).end_object();
  }
  out.end_array().end_object();
}

// --- loading -----------------------------------------------------------------------------------

const std::vector<Json>& list_at(const Json& object, std::string_view name) {
  static const std::vector<Json> none;
  const Json* list = object.find(name);
  return list == nullptr ? none : list->items;
}

std::uint64_t id_or_next(const Json& object, Organization& org) {
  const auto id = parse_id(object.string_or("id", ""));
  if (!id) return org.ids().next();
  org.ids().skip_to(*id);
  return *id;
}

template <std::size_t N>
std::size_t position(const std::array<std::string_view, N>& names, std::string_view name) {
  const auto found = std::ranges::find(names, name);
  return found == names.end() ? 0 : static_cast<std::size_t>(found - names.begin());
}

class Loader {
 public:
  Loader(Organization& org, const Options& options, std::int64_t now_ms)
      : org_(org), options_(options), now_ms_(now_ms) {}

  zs::Result<> module(Module& module, const Json& given) {
    std::size_t index = 0;
    for (const Json& field : list_at(given, "fields")) {
      // A ready org has some of them already.
      if (module.schema.find(field.string_or("api_name", "")) != nullptr) continue;
      auto read = read_new_field(options_, module, field, index++);
      if (!read)
        return bad("field of " + module.schema.api_name + ": " + read.error().message + " " + read.error().details);
      read->id = id_or_next(field, org_);
      for (PickValue& pick : read->picks) pick.id = org_.ids().next();
      org_.add_field(module, std::move(*read));
    }
    for (const Json& tag : list_at(given, "tags")) add_tag(module, tag);
    for (const Json& record : list_at(given, "records")) ZS_TRY(add_record(module, record));
    for (const Json& deletion : list_at(given, "deletions")) add_deletion(module, deletion);
    return {};
  }

 private:
  void add_tag(Module& module, const Json& given) {
    const std::uint64_t id = id_or_next(given, org_);
    module.tags.add({id, std::string(given.string_or("name", "")), std::string(given.string_or("color_code", "")),
                     given.integer_or("created_ms", now_ms_), given.integer_or("modified_ms", now_ms_), 0, false});
  }

  zs::Result<> add_record(Module& module, const Json& given) {
    Record record;
    record.id = id_or_next(given, org_);
    const Slot count = module.records.slots();
    if (count > 0 && module.records.at(count - 1).id >= record.id)
      return bad("records must stand in the order of their ids");
    record.created_ms = given.integer_or("created_ms", now_ms_);
    record.modified_ms = given.integer_or("modified_ms", record.created_ms);
    const auto last_user = static_cast<std::int64_t>(org_.users().size()) - 1;
    record.owner =
        static_cast<std::uint16_t>(std::clamp<std::int64_t>(given.integer_or("owner", k_person), 0, last_user));
    record.modified_by =
        static_cast<std::uint16_t>(std::clamp<std::int64_t>(given.integer_or("modified_by", k_person), 0, last_user));
    record.life = static_cast<Life>(position(k_lives, given.string_or("life", "live")));
    record.hold = static_cast<Hold>(position(k_holds, given.string_or("hold", "none")));
    for (const Json& name : list_at(given, "tags")) record.tags.push_back(org_.tag_named(module, name.text, now_ms_));
    if (const Json* values = given.find("values")) {
      for (std::size_t i = 0; i < values->items.size(); ++i) {
        const Field* field = module.schema.find(values->names[i]);
        if (field == nullptr) return bad(module.schema.api_name + " has no field " + values->names[i]);
        record.values.set(field->number, values->items[i].text);
      }
    }
    org_.add_record(module, std::move(record));
    return {};
  }

  static void add_deletion(Module& module, const Json& given) {
    const auto id = parse_id(given.string_or("id", ""));
    const auto slot = id ? module.records.slot_of(*id) : std::nullopt;
    if (!slot) return;
    module.deletions.push_back({*slot, given.integer_or("at_ms", 0), std::string(given.string_or("display_name", "")),
                                given.true_at("listed")});
  }

  Organization& org_;
  const Options& options_;
  std::int64_t now_ms_;
};

}  // namespace

std::string save_snapshot(const Organization& org) {
  std::string body;
  zs::JsonWriter out(body);
  out.begin_object().field("format", k_format).key("modules").begin_object();
  for (const auto& module : org.modules()) save_module(out, *module);
  out.end_object().end_object();
  return body;
}

zs::Result<Organization> load_snapshot(std::string_view json, const Options& options, std::int64_t now_ms) {
  const auto document = parse_json(json);
  if (!document) return bad("no JSON: " + document.error().text);
  const Json* modules = document->find("modules");
  if (document->string_or("format", "") != k_format || modules == nullptr) {
    return bad("expected {\"format\": \"" + std::string(k_format) + "\", \"modules\": {…}}");
  }
  Organization org(options);
  Loader loader(org, options, now_ms);
  for (std::size_t i = 0; i < modules->items.size(); ++i) {
    Module* module = org.find(modules->names[i]);
    if (module == nullptr) return bad("no module " + modules->names[i]);
    ZS_TRY(loader.module(*module, modules->items[i]));
  }
  return org;
}

}  // namespace zohosim
