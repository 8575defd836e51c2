// `zohosync plan` as users type it: what it says of an import, then the import.
#include <gtest/gtest.h>
#include <simdjson.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "process/system.hpp"
#include "support/histories.hpp"

namespace zs::process {
namespace {

std::string write_history(System& system, int customers) {
  SeededRandom random(11);
  std::ofstream file(system.directory() / "history.ndjson");
  for (const auto& event : test::make_history(random, {customers, false})) file << test::to_json(event) << "\n";
  return "history.ndjson";
}

std::int64_t count_of_records(System& system, const std::string& module) {
  simdjson::dom::parser parser;
  return std::int64_t(parser.parse(system.control("GET", "/records?limit=0&module=" + module).body)["total"]);
}

TEST(Plan, OfAnImportBeforeThereIsAStoreSaysWhatIsThenWritten) {
  System system({{"--ready"}, {}, false});
  const std::string file = write_history(system, 30);
  const auto planned = system.cli({"plan", "--import", file, "--json"});
  ASSERT_EQ(planned.code, 0) << planned.output;
  EXPECT_FALSE(std::filesystem::exists(system.directory() / "zohosync.db")) << "not even a store";
  EXPECT_EQ(count_of_records(system, "Contacts"), 0);
  simdjson::dom::parser parser;
  simdjson::dom::element plan;
  ASSERT_EQ(parser.parse(planned.output).get(plan), simdjson::SUCCESS) << planned.output;
  std::map<std::string_view, std::int64_t> creates;
  for (const simdjson::dom::element record : simdjson::dom::array(plan["records"])) {
    EXPECT_EQ(std::string_view(record["action"]), "create");
    ++creates[std::string_view(record["module"])];
  }
  ASSERT_EQ(system.cli({"import", file}).code, 0);
  system.start_daemon();
  ASSERT_TRUE(system.wait_until_synced(std::chrono::seconds{60}));
  for (const std::string_view module : {"Accounts", "Contacts", "Deals"})
    EXPECT_EQ(creates[module], count_of_records(system, std::string(module))) << module;
  EXPECT_TRUE(system.cli({"plan", "--import", file}).output.contains("Nothing to write"))
      << "beside the daemon: all of it is known by now";
}

TEST(Plan, ShowsTheDifferenceTheCostAndThatNothingWasWritten) {
  System system({{"--ready"}, {}, true});
  ASSERT_EQ(
      system
          .post_events(
              R"({"specversion":"1.0","id":"1","source":"/app","type":"user.signed_up","time":"2026-03-01T00:00:00Z","data":{"user":{"id":"u1","email":"ann@example.com","last_name":"Lee"}}})"
              "\n")
          .status,
      202);
  ASSERT_TRUE(system.wait_until_synced(std::chrono::seconds{60}));
  {
    std::ofstream file(system.directory() / "change.ndjson");
    file
        << R"({"specversion":"1.0","id":"2","source":"/app","type":"user.updated","time":"2026-03-02T00:00:00Z","data":{"user":{"id":"u1","last_name":"Ito","source":"referral"}}})"
        << "\n{\"specversion\":\"1.0\"}\n";
  }
  const auto shown = system.cli({"plan", "--import", "change.ndjson"});
  EXPECT_EQ(shown.code, 1) << "a line would be rejected: " << shown.output;
  EXPECT_TRUE(shown.output.contains("line 2 would be rejected")) << shown.output;
  EXPECT_TRUE(shown.output.contains("Lee -> Ito")) << shown.output;
  EXPECT_TRUE(shown.output.contains("+ source-referral")) << shown.output;
  EXPECT_TRUE(shown.output.contains("3 calls and 3 API credits")) << shown.output;
  EXPECT_TRUE(system.call("GET", "/v1/status").body.contains("\"accepted\":1"));
  const auto nothing = system.cli({"plan"});
  EXPECT_EQ(nothing.code, 0) << nothing.output;
  EXPECT_TRUE(nothing.output.contains("Nothing to write")) << nothing.output;
  EXPECT_EQ(system.cli({"plan", "nobody"}).code, 1);
  EXPECT_EQ(system.cli({"plan", "--import", "missing.ndjson"}).code, 2);
}

TEST(Plan, WithoutZohoSaysSoOrDoesWithout) {
  System system({{"--ready"}, {}, false});
  const std::string file = write_history(system, 3);
  EXPECT_EQ(system.cli({"plan"}).code, 3) << "no store, nothing to plan";
  system.kill_simulator();
  const auto away = system.cli({"plan", "--import", file});
  EXPECT_EQ(away.code, 3) << away.output;
  EXPECT_TRUE(away.output.contains("--offline")) << away.output;
  const auto offline = system.cli({"plan", "--import", file, "--offline"});
  EXPECT_EQ(offline.code, 0) << offline.output;
  EXPECT_TRUE(offline.output.contains("nobody was looked up")) << offline.output;
}

}  // namespace
}  // namespace zs::process
