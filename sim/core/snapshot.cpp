#include "core/snapshot.hpp"

#include <algorithm>
#include <array>
#include <spanstream>

#include "core/field_calls.hpp"
#include "core/json.hpp"
#include "core/json_cutter.hpp"
#include "core/text.hpp"

namespace zohosim {
namespace {

constexpr std::string_view k_format = "zohosim-org-1";
constexpr std::array<std::string_view, 3> k_lives{"live", "recycled", "purged"};
constexpr std::array<std::string_view, 4> k_holds{"none", "locked", "blueprint", "approval"};

std::unexpected<zs::Error> wrong(std::string why) { return zs::fail(zs::Errc::invalid, std::move(why)); }

// --- saving ------------------------------------------------------------------------------------

/// A writer whose text is handed on whenever there is enough of it.
class Pieces {
 public:
  explicit Pieces(const std::function<void(std::string_view)>& sink) : sink_(sink), writer_(text_) {}
  ~Pieces() { sink_(text_); }
  Pieces(const Pieces&) = delete;
  Pieces& operator=(const Pieces&) = delete;

  [[nodiscard]] zs::JsonWriter& writer() { return writer_; }
  void hand_on() {
    if (text_.size() < k_enough) return;
    sink_(text_);
    text_.clear();
  }

 private:
  static constexpr std::size_t k_enough = 64UL * 1024;
  const std::function<void(std::string_view)>& sink_;
  std::string text_;
  zs::JsonWriter writer_;
};

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

void save_module(Pieces& pieces, const Module& module) {
  zs::JsonWriter& out = pieces.writer();
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
  for (Slot slot = 0; slot < module.records.slots(); ++slot) {
    save_record(out, module, module.records.at(slot));
    pieces.hand_on();
  }
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

  /// First the whole document's fields and tags, then its records: they name both.
  zs::Result<> shape(Module& module, JsonCutter& in) {
    return in.each_member([&](const std::string& name) -> zs::Result<> {
      if (name == "fields")
        return in.each_item([&] { return with_value(in, [&](const Json& v) { return add_field(module, v); }); });
      if (name == "tags")
        return in.each_item([&] { return with_value(in, [&](const Json& v) { return add_tag(module, v); }); });
      return in.skip();
    });
  }

  zs::Result<> content(Module& module, JsonCutter& in) {
    std::vector<Json> deletions;
    ZS_TRY(in.each_member([&](const std::string& name) -> zs::Result<> {
      if (name == "records")
        return in.each_item([&] { return with_value(in, [&](const Json& v) { return add_record(module, v); }); });
      if (name == "deletions")
        return in.each_item(
            [&] { return with_value(in, [&](const Json& v) { return deletions.push_back(v), zs::Result<>{}; }); });
      return in.skip();
    }));
    for (const Json& deletion : deletions) add_deletion(module, deletion);
    return {};
  }

  [[nodiscard]] std::int64_t latest_ms() const { return latest_ms_; }

 private:
  template <class Use>
  static zs::Result<> with_value(JsonCutter& in, const Use& use) {
    ZS_ASSIGN(const Json value, in.value());
    return use(value);
  }

  zs::Result<> add_field(Module& module, const Json& given) {
    // A ready org has some of them already.
    if (module.schema.find(given.string_or("api_name", "")) != nullptr) return {};
    auto read = read_new_field(options_, module, given, 0);
    if (!read)
      return wrong("field of " + module.schema.api_name + ": " + read.error().message + " " + read.error().details);
    read->id = id_or_next(given, org_);
    for (PickValue& pick : read->picks) pick.id = org_.ids().next();
    org_.add_field(module, std::move(*read));
    return {};
  }

  zs::Result<> add_tag(Module& module, const Json& given) {
    const std::uint64_t id = id_or_next(given, org_);
    module.tags.add({id, std::string(given.string_or("name", "")), std::string(given.string_or("color_code", "")),
                     given.integer_or("created_ms", now_ms_), given.integer_or("modified_ms", now_ms_), 0, false});
    return {};
  }

  zs::Result<> add_record(Module& module, const Json& given) {
    Record record;
    record.id = id_or_next(given, org_);
    const Slot count = module.records.slots();
    if (count > 0 && module.records.at(count - 1).id >= record.id)
      return wrong("records must stand in the order of their ids");
    record.created_ms = given.integer_or("created_ms", now_ms_);
    record.modified_ms = given.integer_or("modified_ms", record.created_ms);
    latest_ms_ = std::max(latest_ms_, record.modified_ms);
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
        if (field == nullptr) return wrong(module.schema.api_name + " has no field " + values->names[i]);
        record.values.set(field->number, values->items[i].text);
      }
    }
    org_.add_record(module, std::move(record));
    return {};
  }

  void add_deletion(Module& module, const Json& given) {
    const auto id = parse_id(given.string_or("id", ""));
    const auto slot = id ? module.records.slot_of(*id) : std::nullopt;
    if (!slot) return;
    const std::int64_t at_ms = given.integer_or("at_ms", 0);
    latest_ms_ = std::max(latest_ms_, at_ms);
    module.deletions.push_back(
        {*slot, at_ms, std::string(given.string_or("display_name", "")), given.true_at("listed")});
  }

  Organization& org_;
  const Options& options_;
  std::int64_t now_ms_;
  std::int64_t latest_ms_ = 0;
};

/// One pass over the document; `visit` takes what stands under each module's name.
template <class Visit>
zs::Result<> each_module(std::istream& in, Organization& org, const Visit& visit) {
  in.clear();
  in.seekg(0);
  if (!in) return wrong("cannot be read from its beginning");
  JsonCutter cutter(in);
  std::string format;
  bool modules = false;
  ZS_TRY(cutter.each_member([&](const std::string& name) -> zs::Result<> {
    if (name == "format") {
      ZS_ASSIGN(const Json text, cutter.value());
      format = text.text;
      return {};
    }
    if (name == "contact_roles") {
      return cutter.each_item([&]() -> zs::Result<> {
        ZS_ASSIGN(const Json entry, cutter.value());
        const auto deal = parse_id(entry.string_or("deal", ""));
        const auto contact = parse_id(entry.string_or("contact", ""));
        const std::int64_t role = entry.integer_or("role", 0);
        if (!deal || !contact || role < 0 || role > std::ssize(contact_role_names()))
          return wrong("contact_roles: expected {\"deal\", \"contact\", \"role\": 0 to 4}");
        org.roles().put(*deal, {*contact, static_cast<std::uint16_t>(role), entry.true_at("by_person")});
        return {};
      });
    }
    if (name != "modules") return cutter.skip();
    modules = true;
    return cutter.each_member([&](const std::string& api_name) -> zs::Result<> {
      Module* module = org.find(api_name);
      if (module == nullptr) return wrong("no module " + api_name);
      return visit(*module, cutter);
    });
  }));
  ZS_TRY(cutter.end());
  if (format == k_format && modules) return {};
  return wrong("expected {\"format\": \"" + std::string(k_format) + "\", \"modules\": {…}}");
}

}  // namespace

void write_snapshot(const Organization& org, const std::function<void(std::string_view)>& sink) {
  Pieces pieces(sink);
  zs::JsonWriter& out = pieces.writer();
  out.begin_object().field("format", k_format).key("modules").begin_object();
  for (const auto& module : org.modules()) save_module(pieces, *module);
  out.end_object().key("contact_roles").begin_array();
  for (const auto& [deal, entries] : org.roles().all()) {
    for (const RoleEntry& entry : entries) {
      out.begin_object().field("deal", std::to_string(deal)).field("contact", std::to_string(entry.contact));
      out.field("role", std::int64_t{entry.role}).field_bool("by_person", entry.by_person).end_object();
    }
    pieces.hand_on();
  }
  out.end_array().end_object();
}

std::string save_snapshot(const Organization& org) {
  std::string body;
  write_snapshot(org, [&body](std::string_view piece) { body += piece; });
  return body;
}

zs::Result<LoadedOrg> read_snapshot(std::istream& in, const Options& options, std::int64_t now_ms) {
  Organization org(options);
  Loader loader(org, options, now_ms);
  const auto shape = [&](Module& module, JsonCutter& from) { return loader.shape(module, from); };
  const auto content = [&](Module& module, JsonCutter& from) { return loader.content(module, from); };
  auto read = each_module(in, org, shape);
  if (read) read = each_module(in, org, content);
  if (!read) return wrong("snapshot: " + read.error().text);
  return LoadedOrg{std::move(org), loader.latest_ms()};
}

zs::Result<LoadedOrg> load_snapshot(std::string_view json, const Options& options, std::int64_t now_ms) {
  std::ispanstream in(std::span<const char>(json.data(), json.size()));
  return read_snapshot(in, options, now_ms);
}

}  // namespace zohosim
