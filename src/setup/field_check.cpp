#include "setup/field_check.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string>

#include "event/vocabulary.hpp"
#include "plan/form.hpp"

namespace zs::setup {
namespace {

using event::Form;
using plan::Module;
using zoho::FieldMetadata;

// What the engine writes whatever is mapped (interface.md 2).
constexpr std::array<std::string_view, 1> k_account_fields{"Account_Name"};
constexpr std::array<std::string_view, 2> k_contact_fields{"Last_Name", "Account_Name"};
constexpr std::array<std::string_view, 6> k_deal_fields{"Deal_Name",    "Stage",        "Pipeline",
                                                        "Closing_Date", "Account_Name", "Contact_Name"};
// Filled by Zoho itself.
constexpr std::array<std::string_view, 7> k_zohos{"id",          "Owner",         "Created_By", "Created_Time",
                                                  "Modified_By", "Modified_Time", "Layout"};

constexpr std::size_t k_short = 40;

std::span<const std::string_view> derived_fields(Module module) {
  switch (module) {
    case Module::accounts:
      return k_account_fields;
    case Module::contacts:
      return k_contact_fields;
    case Module::deals:
      break;
  }
  return k_deal_fields;
}

bool is_one_of(std::string_view name, std::span<const std::string_view> names) {
  return std::ranges::find(names, name) != names.end();
}

/// The form of what "user.first_name" brings; nothing for attributes, which may be anything.
std::optional<Form> form_of(std::string_view from) {
  const std::size_t dot = from.find('.');
  for (const event::Kind kind : {event::Kind::user, event::Kind::account, event::Kind::subscription}) {
    if (event::name_of(kind) != from.substr(0, dot)) continue;
    for (const event::FieldRule& field : event::fields_of(kind)) {
      if (field.name == from.substr(dot + 1)) return field.form;
    }
  }
  return std::nullopt;
}

/// A value as that form brings it, to be tried on the field.
event::Value example_of(Form form) {
  event::Value value;
  value.type = event::Value::Type::text;
  switch (form) {
    case Form::integer:
      value.type = event::Value::Type::number;
      value.text = "42";
      break;
    case Form::decimal:
      value.type = event::Value::Type::number;
      value.text = "49.5";
      break;
    case Form::date:
      value.text = "2026-03-02";
      break;
    default:
      value.text = "word";
      break;
  }
  return value;
}

bool is_checked_by_form(std::string_view type) { return type == "email" || type == "phone" || type == "website"; }

class FieldCheck {
 public:
  FieldCheck(const config::Config& config, const OrgView& org, Module module, std::vector<Note>& notes)
      : config_(config), view_(org.of(module)), module_(module), notes_(notes) {}

  void run() {
    const auto& rules = module_ == Module::accounts   ? config_.account_fields
                        : module_ == Module::contacts ? config_.contact_fields
                                                      : config_.deal_fields;
    std::vector<std::string_view> written(derived_fields(module_).begin(), derived_fields(module_).end());
    for (const config::FieldRule& rule : rules) {
      if (rule.policy == config::Policy::never) continue;
      written.push_back(rule.field);
      if (const FieldMetadata* field = view_.field(rule.field)) check(rule, *field);
    }
    for (const std::string_view name : derived_fields(module_)) {
      const FieldMetadata* field = view_.field(name);
      if (field != nullptr && (!field->api_create || !field->api_update)) not_writable(*field);
    }
    const std::string& id_field = external_id(config_, module_);
    written.push_back(id_field);
    if (const FieldMetadata* field = view_.field(id_field); field != nullptr && !field->api_create)
      not_writable(*field);
    for (const FieldMetadata& field : view_.fields) {
      if (field.mandatory && !is_one_of(field.api_name, written) && !is_one_of(field.api_name, k_zohos))
        demanded(field);
    }
    if (module_ == Module::contacts) check_mirrors();
  }

 private:
  std::string named(const FieldMetadata& field) const {
    return field.api_name + " on " + std::string(plan::name_of(module_));
  }
  void note(Weight weight, std::string what, std::string mend) {
    notes_.push_back({weight, std::move(what), std::move(mend)});
  }

  void not_writable(const FieldMetadata& field) {
    note(Weight::fault,
         "the field " + named(field) + " cannot be " + (field.api_create ? "updated" : "written") + " by the API",
         "make it writable for the profile of the token's user, or map another field");
  }

  void demanded(const FieldMetadata& field) {
    note(
        Weight::fault,
        "the org demands a value for " + named(field) + ", and nothing is mapped to it: every new record would be held",
        "map something to it, or make it optional in Zoho");
  }

  void check(const config::FieldRule& rule, const FieldMetadata& field) {
    const bool needs_update = rule.policy != config::Policy::create_only;
    if (!field.api_create || (needs_update && !field.api_update)) {
      not_writable(field);
      return;
    }
    const auto form = form_of(rule.from);
    if (!form || is_checked_by_form(field.info.type)) return;
    if (!plan::form(example_of(*form), field.info).json) {
      note(Weight::fault,
           "the field " + named(field) + " is of type " + field.info.type + " and cannot hold " + rule.from +
               ": it would always be left out",
           "map " + rule.from + " to a field of a fitting type, or switch the mapping off");
    } else if (field.info.type == "text" && field.info.length != 0 && field.info.length < k_short &&
               *form == Form::text) {
      note(Weight::warning,
           "the field " + named(field) + " takes " + std::to_string(field.info.length) + " characters: a longer " +
               rule.from + " is cut",
           "lengthen it in Zoho");
    }
  }

  void check_mirrors() {
    for (const auto& [axis, name] : config_.tag_mirror) {
      const FieldMetadata* field = view_.field(name);
      if (field == nullptr) continue;
      if (field->info.type != "picklist" && field->info.type != "text") {
        note(Weight::fault,
             "the field " + named(*field) + ", which tags.mirror." + axis + " names, is of type " + field->info.type +
                 " and cannot repeat a tag",
             "name a Pick List");
        continue;
      }
      if (field->info.type != "picklist") continue;
      std::string missing;
      for (const config::Tag& tag : config_.tags) {
        if (tag.axis != axis || std::ranges::find(field->values, tag.value) != field->values.end()) continue;
        missing += (missing.empty() ? "" : ", ") + tag.value;
      }
      if (missing.empty()) continue;
      note(Weight::fault,
           "the picklist " + named(*field) + " lacks the values " + missing + " (tags.mirror." + axis + ")",
           "add them in Zoho");
    }
  }

  const config::Config& config_;
  const ModuleView& view_;
  Module module_;
  std::vector<Note>& notes_;
};

}  // namespace

void check_fields(const config::Config& config, const OrgView& org, plan::Module module, std::vector<Note>& notes) {
  FieldCheck(config, org, module, notes).run();
}

}  // namespace zs::setup
