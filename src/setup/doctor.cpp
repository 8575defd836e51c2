#include "setup/doctor.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "setup/field_check.hpp"
#include "zoho/metadata.hpp"
#include "zoho/scopes.hpp"

namespace zs::setup {
namespace {

using plan::Module;

constexpr std::string_view k_run_setup = "run `zohosync setup --apply`";

std::string quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

class Doctor {
 public:
  Doctor(const config::Config& config, const Facts& facts, std::string_view scope)
      : config_(config), facts_(facts), scope_(scope), notes_(facts.notes) {}

  std::vector<Note> take() {
    look_at_scopes();
    look_at_org();
    look_at_modules();
    take_over_plan();
    for (const Module module : plan::k_modules) {
      if (facts_.view.of(module).fields.empty()) continue;  // not readable, which is said already
      check_fields(config_, facts_.view, module, notes_);
    }
    look_at_pipeline();
    look_at_roles();
    look_at_currency();
    return std::move(notes_);
  }

 private:
  void note(Weight weight, std::string what, std::string mend = {}) {
    notes_.push_back({weight, std::move(what), std::move(mend)});
  }

  void look_at_scopes() {
    const std::vector<zoho::Need> missing = zoho::missing_scopes(scope_);
    for (const zoho::Need& need : missing) {
      note(need.is_required ? Weight::fault : Weight::warning,
           "the refresh token lacks the scope " + std::string(need.scope) + ", which is needed " +
               std::string(need.what_for),
           "make a refresh token with all scopes: `zohosync auth`");
    }
    const std::vector<std::string> extra = zoho::not_covered(scope_, zoho::comma_separated(config_.zoho.extra_scopes));
    for (const std::string& scope : extra) {
      note(Weight::warning,
           "the refresh token lacks the scope " + scope + ", which zoho.extra_scopes " +
               (config_.desk.enabled && scope.starts_with("Desk.") ? "or [desk] wants" : "wants"),
           "make a refresh token with all scopes: `zohosync auth`");
    }
    if (missing.empty() && extra.empty() && !scope_.empty()) note(Weight::present, "all scopes");
  }

  void look_at_org() {
    const zoho::OrgMetadata& org = facts_.view.org;
    if (org.id.empty()) return;
    const std::int64_t credits = zoho::credits_of_edition(org.edition, org.licences);
    const int concurrency = zoho::concurrency_of(org.edition);
    const bool is_known = credits > 0;
    if (!is_known && config_.zoho.edition.empty()) {
      note(Weight::warning, "the org's edition " + quoted(org.edition) + " is none whose limits are known",
           "set zoho.edition, zoho.concurrency and zoho.daily_credits to what Zoho's page API Dashboard says");
    }
    if (!config_.zoho.edition.empty() && config_.zoho.edition != org.edition) {
      note(Weight::warning,
           "zoho.edition is " + quoted(config_.zoho.edition) + ", and the org says " + quoted(org.edition),
           "take zoho.edition out, so that the org is asked");
    }
    if (is_known && config_.zoho.concurrency > concurrency) {
      note(Weight::warning,
           "zoho.concurrency is " + std::to_string(config_.zoho.concurrency) + ", and the edition allows " +
               std::to_string(concurrency) + " calls at once, which is kept to",
           "lower it or take it out");
    }
    if (is_known && config_.zoho.daily_credits > credits) {
      note(Weight::warning,
           "zoho.daily_credits is " + std::to_string(config_.zoho.daily_credits) + ", and edition and licences give " +
               std::to_string(credits) + ", which is kept to",
           "lower it or take it out");
    }
    if (is_known && facts_.credits_remaining && *facts_.credits_remaining < credits / 10) {
      note(Weight::warning,
           "only " + std::to_string(*facts_.credits_remaining) + " of the day's " + std::to_string(credits) +
               " API credits are left, for all apps of the org together",
           "look at the API Dashboard in Zoho's setup for who spends them, or buy more");
    }
    std::string limits = "the org " + org.id + ": " + org.edition + ", " + org.type;
    if (is_known) {
      limits += ", " + std::to_string(credits) + " credits a day, " + std::to_string(concurrency) + " calls at once";
    }
    if (facts_.tagged_per_credit)
      limits += ", " + std::to_string(*facts_.tagged_per_credit) + " records tagged for a credit";
    note(Weight::present, std::move(limits));
    look_at_tags_per_record(org.edition);
  }

  /// zoho/crm-api.md 3.1: five on a record in the smallest edition, ten in the others, people's own among them.
  void look_at_tags_per_record(std::string_view edition) {
    const std::size_t allowed = edition == "standard" || edition == "starter" ? 5 : 10;
    for (const Module module : plan::k_modules) {
      std::size_t most = 0;
      std::vector<std::string> exclusive;
      for (const config::Tag& tag : config_.tags) {
        if (tag.name.empty() || std::ranges::find(tag.modules, plan::name_of(module)) == tag.modules.end()) continue;
        const bool is_first = std::ranges::find(exclusive, tag.axis) == exclusive.end();
        if (tag.axis == "compliance" || is_first) ++most;
        if (tag.axis != "compliance" && is_first) exclusive.push_back(tag.axis);
      }
      if (most <= allowed) continue;
      note(Weight::warning,
           "a record of " + std::string(plan::name_of(module)) + " may get " + std::to_string(most) +
               " tags, and the edition allows " + std::to_string(allowed),
           "switch some off in [tags]");
    }
  }

  void look_at_modules() {
    if (!facts_.modules) return;
    for (const Module module : plan::k_modules) {
      const std::string name(plan::name_of(module));
      const auto found = std::ranges::find(*facts_.modules, name, &zoho::ModuleMetadata::api_name);
      if (found == facts_.modules->end() || !found->api_supported) {
        note(Weight::fault, "the org has no module " + name + " that the API can use",
             "show the module in Zoho (Setup > Customization > Modules and Fields), and to the token's user");
      } else if (!found->creatable || !found->editable) {
        note(Weight::fault,
             "the token's user may not " + std::string(found->creatable ? "edit" : "create") + " " + name,
             "give the profile of that user the right to create and edit " + name);
      }
    }
  }

  void take_over_plan() {
    const Plan plan = plan_setup(config_, facts_.view);
    for (const Step& step : plan.steps) {
      // Of what could not be read nothing is known to be missing.
      if (facts_.view.of(module_of(step)).fields.empty()) continue;
      note(Weight::fault, "missing: " + describe(step), std::string(k_run_setup));
    }
    notes_.insert(notes_.end(), plan.notes.begin(), plan.notes.end());
  }

  void look_at_pipeline() {
    if (!facts_.pipelines || facts_.view.of(Module::deals).field("Pipeline") == nullptr) return;
    const zoho::FieldMetadata& field = *facts_.view.of(Module::deals).field("Pipeline");
    const std::string chosen = !config_.deals.pipeline.empty() ? config_.deals.pipeline
                               : field.values.empty()          ? ""
                                                               : field.values.front();
    const auto found = std::ranges::find(*facts_.pipelines, chosen, &zoho::PipelineMetadata::name);
    if (found == facts_.pipelines->end()) {
      note(Weight::fault, "Deals go into the pipeline " + quoted(chosen) + ", which no layout has",
           "set deals.pipeline to one that there is");
      return;
    }
    for (const auto& [status, stage] : config_.deals.stages) {
      if (std::ranges::find(found->stages, stage) != found->stages.end()) continue;
      note(Weight::fault,
           "the stage " + quoted(stage) + " (deals.stages." + status + ") is not in the pipeline " + quoted(chosen) +
               ": Deals that need it would be held",
           "add it to the pipeline in Zoho, or choose another stage or another deals.pipeline");
    }
  }

  /// A missing one costs no record: Deals go without it.
  void look_at_roles() {
    if (!config_.deals.roles.enabled || !facts_.contact_roles) return;
    const config::Deals::Roles& roles = config_.deals.roles;
    std::string known;
    for (const std::string& name : *facts_.contact_roles) known += (known.empty() ? "" : ", ") + quoted(name);
    for (const auto& [key, name] :
         {std::pair{"deals.roles.primary", roles.primary}, {"deals.roles.others", roles.others}}) {
      if (name.empty() || std::ranges::find(*facts_.contact_roles, name) != facts_.contact_roles->end()) continue;
      note(Weight::fault,
           "the contact role " + quoted(name) + " (" + key + ") is none of the org's: Deals go without it",
           known.empty() ? "make it in Zoho (Setup > Modules and Fields > Contacts > Contact Roles)"
                         : "make it in Zoho, or choose one of " + known);
    }
  }

  void look_at_currency() {
    const zoho::OrgMetadata& org = facts_.view.org;
    if (org.id.empty() || org.multi_currency) return;
    const auto is_mapped = std::ranges::any_of(config_.deal_fields, [](const config::FieldRule& rule) {
      return rule.field == "Amount" && rule.policy != config::Policy::never;
    });
    if (!is_mapped) return;
    note(Weight::present, "the org has one currency" +
                              (org.currency.empty() ? std::string() : " (" + org.currency + ")") +
                              ": amounts of all subscriptions are written as they come, whatever currency they are in");
  }

  const config::Config& config_;
  const Facts& facts_;
  std::string_view scope_;
  std::vector<Note> notes_;
};

}  // namespace

std::vector<Note> diagnose(const config::Config& config, const Facts& facts, std::string_view scope) {
  return Doctor(config, facts, scope).take();
}

}  // namespace zs::setup
