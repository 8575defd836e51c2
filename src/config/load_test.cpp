// What comes from outside the file: the environment, secret files, and where the file is looked for.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "base/crypto.hpp"
#include "config/config.hpp"

namespace zs::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

namespace fs = std::filesystem;

Config good(std::string_view toml, const Environment& environment) {
  Loaded loaded = parse(toml, "t.toml", environment);
  EXPECT_TRUE(loaded.usable()) << describe(loaded.findings);
  return loaded.config;
}

std::vector<Finding> errors_of(const Loaded& loaded) {
  std::vector<Finding> out;
  std::ranges::copy_if(loaded.findings, std::back_inserter(out), &Finding::is_error);
  return out;
}

/// A fresh working directory, gone at the end.
class Directory : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "zs-config-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
    before_ = fs::current_path();
    fs::current_path(directory_);
  }
  void TearDown() override {
    fs::current_path(before_);
    fs::remove_all(directory_);
  }

  static void write(const std::string& name, std::string_view text, mode_t mode = 0600) {
    std::ofstream(name) << text;
    ASSERT_EQ(::chmod(name.c_str(), mode), 0);
  }

 private:
  fs::path directory_;
  fs::path before_;
};

using Environmental = Directory;
using SecretFiles = Directory;
using Search = Directory;

TEST_F(Environmental, TextsNumbersTruthsDurationsAndListsWinOverTheFile) {
  const Config config = good("[server]\nlisten = \"127.0.0.1:1\"\nthreads = 2\n[zoho]\ndc = \"us\"\nlinger_ms = 1",
                             {{"ZOHOSYNC_SERVER_LISTEN", "127.0.0.1:9"},
                              {"ZOHOSYNC_SERVER_THREADS", "3"},
                              {"ZOHOSYNC_SERVER_INSECURE_HTTP", "on"},
                              {"ZOHOSYNC_ZOHO_DC", " eu\n"},
                              {"ZOHOSYNC_ZOHO_LINGER_MS", "500"},
                              {"ZOHOSYNC_ZOHO_LIVE_RESERVE", "0.25"},
                              {"ZOHOSYNC_ZOHO_TRIGGER", "workflow, blueprint"},
                              {"ZOHOSYNC_LOG_LEVEL", "warn"}});
  EXPECT_EQ(config.server.port, 9);
  EXPECT_EQ(config.server.threads, 3);
  EXPECT_TRUE(config.server.insecure_http);
  EXPECT_EQ(config.zoho.api_url, "https://www.zohoapis.eu");
  EXPECT_EQ(config.zoho.linger.count(), 500);
  EXPECT_EQ(config.zoho.live_reserve, 0.25);
  EXPECT_THAT(*config.zoho.trigger, ElementsAre("workflow", "blueprint"));
  EXPECT_EQ(config.log_level, "warn");
}

TEST_F(Environmental, ReachesNestedTables) {
  const Config config = good("", {{"ZOHOSYNC_TAGS_LIFECYCLE_TRIAL_NAME", "Trial"},
                                  {"ZOHOSYNC_TAGS_SOURCE_WEBSITE_ENABLED", "no"},
                                  {"ZOHOSYNC_DEALS_STAGES_PAST_DUE", "Negotiation"},
                                  {"ZOHOSYNC_FIELDS_CONTACT_TITLE", "false"},
                                  {"ZOHOSYNC_FIELDS_CONTACT_EMAIL", "user.attributes.mail"},
                                  {"ZOHOSYNC_FIELDS_DEAL_Seats", "subscription.attributes.seats"},
                                  {"ZOHOSYNC_EXTERNAL_IDS_DEAL", "Sub_Key"},
                                  {"ZOHOSYNC_TAGS_PLAN_PRO_MODULES", "Deals"}});
  EXPECT_EQ(config.tags.front().name, "Trial");
  EXPECT_EQ(std::ranges::find(config.tags, "website", &Tag::value)->name, "");
  EXPECT_EQ(config.deals.stages.at("past_due"), "Negotiation");
  EXPECT_EQ(std::ranges::count(config.contact_fields, "Title", &FieldRule::field), 0);
  EXPECT_EQ(std::ranges::find(config.contact_fields, "Email", &FieldRule::field)->from, "user.attributes.mail");
  EXPECT_EQ(std::ranges::find(config.deal_fields, "Seats", &FieldRule::field)->from, "subscription.attributes.seats");
  EXPECT_EQ(config.zoho.external_id_deal, "Sub_Key");
  EXPECT_THAT(std::ranges::find(config.tags, "pro", &Tag::value)->modules, ElementsAre("Deals"));
}

TEST_F(Environmental, CanSwitchAllAutomationOff) {
  const Config config = good("[zoho]\ntrigger = [\"workflow\"]", {{"ZOHOSYNC_ZOHO_TRIGGER", "[]"}});
  EXPECT_THAT(*config.zoho.trigger, IsEmpty());
}

TEST_F(Environmental, AnEmptyVariableCountsAsUnset) {
  EXPECT_EQ(good("[server]\nthreads = 2", {{"ZOHOSYNC_SERVER_THREADS", ""}}).server.threads, 2);
  EXPECT_THAT(good("", {{"ZOHOSYNC_API_KEY", " "}}).keys, IsEmpty());
}

TEST_F(Environmental, FaultsAreNamedByTheirVariable) {
  const std::vector<std::pair<std::string, std::string>> faults{
      {"ZOHOSYNC_SERVER_THREADS", "four"},
      {"ZOHOSYNC_SERVER_THREADS", "4x"},
      {"ZOHOSYNC_SERVER_THREADS", "99"},
      {"ZOHOSYNC_SERVER_INSECURE_HTTP", "maybe"},
      {"ZOHOSYNC_ZOHO_LIVE_RESERVE", "half"},
      {"ZOHOSYNC_ZOHO_TRIGGER", "workflow,flow"},
      {"ZOHOSYNC_ZOHO_DC", "moon"},
      {"ZOHOSYNC_STORE_URL", "x"},
      {"ZOHOSYNC_LOG_LEVEL", "\xFF"},
      {"ZOHOSYNC_ZOHO_CLIENT_SECRET", "x"},
      {"ZOHOSYNC_FIELDS_CONTACT_X", "user.x"},
  };
  for (const auto& [name, text] : faults) {
    const auto errors = errors_of(parse("", "t.toml", {{name, text}}));
    ASSERT_THAT(errors, SizeIs(1)) << name << "=" << text;
    EXPECT_EQ(errors[0].where, name);
  }
}

TEST_F(Environmental, AMisspeltVariableIsAWarningWithASuggestion) {
  const Loaded loaded = parse("", "t.toml", {{"ZOHOSYNC_SERVER_LISTN", "x"}, {"ZOHOSYNC_SEVER_LISTEN", "x"}});
  EXPECT_TRUE(loaded.usable());
  EXPECT_THAT(describe(loaded.findings), HasSubstr("warning: ZOHOSYNC_SERVER_LISTN: "));
  EXPECT_THAT(describe(loaded.findings), HasSubstr("warning: ZOHOSYNC_SEVER_LISTEN: "));
  EXPECT_THAT(describe(loaded.findings), HasSubstr("did you mean ZOHOSYNC_SERVER_LISTEN?"));
}

TEST_F(Environmental, VariablesOfOthersAreLeftAlone) {
  const Loaded loaded = parse("", "t.toml",
                              {{"ZOHOSYNC_PORT", "x"},
                               {"ZOHOSYNC_SERVICE_HOST", "x"},
                               {"ZOHOSYNC_CONFIG", "x"},
                               {"ZOHO_CLIENT_ID", "i"},
                               {"ZOHO_CLIENT_SECRET", "s"},
                               {"ZOHO_REFRESH_TOKEN", "t"}});
  EXPECT_THAT(loaded.findings, IsEmpty()) << describe(loaded.findings);
}

TEST_F(Environmental, AKeyFromItMayDoEverything) {
  const Config config = good("", {{"ZOHOSYNC_API_KEY", "demo-key"}});
  ASSERT_THAT(config.keys, SizeIs(1));
  EXPECT_EQ(config.keys[0].sha256, sha256_hex("demo-key"));
  EXPECT_THAT(config.keys[0].scopes, ElementsAre(Scope::ingest, Scope::read, Scope::admin));
}

TEST_F(Environmental, AKeyThatTheFileHasToMayDoEverything) {
  const Config config = good("[[auth.keys]]\nname = \"a\"\nscopes = [\"read\"]\nsha256 = \"" + sha256_hex("k") + "\"",
                             {{"ZOHOSYNC_API_KEY", "k"}});
  ASSERT_THAT(config.keys, SizeIs(1));
  EXPECT_THAT(config.keys[0].scopes, SizeIs(3));
}

TEST_F(Environmental, MayHoldTheStoresPassword) {
  EXPECT_EQ(good("", {{"ZOHOSYNC_STORE_URL", "postgresql://u:p@h/d"}}).store.url, "postgresql://u:p@h/d");
}

TEST_F(Environmental, GivesAWebhookItsSecrets) {
  const Config config = good("[[auth.webhooks]]\nname = \"pay-in\"\nscheme = \"stripe\"",
                             {{"ZOHOSYNC_WEBHOOK_PAY_IN_SECRETS", "whsec_a  whsec_b"}});
  ASSERT_THAT(config.webhooks, SizeIs(1));
  EXPECT_EQ(config.webhooks[0].scheme, WebhookScheme::stripe);
  EXPECT_THAT(config.webhooks[0].secrets, ElementsAre("whsec_a", "whsec_b"));
}

TEST_F(Environmental, SecretsOfAnUnknownWebhookAreDoubtful) {
  const Loaded loaded = parse("", "t.toml", {{"ZOHOSYNC_WEBHOOK_PAY_SECRETS", "x"}});
  EXPECT_TRUE(loaded.usable());
  EXPECT_THAT(describe(loaded.findings),
              HasSubstr("ZOHOSYNC_WEBHOOK_PAY_SECRETS: this variable belongs to no webhook"));
}

TEST_F(Environmental, WebhooksWhoseVariablesWouldBeOneAreRefused) {
  const Loaded loaded = parse(
      "[[auth.webhooks]]\nname = \"a-b\"\nscheme = \"stripe\"\n[[auth.webhooks]]\nname = \"A_B\"\nscheme = \"stripe\"",
      "t.toml", {{"ZOHOSYNC_WEBHOOK_A_B_SECRETS", "x"}});
  ASSERT_THAT(errors_of(loaded), SizeIs(1));
  EXPECT_EQ(errors_of(loaded)[0].key, "auth.webhooks[1].name");
}

TEST_F(Environmental, CredentialsAreTrimmedAndWinOverFiles) {
  const Config config =
      good("[zoho]\nclient_id_file = \"/nonexistent\"",
           {{"ZOHO_CLIENT_ID", " 1000.X\n"}, {"ZOHO_CLIENT_SECRET", "s"}, {"ZOHO_REFRESH_TOKEN", "t"}});
  EXPECT_EQ(config.zoho.client_id, "1000.X");
  EXPECT_EQ(config.zoho.client_secret, "s");
  EXPECT_EQ(config.zoho.refresh_token, "t");
}

TEST_F(Environmental, MissingCredentialsAreAWarningEach) {
  const Loaded loaded = parse("", "t.toml", {});
  EXPECT_TRUE(loaded.usable());
  std::vector<std::string> keys;
  for (const Finding& finding : loaded.findings) keys.push_back(finding.key);
  EXPECT_THAT(keys, ElementsAre("zoho.client_id", "zoho.client_secret", "zoho.refresh_token"));
}

TEST_F(SecretFiles, AreReadAndTrimmed) {
  write("id", "1000.ABC\n");
  write("secret", "  s3cret \r\n");
  write("hook", "whsec_new\n\n  whsec_old\n");
  const Loaded loaded = parse(
      "[zoho]\nclient_id_file = \"id\"\nclient_secret_file = \"secret\"\n"
      "[[auth.webhooks]]\nname = \"p\"\nscheme = \"standard\"\nsecrets_file = \"hook\"",
      "t.toml", {{"ZOHO_REFRESH_TOKEN", "t"}});
  EXPECT_THAT(loaded.findings, IsEmpty()) << describe(loaded.findings);
  EXPECT_EQ(loaded.config.zoho.client_id, "1000.ABC");
  EXPECT_EQ(loaded.config.zoho.client_secret, "s3cret");
  EXPECT_THAT(loaded.config.webhooks[0].secrets, ElementsAre("whsec_new", "whsec_old"));
}

TEST_F(SecretFiles, ThatOthersMayReadAreAWarningWithTheCommand) {
  write("id", "1000.ABC", 0640);
  const Loaded loaded = parse("[zoho]\nclient_id_file = \"id\"", "t.toml", {});
  EXPECT_TRUE(loaded.usable());
  EXPECT_EQ(loaded.config.zoho.client_id, "1000.ABC");
  EXPECT_THAT(describe(loaded.findings), HasSubstr("t.toml:2:1: zoho.client_id_file names a file that others"));
  EXPECT_THAT(describe(loaded.findings), HasSubstr("chmod 600 id"));
}

TEST_F(SecretFiles, ThatAreEmptyOrHoldMoreThanASecretAreErrors) {
  write("empty", "\n");
  write("two", "one two");
  write("huge", std::string(70'000, 'x'));
  for (const std::string name : {"empty", "two", "huge"}) {
    const auto errors = errors_of(parse("[zoho]\nclient_secret_file = \"" + name + "\"", "t.toml", {}));
    ASSERT_THAT(errors, SizeIs(1)) << name;
    EXPECT_EQ(errors[0].key, "zoho.client_secret_file");
    EXPECT_EQ(errors[0].where, "t.toml:2:1");
  }
}

TEST_F(SecretFiles, OfTheRefreshTokenMayBeWrittenLater) {
  const std::string toml = "[zoho]\nrefresh_token_file = \"token\"";
  const Loaded before = parse(toml, "t.toml", {});
  EXPECT_TRUE(before.usable());
  EXPECT_THAT(describe(before.findings), HasSubstr("self client"));
  write("token", "1000.T\n");
  EXPECT_EQ(good(toml, {}).zoho.refresh_token, "1000.T");
}

TEST_F(Search, WithoutAFileHereTakesTheMachinesOrNoneAndTheEnvironment) {
  const Loaded loaded = load("", {{"ZOHOSYNC_SERVER_THREADS", "3"}});
  const std::string of_the_machine = "/etc/zohosync/zohosync.toml";
  EXPECT_EQ(loaded.file, fs::exists(of_the_machine) ? of_the_machine : "");
  EXPECT_EQ(loaded.config.server.threads, 3);
}

TEST_F(Search, PrefersTheNamedThenTheOneHereThenTheVariables) {
  write("named.toml", "server.threads = 1");
  write("zohosync.toml", "server.threads = 2");
  write("variable.toml", "server.threads = 3");
  const Environment environment{{"ZOHOSYNC_CONFIG", "variable.toml"}};
  EXPECT_EQ(load("named.toml", environment).file, "named.toml");
  EXPECT_EQ(load("", environment).config.server.threads, 2);
  fs::remove("zohosync.toml");
  EXPECT_EQ(load("", environment).config.server.threads, 3);
}

TEST_F(Search, AMissingFileThatSomebodyNamedIsAnError) {
  EXPECT_THAT(describe(load("gone.toml", {}).findings), HasSubstr("error: gone.toml: there is no such file"));
  EXPECT_FALSE(load("", {{"ZOHOSYNC_CONFIG", "gone.toml"}}).usable());
}

TEST_F(Search, ADirectoryIsNoFile) {
  fs::create_directory("zohosync.toml");
  EXPECT_THAT(describe(load("", {}).findings), HasSubstr("error: zohosync.toml: this file cannot be read"));
}

TEST_F(Search, GivesThePlaceOfAFaultInTheFile) {
  write("zohosync.toml", "[server]\nthreads = 0\n");
  EXPECT_THAT(describe(load("", {}).findings), HasSubstr("error: zohosync.toml:2:1: server.threads is out of range"));
}

struct Exposure {
  std::string toml;
  bool with_key;
  std::vector<std::string> problems;
};

TEST_F(Environmental, MoreThanLoopbackWantsAKeyAndTls) {
  write("pem", "x");
  const std::string open = "[server]\nlisten = \"0.0.0.0:8080\"\n";
  const std::string tls = "tls_cert = \"pem\"\ntls_key = \"pem\"\n";
  const std::vector<Exposure> cases{
      {open, false, {"there is no API key", "without TLS"}},
      {open, true, {"without TLS"}},
      {open + "insecure_http = true", true, {}},
      {open + "insecure_http = true", false, {"there is no API key"}},
      {open + tls, true, {}},
      {"[server]\nlisten = \"[::]:8080\"\n" + tls, false, {"there is no API key"}},
      {"[server]\nlisten = \"127.0.0.1:8080\"\n", false, {}},
      {"[server]\ntls_cert = \"pem\"\n", true, {"is of no use alone"}},
      {"[server]\ntls_key = \"pem\"\n", true, {"is of no use alone"}},
      {"[server]\ntls_cert = \"gone\"\ntls_key = \"pem\"\n", true, {"cannot be read"}},
  };
  for (const Exposure& exposure : cases) {
    const Environment environment = exposure.with_key ? Environment{{"ZOHOSYNC_API_KEY", "k"}} : Environment{};
    const auto errors = errors_of(parse(exposure.toml, "t.toml", environment));
    ASSERT_THAT(errors, SizeIs(exposure.problems.size())) << exposure.toml;
    for (std::size_t i = 0; i < errors.size(); ++i) EXPECT_THAT(errors[i].problem, HasSubstr(exposure.problems[i]));
  }
}

}  // namespace
}  // namespace zs::config
