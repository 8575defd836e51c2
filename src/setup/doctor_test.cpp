// Every fault of an org, its mend beside it: one row a fault.
#include "setup/doctor.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>

#include "zoho/scopes.hpp"

namespace zs::setup {
namespace {

using plan::Module;

zoho::FieldMetadata field(std::string name, std::string type = "text", std::size_t length = 100, bool unique = false) {
  zoho::FieldMetadata out;
  out.api_name = std::move(name);
  out.label = out.api_name;
  out.info = {std::move(type), length, unique};
  return out;
}

zoho::FieldMetadata picklist(std::string name, std::vector<std::string> values) {
  zoho::FieldMetadata out = field(std::move(name), "picklist", 120);
  out.values = std::move(values);
  return out;
}

/// An org in which nothing is wrong with the default configuration.
Facts good_org(const config::Config& config) {
  Facts facts;
  facts.view.org = {"700", "enterprise", "sandbox", 10, false, "USD"};
  auto& accounts = facts.view.modules[0];
  accounts.fields = {field("Account_Name", "text", 200),
                     field("Website", "website", 255),
                     field("Phone", "phone", 30),
                     picklist("Industry", {"Banking"}),
                     field("Employees", "integer", 9),
                     field("Billing_Country"),
                     field("Platform_Account_ID", "text", 100, true)};
  auto& contacts = facts.view.modules[1];
  contacts.fields = {field("Last_Name", "text", 80),
                     field("First_Name", "text", 40),
                     field("Email", "email", 100),
                     field("Phone", "phone", 30),
                     field("Title"),
                     field("Mailing_Country"),
                     field("Mailing_State"),
                     field("Account_Name", "lookup", 200),
                     field("Platform_User_ID", "text", 100, true)};
  contacts.fields[0].mandatory = true;
  auto& deals = facts.view.modules[2];
  deals.fields = {field("Deal_Name", "text", 120),    picklist("Stage", {"Closed Won", "Closed Lost", "Qualification"}),
                  field("Amount", "currency", 16),    field("Closing_Date", "date", 20),
                  field("Account_Name", "lookup"),    field("Contact_Name", "lookup"),
                  picklist("Pipeline", {"Standard"}), field("Platform_Subscription_ID", "text", 100, true)};
  for (const Module module : plan::k_modules) {
    auto& view = facts.view.modules[static_cast<std::size_t>(module)];
    for (const NewTag& tag : tags_on(config, module)) view.tags.push_back({"1", tag.name, tag.colour});
    view.tags_allowed = 100;
  }
  facts.modules = {{{"Accounts"}, {"Contacts"}, {"Deals"}}};
  facts.pipelines = {{{"Standard", {"Qualification", "Closed Won", "Closed Lost"}}}};
  facts.tagged_per_credit = 10;
  return facts;
}

zoho::FieldMetadata& in(Facts& facts, Module module, std::string_view name) {
  auto& fields = facts.view.modules[static_cast<std::size_t>(module)].fields;
  return *std::ranges::find(fields, name, &zoho::FieldMetadata::api_name);
}

void drop(Facts& facts, Module module, std::string_view name) {
  std::erase_if(facts.view.modules[static_cast<std::size_t>(module)].fields,
                [&](const zoho::FieldMetadata& one) { return one.api_name == name; });
}

std::vector<Note> of(const std::vector<Note>& notes, Weight weight) {
  std::vector<Note> out;
  std::ranges::copy_if(notes, std::back_inserter(out), [&](const Note& note) { return note.weight == weight; });
  return out;
}

std::string in_words(const std::vector<Note>& notes) {
  std::string out;
  for (const Note& note : notes) out += note.what + " -> " + note.mend + "\n";
  return out;
}

TEST(Doctor, FindsNothingWrongWithAGoodOrg) {
  const config::Config config = config::defaults();
  const auto notes = diagnose(config, good_org(config), zoho::requested_scopes());
  EXPECT_EQ(in_words(of(notes, Weight::fault)), "");
  EXPECT_EQ(in_words(of(notes, Weight::warning)), "");
}

struct Defect {
  const char* name;
  std::function<void(config::Config&, Facts&, std::string& scope)> make;
  Weight weight;
  const char* what;
  const char* mend;
};

class EveryDefect : public testing::TestWithParam<Defect> {};

TEST_P(EveryDefect, IsNamedWithItsMend) {
  const Defect& defect = GetParam();
  config::Config config = config::defaults();
  Facts facts = good_org(config);
  std::string scope = zoho::requested_scopes();
  defect.make(config, facts, scope);
  const auto notes = of(diagnose(config, facts, scope), defect.weight);
  const bool found = std::ranges::any_of(
      notes, [&](const Note& note) { return note.what.contains(defect.what) && note.mend.contains(defect.mend); });
  EXPECT_TRUE(found) << in_words(notes);
}

const std::vector<Defect> k_defects{
    {"ScopeForSync",
     [](auto&, auto&, auto& scope) {
       const std::string coql = "ZohoCRM.coql.READ,";
       scope.erase(scope.find(coql), coql.size());
     },
     Weight::fault, "ZohoCRM.coql.READ", "zohosync auth"},
    {"ScopeForASibling", [](auto& config, auto&, auto&) { config.zoho.extra_scopes = {"ZohoBooks.invoices.READ"}; },
     Weight::warning, "ZohoBooks.invoices.READ, which zoho.extra_scopes wants", "zohosync auth"},
    {"ScopeForOneVerb",
     [](auto&, auto&, auto& scope) {
       const std::string bin = "ZohoCRM.settings.recycle_bin.DELETE,";
       scope.erase(scope.find(bin), bin.size());
     },
     Weight::warning, "ZohoCRM.settings.recycle_bin.DELETE", "zohosync auth"},
    {"UnknownEdition", [](auto&, auto& facts, auto&) { facts.view.org.edition = "galaxy"; }, Weight::warning, "galaxy",
     "zoho.daily_credits"},
    {"OtherEdition", [](auto& config, auto&, auto&) { config.zoho.edition = "ultimate"; }, Weight::warning,
     "zoho.edition is \"ultimate\"", "take zoho.edition out"},
    {"TooMuchConcurrency", [](auto& config, auto&, auto&) { config.zoho.concurrency = 50; }, Weight::warning,
     "zoho.concurrency is 50", "lower it"},
    {"TooManyCredits", [](auto& config, auto&, auto&) { config.zoho.daily_credits = 1'000'000; }, Weight::warning,
     "zoho.daily_credits", "lower it"},
    {"CreditsNearlySpent", [](auto&, auto& facts, auto&) { facts.credits_remaining = 100; }, Weight::warning,
     "only 100 of the day's", "API Dashboard"},
    {"TooManyTagsForTheEdition",
     [](auto& config, auto& facts, auto&) {
       facts.view.org.edition = "standard";
       config.tags.push_back({"compliance", "soc2", "compliance-soc2", "", {"Contacts"}});
     },
     Weight::warning, "Contacts may get 6 tags", "[tags]"},
    {"ModuleMissing", [](auto&, auto& facts, auto&) { facts.modules->pop_back(); }, Weight::fault, "no module Deals",
     "show the module"},
    {"ModuleHiddenFromTheApi", [](auto&, auto& facts, auto&) { facts.modules->at(0).api_supported = false; },
     Weight::fault, "no module Accounts", "show the module"},
    {"ModuleNotCreatable", [](auto&, auto& facts, auto&) { facts.modules->at(1).creatable = false; }, Weight::fault,
     "may not create Contacts", "profile"},
    {"ModuleNotEditable", [](auto&, auto& facts, auto&) { facts.modules->at(1).editable = false; }, Weight::fault,
     "may not edit Contacts", "profile"},
    {"IdFieldMissing", [](auto&, auto& facts, auto&) { drop(facts, Module::contacts, "Platform_User_ID"); },
     Weight::fault, "unique field Platform_User_ID on Contacts", "zohosync setup --apply"},
    {"IdFieldNotUnique",
     [](auto&, auto& facts, auto&) { in(facts, Module::deals, "Platform_Subscription_ID").info.unique = false; },
     Weight::fault, "Platform_Subscription_ID on Deals is not unique", "Do not allow duplicate"},
    {"IdFieldReadOnly",
     [](auto&, auto& facts, auto&) { in(facts, Module::accounts, "Platform_Account_ID").api_create = false; },
     Weight::fault, "Platform_Account_ID on Accounts cannot be written", "profile"},
    {"TagMissing", [](auto&, auto& facts, auto&) { facts.view.modules[1].tags.pop_back(); }, Weight::fault,
     "create 1 tag on Contacts", "zohosync setup --apply"},
    {"MappedFieldMissing", [](auto&, auto& facts, auto&) { drop(facts, Module::contacts, "Title"); }, Weight::warning,
     "Title on Contacts", "create it"},
    {"MappedFieldReadOnly", [](auto&, auto& facts, auto&) { in(facts, Module::contacts, "Phone").api_update = false; },
     Weight::fault, "Phone on Contacts cannot be updated", "map another"},
    {"MappedFieldOfAnUnfitType",
     [](auto&, auto& facts, auto&) { in(facts, Module::contacts, "Title").info.type = "lookup"; }, Weight::fault,
     "Title on Contacts is of type lookup", "fitting type"},
    {"TextIntoANumber",
     [](auto&, auto& facts, auto&) { in(facts, Module::contacts, "First_Name").info.type = "integer"; }, Weight::fault,
     "First_Name on Contacts is of type integer", "fitting type"},
    {"AmountIntoADate", [](auto&, auto& facts, auto&) { in(facts, Module::deals, "Amount").info.type = "date"; },
     Weight::fault, "Amount on Deals is of type date", "fitting type"},
    {"MappedFieldShort", [](auto&, auto& facts, auto&) { in(facts, Module::contacts, "First_Name").info.length = 12; },
     Weight::warning, "First_Name on Contacts takes 12", "lengthen"},
    {"DerivedFieldReadOnly", [](auto&, auto& facts, auto&) { in(facts, Module::deals, "Stage").api_update = false; },
     Weight::fault, "Stage on Deals cannot be updated", "writable"},
    {"MoreIsDemanded",
     [](auto&, auto& facts, auto&) {
       facts.view.modules[2].fields.push_back(field("Region"));
       facts.view.modules[2].fields.back().mandatory = true;
     },
     Weight::fault, "demands a value for Region on Deals", "make it optional"},
    {"StageUnknown", [](auto& config, auto&, auto&) { config.deals.stages["active"] = "Won Big"; }, Weight::warning,
     "no stage \"Won Big\"", "add it in Zoho"},
    {"StageOfAnotherPipeline", [](auto&, auto& facts, auto&) { facts.pipelines->at(0).stages.pop_back(); },
     Weight::fault, "the stage \"Closed Lost\" (deals.stages.canceled) is not in the pipeline",
     "add it to the pipeline"},
    {"ContactRoleUnknown",
     [](auto& config, auto& facts, auto&) {
       config.deals.roles = {true, "Decision Maker", "User", 20};
       facts.contact_roles = {{"Decision Maker", "Purchasing"}};
     },
     Weight::fault, "the contact role \"User\" (deals.roles.others) is none of the org's",
     "choose one of \"Decision Maker\", \"Purchasing\""},
    {"PipelineUnknown",
     [](auto& config, auto& facts, auto&) {
       config.deals.pipeline = "Renewals";
       in(facts, Module::deals, "Pipeline").values.emplace_back("Renewals");
     },
     Weight::fault, "pipeline \"Renewals\", which no layout has", "deals.pipeline"},
    {"CurrencyFieldMissing", [](auto&, auto& facts, auto&) { facts.view.org.multi_currency = true; }, Weight::warning,
     "Currency on Deals", "create it"},
    {"MirrorLacksValues",
     [](auto& config, auto& facts, auto&) {
       config.tag_mirror["plan"] = "Plan";
       facts.view.modules[1].fields.push_back(picklist("Plan", {"base", "plus"}));
     },
     Weight::fault, "Plan on Contacts lacks the values pro", "add them"},
    {"MirrorOfAnUnfitType",
     [](auto& config, auto& facts, auto&) {
       config.tag_mirror["plan"] = "Plan";
       facts.view.modules[1].fields.push_back(field("Plan", "integer"));
     },
     Weight::fault, "is of type integer and cannot repeat a tag", "Pick List"},
    {"WhatCouldNotBeRead",
     [](auto&, auto& facts, auto&) { facts.notes.push_back({Weight::fault, "GET /x is not permitted", "do y"}); },
     Weight::fault, "not permitted", "do y"},
};

INSTANTIATE_TEST_SUITE_P(Doctor, EveryDefect, testing::ValuesIn(k_defects),
                         [](const auto& one) { return std::string(one.param.name); });

TEST(Doctor, SaysNothingIsMissingInAModuleThatItMayNotRead) {
  const config::Config config = config::defaults();
  Facts facts = good_org(config);
  facts.view.modules[1] = {};
  for (const Note& note : of(diagnose(config, facts, ""), Weight::fault)) {
    EXPECT_FALSE(note.what.contains("Contacts")) << note.what;
  }
}

/// Answers by path; what is not listed is refused.
class FakeCalls final : public Calls {
 public:
  std::map<std::string, std::string> answers;
  Errc otherwise = Errc::conflict;

  Result<Reply> call(std::string_view, std::string_view path, std::string_view) override {
    const auto found = answers.find(std::string(path));
    if (found == answers.end()) return fail(otherwise, std::string(path) + " is refused; mend it");
    return Reply{200, found->second, 42};
  }
};

TEST(Examine, TellsWhatItMayNotReadAndGoesOn) {
  FakeCalls calls;
  calls.answers["/crm/v8/org"] = R"({"org":[{"zgid":"7","type":"sandbox","iso_code":"EUR","mc_status":false}]})";
  calls.answers["/crm/v8/__apis"] =
      R"({"__apis":[{"path":"/crm/v8/{module}/actions/add_tags","operation_types":[{"method":"POST","max_credits":10}]}]})";
  const auto facts = examine(calls);
  ASSERT_TRUE(facts.has_value()) << facts.error().text;
  EXPECT_EQ(facts->view.org.currency, "EUR");
  EXPECT_EQ(facts->tagged_per_credit, 50U);
  EXPECT_EQ(facts->credits_remaining, 42);
  EXPECT_FALSE(facts->modules.has_value());
  EXPECT_EQ(of(facts->notes, Weight::fault).size(), 3U) << "the fields of three modules, which the daemon reads too";
  EXPECT_EQ(of(facts->notes, Weight::warning).size(), 3U) << "the list of modules, the layouts, the contact roles";
}

TEST(Examine, EndsWhenZohoIsNotThere) {
  FakeCalls calls;
  calls.otherwise = Errc::unavailable;
  EXPECT_EQ(examine(calls).error().code, Errc::unavailable);
}

TEST(Examine, ReadsRightsOfModulesAndStagesOfEveryLayout) {
  FakeCalls calls;
  calls.answers["/crm/v8/settings/modules"] =
      R"({"modules":[{"api_name":"Deals","api_supported":true,"creatable":false}]})";
  calls.answers["/crm/v8/settings/layouts?module=Deals"] = R"({"layouts":[{"id":"1"},{"id":"2"}]})";
  calls.answers["/crm/v8/settings/pipeline?layout_id=1"] =
      R"({"pipeline":[{"display_value":"A","maps":[{"display_value":"x"},{"display_value":"y"}]}]})";
  calls.answers["/crm/v8/settings/pipeline?layout_id=2"] = R"({"pipeline":[{"display_value":"B","maps":[]}]})";
  calls.answers["/crm/v8/Contacts/roles"] = R"({"contact_roles":[{"id":"7","name":"Purchasing","sequence_number":1}]})";
  const auto facts = examine(calls);
  ASSERT_TRUE(facts.has_value()) << facts.error().text;
  EXPECT_EQ(facts->contact_roles, (std::vector<std::string>{"Purchasing"}));
  EXPECT_FALSE(facts->modules->at(0).creatable);
  EXPECT_TRUE(facts->modules->at(0).editable);
  ASSERT_EQ(facts->pipelines->size(), 2U);
  EXPECT_EQ(facts->pipelines->at(0).stages, (std::vector<std::string>{"x", "y"}));
}

}  // namespace
}  // namespace zs::setup
