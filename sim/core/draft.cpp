#include "core/draft.hpp"

#include <algorithm>

#include "core/pipeline.hpp"

namespace zohosim {
namespace {

/// As one report has it of a live org: a Deal whose account is named makes it, whatever becomes of the Deal.
std::optional<std::string> account_by_name(const RowContext& context, const Field& field, const Json& given) {
  if (!context.call.options.names_make_accounts || field.lookup_module != "Accounts") return std::nullopt;
  const std::string name(given.string_or("name", ""));
  if (context.module.schema.api_name != "Deals" || name.empty() || given.find("id") != nullptr) return std::nullopt;
  Module& accounts = *context.call.org.find("Accounts");
  const Field& account_name = *accounts.schema.find("Account_Name");
  const auto known = accounts.records.find(account_name.number, name);
  if (!known.empty()) return std::to_string(accounts.records.at(known.front()).id);
  Record record;
  record.id = context.call.org.ids().next();
  record.created_ms = record.modified_ms = context.call.now_ms;
  record.values.set(account_name.number, name);
  return std::to_string(accounts.records.at(context.call.org.add_record(accounts, std::move(record))).id);
}

Checked<> read_value(const RowContext& context, const Field& field, const Json& given, Draft& draft) {
  if (auto account = account_by_name(context, field, given)) {
    draft.values.emplace_back(&field, std::move(account));
    return {};
  }
  const ValueRules rules{context.call.org, context.call.options, &context.external.lookups};
  auto checked = check_value(rules, field, given, context.where(field.api_name));
  if (!checked) return std::unexpected(std::move(checked).error());
  if (!checked->keep) return {};
  if (field.system == SystemField::owner) {
    if (checked->value) draft.owner = static_cast<std::uint16_t>(std::stoul(*checked->value));
  } else {
    draft.values.emplace_back(&field, std::move(checked->value));
  }
  return {};
}

Checked<> read_tags(const RowContext& context, const Json& given, Draft& draft) {
  if (given.is_null()) {
    draft.tags.emplace();
    return {};
  }
  const Where where = context.where("Tag");
  if (!given.is_array()) return invalid_type(where, "jsonarray");
  auto wishes = read_tag_wishes(context.module, given, where.json_path, context.call.options);
  if (!wishes) return std::unexpected(std::move(wishes).error());
  const std::size_t most = tags_per_record(context.call.options.edition);
  // The shape of this refusal is unconfirmed.
  if (wishes->size() > most) {
    return refuse("LIMIT_EXCEEDED", "the number of tags on a record is limited",
                  details_at(where).number("maximum_length", static_cast<std::int64_t>(most)));
  }
  draft.tags = std::move(*wishes);
  return {};
}

std::string duplicate_record(const RowContext& context, const Record& record) {
  const auto& schema = context.module.schema;
  return Members()
      .id("id", record.id)
      .raw("Owner", user_ref(context.call.org.users()[record.owner]))
      .raw("module", Members().text("api_name", schema.api_name).id("id", schema.id).take())
      .take();
}

/// What a field will hold once the draft is applied.
std::string value_after(const Module& module, const Draft& draft, const Record* record, std::string_view field) {
  if (const StoredValue* drafted = draft.find(field)) return drafted->value_or("");
  const Field* known = module.schema.find(field);
  if (known == nullptr || record == nullptr) return {};
  return std::string(record->values.get(known->number).value_or(""));
}

std::unexpected<Refusal> unmapped(const Where& where, std::string_view mapped_field) {
  return refuse("MAPPING_MISMATCH", std::string(mapped_field) + " doesn't contain the " + where.api_name,
                details_at(where).text("mapped_field", mapped_field));
}

Checked<> check_pipeline(const RowContext& context, const Draft& draft, const Record* record) {
  const std::string pipeline = value_after(context.module, draft, record, "Pipeline");
  const std::string stage = value_after(context.module, draft, record, "Stage");
  if (std::ranges::none_of(pipelines(), [&](const Pipeline& known) { return known.name == pipeline; })) {
    return unmapped(context.where("Pipeline"), "Layout");
  }
  if (!pipeline_has_stage(pipeline, stage)) return unmapped(context.where("Stage"), "Pipeline");
  return {};
}

Checked<> check_contact_of_account(const RowContext& context, const Draft& draft, const Record* record) {
  const auto contact = parse_id(value_after(context.module, draft, record, "Contact_Name"));
  const std::string account = value_after(context.module, draft, record, "Account_Name");
  const Module* contacts = context.call.org.find("Contacts");
  const auto slot = contact ? contacts->records.live(*contact) : std::nullopt;
  if (!slot || account.empty()) return {};
  const auto own = contacts->records.at(*slot).values.get(contacts->schema.find("Account_Name")->number);
  if (!own || *own == account) return {};
  return refuse("INVALID_DATA", "give contact id is mismatched with the data",
                details_at(context.where("Contact_Name")));
}

}  // namespace

const StoredValue* Draft::find(std::string_view field) const {
  for (const auto& [known, value] : values) {
    if (known->api_name == field) return &value;
  }
  return nullptr;
}

Checked<Draft> read_draft(const RowContext& context, const Json& row) {
  Draft draft;
  draft.values.reserve(row.items.size());
  for (std::size_t i = 0; i < row.items.size(); ++i) {
    const Field* field = context.module.schema.find(row.names[i]);
    if (field == nullptr || field->read_only || row.find(row.names[i]) != &row.items[i]) continue;
    auto read = field->system == SystemField::tag ? read_tags(context, row.items[i], draft)
                                                  : read_value(context, *field, row.items[i], draft);
    if (!read) return std::unexpected(std::move(read).error());
  }
  return draft;
}

Checked<> check_mandatory_given(const RowContext& context, const Json& row) {
  const Json* layout = row.find("Layout");
  const bool names_layout = layout != nullptr && !layout->is_null();
  if (names_layout && layout->string_or("id", "") != std::to_string(context.module.schema.layout_id)) {
    return refuse("INVALID_DATA", "the id given seems to be invalid", details_at(context.where("Layout")));
  }
  const bool layout_counts = names_layout || context.call.options.layout_counts_always;
  for (const Field& field : context.module.schema.fields) {
    if (!field.mandatory && !(layout_counts && field.layout_mandatory)) continue;
    const Json* given = row.find(field.api_name);
    const bool there = given != nullptr && !given->is_null() && !(given->is_string() && given->text.empty());
    if (!there) return missing(context.where(field.api_name));
  }
  return {};
}

Checked<> check_mandatory_kept(const RowContext& context, const Draft& draft, const Record& record) {
  for (const auto& [field, value] : draft.values) {
    if (!field->mandatory || value) continue;
    return refuse("MANDATORY_NOT_FOUND", "required field not found",
                  details_at(context.where(field->api_name)).id("id", record.id));
  }
  return {};
}

Checked<> check_unique(const RowContext& context, const Draft& draft, std::optional<Slot> self) {
  for (const auto& [field, value] : draft.values) {
    if (!field->is_key() || !value) continue;
    std::vector<Slot> others = context.module.records.find(field->number, *value);
    std::erase(others, self.value_or(context.module.records.slots()));
    if (others.empty()) continue;
    const Record& other = context.module.records.at(others.front());
    return refuse("DUPLICATE_DATA", "duplicate data",
                  details_at(context.where(field->api_name))
                      .id("id", other.id)
                      .flag("more_records", others.size() > 1)
                      .raw("duplicate_record", duplicate_record(context, other)));
  }
  return {};
}

Checked<> check_deal(const RowContext& context, const Draft& draft, const Record* record) {
  if (context.module.schema.api_name != "Deals") return {};
  if (context.call.options.pipelines) {
    if (auto fits = check_pipeline(context, draft, record); !fits) return fits;
  }
  if (context.call.options.deal_contact_must_match) return check_contact_of_account(context, draft, record);
  return {};
}

void append_picks(const Json& row, const Record& record, Draft& draft) {
  const Json* wanted = row.find("$append_values");
  if (wanted == nullptr) return;
  for (auto& [field, value] : draft.values) {
    if (field->type != DataType::multiselectpicklist || !value || !wanted->true_at(field->api_name)) continue;
    const auto there = parse_json(record.values.get(field->number).value_or("[]"));
    auto all = there ? *there : Json{Json::Kind::array, {}, {}, {}};
    const auto added = parse_json(*value);
    for (const Json& item : added->items) {
      if (std::ranges::find(all.items, item.text, &Json::text) == all.items.end()) all.items.push_back(item);
    }
    value->clear();
    zs::JsonWriter writer(*value);
    write_json(writer, all);
  }
}

void apply(const Draft& draft, Organization& org, Module& module, Slot slot, std::uint16_t user, std::int64_t now_ms) {
  const Field* contact = module.schema.find("Contact_Name");
  const std::string former(contact == nullptr ? "" : module.records.at(slot).values.get(contact->number).value_or(""));
  for (const auto& [field, value] : draft.values) {
    if (value) {
      module.records.set(slot, field->number, *value);
    } else {
      module.records.erase(slot, field->number);
    }
  }
  Record& record = module.records.edit(slot);
  if (draft.owner) record.owner = *draft.owner;
  record.modified_ms = now_ms;
  record.modified_by = user;
  org.note_deal_contact(module, slot, former);
  org.note_edit(module, slot);
}

std::size_t tags_per_record(Edition edition) { return edition <= Edition::standard ? 5 : 10; }

std::size_t tags_per_module(Edition edition) {
  switch (edition) {
    case Edition::free:
    case Edition::standard:
      return 20;
    case Edition::professional:
      return 60;
    case Edition::enterprise:
      return 100;
    case Edition::ultimate:
      return 200;
  }
  return 20;
}

Checked<std::vector<TagWish>> read_tag_wishes(const Module& module, const Json& list, const std::string& path,
                                              const Options& options) {
  std::vector<TagWish> out;
  std::size_t unknown = 0;
  for (std::size_t i = 0; i < list.items.size(); ++i) {
    const Json& item = list.items[i];
    const std::string at = path + "[" + std::to_string(i) + "]";
    if (const Json* id = item.find("id"); id != nullptr && !id->is_null()) {
      const auto number = parse_id(id->text);
      const auto tag = number ? module.tags.by_id(*number) : std::nullopt;
      if (!tag) return refuse("INVALID_DATA", "the id given seems to be invalid", details_at({"id", at + ".id"}));
      out.push_back({tag, {}});
      continue;
    }
    const std::string name(item.string_or("name", ""));
    const auto known = module.tags.by_name(name);
    if (!known) {
      if (auto fine = check_tag_name(name, {"name", at + ".name"}); !fine) return std::unexpected(fine.error());
      if (!options.tags_made_by_name) return refuse("INVALID_DATA", "invalid data", details_at({"name", at + ".name"}));
      ++unknown;
    }
    out.push_back({known, name});
  }
  const std::size_t most = tags_per_module(options.edition);
  if (unknown > 0 && module.tags.all().size() + unknown > most) {
    return refuse("LIMIT_EXCEEDED", "the number of tags of a module is limited",
                  Members().number("maximum_length", static_cast<std::int64_t>(most)));
  }
  return out;
}

std::vector<TagNumber> fulfil(const Call& call, Module& module, const std::vector<TagWish>& wishes) {
  std::vector<TagNumber> out;
  for (const TagWish& wish : wishes) {
    const TagNumber number = wish.known ? *wish.known : call.org.tag_named(module, wish.name, call.now_ms);
    if (std::ranges::find(out, number) == out.end()) out.push_back(number);
  }
  return out;
}

}  // namespace zohosim
