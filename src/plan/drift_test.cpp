#include "plan/drift.hpp"

#include <gtest/gtest.h>

namespace zs::plan {
namespace {

struct Drift : ::testing::Test {
  Mapping mapping;
  Schema schema;
  Desired desired;
  Synced believed;

  Drift() {
    mapping.fields[1] = {{"Email", event::Kind::user, "email", Policy::platform},
                         {"Phone", event::Kind::user, "phone", Policy::if_empty},
                         {"Title", event::Kind::user, "title", Policy::create_only}};
    for (const auto& [value, name] : {std::pair{"trial", "lifecycle-trial"}, std::pair{"active", "lifecycle-active"}})
      mapping.tags.push_back({Axis::lifecycle, value, name, "", {true, true, false}});
    schema.fields[1] = {{"Email", {"email", 100, false}}, {"Seen_At", {"datetime", 0, false}}};
    desired.wanted = true;
    desired.fields = {{"Email", "\"ann@x.example\""}};
    desired.tags = {"lifecycle-trial"};
  }
  Change drift(const Fields& fields, const Tags& tags) {
    return diff(desired, synced_of_read(fields, tags, desired, believed, mapping, Module::contacts, schema), mapping,
                Module::contacts);
  }
};

TEST_F(Drift, IsNothingWhereZohoHoldsWhatItShouldAndPeopleAddedTheirOwn) {
  EXPECT_TRUE(
      drift({{"Email", "\"ann@x.example\""}, {"Description", "\"by hand\""}}, {"lifecycle-trial", "VIP"}).empty());
}

TEST_F(Drift, NamesTheFieldAndTheTagsOfOurAxesThatDiffer) {
  const Change change = drift({{"Email", "\"other@x.example\""}}, {"lifecycle-active", "VIP"});
  EXPECT_EQ(change.set, (Fields{{"Email", "\"ann@x.example\""}}));
  EXPECT_EQ(change.add, (Tags{"lifecycle-trial"}));
  EXPECT_EQ(change.remove, (Tags{"lifecycle-active"}));
}

TEST_F(Drift, FollowsThePolicyOfEachField) {
  desired.fields = {{"Phone", "\"+1\""}, {"Title", "\"CTO\""}};
  EXPECT_TRUE(drift({{"Phone", "\"+2\""}, {"Title", "\"CEO\""}}, {"lifecycle-trial"}).empty());
  EXPECT_EQ(drift({{"Phone", "null"}, {"Title", "null"}}, {"lifecycle-trial"}).set, (Fields{{"Phone", "\"+1\""}}));
}

TEST_F(Drift, LeavesOutWhatWasNotReadAndWhatZohoHasRefused) {
  desired.fields.emplace("Website", "\"x.example\"");
  EXPECT_TRUE(drift({{"Email", "\"ann@x.example\""}}, {"lifecycle-trial"}).empty());
  believed.refused = {{"Email", "\"ann@x.example\""}};
  EXPECT_TRUE(drift({{"Email", "null"}}, {"lifecycle-trial"}).empty());
}

TEST_F(Drift, ComparesInstantsAndTrimmedText) {
  desired.fields = {{"Seen_At", "\"2026-03-02T09:00:00+00:00\""}, {"Email", "\"ann@x.example\""}};
  EXPECT_TRUE(
      drift({{"Seen_At", "\"2026-03-02T10:00:00+01:00\""}, {"Email", "\" ann@x.example\""}}, {"lifecycle-trial"})
          .empty());
  EXPECT_EQ(drift({{"Seen_At", "\"2026-03-02T10:00:00+00:00\""}, {"Email", "\"ann@x.example\""}}, {"lifecycle-trial"})
                .set.size(),
            1U);
}

}  // namespace
}  // namespace zs::plan
