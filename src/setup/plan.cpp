#include "setup/plan.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include "base/text.hpp"

namespace zs::setup {
namespace {

using plan::Module;
using zoho::FieldMetadata;
using zoho::TagMetadata;

struct EditionTags {
  std::string_view edition;
  std::int64_t a_module;
};
// zoho/crm-api.md 3.1, for orgs that do not tell their own number.
constexpr std::array k_edition_tags{EditionTags{"standard", 20},     EditionTags{"starter", 20},
                                    EditionTags{"professional", 60}, EditionTags{"enterprise", 100},
                                    EditionTags{"zohoone", 100},     EditionTags{"ultimate", 200},
                                    EditionTags{"crmplus", 200}};

std::string named(std::string_view field, Module module) {
  return std::string(field) + " on " + std::string(plan::name_of(module));
}

std::string external_id_key(Module module) {
  switch (module) {
    case Module::accounts:
      return "external_ids.account";
    case Module::contacts:
      return "external_ids.contact";
    case Module::deals:
      return "external_ids.deal";
  }
  return {};
}

std::string label_of(std::string_view api_name) {
  std::string label(api_name);
  std::ranges::replace(label, '_', ' ');
  return label;
}

std::string quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

std::string listed(std::span<const std::string> names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

class Planner {
 public:
  Planner(const config::Config& config, const OrgView& org) : config_(config), org_(org) {}

  Plan take() {
    for (const Module module : plan::k_modules) plan_external_id(module);
    for (const Module module : plan::k_modules) plan_tags(module);
    for (const Module module : plan::k_modules) look_at_mapped_fields(module);
    look_at_choices();
    return std::move(plan_);
  }

 private:
  void note(Weight weight, std::string what, std::string mend = {}) {
    plan_.notes.push_back({weight, std::move(what), std::move(mend)});
  }

  void plan_external_id(Module module) {
    const std::string& name = external_id(config_, module);
    if (const FieldMetadata* there = org_.of(module).field(name)) {
      judge_external_id(module, *there);
    } else if (may_add_unique(module)) {
      plan_.steps.emplace_back(CreateField{module, label_of(name), name});
    }
  }

  void judge_external_id(Module module, const FieldMetadata& field) {
    const std::string which = named(field.api_name, module);
    const std::string other =
        "name another field in the configuration (" + external_id_key(module) + "), which setup then creates";
    if (field.info.type != "text") {
      note(Weight::fault,
           "the field " + which + " is of type " + field.info.type + " and cannot hold the platform's ids",
           "make it a Single Line field, or " + other);
    } else if (!field.info.unique) {
      note(Weight::fault, "the field " + which + " is not unique, so a repeated write could make a second record",
           "edit the field in Zoho (Setup > Customization > Modules and Fields) and tick \"Do not allow duplicate "
           "values\"; the API "
           "cannot. Or " +
               other);
    } else if (field.info.length != 0 && field.info.length < CreateField{}.length) {
      note(Weight::warning,
           "the field " + which + " takes only " + std::to_string(field.info.length) +
               " characters: a longer id would be held",
           "lengthen it in Zoho if the platform has longer ids");
    } else {
      note(Weight::present, "the unique field " + which);
    }
  }

  /// A label that is taken, or no room for another unique field, would only be found out by a refused call.
  bool may_add_unique(Module module) {
    const std::string& name = external_id(config_, module);
    const std::string label = to_lower(label_of(name));
    std::vector<std::string> unique;
    for (const FieldMetadata& field : org_.of(module).fields) {
      if (to_lower(field.label) == label || to_lower(field.api_name) == to_lower(name)) {
        note(Weight::fault,
             "the field " + named(name, module) + " is missing, and its label is taken by the field " + field.api_name,
             "write " + external_id_key(module) + " = " + quoted(field.api_name) +
                 " if that field is meant, or rename one of the two");
        return false;
      }
      if (field.info.unique) unique.push_back(field.api_name);
    }
    if (unique.size() < k_unique_fields) return true;
    note(Weight::fault,
         "the field " + named(name, module) +
             " is missing, and Zoho allows no more than two unique fields in a module: there are " + listed(unique),
         "make one of them not unique in Zoho, or write " + external_id_key(module) +
             " = the one that can carry the platform's ids");
    return false;
  }

  void plan_tags(Module module) {
    const ModuleView& view = org_.of(module);
    CreateTags step{module, {}};
    std::vector<std::string> present;
    for (NewTag& wanted : tags_on(config_, module)) {
      if (const TagMetadata* there = view.tag(wanted.name)) {
        if (is_as_wanted(module, wanted, *there)) present.push_back(wanted.name);
      } else if (const TagMetadata* alike = like(view, wanted.name)) {
        note(Weight::warning, "the tag " + named(wanted.name, module) + " is missing, but there is " + alike->name,
             "give both the same upper and lower case, in Zoho or in the configuration");
      } else {
        step.tags.push_back(std::move(wanted));
      }
    }
    if (!present.empty()) note(Weight::present, "the tags " + named(listed(present), module));
    warn_of_tag_limit(module, step.tags.size());
    while (!step.tags.empty()) {
      const auto first = step.tags.begin();
      const auto last = first + static_cast<std::ptrdiff_t>(std::min(k_tags_a_call, step.tags.size()));
      plan_.steps.emplace_back(CreateTags{module, {first, last}});
      step.tags.erase(first, last);
    }
  }

  /// Whether it is there as it is wanted; another colour is people's own choice.
  bool is_as_wanted(Module module, const NewTag& wanted, const TagMetadata& there) {
    if (wanted.colour.empty() || to_upper(there.colour) == to_upper(wanted.colour)) return true;
    note(Weight::present, "the tag " + named(wanted.name, module) + ", in " +
                              (there.colour.empty() ? "no colour" : there.colour) + " where the configuration has " +
                              wanted.colour + "; it is left as it is");
    return false;
  }

  static const TagMetadata* like(const ModuleView& view, std::string_view name) {
    const std::string lower = to_lower(name);
    const auto found =
        std::ranges::find_if(view.tags, [&](const TagMetadata& tag) { return to_lower(tag.name) == lower; });
    return found == view.tags.end() ? nullptr : &*found;
  }

  void warn_of_tag_limit(Module module, std::size_t more) {
    if (more == 0) return;
    std::int64_t allowed = org_.of(module).tags_allowed;
    const auto row = std::ranges::find(k_edition_tags, org_.org.edition, &EditionTags::edition);
    if (allowed == 0 && row != k_edition_tags.end()) allowed = row->a_module;
    const auto there = static_cast<std::int64_t>(org_.of(module).tags.size());
    if (allowed == 0 || there + static_cast<std::int64_t>(more) <= allowed) return;
    note(Weight::fault,
         std::string(plan::name_of(module)) + " has " + std::to_string(there) + " tags and may have " +
             std::to_string(allowed) + ": " + std::to_string(more) + " more do not fit",
         "delete tags that nobody uses in Zoho (Setup > Customization > Tags), or switch some off in [tags]");
  }

  void look_at_mapped_fields(Module module) {
    const auto& rules = module == Module::accounts   ? config_.account_fields
                        : module == Module::contacts ? config_.contact_fields
                                                     : config_.deal_fields;
    for (const config::FieldRule& rule : rules) {
      if (rule.policy == config::Policy::never || org_.of(module).field(rule.field) != nullptr) continue;
      // Zoho has this field in multi-currency orgs only, and only there a Deal needs it.
      if (rule.field == "Currency" && !org_.org.multi_currency) continue;
      note(Weight::warning,
           "the field " + named(rule.field, module) + ", which " + rule.from +
               " is mapped to, is missing: it is left out",
           "create it in Zoho, or switch the mapping off");
    }
  }

  void look_at_choices() {
    const ModuleView& deals = org_.of(Module::deals);
    for (const auto& [status, stage] : config_.deals.stages) {
      look_at_choice(deals.field("Stage"), stage, "deals.stages." + status);
    }
    if (!config_.deals.pipeline.empty())
      look_at_choice(deals.field("Pipeline"), config_.deals.pipeline, "deals.pipeline");
    for (const auto& [axis, field] : config_.tag_mirror) {
      if (org_.of(Module::contacts).field(field) != nullptr) continue;
      note(Weight::warning,
           "the field " + named(field, Module::contacts) + ", which tags.mirror." + axis +
               " names, is missing: it is left out",
           "create it in Zoho as a Pick List");
    }
  }

  void look_at_choice(const FieldMetadata* field, const std::string& choice, const std::string& key) {
    if (field != nullptr && std::ranges::find(field->values, choice) != field->values.end()) return;
    const std::string where = key == "deals.pipeline" ? "pipeline" : "stage";
    note(Weight::warning,
         "Deals have no " + where + " " + quoted(choice) + " (" + key + "): Deals that need it would be held",
         "add it in Zoho, or write one that there is" +
             (field == nullptr || field->values.empty() ? std::string{} : ": " + listed(field->values)));
  }

  const config::Config& config_;
  const OrgView& org_;
  Plan plan_;
};

}  // namespace

plan::Module module_of(const Step& step) {
  return std::visit([](const auto& one) { return one.module; }, step);
}

std::int64_t credits_of(const Step& step) { return std::holds_alternative<CreateField>(step) ? 10 : 1; }

std::string describe(const Step& step) {
  if (const auto* field = std::get_if<CreateField>(&step)) {
    return "create the unique field " + named(field->api_name, field->module);
  }
  const auto& tags = std::get<CreateTags>(step);
  std::vector<std::string> names;
  for (const NewTag& tag : tags.tags) names.push_back(tag.name);
  return "create " + std::to_string(names.size()) + (names.size() == 1 ? " tag on " : " tags on ") +
         std::string(plan::name_of(tags.module)) + ": " + listed(names);
}

std::int64_t Plan::credits() const {
  std::int64_t sum = 0;
  for (const Step& step : steps) sum += credits_of(step);
  return sum;
}

bool Plan::has_fault() const {
  return std::ranges::any_of(notes, [](const Note& note) { return note.weight == Weight::fault; });
}

Plan plan_setup(const config::Config& config, const OrgView& org) { return Planner(config, org).take(); }

const std::string& external_id(const config::Config& config, plan::Module module) {
  switch (module) {
    case Module::accounts:
      return config.zoho.external_id_account;
    case Module::deals:
      return config.zoho.external_id_deal;
    case Module::contacts:
      break;
  }
  return config.zoho.external_id_contact;
}

std::vector<NewTag> tags_on(const config::Config& config, plan::Module module) {
  std::vector<NewTag> out;
  for (const config::Tag& tag : config.tags) {
    if (tag.name.empty() || std::ranges::find(tag.modules, plan::name_of(module)) == tag.modules.end()) continue;
    // Two values may share one name by configuration; Zoho has it once.
    if (std::ranges::find(out, tag.name, &NewTag::name) == out.end()) out.push_back({tag.name, tag.colour});
  }
  return out;
}

}  // namespace zs::setup
