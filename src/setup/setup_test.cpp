#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <optional>
#include <utility>

#include "setup/answers.hpp"
#include "setup/apply.hpp"
#include "setup/calls.hpp"
#include "setup/plan.hpp"
#include "setup/trouble.hpp"

namespace zs::setup {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

zoho::FieldMetadata text_field(std::string api_name, bool unique, std::size_t length = 100) {
  zoho::FieldMetadata field;
  field.label = api_name;
  std::ranges::replace(field.label, '_', ' ');
  field.api_name = std::move(api_name);
  field.info = {"text", length, unique};
  return field;
}

zoho::FieldMetadata picklist(std::string api_name, std::vector<std::string> values) {
  zoho::FieldMetadata field = text_field(std::move(api_name), false);
  field.info.type = "picklist";
  field.values = std::move(values);
  return field;
}

/// Two tags, no mapped fields, one stage: each test adds what it is about.
config::Config small_config() {
  config::Config config;
  config.tags = {{"lifecycle", "trial", "lifecycle-trial", "#57B1FD", {"Contacts"}},
                 {"plan", "pro", "plan-pro", "#E7A826", {"Contacts"}}};
  config.deals.stages = {{"active", "Closed Won"}};
  return config;
}

OrgView empty_org() {
  OrgView org;
  org.org.edition = "enterprise";
  org.modules[static_cast<std::size_t>(plan::Module::deals)].fields = {
      picklist("Stage", {"Closed Won", "Closed Lost"})};
  return org;
}

OrgView furnished_org() {
  OrgView org = empty_org();
  org.modules[0].fields.push_back(text_field("Platform_Account_ID", true));
  org.modules[1].fields.push_back(text_field("Platform_User_ID", true));
  org.modules[1].tags = {{"1", "lifecycle-trial", "#57B1FD"}, {"2", "plan-pro", "#E7A826"}};
  org.modules[2].fields.push_back(text_field("Platform_Subscription_ID", true));
  return org;
}

std::vector<std::string> steps_of(const Plan& plan) {
  std::vector<std::string> out;
  for (const Step& step : plan.steps) out.push_back(describe(step));
  return out;
}

std::vector<std::string> notes_of(const Plan& plan, Weight weight) {
  std::vector<std::string> out;
  for (const Note& note : plan.notes) {
    if (note.weight == weight) out.push_back(note.what + " | " + note.mend);
  }
  return out;
}

TEST(PlanSetup, CreatesThreeFieldsAndTheTagsInAnEmptyOrg) {
  const Plan plan = plan_setup(small_config(), empty_org());
  EXPECT_THAT(steps_of(plan), ElementsAre("create the unique field Platform_Account_ID on Accounts",
                                          "create the unique field Platform_User_ID on Contacts",
                                          "create the unique field Platform_Subscription_ID on Deals",
                                          "create 2 tags on Contacts: lifecycle-trial, plan-pro"));
  EXPECT_EQ(plan.credits(), 31);
  EXPECT_FALSE(plan.has_fault());
}

TEST(PlanSetup, MakesTheLabelThatZohoTurnsIntoTheConfiguredName) {
  config::Config config = small_config();
  config.zoho.external_id_contact = "Crew_No";
  const Plan plan = plan_setup(config, empty_org());
  EXPECT_EQ(std::get<CreateField>(plan.steps.at(1)).label, "Crew No");
  EXPECT_EQ(std::get<CreateField>(plan.steps.at(1)).api_name, "Crew_No");
}

TEST(PlanSetup, HasNothingToDoWhereAllIsThere) {
  const Plan plan = plan_setup(small_config(), furnished_org());
  EXPECT_THAT(plan.steps, IsEmpty());
  EXPECT_THAT(notes_of(plan, Weight::present), testing::Contains("the tags lifecycle-trial, plan-pro on Contacts | "));
  EXPECT_THAT(notes_of(plan, Weight::warning), IsEmpty());
  EXPECT_FALSE(plan.has_fault());
}

TEST(PlanSetup, RefusesAnIdFieldThatIsNotUnique) {
  OrgView org = furnished_org();
  org.modules[1].fields.front().info.unique = false;
  const Plan plan = plan_setup(small_config(), org);
  EXPECT_THAT(plan.steps, IsEmpty());
  EXPECT_THAT(notes_of(plan, Weight::fault), ElementsAre(AllOf(HasSubstr("Platform_User_ID on Contacts is not unique"),
                                                               HasSubstr("Do not allow duplicate values"))));
}

TEST(PlanSetup, RefusesAnIdFieldThatCannotHoldText) {
  OrgView org = furnished_org();
  org.modules[2].fields.back().info.type = "integer";
  EXPECT_THAT(notes_of(plan_setup(small_config(), org), Weight::fault), ElementsAre(HasSubstr("is of type integer")));
}

TEST(PlanSetup, WarnsOfAnIdFieldThatIsShort) {
  OrgView org = furnished_org();
  org.modules[0].fields.front().info.length = 20;
  EXPECT_THAT(notes_of(plan_setup(small_config(), org), Weight::warning),
              ElementsAre(HasSubstr("takes only 20 characters")));
}

TEST(PlanSetup, DoesNotTryAThirdUniqueField) {
  OrgView org = empty_org();
  org.modules[0].fields = {text_field("Tax_No", true), text_field("ERP_No", true)};
  const Plan plan = plan_setup(small_config(), org);
  EXPECT_THAT(notes_of(plan, Weight::fault),
              ElementsAre(AllOf(HasSubstr("Platform_Account_ID on Accounts"), HasSubstr("Tax_No, ERP_No"))));
  EXPECT_THAT(steps_of(plan), Not(testing::Contains(HasSubstr("Accounts"))));
}

TEST(PlanSetup, NamesTheFieldThatHasTakenTheLabel) {
  OrgView org = empty_org();
  zoho::FieldMetadata taken = text_field("Platform_User_ID1", true);
  taken.label = "platform user id";
  org.modules[1].fields = {taken};
  EXPECT_THAT(notes_of(plan_setup(small_config(), org), Weight::fault),
              ElementsAre(HasSubstr("write external_ids.contact = \"Platform_User_ID1\"")));
}

TEST(PlanSetup, LeavesATagOfAnotherColourAlone) {
  OrgView org = furnished_org();
  org.modules[1].tags.front().colour = "#FD87BD";
  const Plan plan = plan_setup(small_config(), org);
  EXPECT_THAT(plan.steps, IsEmpty());
  EXPECT_THAT(notes_of(plan, Weight::present),
              testing::Contains(AllOf(HasSubstr("#FD87BD"), HasSubstr("left as it is"))));
}

TEST(PlanSetup, DoesNotMakeASecondTagThatDiffersInCaseOnly) {
  OrgView org = furnished_org();
  org.modules[1].tags.front().name = "Lifecycle-Trial";
  const Plan plan = plan_setup(small_config(), org);
  EXPECT_THAT(plan.steps, IsEmpty());
  EXPECT_THAT(notes_of(plan, Weight::warning), ElementsAre(HasSubstr("but there is Lifecycle-Trial")));
}

TEST(PlanSetup, LeavesOutTagsThatAreSwitchedOff) {
  config::Config config = small_config();
  config.tags.front().name.clear();
  config.tags.back().modules.clear();
  EXPECT_THAT(plan_setup(config, empty_org()).steps, SizeIs(3));
}

TEST(PlanSetup, SplitsTagsIntoCallsOfAHundred) {
  config::Config config = small_config();
  for (int i = 0; i < 150; ++i)
    config.tags.push_back({"plan", std::to_string(i), "tag-" + std::to_string(i), "", {"Deals"}});
  OrgView org = furnished_org();
  org.modules[2].tags_allowed = 200;
  const Plan plan = plan_setup(config, org);
  ASSERT_THAT(plan.steps, SizeIs(2));
  EXPECT_THAT(std::get<CreateTags>(plan.steps[0]).tags, SizeIs(100));
  EXPECT_THAT(std::get<CreateTags>(plan.steps[1]).tags, SizeIs(50));
  EXPECT_FALSE(plan.has_fault());
}

TEST(PlanSetup, BelievesTheOrgsOwnTagLimitOverTheEditions) {
  OrgView org = empty_org();
  org.modules[1].tags_allowed = 1;
  EXPECT_THAT(notes_of(plan_setup(small_config(), org), Weight::fault),
              ElementsAre(HasSubstr("may have 1: 2 more do not fit")));
}

TEST(PlanSetup, WarnsOfMappedFieldsAndStagesThatTheOrgLacks) {
  config::Config config = small_config();
  config.contact_fields = {{"Seats", "account.attributes.seats", config::Policy::platform},
                           {"Unused", "user.title", config::Policy::never}};
  config.deal_fields = {{"Currency", "subscription.currency", config::Policy::platform}};
  config.deals.stages["canceled"] = "Verloren";
  const Plan plan = plan_setup(config, furnished_org());
  EXPECT_THAT(notes_of(plan, Weight::warning),
              ElementsAre(HasSubstr("Seats on Contacts"),
                          AllOf(HasSubstr("no stage \"Verloren\""), HasSubstr("Closed Won, Closed Lost"))));
  EXPECT_FALSE(plan.has_fault());
}

TEST(PlanSetup, MissesTheCurrencyOfDealsInMultiCurrencyOrgsOnly) {
  config::Config config = small_config();
  config.deal_fields = {{"Currency", "subscription.currency", config::Policy::platform}};
  OrgView org = furnished_org();
  org.org.multi_currency = true;
  EXPECT_THAT(notes_of(plan_setup(config, org), Weight::warning), ElementsAre(HasSubstr("Currency on Deals")));
}

/// Zoho's settings calls over an org in memory: creating makes what was asked for.
class FakeOrg final : public Calls {
 public:
  struct Field {
    std::string api_name, label;
    bool unique = true;
  };
  std::map<std::string, std::vector<Field>> fields;
  std::map<std::string, std::vector<std::string>> tags;
  std::vector<std::string> posts;
  bool renames_fields = false;
  bool loses_answers = false;
  std::string scope_missing_for;

  Result<Reply> call(std::string_view method, std::string_view path, std::string_view body) override {
    const std::string module(path.substr(path.find('=') + 1));
    if (path == "/crm/v8/org")
      return Reply{200, R"({"org":[{"zgid":"1","license_details":{"paid_type":"enterprise"}}]})"};
    const bool on_fields = path.starts_with("/crm/v8/settings/fields");
    if (!scope_missing_for.empty() && path.contains(scope_missing_for)) {
      return std::unexpected(refusal(401, "OAUTH_SCOPE_MISMATCH", "", method, path));
    }
    if (method == "GET") return Reply{200, on_fields ? list_fields(module) : list_tags(module)};
    posts.push_back(std::string(path) + " " + std::string(body));
    if (on_fields) {
      make_field(module, body);
    } else {
      make_tags(module, body);
    }
    if (loses_answers) return fail(Errc::outcome_unknown, "no answer");
    return Reply{201, on_fields ? R"({"fields":[{"code":"SUCCESS","details":{}}]})"
                                : R"({"tags":[{"code":"SUCCESS","details":{}}]})"};
  }

 private:
  static std::string between(std::string_view text, std::string_view before, std::size_t& from) {
    const std::size_t start = text.find(before, from);
    if (start == std::string_view::npos) return {};
    from = text.find('"', start + before.size());
    return std::string(text.substr(start + before.size(), from - start - before.size()));
  }
  void make_field(const std::string& module, std::string_view body) {
    std::size_t from = 0;
    Field field;
    field.label = between(body, R"("field_label":")", from);
    field.api_name = field.label + (renames_fields ? "1" : "");
    std::ranges::replace(field.api_name, ' ', '_');
    fields[module].push_back(field);
  }
  void make_tags(const std::string& module, std::string_view body) {
    std::size_t from = 0;
    for (std::string name = between(body, R"("name":")", from); !name.empty();
         name = between(body, R"("name":")", from)) {
      tags[module].push_back(name);
    }
  }
  std::string list_fields(const std::string& module) {
    std::string out =
        R"({"fields":[{"api_name":"Stage","data_type":"picklist","pick_list_values":[{"display_value":"Closed Won"}]})";
    for (const Field& field : fields[module]) {
      out += R"(,{"api_name":")" + field.api_name + R"(","field_label":")" + field.label +
             R"(","data_type":"text","length":100,"unique":)" + (field.unique ? R"({"case_sensitive":false}})" : "{}}");
    }
    return out + "]}";
  }
  std::string list_tags(const std::string& module) {
    if (tags[module].empty()) return "";
    std::string out = R"({"tags":[)";
    for (const std::string& tag : tags[module]) {
      out += std::string(out.ends_with('[') ? "" : ",") + R"({"id":"1","name":")" + tag + R"(","color_code":null})";
    }
    return out + R"(],"info":{"allowed_count":100}})";
  }
};

Plan plan_for(FakeOrg& org) {
  const auto view = read_org(org);
  EXPECT_TRUE(view.has_value());
  return view ? plan_setup(small_config(), *view) : Plan{};
}

std::vector<std::string> troubles(FakeOrg& org) {
  std::vector<std::string> out;
  const auto outcomes = apply(plan_for(org), org, [](const Outcome&) {});
  if (!outcomes) return {outcomes.error().text};
  for (const Outcome& outcome : *outcomes) out.push_back(outcome.trouble);
  return out;
}

TEST(ApplySetup, LeavesNothingForASecondRun) {
  FakeOrg org;
  EXPECT_THAT(troubles(org), ElementsAre("", "", "", ""));
  EXPECT_THAT(plan_for(org).steps, IsEmpty());
  EXPECT_THAT(org.posts, SizeIs(4));
}

TEST(ApplySetup, AsksForAUniqueTextFieldAndForColouredTags) {
  FakeOrg org;
  EXPECT_THAT(troubles(org), SizeIs(4));
  EXPECT_EQ(
      org.posts.at(1),
      R"(/crm/v8/settings/fields?module=Contacts {"fields":[{"field_label":"Platform User ID","data_type":"text",)"
      R"("length":100,"unique":{"case_sensitive":false}}]})");
  EXPECT_EQ(org.posts.at(3),
            R"(/crm/v8/settings/tags?module=Contacts {"tags":[{"name":"lifecycle-trial","color_code":"#57B1FD"},)"
            R"({"name":"plan-pro","color_code":"#E7A826"}]})");
}

TEST(ApplySetup, ComplainsWhenZohoNamesTheFieldOtherwise) {
  FakeOrg org;
  org.renames_fields = true;
  EXPECT_THAT(troubles(org).at(1), HasSubstr("named the new field Platform_User_ID1, not Platform_User_ID"));
}

TEST(ApplySetup, BelievesTheOrgAndNotALostAnswer) {
  FakeOrg org;
  org.loses_answers = true;
  EXPECT_THAT(troubles(org), ElementsAre("", "", "", ""));
}

TEST(ApplySetup, EndsWithTheNameOfAMissingScope) {
  FakeOrg org;
  org.scope_missing_for = "settings/tags";
  const auto view = read_org(org);
  ASSERT_FALSE(view.has_value());
  EXPECT_EQ(view.error().code, Errc::conflict);
  EXPECT_THAT(view.error().text, HasSubstr("ZohoCRM.settings.tags.READ"));
}

/// Answers each request with the next response of a list, on the caller's own thread.
class ScriptedTransport final : public net::HttpTransport {
 public:
  std::deque<net::ClientResponse> answers;
  std::vector<net::ClientRequest> requests;

  void send(net::ClientRequest request, Done done) override {
    requests.push_back(std::move(request));
    net::ClientResponse answer = std::move(answers.front());
    answers.pop_front();
    done(std::move(answer));
  }
  void will_answer(int status, std::string body) {
    answers.push_back({net::Exchange::answered, {}, status, {}, std::move(body)});
  }
};

/// Lends t1, t2, …, or fails.
struct Tokens {
  std::vector<std::string> refused;
  std::optional<Error> trouble;

  Lend lend() {
    return [this](std::string_view one) -> Result<zoho::Token> {
      refused.emplace_back(one);
      if (trouble) return std::unexpected(*trouble);
      return zoho::Token{"t" + std::to_string(refused.size()), "https://api.example", "", 0};
    };
  }
};

TEST(ZohoCalls, BorrowOneTokenForManyCalls) {
  ScriptedTransport transport;
  Tokens tokens;
  transport.will_answer(200, "{}");
  transport.will_answer(204, "");
  const auto calls = make_calls(small_config(), transport, tokens.lend());
  EXPECT_EQ(calls->call("GET", "/crm/v8/org", "")->status, 200);
  EXPECT_EQ(calls->call("GET", "/crm/v8/settings/tags?module=Deals", "")->status, 204);
  ASSERT_THAT(transport.requests, SizeIs(2));
  EXPECT_EQ(transport.requests[1].url, "https://api.example/crm/v8/settings/tags?module=Deals");
  EXPECT_THAT(tokens.refused, ElementsAre(""));
}

TEST(ZohoCalls, AskForAnotherTokenWhenOneIsRefused) {
  ScriptedTransport transport;
  Tokens tokens;
  transport.will_answer(401,
                        R"({"code":"INVALID_TOKEN","details":{},"message":"invalid oauth token","status":"error"})");
  transport.will_answer(200, "{}");
  EXPECT_TRUE(make_calls(small_config(), transport, tokens.lend())->call("GET", "/crm/v8/org", "").has_value());
  EXPECT_THAT(tokens.refused, ElementsAre("", "t1"));
}

TEST(ZohoCalls, PassOnWhyThereIsNoToken) {
  ScriptedTransport transport;
  Tokens tokens;
  tokens.trouble = Error{Errc::conflict, "revoked; make another"};
  const auto reply = make_calls(small_config(), transport, tokens.lend())->call("GET", "/crm/v8/org", "");
  ASSERT_FALSE(reply.has_value());
  EXPECT_EQ(reply.error().code, Errc::conflict);
  EXPECT_EQ(reply.error().text, "revoked; make another");
  EXPECT_THAT(transport.requests, IsEmpty());
}

struct Trouble {
  zoho::TokenState state;
  Errc code;
  std::string words;
};
class NoToken : public testing::TestWithParam<Trouble> {};

TEST_P(NoToken, IsExplainedWithItsMend) {
  const Error error =
      token_trouble(GetParam().state, "the accounts server refused: invalid_client", small_config().zoho);
  EXPECT_EQ(error.code, GetParam().code);
  EXPECT_THAT(error.text, HasSubstr(GetParam().words));
}

INSTANTIATE_TEST_SUITE_P(
    States, NoToken,
    testing::Values(Trouble{zoho::TokenState::misconfigured, Errc::conflict, "zoho.dc = \"us\" is the data centre"},
                    Trouble{zoho::TokenState::revoked, Errc::conflict, "The refresh token is not valid"},
                    Trouble{zoho::TokenState::no_credentials, Errc::invalid, "ZOHO_REFRESH_TOKEN"},
                    Trouble{zoho::TokenState::throttled, Errc::unavailable, "ten minutes"},
                    Trouble{zoho::TokenState::unreachable, Errc::unavailable, "Look at the network"}));

TEST(ZohoCalls, HandOverRowsThatWereRefusedOneByOne) {
  ScriptedTransport transport;
  Tokens tokens;
  transport.will_answer(
      400,
      R"({"tags":[{"code":"DUPLICATE_DATA","details":{"id":"9","api_name":"name"},"message":"duplicate data","status":"error"}]})");
  const auto reply =
      make_calls(small_config(), transport, tokens.lend())->call("POST", "/crm/v8/settings/tags?module=Deals", "{}");
  ASSERT_TRUE(reply.has_value());
  EXPECT_EQ(read_rows(reply->body).at(0).code, "DUPLICATE_DATA");
}

TEST(ZohoCalls, TellARefusedRequestFromALostAnswer) {
  ScriptedTransport transport;
  Tokens tokens;
  transport.will_answer(403, R"({"code":"NO_PERMISSION","details":{},"message":"permission denied","status":"error"})");
  transport.answers.push_back({net::Exchange::unknown, "timed out", 0, {}, {}});
  transport.answers.push_back({net::Exchange::not_sent, "connection refused", 0, {}, {}});
  const auto calls = make_calls(small_config(), transport, tokens.lend());
  EXPECT_EQ(calls->call("POST", "/crm/v8/settings/fields?module=Deals", "{}").error().code, Errc::conflict);
  EXPECT_EQ(calls->call("POST", "/crm/v8/settings/fields?module=Deals", "{}").error().code, Errc::outcome_unknown);
  EXPECT_EQ(calls->call("GET", "/crm/v8/org", "").error().code, Errc::unavailable);
}

}  // namespace
}  // namespace zs::setup
