// Bad days in the whole system, each a fault that was once found: outages, slow calls, proxies, a spent allowance.
#include <gtest/gtest.h>

#include "world/stories.hpp"

namespace zs::world {
namespace {

using Intercepted = std::optional<net::ClientResponse>;

bool is_update(const net::ClientRequest& request, std::string_view part = "") {
  return request.method == "PUT" && request.body.contains(part);
}

/// Zoho does what it is asked; nobody hears of it.
Intercepted applied_but_lost(World& world, const net::ClientRequest& request) {
  world.ask(request.method, request.url.substr(request.url.find("/crm/")), request.body);
  return broken(net::Exchange::unknown);
}

std::vector<store::NewEvent> many_signups(int count, store::Lane lane) {
  std::vector<store::NewEvent> events;
  for (int i = 0; i < count; ++i) {
    const std::string n = std::to_string(i);
    events.push_back(signup("v" + n, "v" + n + "@example.com", 2, "o" + n, lane));
  }
  return events;
}

bool is_in_zoho(World& world, const std::string& user) {
  return !world.entity(event::Kind::user, user)->zoho_id.empty();
}

TEST(Hardship, LookingAtTheOrgAnewWhileCallsAreOutDisturbsNothing) {
  World world{Settings{}};
  world.deliver({signup("u0", "z@example.com", 1, "oz")});
  ASSERT_TRUE(world.run_until_quiet(1h));
  world.deliver({signup("u1", "a@example.com")});
  world.run_for(3ms);
  ASSERT_FALSE(world.engine().is_quiet());
  world.engine().resume_now();
  ASSERT_TRUE(world.run_until_quiet(1h));
  EXPECT_EQ(faults(world), "");
}

TEST(Hardship, ABackfillThatHasSpentItsShareLeavesTheReserveToTheLiveLane) {
  World world{with([](engine::Options& options) { options.daily_credits = 100; })};
  world.widen_window();
  world.deliver(many_signups(3'000, store::Lane::backfill));
  world.run_for(10min);
  EXPECT_LE(world.credits_by_daemon(), 84);
  world.deliver({signup("live", "live@example.com", 9, "live-org")});
  world.run_for(10s);
  EXPECT_TRUE(is_in_zoho(world, "live"));
  // Somebody of the backfill shows up in person.
  std::string waiting;
  for (int i = 0; waiting.empty(); ++i) {
    if (!is_in_zoho(world, "v" + std::to_string(i))) waiting = std::to_string(i);
  }
  world.deliver({event(
      "in-person", "user.updated", 9,
      R"({"user":{"id":"v)" + waiting + R"(","title":"CTO"},"account":{"id":"o)" + waiting + R"(","name":"N"}})")});
  world.run_for(10s);
  EXPECT_TRUE(is_in_zoho(world, "v" + waiting));
}

TEST(Hardship, ARefusedBatchOfTheBackfillThatCannotBeSentAgainBlocksNobody) {
  World world{with([](engine::Options& options) {
    options.daily_credits = 60;
    options.live_reserve = 0.5;
  })};
  world.widen_window();
  bool refuses = true;
  world.intercept = [&](const net::ClientRequest& request) -> Intercepted {
    if (!refuses || request.method != "POST" || !request.url.ends_with("/Accounts") || request.body.size() < 3'000)
      return std::nullopt;
    return answered(400, "application/json", R"({"code":"INVALID_DATA","details":{},"message":"x","status":"error"})");
  };
  world.deliver(many_signups(300, store::Lane::backfill));
  world.run_for(10min);
  refuses = false;
  world.deliver({signup("live", "live@example.com", 9, "live-org")});
  world.run_for(10s);
  EXPECT_TRUE(is_in_zoho(world, "live"));
}

TEST(Hardship, AnOutageCostsNoCreditsAndEndsWhenItEnds) {
  World world{Settings{}};
  world.deliver({signup("u0", "z@example.com", 1, "oz")});
  ASSERT_TRUE(world.run_until_quiet(1h));
  world.widen_window();
  const std::int64_t before = world.engine().status().credits_used;
  world.intercept = [](const net::ClientRequest&) -> Intercepted { return broken(net::Exchange::not_sent); };
  world.deliver(many_signups(300, store::Lane::live));
  world.run_for(12h);
  EXPECT_EQ(world.engine().status().state, "unreachable");
  EXPECT_LE(world.engine().status().credits_used, before + 8);
  world.intercept = nullptr;
  world.run_for(30s);
  EXPECT_EQ(world.backlog().dirty, 0);
  EXPECT_EQ(faults(world), "");
}

TEST(Hardship, CallsThatFailTogetherAreOnePauseAndAShortOne) {
  constexpr int k_customers = 1'000;
  World world{Settings{}};
  world.widen_window();
  std::vector<store::NewEvent> signups;
  std::vector<store::NewEvent> changes;
  for (int i = 0; i < k_customers; ++i) {
    const std::string n = std::to_string(i);
    signups.push_back(signup("u" + n, "u" + n + "@example.com"));
    changes.push_back(event("t" + n, "user.updated", 9, R"({"user":{"id":"u)" + n + R"(","title":"CTO"}})"));
  }
  world.deliver(signups);
  ASSERT_TRUE(world.run_until_quiet(std::chrono::hours{1}));
  // Ten calls of a hundred, which come back one after the other.
  control(world, "faults", R"({"on":"any","effect":"status","status":503,"times":10})");
  world.deliver(changes);
  const Time start = world.clock().now();
  ASSERT_TRUE(world.run_until_quiet(std::chrono::hours{1}));
  EXPECT_LE(world.clock().now() - start, std::chrono::seconds{20});
  EXPECT_EQ(faults(world), "");
}

TEST(Hardship, ASlowOlderCallNeverOverwritesANewerFact) {
  World world{Settings{}};
  world.deliver({signup("u1", "a@example.com"), signup("u2", "c@example.com", 2)});
  ASSERT_TRUE(world.run_until_quiet(1h));
  bool slowed = false;
  world.slow = [&](const net::ClientRequest& request) -> Duration {
    return is_update(request, "OLD") && !std::exchange(slowed, true) ? Duration{10s} : Duration{0};
  };
  bool glitched = false;
  world.intercept = [&](const net::ClientRequest& request) -> Intercepted {
    if (!is_update(request, "GLITCH") || std::exchange(glitched, true)) return std::nullopt;
    return broken(net::Exchange::not_sent);
  };
  world.deliver({event("e1", "user.updated", 9, R"({"user":{"id":"u1","title":"OLD"}})")});
  world.run_for(200ms);
  world.deliver({event("e2", "user.updated", 10, R"({"user":{"id":"u2","title":"GLITCH"}})")});
  world.run_for(200ms);
  world.deliver({event("e3", "user.updated", 11, R"({"user":{"id":"u1","title":"NEW"}})")});
  world.run_for(1h);
  ASSERT_TRUE(slowed && glitched);
  EXPECT_EQ(faults(world), "");
}

TEST(Hardship, AFieldThatGoesThereAndBackAroundALostAnswerIsWrittenAgain) {
  World world{Settings{}};
  const auto title = [](int second, const std::string& text) {
    return event("t" + std::to_string(second), "user.updated", second,
                 R"({"user":{"id":"u1","title":")" + text + R"("}})");
  };
  world.deliver({signup("u1", "a@example.com"), title(2, "HERE")});
  ASSERT_TRUE(world.run_until_quiet(1h));
  bool lost = false;
  world.intercept = [&](const net::ClientRequest& request) -> Intercepted {
    if (!is_update(request, "THERE") || std::exchange(lost, true)) return std::nullopt;
    return applied_but_lost(world, request);
  };
  world.deliver({title(9, "THERE")});
  while (!lost) world.run_for(1ms);
  world.deliver({title(10, "HERE")});
  ASSERT_TRUE(world.run_until_quiet(1h));
  EXPECT_EQ(faults(world), "");
}

TEST(Hardship, ATagThatGoesThereAndBackAroundALostAnswerIsPutRight) {
  for (const std::string action : {"add_tags", "remove_tags"}) {
    World world{Settings{}};
    const auto plan = [](int second, const std::string& name) {
      return event("p" + std::to_string(second), "subscription.activated", second,
                   R"({"subscription":{"id":"s1","user_id":"u1","plan":")" + name + R"("}})");
    };
    world.deliver({signup("u1", "a@example.com"), plan(2, "base")});
    ASSERT_TRUE(world.run_until_quiet(1h));
    bool lost = false;
    world.intercept = [&](const net::ClientRequest& request) -> Intercepted {
      if (!request.url.ends_with("/Contacts/actions/" + action) || std::exchange(lost, true)) return std::nullopt;
      return applied_but_lost(world, request);
    };
    world.deliver({plan(9, "pro")});
    for (int i = 0; i < 10'000 && !lost; ++i) world.run_for(1ms);
    ASSERT_TRUE(lost) << action;
    world.deliver({plan(10, "base")});
    ASSERT_TRUE(world.run_until_quiet(1h));
    EXPECT_EQ(faults(world), "") << action;
  }
}

TEST(Hardship, AProxysRefusalsPauseTheEngineAndHoldNobody) {
  World world{Settings{}};
  world.deliver({signup("u0", "z@example.com", 1, "oz")});
  ASSERT_TRUE(world.run_until_quiet(1h));
  world.intercept = [](const net::ClientRequest&) -> Intercepted { return answered(403, "text/html", "<html>"); };
  world.deliver(many_signups(40, store::Lane::live));
  world.run_for(2min);
  EXPECT_EQ(world.engine().status().state, "misconfigured");
  EXPECT_TRUE(world.held().empty());
  world.intercept = nullptr;
  world.run_for(10min);
  EXPECT_EQ(faults(world), "");
  EXPECT_TRUE(world.held().empty());
}

TEST(Hardship, TagsOfOneRecordNeverGoToAnother) {
  World world{with([](engine::Options& options) {
    options.on_deleted = engine::OnDeleted::recreate;
    options.linger = 400ms;
  })};
  world.deliver(
      {event(
           "sa", "user.signed_up", 1,
           R"({"user":{"id":"a","email":"a@example.com","source":"whatsapp","account_id":"oa"},"account":{"id":"oa","name":"X"}})"),
       signup("b", "b@example.com", 2, "ob"), signup("c", "c@example.com", 2, "oc")});
  ASSERT_TRUE(world.run_until_quiet(1h));
  world.ask("DELETE", "/crm/v8/Contacts?ids=" + world.entity(event::Kind::user, "b")->zoho_id);
  const auto flagged = [](const std::string& user, int second, const std::string& more) {
    return event("x" + user, "user.updated", second,
                 R"({"user":{"id":")" + user + R"(","compliance":["gdpr"])" + more + "}}");
  };
  world.slow = [](const net::ClientRequest& request) -> Duration {
    return request.url.contains("Contacts/actions/add_tags") ? Duration{2s} : Duration{0};
  };
  world.deliver({flagged("c", 9, "")});
  world.run_for(20ms);
  world.deliver({flagged("a", 10, ""), flagged("b", 10, R"(,"title":"CTO")")});
  ASSERT_TRUE(world.run_until_quiet(1h));
  EXPECT_EQ(faults(world), "");
}

TEST(Hardship, TagsThatWentOutForOneRecordAreNotTakenForThoseOfTheOneThatItTurnsOutToBe) {
  World world{Settings{}};
  world.deliver({signup("other", "other@example.com")});
  ASSERT_TRUE(world.run_until_quiet(1h));
  const auto away = [](const net::ClientRequest&) -> std::optional<net::ClientResponse> {
    return broken(net::Exchange::not_sent);
  };
  // A person's, with the e-mail; and one that has the platform's id already, which shows when the first is given it.
  world.ask("POST", "/crm/v8/Contacts", R"({"data":[{"Last_Name":"By Hand","Email":"a@example.com"}]})");
  world.ask("POST", "/crm/v8/Contacts", R"({"data":[{"Last_Name":"Ours","Platform_User_ID":"u1"}]})");
  world.slow = [](const net::ClientRequest& request) -> Duration {
    return request.url.contains("Contacts/actions/add_tags") ? Duration{2s} : Duration{0};
  };
  // The look at the second one, which would set it right, does not come off: the daemon dies.
  world.deliver({signup("u1", "a@example.com")});
  int tags_sent = 0;
  world.before_apply = [&](const net::ClientRequest& request) {
    if (request.url.contains("Contacts/actions/add_tags") && ++tags_sent == 1) world.intercept = away;
  };
  world.run_for(10s);
  world.crash();
  world.intercept = nullptr;
  ASSERT_TRUE(world.run_until_quiet(1h));
  const std::string ours = world.entity(event::Kind::user, "u1")->zoho_id;
  EXPECT_TRUE(record(world, "Contacts", ours, "Platform_User_ID").contains("\"u1\""));
  EXPECT_TRUE(record(world, "Contacts", ours, "Tag").contains("source-website"));
  EXPECT_EQ(faults(world), "");
}

TEST(Hardship, ARecordLeftAloneLeavesTheBacklogEvenIfItChangesMeanwhile) {
  World world{with([](engine::Options& options) { options.on_deleted = engine::OnDeleted::leave; })};
  world.deliver({signup("u1", "a@example.com")});
  ASSERT_TRUE(world.run_until_quiet(1h));
  world.ask("DELETE", "/crm/v8/Contacts?ids=" + world.entity(event::Kind::user, "u1")->zoho_id);
  world.slow = [](const net::ClientRequest& request) -> Duration {
    return is_update(request) ? Duration{1s} : Duration{0};
  };
  world.deliver({event("e1", "user.updated", 9, R"({"user":{"id":"u1","title":"A"}})")});
  world.run_for(300ms);
  world.deliver({event("e2", "user.updated", 10, R"({"user":{"id":"u1","title":"B"}})")});
  EXPECT_TRUE(world.run_until_quiet(1h));
  EXPECT_TRUE(world.held().empty());
}

TEST(Hardship, AnAccountsFieldThatContactsCopyFollowsTheAccount) {
  World world{with([](engine::Options& options) {
    options.mapping.fields[1].push_back({"Department", event::Kind::account, "industry", plan::Policy::platform});
  })};
  world.deliver({signup("u1", "a@example.com"),
                 event("a1", "account.updated", 2, R"({"account":{"id":"org","industry":"Banking"}})")});
  ASSERT_TRUE(world.run_until_quiet(1h));
  world.deliver({event("a2", "account.updated", 9, R"({"account":{"id":"org","industry":"Energy"}})")});
  ASSERT_TRUE(world.run_until_quiet(1h));
  EXPECT_NE(
      world.ask("GET", "/crm/v8/Contacts/" + world.entity(event::Kind::user, "u1")->zoho_id + "?fields=Department")
          .find("Energy"),
      std::string::npos);
}

TEST(Hardship, WhoeverWaitedForAParentThatWasGivenUpGoesOnWhenItComesAfterAll) {
  World world{Settings{}};
  int seen = 0;
  world.intercept = [&](const net::ClientRequest& request) -> Intercepted {
    if (request.method != "POST" || !request.url.ends_with("/Accounts") || seen++ != 0) return std::nullopt;
    return answered(
        400, "application/json",
        R"({"data":[{"code":"MANDATORY_NOT_FOUND","status":"error","message":"x","details":{"api_name":"Industry"}}]})");
  };
  world.deliver({signup("u1", "a@example.com")});
  world.run_for(1min);
  ASSERT_EQ(world.held().size(), 1U);
  ASSERT_TRUE(world.engine().discard_held(world.held()[0].id));
  ASSERT_TRUE(world.run_until_quiet(1h));
  world.deliver({event("a2", "account.updated", 9, R"({"account":{"id":"org","website":"https://acme.example"}})")});
  ASSERT_TRUE(world.run_until_quiet(1h));
  EXPECT_TRUE(world.held().empty());
  EXPECT_EQ(faults(world), "");
}

TEST(Hardship, ALookupThatIsRefusedThoughItsRecordIsThereEndsInAHoldNotInALoop) {
  World world{Settings{}};
  world.deliver({signup("u1", "a@example.com")});
  ASSERT_TRUE(world.run_until_quiet(1h));
  world.intercept = [](const net::ClientRequest& request) -> Intercepted {
    if (request.method != "POST" || !request.url.ends_with("/crm/v8/Contacts")) return std::nullopt;
    return answered(
        400, "application/json",
        R"({"data":[{"code":"INVALID_DATA","status":"error","message":"the id given seems to be invalid","details":{"api_name":"Account_Name","json_path":"$.data[0].Account_Name.id"}}]})");
  };
  world.deliver({signup("u2", "b@example.com", 5)});
  world.run_for(1h);
  ASSERT_EQ(world.held().size(), 1U);
  EXPECT_EQ(world.held()[0].code, "PARENT_GONE");
  EXPECT_EQ(world.backlog().dirty, 0);
}

TEST(Hardship, OurOwnUsersAreKnownWhateverTheirIdsAreSpeltLike) {
  World world{Settings{}};
  bool lost = false;
  world.intercept = [&](const net::ClientRequest& request) -> Intercepted {
    if (request.method != "POST" || !request.url.ends_with("/crm/v8/Contacts") || std::exchange(lost, true))
      return std::nullopt;
    world.ask("POST", "/crm/v8/Contacts", request.body);
    return answered(503, "text/html", "<html>");
  };
  world.deliver({signup(R"(a\"b)", "s@example.com")});
  while (!lost) world.run_for(10ms);
  world.deliver({signup("second", "s@example.com", 2)});
  ASSERT_TRUE(world.run_until_quiet(1h));
  EXPECT_TRUE(world.held().empty());
  EXPECT_EQ(faults(world), "");
}

TEST(Hardship, ACustomerThatChangesWithoutPauseIsNotPutOffForEver) {
  World world{Settings{}};
  world.deliver({signup("u0", "z@example.com", 1, "oz")});
  ASSERT_TRUE(world.run_until_quiet(1h));
  world.deliver({signup("u1", "a@example.com")});
  for (int i = 0; i < 200; ++i) {
    world.deliver({event("t" + std::to_string(i), "user.updated", 10 + i,
                         R"({"user":{"id":"u1","title":"T)" + std::to_string(i) + R"("}})")});
    world.run_for(50ms);
  }
  EXPECT_TRUE(is_in_zoho(world, "u1"));
  EXPECT_LE(world.count_sent("POST", "/coql"), 2U);
}

}  // namespace
}  // namespace zs::world
