// Faults of the id map put in by hand, found, mended and gone; and weather that must not make any.
#include <gtest/gtest.h>
#include <simdjson.h>

#include <algorithm>

#include "links/lookup.hpp"
#include "world/drifted.hpp"

namespace zs::world {
namespace {

using reconcile::Drift;
using reconcile::Progress;
using reconcile::Scope;

struct Customers : Drifted {
  using Drifted::Drifted;
  const Progress& verify(bool repair = false) { return look(repair, Scope::mapping); }
};

struct MappingVerify : ::testing::Test, Customers {};

TEST_F(MappingVerify, OfAMapThatIsRightFindsNothingAndWritesNothing) {
  three_customers();
  const std::size_t before = writes();
  const Progress& done = verify(true);
  EXPECT_EQ(done.drift, 0);
  EXPECT_EQ(done.compared, 6) << "two accounts, three contacts, a deal";
  EXPECT_EQ(done.credits, 6) << "a credit to count each module and one for each page";
  EXPECT_EQ(done.credits_expected, 6);
  EXPECT_EQ(writes(), before);
}

TEST_F(MappingVerify, LooksAtWhoIsWhoAndAtNothingElse) {
  three_customers();
  edit(plan::Module::contacts, contact("u1"), R"({"fields":{"Email":"x@example.com"},"remove_tags":["plan-pro"]})");
  EXPECT_EQ(verify(true).drift, 0);
  EXPECT_NE(faults(world), "") << "fields and tags are the whole reconcile's business";
}

TEST_F(MappingVerify, ARecordThatLostItsPlatformIdGetsItBackAndNothingMore) {
  three_customers();
  edit(plan::Module::contacts, contact("u2"), R"({"fields":{"Platform_User_ID":null}})");
  EXPECT_EQ(verify().left(), 1);
  ASSERT_EQ(found(Drift::id_missing).size(), 1U);
  EXPECT_EQ(found(Drift::id_missing)[0].key, "u2");
  const Progress& repaired = verify(true);
  EXPECT_EQ(repaired.mended, 1);
  EXPECT_EQ(repaired.left(), 0);
  const auto& sent = world.sent();
  const auto write = std::ranges::find(sent.rbegin(), sent.rend(), "PUT", &World::Sent::method);
  ASSERT_NE(write, sent.rend());
  EXPECT_EQ(write->body, R"({"data":[{"id":")" + contact("u2") + R"(","Platform_User_ID":"u2"}],"trigger":[]})");
  EXPECT_EQ(verify().drift, 0);
  EXPECT_EQ(faults(world), "");
}

TEST_F(MappingVerify, ARecordThatIsGoneIsHeldOrMadeAnewAsConfigured) {
  three_customers();
  edit(plan::Module::contacts, contact("u2"), R"({"delete":true})");
  EXPECT_EQ(verify().drift, 1);
  EXPECT_EQ(found(Drift::missing).at(0).key, "u2");
  EXPECT_EQ(verify(true).left(), 1);
  ASSERT_EQ(world.held().size(), 1U);
  EXPECT_EQ(world.held()[0].code, "RECORD_GONE");
  ASSERT_TRUE(world.engine().retry_held(world.held()[0].id));
  settle();
  EXPECT_EQ(verify().drift, 0);
}

TEST_F(MappingVerify, TheSurvivorOfAMergeThatCarriesTheIdIsFollowed) {
  three_customers();
  const std::string lost = contact("u3");
  edit(plan::Module::contacts, lost, R"({"delete":true})");
  control("records/Contacts", R"({"fields":{"Last_Name":"Survivor","Platform_User_ID":"u3"},"tags":[]})");
  EXPECT_GE(verify().drift, 1);
  verify(true);
  EXPECT_NE(contact("u3"), lost);
  EXPECT_EQ(verify().drift, 0);
  EXPECT_EQ(faults(world), "");
}

TEST_F(MappingVerify, ARecordThatSaysItIsSomebodyElsesIsHeldAndNotWrittenUntilAPersonActs) {
  three_customers();
  edit(plan::Module::contacts, contact("u1"), R"({"fields":{"Platform_User_ID":"stolen"}})");
  const std::size_t before = writes();
  EXPECT_EQ(verify(true).left(), 1);
  EXPECT_EQ(found(Drift::foreign_id).at(0).other_id, "stolen");
  ASSERT_EQ(world.held().size(), 1U);
  EXPECT_EQ(world.held()[0].code, "FOREIGN_ID");
  EXPECT_TRUE(world.held()[0].mend.contains("put the right id")) << world.held()[0].mend;
  EXPECT_EQ(writes(), before);
  edit(plan::Module::contacts, contact("u1"), R"({"fields":{"Platform_User_ID":"u1"}})");
  ASSERT_TRUE(world.engine().retry_held(world.held()[0].id));
  settle();
  EXPECT_TRUE(world.held().empty());
  EXPECT_EQ(verify().drift, 0);
}

TEST_F(MappingVerify, AnOrphanIsListedAndLeftAlone) {
  three_customers();
  control("records/Contacts", R"({"fields":{"Last_Name":"Ghost","Platform_User_ID":"ghost"},"tags":[]})");
  EXPECT_EQ(verify(true).left(), 1);
  EXPECT_EQ(found(Drift::orphan).at(0).key, "ghost");
  EXPECT_TRUE(found(Drift::orphan).at(0).needs_person);
  EXPECT_TRUE(world.held().empty());
}

TEST_F(MappingVerify, TellsOfItsLastRunApartFromTheReconciles) {
  three_customers();
  edit(plan::Module::contacts, contact("u2"), R"({"fields":{"Platform_User_ID":null}})");
  verify();
  world.crash();
  EXPECT_EQ(world.reconciler().last_run(Scope::mapping).left, 1);
  EXPECT_GT(world.reconciler().last_run(Scope::mapping).ended_ms, 0);
  EXPECT_EQ(world.reconciler().last_run(Scope::all).ended_ms, 0);
}

TEST_F(MappingVerify, FindsAndMendsTheSameInFoulWeather) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    Settings settings;
    settings.seed = seed;
    Customers one(settings);
    one.three_customers();
    one.edit(plan::Module::contacts, one.contact("u2"), R"({"fields":{"Platform_User_ID":null}})");
    one.edit(plan::Module::accounts, one.world.entity(event::Kind::account, "other")->zoho_id,
             R"({"fields":{"Platform_Account_ID":null}})");
    Weather weather;
    weather.not_sent = 0.1;
    weather.lost_before = 0.05;
    weather.lost_answer = 0.1;
    weather.server_error = 0.1;
    weather.throttled = 0.1;
    weather.stale_token = 0.05;
    weather.garbled = 0.05;
    one.world.storm(weather);
    EXPECT_EQ(one.verify(true).drift, 2) << "seed " << seed;
    one.world.calm();
    one.settle();
    EXPECT_EQ(one.verify().drift, 0) << "seed " << seed;
    EXPECT_EQ(faults(one.world), "") << "seed " << seed;
  }
}

struct MappingExport : ::testing::Test, Drifted {};

TEST_F(MappingExport, ComesToTheUsersHoweverManyAccountsLieBefore) {
  world.deliver({signup("u", "ann@example.com")});
  settle();
  const auto written = world.store().write([](store::Transaction& tx) -> Result<void> {
    for (int i = 0; i < 5'000; ++i) {
      store::Entity account;
      account.kind = event::Kind::account;
      account.key = "a" + std::to_string(i);
      ZS_TRY(tx.save_state(account));
    }
    return {};
  });
  ASSERT_TRUE(written) << written.error().text;
  const auto reader = *world.store().reader();
  std::vector<std::string> all;
  std::string after;
  do {
    const auto page = links::export_page(*reader, after, 200);
    ASSERT_TRUE(page) << page.error().text;
    all.insert(all.end(), page->begin(), page->end());
  } while (!after.empty());
  ASSERT_EQ(all.size(), 1U);
  EXPECT_TRUE(all[0].contains(R"("user_id":"u")")) << all[0];
}

}  // namespace
}  // namespace zs::world
