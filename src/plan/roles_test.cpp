#include "plan/roles.hpp"

#include <gtest/gtest.h>

#include <array>

#include "plan/desired.hpp"
#include "plan/diff.hpp"

namespace zs::plan {
namespace {

const RoleRules k_rules{true, "Decision Maker", "Purchasing", 2};

Desired wants(Fields roles) {
  Desired out;
  out.wanted = true;
  out.roles = std::move(roles);
  return out;
}

Change change_of(const Desired& desired, const Synced& synced, const RoleRules& rules = k_rules) {
  Change out;
  diff_roles(rules, desired, synced, out);
  return out;
}

Synced with_roles(Fields roles, Fields doubt = {}) {
  Synced out;
  out.roles = std::move(roles);
  out.roles_doubt = std::move(doubt);
  return out;
}

TEST(DesiredRoles, GiveTheUserThePrimaryAndOthersTheOtherRole) {
  const std::array<std::string, 2> others{"2", "3"};
  EXPECT_EQ(desired_roles(k_rules, "1", others),
            (Fields{{"1", "Decision Maker"}, {"2", "Purchasing"}, {"3", "Purchasing"}}));
}

TEST(DesiredRoles, StopAtTheMostOthersAndDoNotCountTheUser) {
  const std::array<std::string, 4> others{"1", "2", "3", "4"};
  EXPECT_EQ(desired_roles(k_rules, "1", others).size(), 3U);
}

TEST(DesiredRoles, OfARoleWithoutANameNobodyGetsAny) {
  const std::array<std::string, 1> others{"2"};
  EXPECT_EQ(desired_roles({true, "", "Purchasing", 2}, "1", others), (Fields{{"2", "Purchasing"}}));
  EXPECT_EQ(desired_roles({true, "Decision Maker", "", 2}, "1", others), (Fields{{"1", "Decision Maker"}}));
  EXPECT_TRUE(desired_roles({}, "1", others).empty());
}

TEST(RoleDiff, IsNothingWhereZohoHoldsWhatIsWanted) {
  EXPECT_TRUE(change_of(wants({{"1", "Decision Maker"}}), with_roles({{"1", "Decision Maker"}})).empty());
}

TEST(RoleDiff, SetsWhatIsNewOrOtherAndTakesAwayOnlyOurs) {
  Synced synced = with_roles({{"1", "Purchasing"}, {"2", "Purchasing"}});
  synced.roles_theirs = {"9"};
  const Change change = change_of(wants({{"1", "Decision Maker"}, {"3", "Purchasing"}}), synced);
  EXPECT_EQ(change.roles, (Fields{{"1", "Decision Maker"}, {"3", "Purchasing"}}));
  EXPECT_EQ(change.roles_gone, Tags{"2"});
}

TEST(RoleDiff, LeavesAnEntryOfAPersonAlone) {
  Synced synced;
  synced.roles_theirs = {"1"};
  EXPECT_TRUE(change_of(wants({{"1", "Decision Maker"}}), synced).empty());
}

TEST(RoleDiff, WritesAgainWhatIsInDoubt) {
  const Synced synced = with_roles({{"1", "Decision Maker"}}, {{"1", "Decision Maker"}, {"2", ""}});
  const Change change = change_of(wants({{"1", "Decision Maker"}}), synced);
  EXPECT_EQ(change.roles, (Fields{{"1", "Decision Maker"}}));
  EXPECT_EQ(change.roles_gone, Tags{"2"});
}

TEST(RoleDiff, SendsNoRoleThatTheOrgLacksAndTakesNothingAwayForIt) {
  Desired desired = wants({{"1", "Decision Maker"}, {"2", "Purchasing"}});
  desired.unknown_roles = {"Purchasing"};
  const Change change = change_of(desired, with_roles({{"2", "Purchasing"}}));
  EXPECT_EQ(change.roles, (Fields{{"1", "Decision Maker"}}));
  EXPECT_TRUE(change.roles_gone.empty());
}

TEST(RoleDiff, IsNothingWhenSwitchedOff) {
  EXPECT_TRUE(change_of(wants({}), with_roles({{"1", "Decision Maker"}}), {}).empty());
}

TEST(RolesSeen, AnEntryAsItWasSentIsOurs) {
  Synced synced = with_roles({}, {{"1", "Decision Maker"}});
  const Desired desired = wants({{"1", "Decision Maker"}});
  see_roles(synced, desired, {{"1", "Decision Maker"}});
  EXPECT_EQ(synced, with_roles({{"1", "Decision Maker"}}));
  EXPECT_TRUE(change_of(desired, synced).empty());
}

TEST(RolesSeen, WhatWasSentAndDidNotArriveIsSentAgain) {
  Synced synced = with_roles({}, {{"1", "Decision Maker"}});
  const Desired desired = wants({{"1", "Decision Maker"}});
  see_roles(synced, desired, {});
  EXPECT_EQ(change_of(desired, synced).roles, desired.roles);
}

TEST(RolesSeen, AnEntryThatAPersonMadeOrChangedIsTheirs) {
  Synced synced = with_roles({{"1", "Purchasing"}});
  const Desired desired = wants({{"1", "Decision Maker"}, {"2", "Purchasing"}});
  see_roles(synced, desired, {{"1", "Engineering Lead"}, {"2", "Purchasing"}});
  EXPECT_TRUE(change_of(desired, synced).empty());
  EXPECT_EQ(synced.roles_theirs, (Tags{"1", "2"}));
  // And stays when its contact leaves.
  EXPECT_TRUE(change_of(wants({}), synced).empty());
}

TEST(RolesSeen, WhatAPersonChangedBeforeItWasToGoStays) {
  Synced synced = with_roles({{"1", "Purchasing"}, {"2", "Purchasing"}});
  see_roles(synced, wants({}), {{"1", "Engineering Lead"}, {"2", "Purchasing"}});
  EXPECT_EQ(change_of(wants({}), synced).roles_gone, Tags{"2"});
}

TEST(RolesSeen, WhatAPersonTookAwayIsNotSetAgainBeforeItChanges) {
  Synced synced = with_roles({{"1", "Purchasing"}});
  see_roles(synced, wants({{"1", "Purchasing"}}), {});
  EXPECT_TRUE(change_of(wants({{"1", "Purchasing"}}), synced).empty());
  EXPECT_FALSE(change_of(wants({{"1", "Decision Maker"}}), synced).empty());
}

TEST(RolesSeen, AnEntryWithoutARoleIsFilled) {
  Synced synced;
  see_roles(synced, wants({{"1", "Decision Maker"}}), {{"1", ""}});
  EXPECT_EQ(change_of(wants({{"1", "Decision Maker"}}), synced).roles, (Fields{{"1", "Decision Maker"}}));
}

TEST(RolesSeen, AMergedContactsEntryIsOursUnderTheSurvivorsId) {
  Synced synced = with_roles({{"1", "Purchasing"}});
  const Desired desired = wants({{"7", "Purchasing"}});
  see_roles(synced, desired, {{"7", "Purchasing"}});
  EXPECT_EQ(synced.roles, (Fields{{"7", "Purchasing"}}));
  EXPECT_TRUE(change_of(desired, synced).empty());
}

TEST(RolesSeen, ARepairMissesWhatSomebodyTookAway) {
  const Synced believed = with_roles({{"1", "Purchasing"}});
  const Desired desired = wants({{"1", "Purchasing"}});
  EXPECT_EQ(change_of(desired, roles_of_read(believed, desired, {})).roles, desired.roles);
  EXPECT_TRUE(change_of(desired, roles_of_read(believed, desired, {{"1", "Purchasing"}})).empty());
  EXPECT_TRUE(change_of(desired, roles_of_read(believed, desired, {{"1", "Engineering Lead"}})).empty());
}

TEST(RolesSynced, AreKeptAsText) {
  Synced synced = with_roles({{"1", "A \"b\""}}, {{"2", ""}, {"3", "C"}});
  synced.roles_theirs = {"4"};
  synced.tags_doubt = {"plan-pro"};
  const auto back = Synced::decode(synced.encode());
  ASSERT_TRUE(back);
  EXPECT_EQ(*back, synced);
  synced.forget_contact("4");
  synced.forget_contact("1");
  EXPECT_EQ(synced.encode().find('4'), std::string::npos);
}

}  // namespace
}  // namespace zs::plan
