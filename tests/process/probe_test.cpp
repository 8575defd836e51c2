// `doctor --probe` against both sides of every doubt that zohosim can take, and what it leaves behind: nothing.
#include <gtest/gtest.h>
#include <simdjson.h>

#include <csignal>

#include "process/system.hpp"

namespace zs::process {
namespace {

std::string answer(const Finished& probed, std::string_view key) {
  simdjson::dom::parser parser;
  std::string_view value;
  return parser.parse(probed.output)["capabilities"][key].get(value) == simdjson::SUCCESS ? std::string(value)
                                                                                          : "none in " + probed.output;
}

std::int64_t contacts(System& system) {
  simdjson::dom::parser parser;
  std::int64_t count = -1;
  const std::string state = system.control("GET", "/state").body;
  return parser.parse(state)["modules"]["Contacts"]["records"].get(count) == simdjson::SUCCESS ? count : -1;
}

bool bin_is_empty(System& system) {
  return !system.crm_get("/crm/v8/settings/recycle_bin?per_page=200").contains("zohosync-probe");
}

std::vector<std::string> sandbox(std::vector<std::string> more = {}) {
  more.insert(more.begin(), {"--ready", "--org-type", "sandbox"});
  return more;
}

TEST(Probe, FindsTheDefaultsOfTheSimulator) {
  System system({sandbox(), {}, false});
  ASSERT_EQ(system.cli({"setup", "--apply"}).code, 0);
  const auto probed = system.cli({"doctor", "--probe", "--json"});
  ASSERT_EQ(probed.code, 0) << probed.output;
  EXPECT_EQ(answer(probed, "coql_sees_new_record"), "at once");
  EXPECT_EQ(answer(probed, "search_sees_new_record"), "later");
  EXPECT_EQ(answer(probed, "tag_on_update"), "replaces");
  EXPECT_EQ(answer(probed, "mixed_status"), "207");
  EXPECT_EQ(answer(probed, "upsert_keeps_order"), "yes");
  EXPECT_EQ(answer(probed, "null_clears"), "yes");
  EXPECT_EQ(answer(probed, "empty_text"), "is null");
  EXPECT_EQ(answer(probed, "tagged_per_credit"), "10");
  EXPECT_EQ(answer(probed, "ids_per_remove_tags"), "500");
  EXPECT_EQ(contacts(system), 0);
  EXPECT_TRUE(bin_is_empty(system));
  EXPECT_TRUE(system.control("GET", "/state").body.contains("\"rows_with_automation\":0,")) << "nothing was fired";
}

TEST(Probe, FindsTheOtherSideOfEveryDoubt) {
  System system({sandbox({"--tag-on-update", "add", "--mixed-status", "200", "--tags-per-credit", "50",
                          "--empty-clears", "false", "--search-lag-ms", "0"}),
                 {},
                 false});
  ASSERT_EQ(system.cli({"setup", "--apply"}).code, 0);
  const auto probed = system.cli({"doctor", "--probe", "--json"});
  ASSERT_EQ(probed.code, 0) << probed.output;
  EXPECT_EQ(answer(probed, "tag_on_update"), "adds");
  EXPECT_EQ(answer(probed, "mixed_status"), "200");
  EXPECT_EQ(answer(probed, "tagged_per_credit"), "50");
  EXPECT_EQ(answer(probed, "empty_text"), "is kept");
  EXPECT_EQ(answer(probed, "search_sees_new_record"), "at once");
  EXPECT_EQ(contacts(system), 0);
}

TEST(Probe, ReadsThePriceFromTheCreditsHeaderOnceItIsTold) {
  // Half of the day's credits are spent from the start, so the header speaks.
  System system({sandbox({"--daily-credits", "400", "--tags-per-credit", "50"}), {}, false});
  ASSERT_EQ(system.cli({"setup", "--apply"}).code, 0);
  for (int i = 0; i < 201; ++i) (void)system.crm_get("/crm/v8/org");
  system.control("POST", "/faults", R"({"on":"apis","effect":"status","status":500,"times":9})");
  const auto probed = system.cli({"doctor", "--probe", "--json"});
  ASSERT_EQ(probed.code, 0) << probed.output;
  EXPECT_EQ(answer(probed, "tagged_per_credit"), "50");
}

TEST(Probe, RefusesProductionUnlessItIsAllowed) {
  System system({{"--ready"}, {}, false});
  const auto refused = system.cli({"doctor", "--probe"});
  EXPECT_EQ(refused.code, 2) << refused.output;
  EXPECT_TRUE(refused.output.contains("--allow-production")) << refused.output;
  EXPECT_TRUE(system.control("GET", "/state").body.contains("\"rows_silent\":0,")) << "nothing was written";
  EXPECT_EQ(system.cli({"doctor", "--probe", "--allow-production"}).code, 0);
}

TEST(Probe, RemovesItsRecordsWhenItFailsAndThoseOfAKilledRun) {
  System system({sandbox(), {}, false});
  ASSERT_EQ(system.cli({"setup", "--apply"}).code, 0);
  // The second update never comes back: the run ends in the middle.
  system.control("POST", "/faults", R"({"on":"update","effect":"reset_before","nth":2,"times":1})");
  const auto failed = system.cli({"doctor", "--probe"});
  EXPECT_EQ(failed.code, 3) << failed.output;
  EXPECT_EQ(contacts(system), 0);
  EXPECT_TRUE(bin_is_empty(system));

  system.control("DELETE", "/faults");
  system.control("POST", "/faults", R"({"on":"search","effect":"hang","times":1})");
  Child killed({{ZS_ZOHOSYNC, "doctor", "--probe"}, system.environment(), system.directory(), "killed"});
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{20};
  while (contacts(system) < 3 && std::chrono::steady_clock::now() < deadline) {
  }
  killed.signal(SIGKILL);
  killed.wait(std::chrono::seconds{10});
  // It may have died before its search, and the fault be there for the next run's.
  system.control("DELETE", "/faults");
  EXPECT_EQ(contacts(system), 3) << "it was killed between making and removing";
  EXPECT_EQ(system.cli({"doctor", "--probe"}).code, 0);
  EXPECT_EQ(contacts(system), 0);
  EXPECT_TRUE(bin_is_empty(system));
}

TEST(Probe, WhatWasDeletedButNotPurgedIsPurgedByTheNextRun) {
  System system({sandbox(), {}, false});
  ASSERT_EQ(system.cli({"setup", "--apply"}).code, 0);
  system.control("POST", "/faults", R"({"on":"purge","effect":"status","status":500,"times":1})");
  EXPECT_EQ(system.cli({"doctor", "--probe"}).code, 3);
  EXPECT_EQ(contacts(system), 0);
  EXPECT_FALSE(bin_is_empty(system));
  EXPECT_EQ(system.cli({"doctor", "--probe"}).code, 0);
  EXPECT_TRUE(bin_is_empty(system));
}

TEST(Probe, AnInterruptedRunClearsUp) {
  System system({sandbox({"--latency-ms", "100"}), {}, false});
  ASSERT_EQ(system.cli({"setup", "--apply"}).code, 0);
  Child child({{ZS_ZOHOSYNC, "doctor", "--probe"}, system.environment(), system.directory(), "interrupted"});
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{20};
  while (contacts(system) < 3 && std::chrono::steady_clock::now() < deadline) {
  }
  child.signal(SIGINT);
  EXPECT_EQ(child.wait(std::chrono::seconds{30}), 1) << child.output();
  EXPECT_TRUE(child.output().contains("interrupted")) << child.output();
  EXPECT_EQ(contacts(system), 0);
}

TEST(Probe, SaysThatARunningDaemonHasTheStore) {
  System system({sandbox(), {}, true});
  const auto refused = system.cli({"doctor", "--probe"});
  EXPECT_EQ(refused.code, 3) << refused.output;
  EXPECT_TRUE(refused.output.contains("stop it")) << refused.output;
  EXPECT_EQ(contacts(system), 0);
}

}  // namespace
}  // namespace zs::process
