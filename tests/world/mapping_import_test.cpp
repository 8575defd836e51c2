// An id map that somebody had before us, taken over: checked, linked, and no twin when the events come.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include <algorithm>

#include "links/views.hpp"
#include "world/stories.hpp"

namespace zs::world {
namespace {

using reconcile::Conflict;
using reconcile::MapFinding;
using reconcile::MapImportProgress;
using reconcile::MapRow;
using State = MapImportProgress::State;
using testing::ElementsAre;
using testing::IsEmpty;

/// People's records in the CRM, and a file that says whose they are.
struct Org {
  explicit Org(Settings settings = Settings{}) : world(std::move(settings)) { world.widen_window(); }
  World world;

  std::string make(const std::string& module, const std::string& fields, const std::string& tags = "[]") {
    zohosim::HttpRequest request;
    request.method = "POST";
    request.path = "/control/records/" + module;
    request.body = R"({"fields":)" + fields + R"(,"tags":)" + tags + "}";
    const auto answer = world.simulator().handle(request);
    simdjson::dom::parser parser;
    std::string_view id;
    if (answer.status != 200 || parser.parse(answer.body)["id"].get(id) != simdjson::SUCCESS)
      throw std::runtime_error("the simulator refuses: " + answer.body);
    return std::string(id);
  }
  std::string person(const std::string& name, const std::string& more = "") {
    return make("Contacts", R"({"Last_Name":")" + name + "\"" + more + "}");
  }
  void edit(const std::string& module, const std::string& id, const std::string& body) {
    control(world, "records/" + module + "/" + id, body);
  }
  MapRow row(const std::string& user, const std::string& contact) {
    MapRow out;
    out.line = ++line;
    out.user_id = user;
    out.contact_id = contact;
    return out;
  }

  /// Runs one to its end, however the daemon fares: after a crash it is begun again.
  const MapImportProgress& import(const std::vector<MapRow>& rows, bool apply) {
    for (int i = 0; i < 20'000; ++i) {
      const auto state = world.map_import().progress().state;
      const bool must_start = i == 0 || state == State::idle;
      EXPECT_TRUE(!must_start || world.map_import().start(rows, apply));
      world.run_for(std::chrono::seconds{1});
      if (world.map_import().progress().state == State::done) return world.map_import().progress();
    }
    ADD_FAILURE() << "the import does not end: " << world.map_import().progress().error;
    return world.map_import().progress();
  }
  std::vector<Conflict> conflicts() {
    std::vector<Conflict> out;
    for (const MapFinding& one : world.map_import().findings()) out.push_back(one.what);
    return out;
  }
  void settle() { ASSERT_TRUE(world.run_until_quiet(std::chrono::hours{2})) << world.engine().status().state; }
  std::string linked_to(event::Kind kind, const std::string& key) {
    const auto entity = world.entity(kind, key);
    return entity ? entity->zoho_id : "(unknown)";
  }
  std::string user(const std::string& key) { return linked_to(event::Kind::user, key); }
  std::size_t writes() const { return world.count_sent("PUT", "") + world.count_sent("POST", "crm/v8/Contacts"); }

  std::int64_t line = 1;  // of the last row; the first names the columns
};

struct MappingImport : ::testing::Test, Org {};

TEST_F(MappingImport, LooksFirstAndSaysWhatItWouldLinkAndWhatItCost) {
  const std::string ann = person("Ann");
  const std::string bo = person("Bo");
  const MapImportProgress& seen = import({row("u1", ann), row("u2", bo), row("u3", "")}, false);
  EXPECT_EQ(seen.good, 2);
  EXPECT_EQ(seen.rows, 3);
  EXPECT_EQ(seen.rows_without, 1);
  EXPECT_EQ(seen.linked, 0);
  EXPECT_EQ(seen.credits, 2) << "one read of their records, one question whether others carry their ids";
  EXPECT_EQ(seen.credits_expected, 2);
  EXPECT_THAT(conflicts(), IsEmpty());
  EXPECT_EQ(user("u1"), "(unknown)");
  EXPECT_EQ(writes(), 0U);
}

TEST_F(MappingImport, LinksWritesThePlatformIdsAndNothingElse) {
  const std::string ann =
      make("Contacts", R"({"Last_Name":"By Hand","Email":"old@example.com"})", R"(["lifecycle-active","VIP"])");
  const std::string acme = make("Accounts", R"({"Account_Name":"Acme by hand"})");
  MapRow one = row("u1", ann);
  one.account_key = "org";
  one.account_id = acme;
  EXPECT_EQ(import({one}, true).linked, 2);
  settle();
  EXPECT_EQ(user("u1"), ann);
  EXPECT_EQ(linked_to(event::Kind::account, "org"), acme);
  const std::string contact = record(world, "Contacts", ann, "Last_Name,Email,Platform_User_ID,Tag");
  for (const char* part : {"By Hand", "old@example.com", R"("Platform_User_ID":"u1")", "lifecycle-active", "VIP"})
    EXPECT_TRUE(contact.contains(part)) << part << " in " << contact;
  EXPECT_TRUE(record(world, "Accounts", acme, "Account_Name,Platform_Account_ID").contains("Acme by hand"));
  for (const auto& sent : world.sent()) {
    if (sent.method != "PUT") continue;
    EXPECT_TRUE(sent.body.contains(R"("trigger":[])")) << "no automation for what people knew: " << sent.body;
    EXPECT_FALSE(sent.body.contains("Last_Name") || sent.body.contains("Account_Name")) << sent.body;
  }
  const auto reader = world.store().reader();
  const auto mapping = links::mapping_json(**reader, "u1");
  ASSERT_TRUE(mapping && *mapping);
  EXPECT_TRUE((*mapping)->contains(R"("account_key":"org","account_id":")" + acme)) << **mapping;
  EXPECT_TRUE((*mapping)->contains(R"("synced":true)")) << **mapping;
}

TEST_F(MappingImport, EventsThatComeLaterFindTheLinkAndMakeNoTwin) {
  // Nothing but the map tells that these are the customer's: neither e-mail nor name.
  const std::string ann = make("Contacts", R"({"Last_Name":"X","Email":"private@example.org"})");
  const std::string acme = make("Accounts", R"({"Account_Name":"Y"})");
  const std::string deal = make("Deals", R"({"Deal_Name":"Z","Stage":"Qualification"})");
  MapRow one = row("u1", ann);
  one.account_key = "org";
  one.account_id = acme;
  one.subscription_id = "s";
  one.deal_id = deal;
  EXPECT_EQ(import({one}, true).linked, 3);
  world.deliver({signup("u1", "ann@example.com"), signup("u2", "bo@example.com", 2),
                 event("paid", "subscription.activated", 5,
                       R"({"subscription":{"id":"s","user_id":"u1","plan":"pro","amount":"10"}})")});
  settle();
  EXPECT_EQ(faults(world), "");
  EXPECT_EQ(user("u1"), ann);
  EXPECT_EQ(linked_to(event::Kind::account, "org"), acme);
  EXPECT_EQ(linked_to(event::Kind::subscription, "s"), deal);
  for (const auto& sent : world.sent())
    EXPECT_FALSE(sent.method == "POST" && (sent.path == "/crm/v8/Accounts" || sent.path == "/crm/v8/Deals"))
        << "an insert: " << sent.body;
}

TEST_F(MappingImport, WhatStandsAgainstAPairIsToldLineByLineAndTheOthersAreLinked) {
  world.deliver({signup("known", "known@example.com")});
  settle();
  const std::string good = person("Good");
  const std::string foreign = person("Foreign", R"(,"Platform_User_ID":"somebody")");
  const std::string carrier = person("Carrier", R"(,"Platform_User_ID":"Carried")");
  const std::string bare = person("Bare");
  const std::string account = make("Accounts", R"({"Account_Name":"No person"})");
  const std::vector<MapRow> rows{row("good", good),
                                 row("wrong_id", foreign),
                                 row("Carried", bare),
                                 row("gone", "4000000000001"),
                                 row("other_module", account),
                                 row("known", bare),
                                 row("thief", user("known")),
                                 row("", bare),
                                 row("odd", "57x"),
                                 row("good", foreign)};
  const MapImportProgress& done = import(rows, true);
  EXPECT_EQ(done.linked, 1);
  std::vector<std::pair<std::int64_t, Conflict>> found;
  for (const MapFinding& one : world.map_import().findings()) found.emplace_back(one.line, one.what);
  EXPECT_THAT(found, ElementsAre(std::pair(3, Conflict::foreign_id), std::pair(4, Conflict::id_elsewhere),
                                 std::pair(5, Conflict::not_there), std::pair(6, Conflict::not_there),
                                 std::pair(7, Conflict::contradicted), std::pair(8, Conflict::taken),
                                 std::pair(9, Conflict::half_pair), std::pair(10, Conflict::bad_id),
                                 std::pair(11, Conflict::contradicted)));
  EXPECT_EQ(world.map_import().findings()[0].other, "somebody");
  EXPECT_EQ(world.map_import().findings()[1].other, carrier);
  EXPECT_EQ(world.map_import().findings()[4].other, "line 4");
  EXPECT_EQ(world.map_import().findings()[5].other, "known");
  for (const MapFinding& one : world.map_import().findings()) EXPECT_FALSE(mend_of(one.what).empty());
  settle();
  EXPECT_EQ(user("good"), good);
  for (const char* key : {"wrong_id", "Carried", "gone", "other_module", "thief", "odd"})
    EXPECT_EQ(user(key), "(unknown)") << key;
  line = 1;
  import({row("known", bare)}, true);
  EXPECT_THAT(conflicts(), ElementsAre(Conflict::elsewhere));
}

TEST_F(MappingImport, RepeatedFindsItsLinksAndCostsNothing) {
  const std::string ann = person("Ann");
  import({row("u1", ann)}, true);
  settle();
  const std::size_t before = world.sent().size();
  const MapImportProgress& again = import({row("u1", ann)}, true);
  EXPECT_EQ(again.already, 1);
  EXPECT_EQ(again.linked, 0);
  EXPECT_EQ(again.credits, 0);
  EXPECT_EQ(world.sent().size(), before);
}

TEST_F(MappingImport, SettlesWhatWasHeldForWantOfIt) {
  const std::string one = person("One", R"(,"Email":"ann@example.com")");
  const std::string two = person("Two", R"(,"Email":"ann@example.com")");
  world.deliver({signup("u1", "ann@example.com"),
                 event("paid", "subscription.activated", 5,
                       R"({"subscription":{"id":"s","user_id":"u1","plan":"pro","amount":"10"}})")});
  settle();
  ASSERT_EQ(world.held().size(), 1U);
  ASSERT_EQ(world.held()[0].code, "AMBIGUOUS_CONTACT");
  EXPECT_EQ(import({row("u1", two)}, true).linked, 1);
  settle();
  EXPECT_THAT(world.held(), IsEmpty());
  EXPECT_EQ(user("u1"), two);
  EXPECT_EQ(faults(world), "");
}

TEST_F(MappingImport, OfSomebodyWhoseInsertIsOutIsRefusedBecauseItWouldMakeATwin) {
  const std::string ann = person("Ann");
  world.slow = [](const net::ClientRequest& request) {
    return request.method == "POST" && request.url.contains("/Contacts") ? Duration{std::chrono::seconds{20}}
                                                                         : Duration{};
  };
  world.deliver({signup("u1", "ann@example.com")});
  world.run_for(std::chrono::seconds{5});
  ASSERT_EQ(user("u1"), "") << "on its way";
  import({row("u1", ann)}, true);
  settle();
  if (world.map_import().progress().linked == 0) {
    EXPECT_THAT(conflicts(), ElementsAre(Conflict::in_flight));
  }
  EXPECT_NE(user("u1"), ann);
  EXPECT_EQ(faults(world), "");
}

TEST_F(MappingImport, NobodyWhoWasErasedComesBackByIt) {
  world.deliver({signup("u1", "ann@example.com")});
  settle();
  ASSERT_TRUE(world.engine().erase("u1"));
  settle();
  const std::string ann = person("Ann");
  import({row("u1", ann)}, true);
  EXPECT_THAT(conflicts(), ElementsAre(Conflict::erased));
  EXPECT_EQ(user("u1"), "(unknown)");
}

TEST_F(MappingImport, WhatItLinkedIsVerifiedAndMendedLikeAnyOther) {
  const std::string ann = person("Ann");
  import({row("u1", ann)}, true);
  settle();
  const auto verify = [&](reconcile::Scope scope, bool repair) {
    EXPECT_TRUE(world.reconciler().start(repair, scope));
    for (int i = 0; i < 3'600 && world.reconciler().progress().is_running(); ++i)
      world.run_for(std::chrono::seconds{1});
    return world.reconciler().progress();
  };
  EXPECT_EQ(verify(reconcile::Scope::mapping, false).drift, 0);
  EXPECT_EQ(verify(reconcile::Scope::all, false).drift, 0);
  EXPECT_THAT(world.reconciler().findings(), IsEmpty()) << "what no event has told of yet is not left behind";
  edit("Contacts", ann, R"({"fields":{"Platform_User_ID":null},"add_tags":["plan-pro"]})");
  EXPECT_EQ(verify(reconcile::Scope::all, false).drift, 1);
  EXPECT_EQ(verify(reconcile::Scope::mapping, true).left(), 0);
  const std::string now = record(world, "Contacts", ann, "Platform_User_ID,Tag");
  EXPECT_TRUE(now.contains(R"("Platform_User_ID":"u1")")) << now;
  EXPECT_TRUE(now.contains("plan-pro")) << "tags are nobody's business before the first event";
}

TEST_F(MappingImport, EndsInTheSameMapInFoulWeatherAndThroughCrashes) {
  for (std::uint64_t seed = 1; seed <= 15; ++seed) {
    Settings settings;
    settings.seed = seed;
    Org org(settings);
    std::vector<MapRow> rows;
    std::vector<std::string> contacts;
    for (int i = 0; i < 60; ++i) {
      contacts.push_back(org.person("P" + std::to_string(i)));
      rows.push_back(org.row("u" + std::to_string(i), contacts.back()));
      rows.back().account_key = "org";
    }
    const std::string acme = org.make("Accounts", R"({"Account_Name":"Acme by hand"})");
    rows[0].account_id = acme;
    Weather weather;
    weather.not_sent = 0.1;
    weather.lost_before = 0.05;
    weather.lost_answer = 0.1;
    weather.server_error = 0.1;
    weather.throttled = 0.05;
    weather.stale_token = 0.05;
    weather.garbled = 0.05;
    weather.crash = 0.1;
    org.world.storm(weather);
    org.world.deliver({signup("u3", "u3@example.com"), signup("new", "new@example.com", 2)});
    org.import(rows, true);
    org.world.calm();
    org.settle();
    org.import(rows, true);
    for (int i = 0; i < 60; ++i) {
      const std::string key = "u" + std::to_string(i);
      if (i != 3) org.world.deliver({signup(key, key + "@example.com", 3)});
    }
    org.settle();
    for (int i = 0; i < 60; ++i) {
      const std::string key = "u" + std::to_string(i);
      if (i != 3) {
        EXPECT_EQ(org.user(key), contacts[static_cast<std::size_t>(i)]) << "seed " << seed;
      }
    }
    EXPECT_EQ(faults(org.world), "") << "seed " << seed;
  }
}

}  // namespace
}  // namespace zs::world
