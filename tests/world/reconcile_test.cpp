// Drift of every kind put in by hand, found, mended and gone.
#include <gtest/gtest.h>
#include <simdjson.h>

#include <algorithm>

#include "support/histories.hpp"
#include "world/drifted.hpp"

namespace zs::world {
namespace {

using reconcile::Drift;
using reconcile::Finding;
using reconcile::Progress;

struct Reconcile : ::testing::Test, Drifted {
  explicit Reconcile(Settings settings = Settings{}) : Drifted(std::move(settings)) {}

  const Progress& reconcile(bool repair = false) { return look(repair, reconcile::Scope::all); }
  static std::size_t index(Drift what) { return static_cast<std::size_t>(what); }
  static std::string id_in(const std::string& record) {
    simdjson::dom::parser parser;
    return std::string(std::string_view(parser.parse(record)["id"]));
  }
};

TEST_F(Reconcile, FindsNothingWhereNothingDriftedAndWritesNothing) {
  three_customers();
  const std::size_t writes = world.count_sent("PUT", "") + world.count_sent("POST", "actions");
  const Progress& done = reconcile(true);
  EXPECT_EQ(done.drift, 0);
  EXPECT_EQ(done.compared, 6) << "two accounts, three contacts, a deal";
  EXPECT_EQ(done.records, 6);
  EXPECT_TRUE(world.reconciler().findings().empty());
  EXPECT_EQ(world.count_sent("PUT", "") + world.count_sent("POST", "actions"), writes);
}

TEST_F(Reconcile, AFieldThatAPersonEditedIsShownWithBothValuesAndMendedAlone) {
  three_customers();
  edit(plan::Module::contacts, contact("u1"), R"({"fields":{"Email":"wrong@example.com","Description":"met her"}})");
  const Progress& seen = reconcile();
  EXPECT_EQ(seen.drift, 1);
  ASSERT_EQ(found(Drift::differs).size(), 1U);
  const Finding finding = found(Drift::differs)[0];
  EXPECT_EQ(finding.key, "u1");
  EXPECT_EQ(finding.change.set, (plan::Fields{{"Email", "\"ann@example.com\""}}));
  EXPECT_EQ(finding.found, (plan::Fields{{"Email", "\"wrong@example.com\""}}));
  EXPECT_NE(faults(world), "") << "a look changes nothing";

  EXPECT_EQ(reconcile(true).mended, 1);
  EXPECT_EQ(faults(world), "");
  const auto& sent = world.sent();
  const auto write =
      std::ranges::find_if(sent.rbegin(), sent.rend(), [](const auto& one) { return one.method == "PUT"; });
  ASSERT_NE(write, sent.rend());
  EXPECT_EQ(write->body, R"({"data":[{"id":")" + contact("u1") + R"(","Email":"ann@example.com"}],"trigger":[]})")
      << "the difference and no more, and no automation";
  EXPECT_TRUE(world.ask("GET", "/crm/v8/Contacts/" + contact("u1") + "?fields=Description").contains("met her"));
  EXPECT_EQ(reconcile().drift, 0);
}

TEST_F(Reconcile, TagsOfOurAxesAreMendedAndPeoplesOwnStay) {
  three_customers();
  edit(plan::Module::contacts, contact("u1"),
       R"({"remove_tags":["lifecycle-active"],"add_tags":["lifecycle-churned"]})");
  edit(plan::Module::contacts, contact("u2"), R"({"add_tags":["VIP"]})");
  EXPECT_EQ(reconcile().drift, 1) << "a tag that is not ours is no drift";
  const Finding finding = found(Drift::differs).at(0);
  EXPECT_TRUE(finding.change.set.empty());
  EXPECT_EQ(finding.change.add, (plan::Tags{"lifecycle-active"}));
  EXPECT_EQ(finding.change.remove, (plan::Tags{"lifecycle-churned"}));
  EXPECT_EQ(reconcile(true).left(), 0);
  EXPECT_EQ(reconcile().drift, 0);
  EXPECT_TRUE(world.ask("GET", "/crm/v8/Contacts/" + contact("u2") + "?fields=Tag").contains("VIP"));
  EXPECT_EQ(faults(world), "");
}

TEST_F(Reconcile, ALookupThatPointsElsewhereIsPutBack) {
  three_customers();
  const std::string other = zoho_id(event::Kind::account, "other");
  edit(plan::Module::contacts, contact("u1"), R"({"fields":{"Account_Name":{"id":")" + other + R"("}}})");
  edit(plan::Module::deals, zoho_id(event::Kind::subscription, "s"),
       R"({"fields":{"Contact_Name":{"id":")" + contact("u2") + R"("}}})");
  EXPECT_EQ(reconcile().counts[index(Drift::differs)], 2);
  EXPECT_EQ(reconcile(true).left(), 0);
  EXPECT_EQ(reconcile().drift, 0);
  EXPECT_EQ(faults(world), "");
}

TEST_F(Reconcile, ADeletedRecordIsMissingAndHeldForAPersonByDefault) {
  three_customers();
  edit(plan::Module::contacts, contact("u2"), R"({"delete":true})");
  const Progress& seen = reconcile();
  EXPECT_EQ(seen.drift, 1);
  EXPECT_EQ(found(Drift::missing).at(0).key, "u2");
  const Progress& repaired = reconcile(true);
  EXPECT_EQ(repaired.mended, 0);
  EXPECT_EQ(repaired.left(), 1);
  ASSERT_EQ(world.held().size(), 1U);
  EXPECT_EQ(world.held()[0].code, "RECORD_GONE");
  EXPECT_EQ(reconcile().drift, 1);
  EXPECT_TRUE(found(Drift::missing).at(0).needs_person);
  ASSERT_TRUE(world.engine().retry_held(world.held()[0].id));
  settle();
  EXPECT_EQ(reconcile().drift, 0);
  EXPECT_EQ(faults(world), "");
}

struct Recreating : Reconcile {
  Recreating() : Reconcile(recreating()) {}
  static Settings recreating() {
    Settings settings;
    settings.tune = [](engine::Options& options) { options.on_deleted = engine::OnDeleted::recreate; };
    return settings;
  }
};

TEST_F(Recreating, ADeletedRecordComesBackOnRepairWhereTheConfigurationSaysSo) {
  three_customers();
  const std::string before = contact("u2");
  edit(plan::Module::contacts, before, R"({"delete":true})");
  const Progress& repaired = reconcile(true);
  EXPECT_EQ(repaired.mended, 1);
  EXPECT_NE(contact("u2"), before);
  EXPECT_EQ(reconcile().drift, 0);
  EXPECT_EQ(faults(world), "");
}

TEST_F(Recreating, ARecordRestoredBesideItsSuccessorIsATwinAndIsNeverDeletedByUs) {
  three_customers();
  const std::string first = contact("u2");
  edit(plan::Module::contacts, first, R"({"delete":true})");
  EXPECT_EQ(reconcile(true).mended, 1);
  const std::string second = contact("u2");
  edit(plan::Module::contacts, first, R"({"restore":true})");
  EXPECT_EQ(reconcile(true).left(), 1);
  const Finding twin = found(Drift::twin).at(0);
  EXPECT_EQ(twin.zoho_id, first);
  EXPECT_EQ(twin.other_id, second);
  ASSERT_EQ(world.held().size(), 1U);
  EXPECT_EQ(world.held()[0].code, "TWIN_RECORDS");
  EXPECT_TRUE(world.held()[0].detail.contains(first) && world.held()[0].detail.contains(second));
  EXPECT_EQ(world.count_sent("DELETE", ""), 0U);
  // The person decides.
  edit(plan::Module::contacts, first, R"({"delete":true})");
  ASSERT_TRUE(world.engine().retry_held(world.held()[0].id));
  settle();
  EXPECT_EQ(reconcile().drift, 0);
}

TEST_F(Reconcile, AMergedRecordIsMissing) {
  three_customers();
  control("merge",
          R"({"module":"Contacts","master":")" + contact("u1") + R"(","losers":[")" + contact("u3") + R"("]})");
  EXPECT_EQ(reconcile().drift, 1);
  EXPECT_EQ(found(Drift::missing).at(0).key, "u3");
}

TEST_F(Reconcile, ARecordWithAPlatformIdThatNobodyToldOfIsAnOrphanAndLeftAlone) {
  three_customers();
  control("records/Contacts", R"({"fields":{"Last_Name":"Ghost","Platform_User_ID":"ghost"},"tags":[]})");
  control("records/Contacts", R"({"fields":{"Last_Name":"By Hand","Email":"hand@example.com"},"tags":[]})");
  EXPECT_EQ(reconcile().drift, 1) << "a record without a platform id is people's own";
  EXPECT_EQ(found(Drift::orphan).at(0).key, "ghost");
  EXPECT_EQ(reconcile(true).left(), 1);
  EXPECT_TRUE(world.ask("GET", "/crm/v8/Contacts/" + found(Drift::orphan).at(0).zoho_id + "?fields=Last_Name")
                  .contains("Ghost"));
}

TEST_F(Reconcile, ARecordThatWasGivenAnotherPlatformIdNeedsAPersonAndOneThatLostItGetsItBack) {
  three_customers();
  edit(plan::Module::contacts, contact("u1"), R"({"fields":{"Platform_User_ID":"stolen"}})");
  edit(plan::Module::contacts, contact("u2"), R"({"fields":{"Platform_User_ID":null}})");
  const Progress& repaired = reconcile(true);
  EXPECT_EQ(repaired.drift, 2);
  EXPECT_EQ(repaired.mended, 1);
  EXPECT_EQ(found(Drift::foreign_id).at(0).other_id, "stolen");
  EXPECT_EQ(found(Drift::differs).at(0).key, "u2");
  EXPECT_EQ(reconcile().drift, 1) << "the foreign id is left";
}

TEST_F(Reconcile, AnOwnAccountThatItsUserLeftIsListedAndNoDrift) {
  world.deliver({event("e1", "user.signed_up", 1, R"({"user":{"id":"u9","email":"z@example.com","last_name":"Z"}})")});
  settle();
  world.deliver({event("e2", "user.updated", 2,
                       R"({"user":{"id":"u9","account_id":"org"},"account":{"id":"org","name":"Acme"}})")});
  settle();
  const Progress& seen = reconcile();
  EXPECT_EQ(seen.drift, 0);
  EXPECT_EQ(seen.counts[index(Drift::left_behind)], 1);
  EXPECT_EQ(found(Drift::left_behind).at(0).key, "u9");
}

TEST_F(Reconcile, WhatWasGivenUpIsFoundAsNotWrittenAndWrittenOnRepair) {
  const std::string other =
      control("records/Contacts",
              R"({"fields":{"Last_Name":"Other","Email":"ann@example.com","Platform_User_ID":"else"},"tags":[]})");
  std::vector<store::NewEvent> customers{signup("u1", "ann@example.com")};
  // More than are looked at between two ticks come before them.
  for (int i = 10; i < 50; ++i)
    customers.push_back(signup("a" + std::to_string(i), "a" + std::to_string(i) + "@example.com", i));
  world.deliver(customers);
  settle();
  ASSERT_EQ(world.held().size(), 1U);
  ASSERT_TRUE(world.engine().discard_held(world.held()[0].id));
  edit(plan::Module::contacts, id_in(other), R"({"delete":true})");
  EXPECT_EQ(reconcile().counts[index(Drift::not_written)], 1);
  EXPECT_EQ(found(Drift::not_written).at(0).key, "u1");
  EXPECT_EQ(reconcile(true).left(), 0);
  EXPECT_EQ(reconcile().drift, 0);
  EXPECT_EQ(faults(world), "");
}

}  // namespace
}  // namespace zs::world
