// `zohosync reconcile` as users type it, through the real daemon.
#include <gtest/gtest.h>
#include <simdjson.h>

#include "process/system.hpp"
#include "support/histories.hpp"

namespace zs::process {
namespace {

constexpr std::string_view k_signup =
    R"({"specversion":"1.0","id":"1","source":"/app","type":"user.signed_up","time":"2026-03-01T00:00:00Z",)"
    R"("data":{"user":{"id":"u1","email":"ann@example.com","last_name":"Lee"}}})"
    "\n";

std::string contact_of(System& system, const std::string& user) {
  simdjson::dom::parser parser;
  const auto mapping = system.call("GET", "/v1/mappings/users/" + user);
  return std::string(std::string_view(parser.parse(mapping.body)["contact_id"]));
}

TEST(Reconcile, ReportsThenMendsAndEndsWithTheExitThatScriptsCount) {
  System system({{"--ready"}, {}, true});
  ASSERT_EQ(system.post_events(std::string(k_signup)).status, 202);
  ASSERT_TRUE(system.wait_until_synced(std::chrono::seconds{60}));
  const auto clean = system.cli({"reconcile"});
  EXPECT_EQ(clean.code, 0) << clean.output;
  EXPECT_TRUE(clean.output.contains("Nothing has drifted")) << clean.output;

  const std::string id = contact_of(system, "u1");
  ASSERT_EQ(system
                .control("POST", "/records/Contacts/" + id,
                         R"({"fields":{"Email":"wrong@example.com"},"remove_tags":["lifecycle-trial"]})")
                .status,
            200);
  const auto seen = system.cli({"reconcile"});
  EXPECT_EQ(seen.code, 1) << seen.output;
  EXPECT_TRUE(seen.output.contains("wrong@example.com -> ann@example.com")) << seen.output;
  EXPECT_TRUE(seen.output.contains("+ lifecycle-trial")) << seen.output;
  EXPECT_TRUE(seen.output.contains("API credit")) << seen.output;
  EXPECT_TRUE(system.crm_get("/crm/v8/Contacts/" + id + "?fields=Email").contains("wrong@example.com"));

  const auto as_json = system.cli({"reconcile", "--json"});
  simdjson::dom::parser parser;
  simdjson::dom::element report;
  ASSERT_EQ(parser.parse(as_json.output).get(report), simdjson::SUCCESS) << as_json.output;
  EXPECT_EQ(std::int64_t(report["left"]), 1);
  EXPECT_EQ(std::string_view(report["findings"].at(0)["fields"].at(0)["should"]), "ann@example.com");
  EXPECT_EQ(std::string_view(report["findings"].at(0)["what"]), "differs");

  const auto mended = system.cli({"reconcile", "--repair"});
  EXPECT_EQ(mended.code, 0) << mended.output;
  EXPECT_TRUE(mended.output.contains("1 mended")) << mended.output;
  EXPECT_TRUE(system.crm_get("/crm/v8/Contacts/" + id + "?fields=Email").contains("ann@example.com"));
  EXPECT_EQ(system.cli({"reconcile"}).code, 0);
  EXPECT_TRUE(system.cli({"status"}).output.contains("reconcile"));
  EXPECT_TRUE(system.call("GET", "/metrics").body.contains("zohosync_reconcile_left 0"));
  EXPECT_FALSE(system.daemon().output().contains("@example.com")) << "values are for the operator, not for the log";
}

TEST(Reconcile, ThePagesOfItsReportAreBoundedAndItsKeysHaveScopes) {
  System system({{"--ready"}, {}, true});
  std::string events;
  for (int i = 0; i < 5; ++i) {
    std::string one(k_signup);
    one.replace(one.find("\"1\""), 3, "\"" + std::to_string(i) + "\"");
    one.replace(one.find("u1"), 2, "u" + std::to_string(i));
    events += one;
  }
  ASSERT_EQ(system.post_events(events).status, 202);
  ASSERT_TRUE(system.wait_until_synced(std::chrono::seconds{60}));
  for (int i = 0; i < 5; ++i) {
    const std::string id = contact_of(system, "u" + std::to_string(i));
    ASSERT_EQ(system.control("POST", "/records/Contacts/" + id, R"({"fields":{"Last_Name":"Wrong"}})").status, 200);
  }
  ASSERT_EQ(system.cli({"reconcile"}).code, 1);
  simdjson::dom::parser parser;
  const auto page = system.call("GET", "/v1/reconcile?after=2&limit=2");
  const simdjson::dom::element report = parser.parse(page.body);
  EXPECT_EQ(simdjson::dom::array(report["findings"]).size(), 2U);
  EXPECT_EQ(std::int64_t(report["next"]), 4);
  EXPECT_EQ(std::int64_t(report["drift"]), 5);
  EXPECT_EQ(system.call("GET", "/v1/reconcile?limit=x").status, 400);
  EXPECT_EQ(system.call("POST", "/v1/reconcile", R"({"repair":"yes"})").status, 400);
  EXPECT_EQ(system.call("POST", "/v1/reconcile", "{}", "", "").status, 401);
}

TEST(Reconcile, SaysWhatItCannotReach) {
  System system({{"--ready"}, {}, false});
  const auto alone = system.cli({"reconcile"});
  EXPECT_EQ(alone.code, 3) << alone.output;
  EXPECT_TRUE(alone.output.contains("zohosync serve")) << alone.output;
  system.start_daemon();
  ASSERT_EQ(system.post_events(std::string(k_signup)).status, 202);
  ASSERT_TRUE(system.wait_until_synced(std::chrono::seconds{60}));
  system.kill_simulator();
  const auto away = system.cli({"reconcile"});
  EXPECT_EQ(away.code, 3) << away.output;
  EXPECT_EQ(system.cli({"reconcile", "u1"}).code, 2);
}

}  // namespace
}  // namespace zs::process
