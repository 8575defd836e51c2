// Records that people made, changed or deleted, and what Zoho refuses: named situations in the whole system.
#include <gtest/gtest.h>
#include <simdjson.h>

#include <algorithm>

#include "support/histories.hpp"
#include "world/stories.hpp"

namespace zs::world {
namespace {

struct People : ::testing::Test {
  World world{Settings{}};

  std::string make_contact(const std::string& email, const std::string& platform_id = "",
                           const std::string& more = "") {
    const std::string id_field = platform_id.empty() ? "" : R"(,"Platform_User_ID":")" + platform_id + "\"";
    const std::string body = world.ask(
        "POST", "/crm/v8/Contacts",
        R"({"data":[{"Last_Name":"By Hand","Email":")" + email + "\"" + id_field + more + R"(}],"trigger":[]})");
    simdjson::dom::parser parser;
    return std::string(std::string_view(parser.parse(body)["data"].at(0)["details"]["id"]));
  }
  void settle() { ASSERT_TRUE(world.run_until_quiet(std::chrono::hours{1})) << world.engine().status().state; }
  std::string contact_id(const std::string& user) { return world.entity(event::Kind::user, user)->zoho_id; }
};

TEST_F(People, AContactWithTheSameEmailAndNoPlatformIdIsAdopted) {
  const std::string made = make_contact(
      "ann@example.com", "", R"(,"Description":"met at the fair","Tag":[{"name":"VIP"},{"name":"lifecycle-churned"}])");
  world.deliver({signup("u1", "ann@example.com")});
  settle();
  EXPECT_EQ(contact_id("u1"), made);
  EXPECT_EQ(world.crm().contacts.size(), 1U);
  const std::string record = world.ask("GET", "/crm/v8/Contacts/" + made + "?fields=Description,Tag,Last_Name");
  EXPECT_NE(record.find("met at the fair"), std::string::npos);
  EXPECT_NE(record.find("VIP"), std::string::npos);
  EXPECT_NE(record.find("lifecycle-trial"), std::string::npos);
  EXPECT_EQ(record.find("lifecycle-churned"), std::string::npos) << "one value per exclusive axis";
  EXPECT_EQ(faults(world), "");
}

TEST_F(People, TwoCandidatesAreHeldWithBothListedAndGoOnWhenOneIsLeft) {
  const std::string first = make_contact("ann@example.com");
  const std::string second = make_contact("ann@example.com");
  world.deliver({signup("u1", "ann@example.com")});
  settle();
  auto held = world.held();
  ASSERT_EQ(held.size(), 1U);
  EXPECT_EQ(held[0].code, "AMBIGUOUS_CONTACT");
  EXPECT_NE(held[0].detail.find(first), std::string::npos);
  EXPECT_NE(held[0].detail.find(second), std::string::npos);
  world.ask("DELETE", "/crm/v8/Contacts?ids=" + second);
  ASSERT_TRUE(world.engine().retry_held(held[0].id));
  settle();
  EXPECT_TRUE(world.held().empty());
  EXPECT_EQ(contact_id("u1"), first);
}

TEST_F(People, AContactThatCarriesAnUnknownPlatformIdIsHeld) {
  const std::string other = make_contact("ann@example.com", "somebody-else");
  world.deliver({signup("u1", "ann@example.com")});
  settle();
  ASSERT_EQ(world.held().size(), 1U);
  EXPECT_EQ(world.held()[0].code, "FOREIGN_CONTACT");
  EXPECT_NE(world.held()[0].detail.find(other), std::string::npos);
}

TEST_F(People, TwoUsersWithOneEmailAreTwoContacts) {
  world.deliver({signup("u1", "shared@example.com"), signup("u2", "shared@example.com", 2)});
  settle();
  world.deliver({signup("u3", "shared@example.com", 3)});
  settle();
  EXPECT_EQ(world.crm().contacts.size(), 3U);
  EXPECT_EQ(faults(world), "");
  EXPECT_TRUE(world.held().empty());
}

TEST_F(People, OneHandMadeContactIsAdoptedByOneOfTwoUsersOnly) {
  const std::string made = make_contact("shared@example.com");
  world.deliver({signup("u1", "shared@example.com"), signup("u2", "shared@example.com", 2)});
  settle();
  EXPECT_NE(contact_id("u1"), contact_id("u2"));
  EXPECT_TRUE(contact_id("u1") == made || contact_id("u2") == made);
  EXPECT_TRUE(world.held().empty());
  EXPECT_EQ(faults(world), "");
}

TEST_F(People, AnAddressThatCannotStandInAQueryIsNotLookedUpAndArrives) {
  world.deliver({signup("u1", "o'neil@example.com")});
  settle();
  EXPECT_EQ(faults(world), "");
  EXPECT_EQ(world.count_sent("POST", "/coql"), 0U);
}

TEST_F(People, ARecordThatAPersonDeletedIsHeldAndMadeAnewOnRetryOnly) {
  world.deliver({signup("u1", "ann@example.com")});
  settle();
  const std::string before = contact_id("u1");
  world.ask("DELETE", "/crm/v8/Contacts?ids=" + before);
  world.deliver({event("e2", "user.updated", 9, R"({"user":{"id":"u1","title":"CTO"}})")});
  settle();
  ASSERT_EQ(world.held().size(), 1U);
  EXPECT_EQ(world.held()[0].code, "RECORD_GONE");
  EXPECT_TRUE(world.crm().contacts.empty());
  ASSERT_TRUE(world.engine().retry_held(world.held()[0].id));
  settle();
  EXPECT_TRUE(world.held().empty());
  EXPECT_NE(contact_id("u1"), before);
  EXPECT_EQ(faults(world), "");
}

TEST_F(People, ADeletedAccountIsHeldItsNewPeopleHangOnItAndAllFollowWhenItIsMadeAnew) {
  world.deliver({signup("u1", "ann@example.com"),
                 event("s1", "subscription.activated", 5,
                       R"({"subscription":{"id":"s","user_id":"u1","plan":"pro","amount":"10"}})")});
  settle();
  world.ask("DELETE", "/crm/v8/Accounts?ids=" + world.entity(event::Kind::account, "org")->zoho_id);
  world.deliver({signup("u2", "bo@example.com", 5)});
  world.run_for(std::chrono::minutes{5});
  ASSERT_EQ(world.held().size(), 1U);
  EXPECT_EQ(world.held()[0].code, "RECORD_GONE");
  EXPECT_EQ(world.backlog().hanging, 1);
  ASSERT_TRUE(world.engine().retry_held(world.held()[0].id));
  settle();
  EXPECT_TRUE(world.held().empty());
  EXPECT_EQ(faults(world), "") << "u1 and its Deal name the new Account, too";
}

TEST_F(People, ASubscriptionBeforeItsUserWaitsInSightAndGoesOnByItself) {
  world.deliver({event("s1", "subscription.activated", 5,
                       R"({"subscription":{"id":"s","user_id":"u1","plan":"pro","amount":"10"}})")});
  settle();
  ASSERT_EQ(world.held().size(), 1U);
  EXPECT_EQ(world.held()[0].code, "PARENT_MISSING");
  world.deliver({signup("u1", "ann@example.com")});
  settle();
  EXPECT_TRUE(world.held().empty());
  EXPECT_EQ(world.crm().deals.size(), 1U);
  EXPECT_EQ(faults(world), "");
}

TEST_F(People, WhatHangsOnAHeldRecordFollowsWhenItIsMended) {
  make_contact("ann@example.com", "somebody-else");
  world.deliver({signup("u1", "ann@example.com"),
                 event("s1", "subscription.activated", 5,
                       R"({"subscription":{"id":"s","user_id":"u1","plan":"pro","amount":"10"}})")});
  settle();
  ASSERT_EQ(world.held().size(), 1U) << "the person is held, the Deal goes without";
  EXPECT_EQ(world.crm().deals.size(), 1U);
  // The person's e-mail changes on the platform: nothing stands in the way any more, and the Deal is completed.
  world.deliver({event("e2", "user.updated", 9, R"({"user":{"id":"u1","email":"ann.lee@example.com"}})")});
  settle();
  EXPECT_TRUE(world.held().empty());
  EXPECT_EQ(faults(world), "Contacts \"somebody-else\" should not be there\n") << "but for the one made by hand";
}

TEST_F(People, ALockedRecordIsTriedAgainAndDelaysNobody) {
  world.deliver({signup("u1", "ann@example.com"), signup("u2", "bo@example.com", 2)});
  settle();
  control(world, "records/Contacts/" + contact_id("u1"), R"({"lock":true})");
  world.deliver({event("e2", "user.updated", 9, R"({"user":{"id":"u1","title":"CTO"}})"),
                 event("e3", "user.updated", 9, R"({"user":{"id":"u2","title":"CEO"}})")});
  world.run_for(std::chrono::seconds{5});
  EXPECT_NE(world.ask("GET", "/crm/v8/Contacts/" + contact_id("u2") + "?fields=Title").find("CEO"), std::string::npos);
  ASSERT_EQ(world.held().size(), 1U);
  EXPECT_EQ(world.held()[0].code, "RECORD_LOCKED");
  control(world, "records/Contacts/" + contact_id("u1"), R"({"lock":false})");
  world.run_for(10min);
  EXPECT_TRUE(world.held().empty()) << "it goes on by itself";
  EXPECT_EQ(faults(world), "");
}

TEST_F(People, AFieldThatZohoRefusesIsLeftOutAndShownTheRestArrives) {
  // Zoho's list of values for Industry is the org's; what is not in it is refused.
  world.deliver(
      {event("a1", "account.updated", 1,
             R"({"account":{"id":"org","name":"Acme","industry":"Alchemy","website":"https://acme.example"}})")});
  settle();
  EXPECT_TRUE(world.held().empty());
  const auto account = world.entity(event::Kind::account, "org");
  ASSERT_FALSE(account->zoho_id.empty());
  EXPECT_NE(world.ask("GET", "/crm/v8/Accounts/" + account->zoho_id + "?fields=Website").find("acme.example"),
            std::string::npos);
  EXPECT_TRUE(
      std::ranges::any_of(account->flags, [](const std::string& flag) { return flag.contains("Industry refused"); }));
}

TEST(Writes, InCalmWeatherCarryOnlyWhatChanges) {
  World world{Settings{}};
  SeededRandom random(5);
  const auto history = test::make_history(random, {40, true});
  // Before each update goes out the record is read: none of its fields may have that value already.
  std::size_t updates = 0;
  world.before_apply = [&](const net::ClientRequest& request) {
    if (request.method != "PUT") return;
    ++updates;
    const std::string module = request.url.contains("/Contacts")   ? "Contacts"
                               : request.url.contains("/Accounts") ? "Accounts"
                                                                   : "Deals";
    simdjson::dom::parser parser;
    for (const simdjson::dom::element row : parser.parse(request.body)["data"].get_array()) {
      const std::string id{std::string_view(row["id"])};
      const std::string now = world.ask("GET", "/crm/v8/" + module + "/" + id);
      simdjson::dom::parser second;
      const simdjson::dom::element record = second.parse(now)["data"].at(0);
      for (const auto& [field, value] : row.get_object()) {
        if (field == "id") continue;
        EXPECT_NE(simdjson::minify(record[field]), simdjson::minify(value)) << module << " " << field;
      }
    }
  };
  for (const auto& one : history) {
    world.deliver({one});
    ASSERT_TRUE(world.run_until_quiet(std::chrono::hours{1}));
  }
  EXPECT_GT(updates, 20U);
  EXPECT_EQ(faults(world), "");
}

}  // namespace
}  // namespace zs::world
