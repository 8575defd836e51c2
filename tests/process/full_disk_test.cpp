// The real daemon on a real file system that fills up: refuses what it cannot keep, loses nothing that it took, goes on
// when there is room again.
#include <gtest/gtest.h>

#include <thread>

#include "process/small_disk.hpp"
#include "process/system.hpp"
#include "support/mapping.hpp"

namespace zs::process {
namespace {

std::string signup(const std::string& user, const std::string& more = "") {
  return R"({"specversion":"1.0","id":")" + user + more +
         R"(","source":"/app","type":"user.signed_up","data":{"user":{"id":")" + user + R"(","email":")" + user +
         R"(@example.com","title":")" + std::string(2'000, 't') + "\"}}}\n";
}

struct FullDisk : ::testing::Test {
  SmallDisk disk{16};
  System system{{{"--ready"}, {{"ZOHOSYNC_STORE_URL", "sqlite:" + (disk.path() / "zohosync.db").string()}}, true}};
  std::set<std::string> kept;  // users whose signup was answered with 202
  net::ClientResponse refusal;

  bool post(const std::string& user) {
    const auto answer = system.post_events(signup(user));
    if (answer.status == 202) {
      kept.insert(user);
      return true;
    }
    refusal = answer;
    return false;
  }
  /// Fills the disk and posts until the daemon refuses: what its files still have room for inside, it may take.
  void post_until_refused() {
    for (int i = 0; i < 5'000; ++i) {
      disk.fill();
      if (!post("f" + std::to_string(i))) return;
    }
    FAIL() << "five thousand events were taken on a full disk";
  }
  bool is_ready(int status) {
    for (int i = 0; i < 500; ++i) {
      if (system.call("GET", "/readyz", "", "", "").status == status) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds{20});
    }
    return false;
  }
  /// Every user that was taken is in the CRM, once.
  void expect_all_there() {
    ASSERT_TRUE(system.wait_until_synced(std::chrono::seconds{60})) << system.call("GET", "/v1/status").body;
    std::multiset<std::string> there;
    for (const auto& record : system.crm(test::default_mapping()).contacts)
      there.insert(record.fields.at("Platform_User_ID"));
    for (const std::string& user : kept) EXPECT_EQ(there.count("\"" + user + "\""), 1U) << user;
    EXPECT_EQ(there.size(), kept.size());
  }
};

TEST_F(FullDisk, RefusesNewEventsLosesNoneAndGoesOnWhenThereIsRoom) {
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(post("u" + std::to_string(i)));
  post_until_refused();
  EXPECT_EQ(refusal.status, 503) << refusal.body;
  EXPECT_EQ(refusal.header("content-type"), "application/problem+json");
  EXPECT_TRUE(refusal.body.contains("disk is full")) << refusal.body;
  EXPECT_TRUE(is_ready(503)) << "readiness is whether events can be kept";
  EXPECT_EQ(system.call("GET", "/healthz", "", "", "").status, 200) << "it lives, and says so";
  EXPECT_EQ(system.call("GET", "/v1/status").status, 200) << "it can still be asked";

  disk.make_room();
  EXPECT_TRUE(is_ready(200)) << "without a restart";
  EXPECT_TRUE(post("after")) << refusal.body;
  expect_all_there();
  EXPECT_EQ(system.stop_daemon(), 0);
}

TEST_F(FullDisk, KilledWhileTheDiskIsFullItStillHasAllThatItTook) {
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(post("u" + std::to_string(i)));
  post_until_refused();
  system.kill_daemon();
  disk.make_room();
  system.start_daemon();
  EXPECT_TRUE(post("after")) << refusal.body;
  expect_all_there();
}

}  // namespace
}  // namespace zs::process
