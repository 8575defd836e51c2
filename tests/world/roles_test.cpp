// Contact roles of Deals through the whole system: who has which, what people's roles are left alone by, what it costs,
// and that a lost answer or a crash changes none of it.
#include <gtest/gtest.h>
#include <simdjson.h>

#include "world/roles_view.hpp"
#include "world/stories.hpp"

namespace zs::world {
namespace {

using Shown = std::map<std::string, ShownRole>;

Settings with_roles(std::size_t most = 20) {
  Settings settings;
  settings.seed = 5;
  settings.roles = roles_on(most);
  return settings;
}

struct Roles : ::testing::Test {
  explicit Roles(Settings settings = with_roles()) : world(std::move(settings)) { world.widen_window(); }
  World world;
  int said = 100;

  void settle() { ASSERT_TRUE(world.run_until_quiet(1h)) << world.engine().status().last_error; }
  void says(const std::string& type, const std::string& data) {
    ++said;
    world.deliver({event("e" + std::to_string(said), type, said, data)});
    settle();
  }
  void team() {
    world.deliver(
        {signup("u1", "ann@example.com", 1, "org"), signup("u2", "bo@example.com", 2, "org"),
         signup("u3", "cy@example.com", 3, "org"),
         event("s1", "subscription.activated", 5,
               R"({"subscription":{"id":"s","user_id":"u1","account_id":"org","plan":"pro","amount":"10"}})")});
    settle();
  }
  std::string contact(const std::string& user) { return world.entity(event::Kind::user, user)->zoho_id; }
  std::string deal() { return world.entity(event::Kind::subscription, "s")->zoho_id; }
  Shown shown() { return roles_of(world, deal()); }
  Shown ours(const std::map<std::string, std::string_view>& users) {
    Shown out;
    for (const auto& [user, role] : users) out[contact(user)] = {std::string(role), false};
    return out;
  }
  void moves(const std::string& user, const std::string& account) {
    says("user.updated", R"({"user":{"id":")" + user + R"(","account_id":")" + account + R"("}})");
  }
  std::string made_by_people(const std::string& contact) {
    simdjson::dom::parser parser;
    const std::string body = world.ask("POST", "/crm/v8/Contacts", R"({"data":[)" + contact + "]}");
    return std::string(std::string_view(parser.parse(body)["data"].at(0)["details"]["id"]));
  }
  std::size_t role_calls() {
    return world.count_sent("GET", "/Contact_Roles") + world.count_sent("PUT", "/Contact_Roles") +
           world.count_sent("DELETE", "/Contact_Roles");
  }
};

TEST_F(Roles, TheUserIsPrimaryAndTheAccountsOthersHaveTheOtherRole) {
  team();
  EXPECT_EQ(shown(), ours({{"u1", k_primary}, {"u2", k_other}, {"u3", k_other}}));
}

TEST_F(Roles, ANewDealsRolesAreOneCall) {
  world.deliver({signup("u1", "ann@example.com", 1, "org"), signup("u2", "bo@example.com", 2, "org")});
  settle();
  says("subscription.activated", R"({"subscription":{"id":"s","user_id":"u1","account_id":"org","plan":"pro"}})");
  EXPECT_EQ(role_calls(), 1U);
  EXPECT_EQ(world.count_sent("PUT", "/Contact_Roles"), 1U);
  EXPECT_EQ(shown().size(), 2U);
}

TEST_F(Roles, NoCallInSteadyState) {
  team();
  const std::size_t before = role_calls();
  says("user.updated", R"({"user":{"id":"u2","title":"CTO"}})");
  says("subscription.renewed", R"({"subscription":{"id":"s","amount":"20"}})");
  says("account.updated", R"({"account":{"id":"org","name":"Org"}})");
  EXPECT_EQ(role_calls(), before);
}

TEST_F(Roles, WhoJoinsGetsOneAndWhoLeavesOrIsDeletedLosesOurs) {
  team();
  world.deliver({signup("u4", "di@example.com", 90, "org")});
  settle();
  EXPECT_EQ(shown().at(contact("u4")).role, k_other);
  moves("u2", "elsewhere");
  EXPECT_FALSE(shown().contains(contact("u2")));
  says("user.deleted", R"({"user":{"id":"u3"}})");
  EXPECT_EQ(shown(), ours({{"u1", k_primary}, {"u4", k_other}}));
  moves("u2", "org");
  EXPECT_EQ(shown().at(contact("u2")).role, k_other);
}

TEST_F(Roles, WhoMovesWhileTheContactIsBeingMadeGetsOneBesideTheNewAccountsDeals) {
  team();
  world.slow = [](const net::ClientRequest& request) -> Duration {
    return request.method == "POST" && request.url.ends_with("/Contacts") ? Duration{5s} : Duration{0};
  };
  world.deliver({event("alone", "user.updated", 90, R"({"user":{"id":"u4","title":"CTO"}})")});
  world.run_for(2s);
  ASSERT_TRUE(contact("u4").empty()) << "it is on its way, in an account of its own";
  world.deliver({signup("u4", "di@example.com", 91, "org")});
  settle();
  EXPECT_EQ(shown().at(contact("u4")).role, k_other);
}

TEST_F(Roles, OfSeveralDealsAreNotMixedUpWhenAPauseEnds) {
  team();
  says("subscription.activated",
       R"({"subscription":{"id":"t","user_id":"u2","account_id":"org","plan":"base","amount":"5"}})");
  world.intercept = [](const net::ClientRequest& request) -> std::optional<net::ClientResponse> {
    if (request.method != "GET" || !request.url.contains("/Contact_Roles")) return std::nullopt;
    return answered(503, "text/html", "<html>away</html>");
  };
  world.deliver({event("away", "user.updated", 95, R"({"user":{"id":"u3","account_id":"elsewhere"}})")});
  world.run_for(10min);
  ASSERT_EQ(world.engine().status().state, "unreachable");
  world.intercept = nullptr;
  settle();
  EXPECT_EQ(shown(), ours({{"u1", k_primary}, {"u2", k_other}}));
  const std::string other = world.entity(event::Kind::subscription, "t")->zoho_id;
  EXPECT_EQ(roles_of(world, other), ours({{"u1", k_other}, {"u2", k_primary}}));
  says("subscription.updated", R"({"subscription":{"id":"s","user_id":"u2"}})");
  says("subscription.updated", R"({"subscription":{"id":"t","user_id":"u1"}})");
  EXPECT_EQ(shown(), ours({{"u1", k_other}, {"u2", k_primary}})) << "none of them passes for a person's";
  EXPECT_EQ(roles_of(world, other), ours({{"u1", k_primary}, {"u2", k_other}}));
}

TEST_F(Roles, ASubscriptionThatGoesOverToAnotherUserSwapsTheirRoles) {
  team();
  says("subscription.updated", R"({"subscription":{"id":"s","user_id":"u2"}})");
  EXPECT_EQ(shown(), ours({{"u1", k_other}, {"u2", k_primary}, {"u3", k_other}}));
}

TEST_F(Roles, WhatPeopleSetOrChangedStays) {
  team();
  const std::string eve = made_by_people(R"({"Last_Name":"Eve"})");
  ASSERT_TRUE(give_role(world, deal(), eve, "Purchasing"));
  ASSERT_TRUE(give_role(world, deal(), contact("u2"), "Engineering Lead"));
  moves("u3", "elsewhere");
  EXPECT_EQ(shown().at(eve), (ShownRole{"Purchasing", true}));
  EXPECT_EQ(shown().at(contact("u2")), (ShownRole{"Engineering Lead", true}));
  EXPECT_FALSE(shown().contains(contact("u3")));
  // Also when the platform changes its mind about them.
  says("subscription.updated", R"({"subscription":{"id":"s","user_id":"u2"}})");
  EXPECT_EQ(shown().at(contact("u2")), (ShownRole{"Engineering Lead", true}));
  moves("u2", "elsewhere");
  says("subscription.updated", R"({"subscription":{"id":"s","user_id":"u1"}})");
  EXPECT_EQ(shown().at(contact("u2")), (ShownRole{"Engineering Lead", true}));
}

TEST_F(Roles, ALostAnswerEndsInTheSameRoles) {
  world.intercept = [this](const net::ClientRequest& request) -> std::optional<net::ClientResponse> {
    if (request.method != "PUT" || !request.url.contains("/Contact_Roles") || ++said > 103) return std::nullopt;
    // Applied, and nobody hears of it.
    const auto path = request.url.substr(request.url.find("/crm/"));
    world.ask("PUT", path, request.body);
    return broken(net::Exchange::unknown);
  };
  team();
  EXPECT_EQ(shown(), ours({{"u1", k_primary}, {"u2", k_other}, {"u3", k_other}}));
  world.intercept = nullptr;
  // They are known to be ours.
  said = 200;
  moves("u2", "elsewhere");
  EXPECT_EQ(shown(), ours({{"u1", k_primary}, {"u3", k_other}}));
}

TEST_F(Roles, ARoleGivenAndTakenAroundALostAnswerIsTakenAway) {
  team();
  bool lost = false;
  world.intercept = [&](const net::ClientRequest& request) -> std::optional<net::ClientResponse> {
    if (lost || request.method != "PUT" || !request.url.contains("/Contact_Roles")) return std::nullopt;
    lost = true;
    world.ask("PUT", request.url.substr(request.url.find("/crm/")), request.body);
    // Before anybody hears of it, they have left again.
    world.deliver({event("gone", "user.updated", 500, R"({"user":{"id":"u4","account_id":"elsewhere"}})")});
    return broken(net::Exchange::unknown);
  };
  world.deliver({signup("u4", "di@example.com", 90, "org")});
  settle();
  ASSERT_TRUE(lost);
  EXPECT_EQ(shown(), ours({{"u1", k_primary}, {"u2", k_other}, {"u3", k_other}}));
}

TEST_F(Roles, FollowAContactThatWasMergedAndOneThatIsGone) {
  team();
  const std::string before = contact("u2");
  const std::string survivor = made_by_people(R"({"Last_Name":"Bo","Email":"bo@example.com"})");
  zohosim::HttpRequest merge;
  merge.method = "POST";
  merge.path = "/control/merge";
  merge.body = R"({"master":")" + survivor + R"(","losers":[")" + before + R"("]})";
  ASSERT_EQ(world.simulator().handle(merge).status, 200);
  says("user.updated", R"({"user":{"id":"u2","title":"CTO"}})");
  ASSERT_EQ(contact("u2"), survivor);
  EXPECT_EQ(shown(), ours({{"u1", k_primary}, {"u2", k_other}, {"u3", k_other}}));
  moves("u2", "elsewhere");
  EXPECT_EQ(shown(), ours({{"u1", k_primary}, {"u3", k_other}}));
}

TEST_F(Roles, AContactThatIsGoneDoesNotStopTheOthers) {
  team();
  zohosim::HttpRequest request;
  request.method = "POST";
  request.path = "/control/records/Contacts/" + contact("u2");
  request.body = R"({"delete":true})";
  ASSERT_EQ(world.simulator().handle(request).status, 200);
  says("subscription.updated", R"({"subscription":{"id":"s","user_id":"u3"}})");
  EXPECT_EQ(shown().at(contact("u3")).role, k_primary);
  EXPECT_EQ(shown().at(contact("u1")).role, k_other);
}

TEST_F(Roles, ARoleThatTheOrgLacksIsLeftOutAndToldOf) {
  Settings settings = with_roles();
  settings.roles.others = "Nobody's";
  World other(std::move(settings));
  other.deliver({signup("u1", "ann@example.com", 1, "org"), signup("u2", "bo@example.com", 2, "org"),
                 event("s1", "subscription.activated", 5,
                       R"({"subscription":{"id":"s","user_id":"u1","account_id":"org","plan":"pro"}})")});
  ASSERT_TRUE(other.run_until_quiet(1h));
  const auto entity = other.entity(event::Kind::subscription, "s");
  EXPECT_EQ(roles_of(other, entity->zoho_id).size(), 1U);
  EXPECT_EQ(entity->flags,
            (std::vector<std::string>{"the contact role 'Nobody's' left out: the org has none of that name"}));
  EXPECT_TRUE(other.held().empty());
}

TEST_F(Roles, ReconcileFindsAndRepairsWhatSomebodyTookAwayForACreditADeal) {
  team();
  ASSERT_TRUE(give_role(world, deal(), contact("u3"), ""));
  ASSERT_TRUE(give_role(world, deal(), contact("u2"), "Engineering Lead"));
  const auto run = [this](bool repair) -> const reconcile::Progress& {
    EXPECT_TRUE(world.reconciler().start(repair));
    for (int i = 0; i < 3'600 && world.reconciler().progress().is_running(); ++i) world.run_for(1s);
    return world.reconciler().progress();
  };
  const std::size_t reads = world.count_sent("GET", "/Contact_Roles");
  EXPECT_EQ(run(false).drift, 1) << world.reconciler().progress().error;
  EXPECT_EQ(world.count_sent("GET", "/Contact_Roles") - reads, 1U);
  const auto findings = world.reconciler().findings();
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].change.roles, (plan::Fields{{contact("u3"), std::string(k_other)}}));
  EXPECT_EQ(run(true).mended, 1);
  EXPECT_EQ(shown().at(contact("u3")), (ShownRole{std::string(k_other), false}));
  EXPECT_EQ(shown().at(contact("u2")), (ShownRole{"Engineering Lead", true})) << "a person's change is no drift";
  EXPECT_EQ(run(false).drift, 0);
}

TEST_F(Roles, AnErasureLeavesNoTraceOfThePersonInADealsRoles) {
  team();
  const std::string gone = contact("u2");
  ASSERT_TRUE(world.engine().erase("u2"));
  for (int i = 0; i < 600 && world.entity(event::Kind::user, "u2"); ++i) world.run_for(1s);
  settle();
  ASSERT_FALSE(world.entity(event::Kind::user, "u2"));
  EXPECT_EQ(shown(), ours({{"u1", k_primary}, {"u3", k_other}}));
  EXPECT_EQ(world.entity(event::Kind::subscription, "s")->synced.encode().find(gone), std::string::npos);
}

struct FewRoles : Roles {
  FewRoles() : Roles(with_roles(2)) {}
};

TEST_F(FewRoles, AreGivenToTheFirstOthersAlone) {
  team();
  world.deliver({signup("u4", "di@example.com", 90, "org"), signup("u0", "ed@example.com", 91, "org")});
  settle();
  EXPECT_EQ(shown(), ours({{"u1", k_primary}, {"u0", k_other}, {"u2", k_other}}));
}

struct RolesBesideEntries : Roles {
  RolesBesideEntries()
      : Roles([] {
          Settings settings = with_roles();
          settings.org.deal_contact_has_role = true;
          settings.org.roles_cost_per_call = true;
          return settings;
        }()) {}
};

TEST_F(RolesBesideEntries, AreTheSameWhereADealsContactHasAnEntryOfItsOwn) {
  team();
  EXPECT_EQ(shown(), ours({{"u1", k_primary}, {"u2", k_other}, {"u3", k_other}}));
  says("subscription.updated", R"({"subscription":{"id":"s","user_id":"u2"}})");
  EXPECT_EQ(shown(), ours({{"u1", k_other}, {"u2", k_primary}, {"u3", k_other}}));
}

TEST(RolesOff, CostNothing) {
  World world({});
  world.deliver({signup("u1", "ann@example.com", 1, "org"),
                 event("s1", "subscription.activated", 5,
                       R"({"subscription":{"id":"s","user_id":"u1","account_id":"org","plan":"pro"}})")});
  ASSERT_TRUE(world.run_until_quiet(1h));
  EXPECT_EQ(world.count_sent("GET", "oles") + world.count_sent("PUT", "oles"), 0U);
}

}  // namespace
}  // namespace zs::world
