// A reconcile among live events, on bad days, at the end of what pages reach, and within its share of credits.
#include <gtest/gtest.h>

#include <algorithm>

#include "world/stories.hpp"

namespace zs::world {
namespace {

using reconcile::Finding;
using reconcile::Progress;
using reconcile::State;

struct Reconciling : ::testing::Test {
  std::unique_ptr<World> made;
  World& world() { return *made; }

  void start_with(int customers, Settings settings = Settings{}) {
    made = std::make_unique<World>(std::move(settings));
    made->widen_window();
    std::vector<store::NewEvent> events;
    for (int i = 0; i < customers; ++i)
      events.push_back(signup("u" + std::to_string(i), "u" + std::to_string(i) + "@example.com", i + 1));
    made->deliver(events);
    ASSERT_TRUE(made->run_until_quiet(std::chrono::hours{1}));
  }
  const Progress& finish() {
    for (int i = 0; i < 3'600 && world().reconciler().progress().is_running(); ++i)
      world().run_for(std::chrono::seconds{1});
    EXPECT_EQ(world().reconciler().progress().state, State::done) << world().reconciler().progress().error;
    return world().reconciler().progress();
  }
  const Progress& reconcile(bool repair = false) {
    const auto started = world().reconciler().start(repair);
    EXPECT_TRUE(started) << started.error().text;
    return finish();
  }
  std::vector<std::string> keys() {
    std::vector<std::string> out;
    for (const Finding& one : world().reconciler().findings())
      out.push_back(std::string(name_of(one.what)) + " " + one.key);
    std::ranges::sort(out);
    return out;
  }
  void control(const std::string& path, const std::string& body) {
    zohosim::HttpRequest request;
    request.method = "POST";
    request.path = "/control/" + path;
    request.body = body;
    const auto answer = world().simulator().handle(request);
    ASSERT_EQ(answer.status, 200) << answer.body;
  }
  void drift(const std::string& user, const std::string& body) {
    control("records/Contacts/" + world().entity(event::Kind::user, user)->zoho_id, body);
  }
};

TEST_F(Reconciling, ReadingCostsWhatWasSaidBefore) {
  start_with(450);
  const std::int64_t before = world().credits_by_daemon();
  const Progress& done = reconcile();
  EXPECT_EQ(done.credits, 3 + 1 + 3 + 1) << "three counts; a page of accounts, three of contacts, one of no deals";
  EXPECT_EQ(done.credits, done.credits_expected);
  EXPECT_EQ(world().credits_by_daemon() - before, done.credits) << "by the simulator's count";
  EXPECT_EQ(done.records, 451);
  EXPECT_EQ(done.compared, 451);
}

TEST_F(Reconciling, DriftOfEachKindIsFoundOnAnyPageForFiveCreditsMore) {
  start_with(450);
  drift("u1", R"({"delete":true})");
  drift("u225", R"({"delete":true})");
  drift("u449", R"({"delete":true})");
  drift("u0", R"({"fields":{"Email":"x@example.com"}})");
  drift("u300", R"({"remove_tags":["lifecycle-trial"]})");
  const Progress& done = reconcile();
  EXPECT_EQ(keys(),
            (std::vector<std::string>{"differs u0", "differs u300", "missing u1", "missing u225", "missing u449"}));
  EXPECT_LE(done.credits, done.credits_expected + 3) << "suspects are asked for by id, fifty at a time";
}

TEST_F(Reconciling, PastTheReachOfPagesItGoesOnById) {
  start_with(450);
  drift("u1", R"({"delete":true})");
  drift("u0", R"({"fields":{"Email":"x@example.com"}})");
  drift("u448", R"({"fields":{"Email":"y@example.com"}})");
  world().intercept = [](const net::ClientRequest& request) -> std::optional<net::ClientResponse> {
    if (!request.url.contains("page_token=")) return std::nullopt;
    return answered(400, "application/json",
                    R"({"code":"PAGINATION_LIMIT_EXCEEDED","details":{},"message":"x","status":"error"})");
  };
  reconcile(true);
  EXPECT_EQ(keys(), (std::vector<std::string>{"differs u0", "differs u448", "missing u1"}));
  EXPECT_EQ(reconcile().compared, 451) << "each of them once, whichever way it was read";
  EXPECT_EQ(keys(), (std::vector<std::string>{"missing u1"}));
}

TEST_F(Reconciling, WhatChangesWhileItIsReadIsNotTakenForDrift) {
  start_with(30);
  // What Zoho answers is five seconds old when it arrives, and a customer changes every second.
  control("faults", R"({"on":"list","effect":"latency","latency_ms":5000,"times":100})");
  ASSERT_TRUE(world().reconciler().start(true));
  for (int i = 0; i < 20; ++i) {
    const std::string user = "u" + std::to_string(i % 5);
    world().deliver({event("t" + std::to_string(i), "user.updated", 1'000 + i,
                           R"({"user":{"id":")" + user + R"(","title":"T)" + std::to_string(i) + R"("}})")});
    world().run_for(std::chrono::seconds{1});
  }
  EXPECT_EQ(finish().drift, 0);
  EXPECT_EQ(faults(world()), "");
}

TEST_F(Reconciling, RecordsMadeWhileItReadsAreNoReasonToCountOthersTwice) {
  start_with(450);
  for (int i = 0; i < 450; i += 2) drift("u" + std::to_string(i), R"({"fields":{"Email":"x@example.com"}})");
  control("faults", R"({"on":"list","effect":"latency","latency_ms":5000,"times":100})");
  ASSERT_TRUE(world().reconciler().start(false));
  for (int i = 0; i < 30; ++i) {
    const std::string key = std::to_string(1'000 + i);
    world().deliver({signup("u" + key, "u" + key + "@example.com", 1'000 + i)});
    world().run_for(std::chrono::seconds{1});
  }
  EXPECT_EQ(finish().drift, 225);
  auto unique = keys();
  unique.erase(std::ranges::unique(unique).begin(), unique.end());
  EXPECT_EQ(unique.size(), 225U);
}

TEST_F(Reconciling, OnABadDayItFindsTheSame) {
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    Settings settings;
    settings.seed = seed;
    start_with(250, settings);
    drift("u1", R"({"delete":true})");
    drift("u2", R"({"fields":{"Email":"x@example.com"}})");
    drift("u249", R"({"add_tags":["plan-pro"]})");
    world().storm({.not_sent = 0.1,
                   .lost_before = 0.1,
                   .lost_answer = 0.1,
                   .server_error = 0.1,
                   .throttled = 0.1,
                   .stale_token = 0.1});
    const Progress& done = reconcile();
    EXPECT_EQ(keys(), (std::vector<std::string>{"differs u2", "differs u249", "missing u1"})) << "seed " << seed;
    EXPECT_EQ(done.drift, 3);
  }
}

TEST_F(Reconciling, ItGivesUpOnWhatZohoRefusesAndSaysWhy) {
  start_with(3);
  world().intercept = [](const net::ClientRequest& request) -> std::optional<net::ClientResponse> {
    if (!request.url.contains("/crm/v8/Contacts?fields=")) return std::nullopt;
    return answered(401, "application/json",
                    R"({"code":"OAUTH_SCOPE_MISMATCH","details":{},"message":"invalid scope","status":"error"})");
  };
  ASSERT_TRUE(world().reconciler().start(false));
  world().run_for(std::chrono::minutes{1});
  EXPECT_EQ(world().reconciler().progress().state, State::failed);
  EXPECT_TRUE(world().reconciler().progress().error.contains("lacks a scope")) << world().reconciler().progress().error;
  EXPECT_EQ(world().reconciler().last_run().ended_ms, 0) << "a run that did not end tells nothing of the org";
  world().intercept = nullptr;
  EXPECT_EQ(reconcile().drift, 0) << "and the next one is not in its way";
}

TEST_F(Reconciling, TwoAtOnceAreRefused) {
  start_with(3);
  ASSERT_TRUE(world().reconciler().start(false));
  const auto second = world().reconciler().start(true);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::conflict);
  EXPECT_FALSE(finish().repair);
}

TEST_F(Reconciling, ItNeverTouchesTheCreditsThatAreReservedForLiveEvents) {
  Settings settings;
  settings.tune = [](engine::Options& options) {
    options.daily_credits = 40;
    options.live_reserve = 0.8;
  };
  start_with(30, settings);
  const std::size_t before = world().sent().size();
  ASSERT_TRUE(world().reconciler().start(true));
  world().run_for(std::chrono::hours{1});
  EXPECT_EQ(world().sent().size(), before) << "signing up has spent more than the share";
  world().deliver({event("e", "user.updated", 99, R"({"user":{"id":"u1","title":"CTO"}})")});
  world().run_for(std::chrono::minutes{1});
  EXPECT_EQ(faults(world()), "") << "live events go on";
  world().run_for(std::chrono::hours{49});
  EXPECT_EQ(world().reconciler().progress().state, State::done) << "as credits come back";
}

TEST_F(Reconciling, ByScheduleItRunsAndRemembersOverARestart) {
  Settings settings;
  settings.reconcile_every = std::chrono::hours{24};
  start_with(3, settings);
  world().run_for(std::chrono::minutes{5});
  const std::int64_t first = world().reconciler().last_run().ended_ms;
  ASSERT_NE(first, 0) << "the first at once";
  drift("u1", R"({"fields":{"Email":"x@example.com"}})");
  world().crash();
  world().run_for(std::chrono::hours{1});
  EXPECT_EQ(world().reconciler().last_run().ended_ms, first) << "a restart is no reason to read all again";
  world().run_for(std::chrono::hours{24});
  EXPECT_GT(world().reconciler().last_run().ended_ms, first);
  EXPECT_EQ(world().reconciler().last_run().drift, 1);
  EXPECT_EQ(world().reconciler().last_run().left, 1) << "not repaired unless configured";
}

}  // namespace
}  // namespace zs::world
