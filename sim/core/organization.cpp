#include "core/organization.hpp"

#include <algorithm>

#include "core/text.hpp"

namespace zohosim {
namespace {

bool needs_index(const ModuleSchema& schema, const Field& field) {
  return field.is_key() || field.type == DataType::email || field.type == DataType::lookup ||
         field.api_name == schema.system_duplicate_field || field.api_name == identity_field(schema.api_name);
}

Field ready_field(std::string_view module) {
  Field field;
  field.api_name = identity_field(module);
  field.label = field.api_name;
  std::ranges::replace(field.label, '_', ' ');
  field.length = 100;
  field.custom = true;
  field.unique = true;
  field.external = External::org;
  return field;
}

}  // namespace

/// False when the org lacks that module or field: "Deals.Closing_Date".
bool make_mandatory(Organization& org, std::string_view name) {
  const std::size_t dot = name.find('.');
  Module* module = dot == std::string_view::npos ? nullptr : org.find(name.substr(0, dot));
  const Field* field = module == nullptr ? nullptr : module->schema.find(name.substr(dot + 1));
  if (field == nullptr || field->system != SystemField::none) return false;
  module->schema.fields[field->number].layout_mandatory = true;
  return true;
}

std::string_view identity_field(std::string_view module) {
  if (module == "Contacts") return "Platform_User_ID";
  if (module == "Accounts") return "Platform_Account_ID";
  if (module == "Deals") return "Platform_Subscription_ID";
  return {};
}

Organization::Organization(const Options& options)
    : parent_deleted_(options.parent_deleted),
      searches_tags_(options.tags_are_searched),
      deal_contact_has_role_(options.deal_contact_has_role) {
  zgid_ = ids_.next();
  users_.push_back({ids_.next(), ids_.next(), "Sync", "Bot", "sync.bot@zohosim.example"});
  users_.push_back({ids_.next(), ids_.next(), "Ann", "Sales", "ann.sales@zohosim.example"});
  for (ModuleSchema& schema : standard_modules(options, ids_)) {
    auto module = std::make_unique<Module>();
    module->schema = std::move(schema);
    for (const Field& field : module->schema.fields) {
      if (needs_index(module->schema, field)) module->records.index(field);
      if (field.api_name == "Stage") module->records.tally(field);
    }
    modules_.push_back(std::move(module));
  }
  for (const auto& module : modules_) {
    const std::string_view identity = identity_field(module->schema.api_name);
    if (options.ready && !identity.empty()) add_field(*module, ready_field(module->schema.api_name));
  }
  for (const std::string& name : options.layout_mandatory) make_mandatory(*this, name);
}

Module* Organization::find(std::string_view module) { return const_cast<Module*>(std::as_const(*this).find(module)); }

const Module* Organization::find(std::string_view module) const {
  const auto found = std::ranges::find_if(modules_, [&](const auto& one) { return one->schema.api_name == module; });
  return found == modules_.end() ? nullptr : found->get();
}

std::optional<std::uint16_t> Organization::user(std::uint64_t id) const {
  for (std::uint16_t number = 0; number < users_.size(); ++number) {
    if (users_[number].id == id) return number;
  }
  return std::nullopt;
}

const Field& Organization::add_field(Module& module, Field field) {
  if (field.id == 0) field.id = ids_.next();
  ids_.skip_to(field.id);
  const Field& added = module.schema.add(std::move(field));
  if (needs_index(module.schema, added)) module.records.index(added);
  if (added.api_name == identity_field(module.schema.api_name)) module.records.watch_twins(added);
  return added;
}

Slot Organization::add_record(Module& module, Record record) {
  if (record.life == Life::live) count_tags(module, record, +1);
  watches_.note(module.schema.api_name, Operation::create, record.id);
  return module.records.add(std::move(record));
}

void Organization::note_edit(const Module& module, Slot slot) {
  watches_.note(module.schema.api_name, Operation::edit, module.records.at(slot).id);
}

void Organization::count_tags(Module& module, const Record& record, int by) {
  for (const TagNumber number : record.tags) module.tags.edit(number).records += by;
}

void Organization::set_tags(Module& module, Slot slot, std::vector<TagNumber> tags) {
  Record& record = module.records.edit(slot);
  count_tags(module, record, -1);
  record.tags = std::move(tags);
  count_tags(module, record, +1);
}

TagNumber Organization::tag_named(Module& module, std::string_view name, std::int64_t now_ms) {
  if (const auto known = module.tags.by_name(name)) return *known;
  return module.tags.add({ids_.next(), std::string(name), {}, now_ms, now_ms, 0, false});
}

void Organization::delete_tag(Module& module, TagNumber number) {
  for (Slot slot = 0; slot < module.records.slots(); ++slot) std::erase(module.records.edit(slot).tags, number);
  module.tags.remove(number);
}

void Organization::merge_tags(Module& module, TagNumber kept, TagNumber merged) {
  for (Slot slot = 0; slot < module.records.slots(); ++slot) {
    const Record& record = module.records.at(slot);
    if (record.life != Life::live || std::ranges::find(record.tags, merged) == record.tags.end()) continue;
    std::vector<TagNumber> tags = record.tags;
    if (std::ranges::find(tags, kept) == tags.end()) tags.push_back(kept);
    set_tags(module, slot, std::move(tags));
  }
  delete_tag(module, merged);
}

void Organization::delete_record(Module& module, Slot slot, std::int64_t now_ms, bool listed) {
  module.deletions.push_back({slot, now_ms, display_name(module, module.records.at(slot)), listed});
  count_tags(module, module.records.at(slot), -1);
  module.records.recycle(slot);
  if (listed) watches_.note(module.schema.api_name, Operation::remove, module.records.at(slot).id);
  if (parent_deleted_ == ParentDeleted::takes_deals) delete_deals_of(module, slot, now_ms);
}

void Organization::delete_deals_of(const Module& parents, Slot parent, std::int64_t now_ms) {
  Module& deals = *find("Deals");
  const std::string id = std::to_string(parents.records.at(parent).id);
  for (const Field& field : deals.schema.fields) {
    if (field.lookup_module != parents.schema.api_name) continue;
    for (const Slot deal : deals.records.find(field.number, id)) delete_record(deals, deal, now_ms);
  }
}

void Organization::restore_record(Module& module, Slot slot) {
  std::erase_if(module.deletions, [slot](const Deletion& deletion) { return deletion.slot == slot; });
  module.records.restore(slot);
  count_tags(module, module.records.at(slot), +1);
  watches_.note(module.schema.api_name, Operation::create, module.records.at(slot).id);
}

void Organization::purge_record(Module& module, Slot slot) {
  if (module.schema.api_name == "Contacts") roles_.forget_contact(module.records.at(slot).id);
  if (module.schema.api_name == "Deals") roles_.forget_deal(module.records.at(slot).id);
  module.records.purge(slot);
}

void Organization::note_deal_contact(const Module& module, Slot slot, std::string_view former) {
  if (!deal_contact_has_role_ || module.schema.api_name != "Deals") return;
  const Record& deal = module.records.at(slot);
  const auto now = deal.values.get(module.schema.find("Contact_Name")->number);
  roles_.set_primary(deal.id, parse_id(former).value_or(0), parse_id(now.value_or("")).value_or(0));
}

void Organization::empty_bin(std::int64_t now_ms) {
  constexpr std::int64_t k_day_ms = 86'400'000;
  for (const auto& module : modules_) {
    const auto older = [&](std::size_t at, std::int64_t days) {
      return at < module->deletions.size() && module->deletions[at].at_ms <= now_ms - days * k_day_ms;
    };
    for (; older(module->emptied, 60); ++module->emptied) {
      const Slot slot = module->deletions[module->emptied].slot;
      if (module->records.at(slot).life == Life::recycled) purge_record(*module, slot);
    }
    for (; older(module->forgotten, 120); ++module->forgotten) module->deletions[module->forgotten].listed = false;
  }
}

void Organization::merge_records(Module& module, Slot master, const std::vector<Slot>& losers, std::int64_t now_ms,
                                 bool listed) {
  const std::string survivor = std::to_string(module.records.at(master).id);
  for (const Slot loser : losers) {
    const std::string lost = std::to_string(module.records.at(loser).id);
    for (const auto& other : modules_) {
      for (const Field& field : other->schema.fields) {
        if (field.lookup_module != module.schema.api_name) continue;
        for (const Slot child : other->records.find(field.number, lost)) {
          other->records.set(child, field.number, survivor);
        }
      }
    }
    if (module.schema.api_name == "Contacts")
      roles_.merge_contacts(module.records.at(master).id, module.records.at(loser).id);
    delete_record(module, loser, now_ms, listed);
  }
  module.records.edit(master).modified_ms = now_ms;
  note_edit(module, master);
}

std::string Organization::display_name(const Module& module, const Record& record) const {
  const Field* field = module.schema.find(module.schema.name_field);
  return field == nullptr ? std::string() : stored_text(module, record, *field).value_or("");
}

std::optional<std::string> stored_text(const Module& module, const Record& record, const Field& field) {
  if (field.system != SystemField::full_name) {
    const auto value = record.values.get(field.number);
    return value ? std::optional<std::string>(*value) : std::nullopt;
  }
  const Field* first = module.schema.find("First_Name");
  const Field* last = module.schema.find("Last_Name");
  std::string out(record.values.get(first->number).value_or(""));
  if (!out.empty()) out += ' ';
  return out += record.values.get(last->number).value_or("");
}

}  // namespace zohosim
