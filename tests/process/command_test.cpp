// The command line as users type it, right and wrong.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "process/system.hpp"
#include "support/histories.hpp"

namespace zs::process {
namespace {

bool has(const std::string& text, std::string_view part) { return text.contains(part); }

TEST(Commands, SetupPreparesAFreshOrgAndASecondTimeFindsNothingToDo) {
  System system({{}, {}, false});
  const auto planned = system.cli({"setup"});
  EXPECT_TRUE(has(planned.output, "Platform_User_ID")) << planned.output;
  EXPECT_TRUE(has(planned.output, "lifecycle-trial")) << planned.output;
  EXPECT_FALSE(has(system.crm_get("/crm/v8/settings/fields?module=Contacts"), "Platform_User_ID"))
      << "a plan changes nothing";
  const auto applied = system.cli({"setup", "--apply"});
  EXPECT_EQ(applied.code, 0) << applied.output;
  EXPECT_TRUE(has(system.crm_get("/crm/v8/settings/fields?module=Contacts"), "Platform_User_ID"));
  EXPECT_TRUE(has(system.crm_get("/crm/v8/settings/tags?module=Accounts"), "plan-pro"));
  const auto again = system.cli({"setup", "--apply"});
  EXPECT_EQ(again.code, 0) << again.output;
}

TEST(Commands, WithoutSetupTheDaemonKeepsEventsAndSaysWhatIsMissing) {
  System system({{}, {}, true});
  SeededRandom random(3);
  std::string body;
  for (const auto& event : test::make_history(random, {5, false})) body += test::to_json(event) + "\n";
  ASSERT_EQ(system.post_events(body).status, 202);
  std::string status;
  for (int i = 0; i < 200 && !has(status, "misconfigured"); ++i) status = system.call("GET", "/v1/status").body;
  EXPECT_TRUE(has(status, "zohosync setup --apply")) << status;
  ASSERT_EQ(system.cli({"setup", "--apply"}).code, 0);
  EXPECT_TRUE(system.wait_until_synced(std::chrono::seconds{60})) << "it goes on by itself";
}

TEST(Commands, WrongCredentialsAreNamed) {
  System system({{"--ready"}, {{"ZOHO_REFRESH_TOKEN", "1000.wrong"}}, true});
  std::string status;
  for (int i = 0; i < 200 && !has(status, "token_revoked"); ++i) status = system.call("GET", "/v1/status").body;
  EXPECT_TRUE(has(status, "token_revoked")) << status;
  EXPECT_EQ(system.call("GET", "/readyz").status, 200);
  EXPECT_NE(system.cli({"setup"}).code, 0);
}

TEST(Commands, ASecondDaemonOnTheSameStoreIsTurnedAway) {
  System system({{"--ready"}, {}, true});
  const auto second = system.cli({"serve"}, {{"ZOHOSYNC_SERVER_LISTEN", "127.0.0.1:" + std::to_string(free_port())}});
  EXPECT_EQ(second.code, 3) << second.output;
  const auto same_port =
      system.cli({"serve"}, {{"ZOHOSYNC_STORE_URL", "sqlite:" + (system.directory() / "other.db").string()}});
  EXPECT_EQ(same_port.code, 3) << same_port.output;
  EXPECT_TRUE(has(same_port.output, "in use")) << same_port.output;
}

TEST(Commands, AStoreThatCannotBeWrittenIsSaidAtOnce) {
  System system({{"--ready"}, {}, false});
  const auto nowhere = system.cli({"serve"}, {{"ZOHOSYNC_STORE_URL", "sqlite:/nowhere/at/all.db"}});
  EXPECT_EQ(nowhere.code, 3) << nowhere.output;
  std::ofstream(system.directory() / "zohosync.db")
      << "this is no database, and never was one, however long one looks at it";
  const auto garbage = system.cli({"serve"});
  EXPECT_EQ(garbage.code, 3) << garbage.output;
}

TEST(Commands, BadConfigurationIsExplainedWithTheLine) {
  System system({{"--ready"}, {}, false});
  std::ofstream(system.directory() / "bad.toml") << "[zoho]\ndc = \"mars\"\nlinger = 5\n";
  const auto checked = system.cli({"config", "check", "--config", "bad.toml"});
  EXPECT_EQ(checked.code, 2) << checked.output;
  EXPECT_TRUE(has(checked.output, "bad.toml:2")) << checked.output;
  EXPECT_TRUE(has(checked.output, "linger_ms")) << checked.output;
  EXPECT_EQ(system.cli({"serve", "--config", "bad.toml"}).code, 2);
  EXPECT_EQ(system.cli({"serve", "--config", "missing.toml"}).code, 2);
  EXPECT_EQ(system.cli({"frobnicate"}).code, 2);
}

TEST(Commands, InitWritesAConfigurationThatServes) {
  System system({{"--ready"}, {}, false});
  const auto made = system.cli({"init", "--config", "mine.toml"});
  ASSERT_EQ(made.code, 0) << made.output;
  EXPECT_EQ(system.cli({"config", "check", "--config", "mine.toml"}).code, 0);
  EXPECT_NE(system.cli({"init", "--config", "mine.toml"}).code, 0) << "an existing file is not overwritten";
}

TEST(Commands, ImportGoesThroughTheDaemonOrStraightIntoTheStoreAndRepeatsHarmlessly) {
  System system({{"--ready"}, {}, false});
  SeededRandom random(5);
  const auto history = test::make_history(random, {25, false});
  {
    std::ofstream file(system.directory() / "history.ndjson");
    for (const auto& event : history) file << test::to_json(event) << "\n";
    std::ofstream bad(system.directory() / "bad.ndjson");
    bad << test::to_json(history.front()) << "\n{\"broken\n";
  }
  const auto offline = system.cli({"import", "history.ndjson"});
  EXPECT_EQ(offline.code, 0) << offline.output;
  system.start_daemon();
  ASSERT_TRUE(system.wait_until_synced(std::chrono::seconds{60}));
  const auto online = system.cli({"import", "--restart", "history.ndjson"});
  EXPECT_EQ(online.code, 0) << online.output;
  const auto broken = system.cli({"import", "bad.ndjson"});
  EXPECT_EQ(broken.code, 1) << broken.output;
  EXPECT_TRUE(has(system.call("GET", "/v1/status").body, "\"accepted\":" + std::to_string(history.size())))
      << "nothing came in twice";
  const auto mapping = system.cli({"mapping", "get", "u1", "--json"});
  EXPECT_EQ(mapping.code, 0) << mapping.output;
  EXPECT_TRUE(has(mapping.output, "contact_id")) << mapping.output;
  EXPECT_EQ(system.cli({"customer", "u1"}).code, 0);
  EXPECT_EQ(system.cli({"customer", "nobody"}).code, 1);
  EXPECT_EQ(system.cli({"status"}).code, 0);
  EXPECT_EQ(system.cli({"held", "list"}).code, 0);
  EXPECT_TRUE(has(system.cli({"mapping", "export"}).output, "\"u1\""));
}

TEST(Commands, WithoutADaemonTheCommandsThatNeedOneSaySo) {
  System system({{"--ready"}, {}, false});
  EXPECT_EQ(system.cli({"status"}).code, 3);
}

}  // namespace
}  // namespace zs::process
