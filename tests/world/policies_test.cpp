// Field policies against people's edits, people's own fields and tags, and the order of tags and the fields that
// mirror them, each through the whole system.
#include <gtest/gtest.h>
#include <simdjson.h>

#include <algorithm>

#include "world/stories.hpp"

namespace zs::world {
namespace {

Settings with_policy(plan::Policy policy) {
  return with([policy](engine::Options& options) {
    for (plan::FieldRule& rule : options.mapping.fields[static_cast<std::size_t>(plan::Module::contacts)]) {
      if (rule.field == "Title") rule.policy = policy;
    }
  });
}

struct Policies {
  World world;
  explicit Policies(plan::Policy policy) : world(with_policy(policy)) {}

  void says(const std::string& title) {
    const std::string n = std::to_string(++said);
    world.deliver({event("said" + n, "user.updated", 10 + said, R"({"user":{"id":"u1","title":)" + title + "}}")});
    settle();
  }
  void people_write(const std::string& title) {
    world.ask("PUT", "/crm/v8/Contacts",
              R"({"data":[{"id":")" + id() + R"(","Title":)" + title + R"(}],"trigger":[]})");
  }
  void settle() { ASSERT_TRUE(world.run_until_quiet(1h)); }
  std::string id() { return world.entity(event::Kind::user, "u1")->zoho_id; }
  std::string title() {
    simdjson::dom::parser parser;
    return simdjson::minify(parser.parse(record(world, "Contacts", id(), "Title"))["data"].at(0)["Title"]);
  }
  int said = 0;
};

TEST(Policies, PlatformIsWrittenWhenThePlatformsValueChangesAndNotBefore) {
  Policies p(plan::Policy::platform);
  p.world.deliver({signup("u1", "a@example.com")});
  p.says(R"("CTO")");
  p.people_write(R"("Boss")");
  p.world.deliver({event("e", "user.updated", 50, R"({"user":{"id":"u1","phone":"+49 30 1"}})")});
  p.settle();
  EXPECT_EQ(p.title(), R"("Boss")");
  p.said = 60;
  p.says(R"("CEO")");
  EXPECT_EQ(p.title(), R"("CEO")");
}

TEST(Policies, IfEmptyFillsAGapOnlyAndLeavesWhatPeopleWroteMeanwhile) {
  Policies p(plan::Policy::if_empty);
  p.world.deliver({signup("u1", "a@example.com")});
  p.settle();
  p.people_write(R"("Boss")");
  p.says(R"("CTO")");
  EXPECT_EQ(p.title(), R"("Boss")");
  EXPECT_EQ(p.world.entity(event::Kind::user, "u1")->flags, (std::vector<std::string>{"Title left as people have it"}));
  // The same value again asks nobody.
  const std::size_t reads = p.world.count_sent("GET", "ids=");
  p.world.deliver({event("e", "user.updated", 50, R"({"user":{"id":"u1","phone":"+49 30 1"}})")});
  p.settle();
  EXPECT_EQ(p.world.count_sent("GET", "ids="), reads);
  // They clear it: the platform's next value fills the gap.
  p.people_write("null");
  p.said = 60;
  p.says(R"("CEO")");
  EXPECT_EQ(p.title(), R"("CEO")");
  EXPECT_TRUE(p.world.entity(event::Kind::user, "u1")->flags.empty());
  p.says(R"("CIO")");
  EXPECT_EQ(p.title(), R"("CEO")") << "it is not empty any more";
}

TEST(Policies, IfEmptyFillsANewRecordAndAGapInOneThatIsAdopted) {
  Policies p(plan::Policy::if_empty);
  p.world.ask("POST", "/crm/v8/Contacts", R"({"data":[{"Last_Name":"By Hand","Email":"a@example.com"}],"trigger":[]})");
  p.world.deliver(
      {signup("u1", "a@example.com"), event("e", "user.updated", 2, R"({"user":{"id":"u1","title":"CTO"}})"),
       signup("u2", "b@example.com", 3), event("f", "user.updated", 4, R"({"user":{"id":"u2","title":"COO"}})")});
  p.settle();
  EXPECT_EQ(p.title(), R"("CTO")");
  EXPECT_TRUE(
      record(p.world, "Contacts", p.world.entity(event::Kind::user, "u2")->zoho_id, "Title").contains(R"("COO")"));
  EXPECT_EQ(p.world.crm().contacts.size(), 2U);
}

TEST(Policies, IfEmptyIsWrittenAlsoWhenTheFirstAnswerIsLost) {
  Policies p(plan::Policy::if_empty);
  p.world.deliver({signup("u1", "a@example.com")});
  p.settle();
  bool lost = false;
  p.world.intercept = [&](const net::ClientRequest& request) -> std::optional<net::ClientResponse> {
    if (request.method != "PUT" || std::exchange(lost, true)) return std::nullopt;
    return broken(net::Exchange::unknown);
  };
  p.says(R"("CTO")");
  EXPECT_TRUE(lost);
  EXPECT_EQ(p.title(), R"("CTO")");
}

TEST(Policies, CreateOnlyIsWrittenWithANewRecordAndNeverAgain) {
  Policies p(plan::Policy::create_only);
  p.world.deliver(
      {signup("u1", "a@example.com"), event("e", "user.updated", 2, R"({"user":{"id":"u1","title":"CTO"}})")});
  p.settle();
  EXPECT_EQ(p.title(), R"("CTO")");
  p.says(R"("CEO")");
  EXPECT_EQ(p.title(), R"("CTO")");
  p.people_write("null");
  p.says(R"("CIO")");
  EXPECT_EQ(p.title(), "null");
}

TEST(Policies, NeverIsNotWrittenEvenWithANewRecord) {
  Policies p(plan::Policy::never);
  p.world.deliver(
      {signup("u1", "a@example.com"), event("e", "user.updated", 2, R"({"user":{"id":"u1","title":"CTO"}})")});
  p.settle();
  EXPECT_EQ(p.title(), "null");
  p.people_write(R"("Boss")");
  p.says(R"("CEO")");
  EXPECT_EQ(p.title(), R"("Boss")");
}

TEST(Policies, WhatPeopleWroteInOtherFieldsAndTagsOfTheirOwnStayByteForByte) {
  Policies p(plan::Policy::platform);
  p.world.deliver(
      {signup("u1", "a@example.com"),
       event("s1", "subscription.trial_started", 2, R"({"subscription":{"id":"s","user_id":"u1","plan":"base"}})")});
  p.settle();
  const std::string theirs =
      R"("Description":"  met at the fair\n\t\"Zo\u00eb\" \ud83d\ude00 <b>&amp;</b> ","Department":"R&D / O'Neil","Mailing_Street":"1, Main St.")";
  p.world.ask("PUT", "/crm/v8/Contacts", R"({"data":[{"id":")" + p.id() + "\"," + theirs + R"(}],"trigger":[]})");
  p.world.ask("POST", "/crm/v8/Contacts/actions/add_tags",
              R"({"tags":[{"name":"VIP"},{"name":"plan-b"},{"name":"Lifecycle-Trial?"}],"ids":[")" + p.id() + R"("]})");
  const auto look = [&] {
    simdjson::dom::parser parser;
    const std::string body = record(p.world, "Contacts", p.id(), "Description,Department,Mailing_Street,Tag");
    const simdjson::dom::element one = parser.parse(body)["data"].at(0);
    std::vector<std::string> out;
    for (const char* field : {"Description", "Department", "Mailing_Street"})
      out.push_back(simdjson::minify(one[field]));
    for (const simdjson::dom::element tag : one["Tag"].get_array()) {
      const std::string name{std::string_view(tag["name"])};
      if (!p.world.mapping().managed_tags(plan::Module::contacts).contains(name)) out.push_back(name);
    }
    return out;
  };
  const auto before = look();
  ASSERT_EQ(before.size(), 6U);
  // Through every kind of write: fields, tags of two axes, an outage, a record that is adopted anew.
  p.says(R"("CTO")");
  p.world.deliver(
      {event("s2", "subscription.activated", 20, R"({"subscription":{"id":"s","plan":"pro","amount":"10"}})")});
  p.settle();
  p.world.deliver({event("s3", "subscription.canceled", 30, R"({"subscription":{"id":"s"}})")});
  p.settle();
  p.world.crash();
  p.world.deliver({event("c", "user.updated", 90, R"({"user":{"id":"u1","country":"DE","last_name":"Lang"}})")});
  p.settle();
  EXPECT_EQ(look(), before);
  EXPECT_EQ(faults(p.world), "");
}

TEST(Mirrors, AreWrittenAfterTheTagsThatTheyRepeat) {
  // Department stands for the picklist field; the simulator's orgs have it.
  World world{
      with([](engine::Options& options) { options.mapping.mirrors = {{plan::Axis::lifecycle, "Department"}}; })};
  world.deliver({signup("u1", "a@example.com")});
  ASSERT_TRUE(world.run_until_quiet(1h));
  const std::string id = world.entity(event::Kind::user, "u1")->zoho_id;
  EXPECT_TRUE(record(world, "Contacts", id, "Department").contains("trial"));
  const std::size_t before = world.sent().size();
  world.deliver({event("s1", "subscription.activated", 5,
                       R"({"subscription":{"id":"s","user_id":"u1","plan":"pro","amount":"10"}})")});
  ASSERT_TRUE(world.run_until_quiet(1h));
  std::vector<std::string> order;
  for (std::size_t i = before; i < world.sent().size(); ++i) {
    const World::Sent& one = world.sent()[i];
    if (!one.path.contains("/Contacts")) continue;
    order.push_back(one.path.contains("add_tags")                   ? "add"
                    : one.path.contains("remove_tags")              ? "remove"
                    : one.body.contains(R"("Department":"active")") ? "mirror"
                                                                    : "other");
  }
  EXPECT_EQ(order, (std::vector<std::string>{"add", "remove", "mirror"}));
  const std::string after = record(world, "Contacts", id, "Department,Tag");
  EXPECT_TRUE(after.contains("\"active\"") && after.contains("lifecycle-active") && !after.contains("lifecycle-trial"));
}

TEST(Automation, FiresForTheLiveLaneOnlyUnlessToldOtherwise) {
  World world{Settings{}};
  world.deliver({signup("live", "a@example.com", 1, "o1")});
  ASSERT_TRUE(world.run_until_quiet(1h));
  world.deliver({signup("import", "b@example.com", 2, "o2", store::Lane::backfill)});
  ASSERT_TRUE(world.run_until_quiet(1h));
  std::size_t writes = 0;
  for (const World::Sent& one : world.sent()) {
    if (!one.body.contains("\"data\"")) continue;
    ++writes;
    const bool is_live = one.body.contains("\"live\"") || one.body.contains("\"o1\"");
    EXPECT_TRUE(one.body.contains(is_live ? R"("trigger":["workflow"])" : R"("trigger":[])")) << one.body;
  }
  EXPECT_EQ(writes, 4U) << "an Account and a Contact each";
}

}  // namespace
}  // namespace zs::world
