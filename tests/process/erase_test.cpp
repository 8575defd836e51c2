// The right to be forgotten with the real programs: what is looked at afterwards are the files themselves.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "process/system.hpp"
#include "support/histories.hpp"
#include "support/mapping.hpp"

namespace zs::process {
namespace {

constexpr const char* k_ann =
    R"({"specversion":"1.0","id":"evt-ann-1","source":"/app","type":"user.signed_up","time":"2026-03-01T10:00:00Z",)"
    R"("data":{"user":{"id":"usr_ann","email":"ann@forgotten.example","first_name":"Annabel","last_name":"Vergessen",)"
    R"("phone":"+4915550001"}}})";
constexpr const char* k_payment =
    R"({"specversion":"1.0","id":"evt-ann-2","source":"/app","type":"subscription.activated","time":"2026-03-02T10:00:00Z",)"
    R"("data":{"subscription":{"id":"sub_1","user_id":"usr_ann","plan":"pro","status":"active","amount":"49.00"}}})";
constexpr const char* k_late =
    R"({"specversion":"1.0","id":"evt-ann-3","source":"/app","type":"user.updated","time":"2026-03-03T10:00:00Z",)"
    R"("data":{"user":{"id":"usr_ann","first_name":"Annabel"}}})";

/// Where a trace of her is found: file and trace.
std::vector<std::string> traces_in(const std::filesystem::path& directory, std::string_view name_start) {
  std::vector<std::string> out;
  for (const auto& file : std::filesystem::directory_iterator(directory)) {
    const std::string name = file.path().filename();
    if (!name.starts_with(name_start)) continue;
    std::ifstream in(file.path(), std::ios::binary);
    const std::string content{std::istreambuf_iterator<char>(in), {}};
    for (const char* trace : {"usr_ann", "ann@forgotten.example", "Annabel", "Vergessen", "+4915550001", "evt-ann-1"}) {
      if (content.contains(trace)) out.push_back(name + ": " + trace);
    }
  }
  return out;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string out;
  for (const std::string& line : lines) out += line + "\n";
  return out;
}

TEST(Erase, LeavesNoByteOfThePersonInZohoNorInTheFiles) {
  System system({{"--ready"}, {}, true});
  SeededRandom random(11);
  std::string others;
  for (const auto& event : test::make_history(random, {40, false})) others += test::to_json(event) + "\n";
  ASSERT_EQ(system.post_events(others).status, 202);
  ASSERT_EQ(system.post_events(std::string(k_ann) + "\n" + k_payment + "\n").status, 202);
  ASSERT_TRUE(system.wait_until_synced(std::chrono::seconds{60}));
  ASSERT_FALSE(traces_in(system.directory(), "zohosync.db").empty()) << "the test looks in the wrong place";

  const auto explained = system.cli({"erase", "usr_ann"});
  EXPECT_EQ(explained.code, 2) << explained.output;
  EXPECT_TRUE(explained.output.contains("delete the Contact")) << explained.output;
  EXPECT_TRUE(explained.output.contains("--yes")) << explained.output;
  EXPECT_EQ(system.crm(test::default_mapping()).contacts.empty(), false) << "nothing was erased";

  const auto erased = system.cli({"erase", "usr_ann", "--yes"});
  EXPECT_EQ(erased.code, 0) << erased.output;
  EXPECT_EQ(joined(traces_in(system.directory(), "zohosync.db")), "");
  for (const char* module : {"Contacts", "Accounts", "Deals"}) {
    const std::string records =
        system.crm_get(std::string("/crm/v8/") + module + "?fields=id,Email,Last_Name,Account_Name,Deal_Name");
    for (const char* trace : {"ann@forgotten.example", "Annabel", "Vergessen", "usr_ann"})
      EXPECT_FALSE(records.contains(trace)) << module << " shows " << trace;
  }
  EXPECT_FALSE(system.crm_get("/crm/v8/settings/recycle_bin").contains("Vergessen"));

  const auto late = system.post_events(std::string(k_late) + "\n");
  EXPECT_EQ(late.status, 400) << late.body;
  EXPECT_TRUE(late.body.contains(R"("error":"erased:)")) << late.body;
  const auto mixed = system.post_events(others.substr(0, others.find('\n') + 1) + k_late + "\n");
  EXPECT_EQ(mixed.status, 202) << mixed.body;
  EXPECT_TRUE(mixed.body.contains(R"("index":1)")) << mixed.body;
  const auto repeated = system.post_events(std::string(k_ann) + "\n");
  EXPECT_EQ(repeated.status, 202) << repeated.body;
  EXPECT_TRUE(repeated.body.contains(R"("duplicates":1)")) << repeated.body;
  EXPECT_EQ(system.call("DELETE", "/v1/users/usr_ann").status, 200) << "asking again changes nothing";
  EXPECT_EQ(system.call("GET", "/v1/customers/usr_ann").status, 404);

  system.kill_daemon();
  system.start_daemon();
  EXPECT_EQ(joined(traces_in(system.directory(), "zohosync.db")), "") << "after a restart";
  EXPECT_EQ(system.post_events(std::string(k_late) + "\n").status, 400);
  const auto imported = [&] {
    std::ofstream(system.directory() / "late.ndjson") << k_late << "\n";
    return system.cli({"import", "late.ndjson"});
  }();
  EXPECT_EQ(imported.code, 1) << imported.output;
  EXPECT_EQ(system.stop_daemon(), 0);
  EXPECT_EQ(joined(traces_in(system.directory(), "zohosync.db")), "") << "after a clean end";
  EXPECT_EQ(joined(traces_in(system.directory(), "zohosync-")), "") << "in the logs";
  const auto again = system.cli({"erase", "usr_ann"});
  EXPECT_EQ(again.code, 0) << again.output;
}

TEST(Erase, IsTakenUpAgainAfterAKillAndSaysWhatItWaitsFor) {
  System system({{"--ready", "--latency-ms", "60"}, {}, true});
  ASSERT_EQ(system.post_events(std::string(k_ann) + "\n" + k_payment + "\n").status, 202);
  ASSERT_TRUE(system.wait_until_synced(std::chrono::seconds{60}));
  for (int kills = 0; kills < 4; ++kills) {
    const auto answer = system.call("DELETE", "/v1/users/usr_ann");
    ASSERT_TRUE(answer.status == 202 || answer.status == 200) << answer.body;
    system.kill_daemon();
    system.start_daemon();
  }
  const auto erased = system.cli({"erase", "usr_ann", "--yes"});
  EXPECT_EQ(erased.code, 0) << erased.output;
  EXPECT_EQ(joined(traces_in(system.directory(), "zohosync.db")), "");
  EXPECT_TRUE(system.crm(test::default_mapping()).contacts.empty());
}

TEST(Erase, WithoutADaemonNothingIsErased) {
  System system({{"--ready"}, {}, false});
  EXPECT_EQ(system.cli({"erase"}).code, 2);
  EXPECT_EQ(system.cli({"erase", "usr_ann", "--yes"}).code, 3);
}

}  // namespace
}  // namespace zs::process
