#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cli/arguments.hpp"
#include "cli/daemon_client.hpp"
#include "cli/environment.hpp"
#include "cli/output.hpp"
#include "cli/render.hpp"

namespace zs::cli {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Optional;

std::optional<std::string> fault_of(std::vector<std::string> arguments) { return verb_fault(arguments); }

TEST(VerbFault, NamesTheNearestVerb) {
  EXPECT_THAT(fault_of({"imprt"}), Optional(HasSubstr("Did you mean 'import'?")));
  EXPECT_THAT(fault_of({"--config", "a.toml", "statsu"}), Optional(HasSubstr("'status'")));
  EXPECT_THAT(fault_of({"mapping", "exprt"}), Optional(HasSubstr("'mapping export'")));
}

TEST(VerbFault, ListsTheVerbsWhereNoneIsNear) {
  EXPECT_THAT(fault_of({"frobnicate"}), Optional(HasSubstr("There are: init, serve, auth")));
  EXPECT_THAT(fault_of({"held"}), Optional(HasSubstr("list, show, retry, discard")));
}

TEST(VerbFault, HasNothingAgainstKnownVerbsAndTheirArguments) {
  EXPECT_EQ(fault_of({"customer", "imprt"}), std::nullopt);
  EXPECT_EQ(fault_of({"--config=x", "held", "retry", "7"}), std::nullopt);
  EXPECT_EQ(fault_of({"held", "--help"}), std::nullopt);
}

Parsed parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "zohosync");
  return parse_arguments(static_cast<int>(arguments.size()), arguments.data());
}

TEST(ParseArguments, TakesTheConfigurationBeforeAndAfterTheVerb) {
  EXPECT_EQ(parse({"--config", "a.toml", "status"}).options.config_file, "a.toml");
  EXPECT_EQ(parse({"status", "--config", "b.toml"}).options.config_file, "b.toml");
  EXPECT_EQ(parse({"mapping", "get", "--config", "c.toml", "u1"}).options.config_file, "c.toml");
}

TEST(ParseArguments, FindsTheVerbOfAGroup) {
  const Parsed parsed = parse({"mapping", "get", "u1", "u2", "--json"});
  EXPECT_EQ(parsed.verb, &mapping_get);
  EXPECT_TRUE(parsed.options.json);
  EXPECT_THAT(parsed.options.names, ElementsAre("u1", "u2"));
}

TEST(ParseArguments, KeepsOnlyTheIdThatIsLookedFor) {
  EXPECT_THAT(parse({"mapping", "find", "--deal-id", "77"}).options.lookup,
              ElementsAre(testing::Pair("deal_id", "77")));
}

TEST(ParseArguments, TakesADashForStandardInput) {
  EXPECT_THAT(parse({"import", "-"}).options.names, ElementsAre("-"));
}

TEST(ParseArguments, EndsWithTwoOnBadUsage) {
  for (const auto& bad : {std::vector<const char*>{"import"}, {"setup", "--aply"}, {"nonsense"}, {}}) {
    const Parsed parsed = parse(bad);
    EXPECT_EQ(parsed.verb, nullptr);
    EXPECT_EQ(parsed.exit, Exit::usage);
  }
}

TEST(Aligned, CountsCharactersAndLeavesNoTrailingBlanks) {
  EXPECT_EQ(aligned({{"é", "b"}, {"ccc", ""}}, " "), " é    b\n ccc\n");
}

TEST(Printable, TakesTheTeethOutOfTerminalSequences) {
  EXPECT_EQ(printable("a\x1b[2Jb\n\x7f"), "a?[2Jb??");
  EXPECT_EQ(printable("\xC2\x9B"
                      "31m Zoë"),
            "?31m Zoë");
}

TEST(CsvField, QuotesWhatWouldBreakARow) {
  EXPECT_EQ(csv_field("plain"), "plain");
  EXPECT_EQ(csv_field("a,\"b\"\n"), "\"a,\"\"b\"\"\n\"");
}

TEST(Numbers, AreReadable) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(-1234567), "-1,234,567");
  EXPECT_EQ(counted(1, "event"), "1 event");
  EXPECT_EQ(counted(1000, "event"), "1,000 events");
  EXPECT_EQ(lasting(59), "59 s");
  EXPECT_EQ(lasting(3725), "1 h 2 min");
  EXPECT_EQ(lasting(90'000), "1 d 1 h");
}

constexpr const char* k_mapping =
    R"({"user_id":"u,1","contact_id":"51","account_key":"org","account_id":null,)"
    R"("subscriptions":[{"subscription_id":"s1","deal_id":"71"},{"subscription_id":"s2","deal_id":null}],)"
    R"("synced":false,"synced_at":null})";

TEST(MappingText, SaysWhatIsNotInZohoYet) {
  EXPECT_EQ(mapping_text(k_mapping),
            "u,1\n"
            "  contact  51\n"
            "  account  not in Zoho yet  (org)\n"
            "  deal     71               (s1)\n"
            "  deal     none             (s2)\n"
            "  synced   not all of it\n");
}

TEST(MappingCsv, HasARowForEachSubscription) {
  EXPECT_EQ(mapping_csv(k_mapping), "\"u,1\",51,org,,s1,71,false,\r\n\"u,1\",51,org,,s2,,false,\r\n");
}

TEST(MappingCsv, HasARowForAUserWithoutSubscriptions) {
  EXPECT_EQ(
      mapping_csv(
          R"({"user_id":"u","contact_id":"1","account_key":"a","account_id":"2","subscriptions":[],"synced":true,"synced_at":"t"})"),
      "u,1,a,2,,,true,t\r\n");
}

TEST(CustomerText, TellsTheStoryOldestFirst) {
  const std::string text = customer_text(
      R"({"user_id":"u1","mapping":{"user_id":"u1","contact_id":"51","account_key":"u1","account_id":"41","subscriptions":[],)"
      R"("synced":true,"synced_at":"2026-03-02T09:10:12Z"},"user":{"id":"u1","module":"Contacts","zoho_id":"51",)"
      R"("state":{"email":{"value":"a@example.org","time":"2026-03-02T09:00:00Z","source":"/p","event":"e1"},)"
      R"("phone":{"value":null,"time":"2026-03-02T09:00:00Z","source":"/p","event":"e1"}},)"
      R"("derived":{"deleted":false,"gdpr":true,"ccpa":false},"in_zoho":{"Account_Name":{"id":"41"},"Email":"a@example.org","Fax":null},"tags":["lifecycle-trial","plan-pro"],)"
      R"("flags":["Phone left out"],"status":"settled","synced_at":null,"held":null},"account":null,"subscriptions":[],"timeline":[)"
      R"({"at":"2026-03-02T09:10:12Z","of":"u1","what":"insert","module":"Contacts","call":12,"records_in_call":10,"code":"SUCCESS",)"
      R"("zoho_id":"51","fields":["Email"],"tags_added":["plan-pro"],"tags_removed":[]},)"
      R"({"at":"2026-03-02T09:10:11Z","what":"event","type":"user.signed_up","source":"/p","event":"e1","time":"2026-03-02T09:00:00Z"}]})");
  EXPECT_THAT(text, AllOf(HasSubstr("email  a@example.org"), HasSubstr("(cleared)"),
                          HasSubstr("lifecycle-trial, plan-pro"), HasSubstr("note: Phone left out"), HasSubstr("gdpr"),
                          Not(HasSubstr("ccpa")), HasSubstr("Account_Name  41"), Not(HasSubstr("Fax"))));
  EXPECT_THAT(text, HasSubstr("SUCCESS  -> 51  Email  +plan-pro  [call 12, 10 records]"));
  EXPECT_LT(text.find("user.signed_up"), text.find("insert"));
}

TEST(CustomerText, ShowsWhatIsHeldWithItsMend) {
  const std::string text = customer_text(
      R"({"user":{"id":"u1","module":"Contacts","zoho_id":null,"state":{},"in_zoho":{},"tags":[],"flags":[],"status":"held",)"
      R"("held":{"id":"812","since":"2026-03-02T09:10:12Z","code":"DUPLICATE_DATA","field":"Email","message":"taken","mend":"merge them"}}})");
  EXPECT_THAT(text, HasSubstr("HELD since 2026-03-02T09:10:12Z: DUPLICATE_DATA on Email: taken"));
  EXPECT_THAT(text, HasSubstr("-> merge them; then `zohosync held retry 812`"));
}

TEST(HeldList, IsATableWithOneRowEach) {
  EXPECT_THAT(
      held_list_text(
          {R"({"id":"812","kind":"user","key":"u1","since":"t","side":"data","code":"DUPLICATE_DATA","field":"","message":"taken"})"}),
      HasSubstr("812  user u1  t      data  DUPLICATE_DATA         taken"));
  EXPECT_EQ(held_list_text({}), "Nothing is held.\n");
}

TEST(StatusText, SaysWhyNothingIsWritten) {
  const std::string text = status_text(
      R"({"events":{"accepted":1466},"backlog":{"entities":3,"oldest_seconds":75},"held":1,"zoho":{"calls":61,"credits_used_24h":120,)"
      R"("credits_limit":60000,"state":"token_revoked","detail":"the accounts server refused: invalid_code"},"node":"a"})");
  EXPECT_THAT(text,
              AllOf(HasSubstr("1,466 accepted"), HasSubstr("3 records to go, the oldest change waits 1 min 15 s"),
                    HasSubstr("token_revoked: the accounts server refused"), HasSubstr("120 of 60,000 in 24 hours")));
}

net::ClientResponse answered(int status, std::string body) {
  return {net::Exchange::answered, {}, status, {}, std::move(body)};
}

TEST(Refusal, ChoosesTheExitByWhoIsToBlame) {
  EXPECT_EQ(refusal_of({}, "http://x").exit, Exit::unreachable);
  EXPECT_EQ(refusal_of(answered(401, ""), "http://x").exit, Exit::usage);
  EXPECT_EQ(refusal_of(answered(503, ""), "http://x").exit, Exit::unreachable);
  const Refusal refusal =
      refusal_of(answered(404, R"({"title":"Not Found","detail":"nothing is held under this id"})"), "http://x");
  EXPECT_EQ(refusal.exit, Exit::failed);
  EXPECT_EQ(refusal.text, "nothing is held under this id");
}

TEST(DaemonUrl, ReadsAWildcardAsThisMachine) {
  config::Server server;
  server.address = "0.0.0.0";
  server.port = 8443;
  EXPECT_EQ(daemon_url({}, server).value(), "http://127.0.0.1:8443");
  server.address = "::";
  server.tls_cert = "cert.pem";
  EXPECT_EQ(daemon_url({}, server).value(), "https://[::1]:8443");
}

TEST(DaemonUrl, RefusesToSendAKeyUnencryptedOverTheNetwork) {
  Options options;
  options.url = "http://sync.example.com";
  EXPECT_FALSE(daemon_url(options, {}).has_value());
  options.url = "https://sync.example.com";
  EXPECT_EQ(daemon_url(options, {}).value(), "https://sync.example.com");
}

}  // namespace
}  // namespace zs::cli
