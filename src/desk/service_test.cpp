// Tickets against a portal that loses answers, lags, limits and forgets: at most one for a key, whatever happens.
#include "desk/service.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "desk/fake_desk.hpp"

namespace zs::desk {
namespace {

using testing::FakeDesk;
using testing::Fate;
using testing::first;
using ::testing::HasSubstr;
using testing::k_lost_after;
using testing::k_lost_before;

TEST(Ticket, IsMadeForTheContactThatDeskMapsAndSaysWhatIsConfigured) {
  Options options;
  options.ticket_fields = {
      {"cf_plan", "plan"}, {"cf_lifecycle", "lifecycle"}, {"cf_user", "user_id"}, {"category", "user.x"}};
  options.priority = {{"pro", "High"}};
  FakeDesk desk(options);
  desk.add_user("u1", "900", "ann@x.io");
  desk.contacts = {{"other", "ann@x.io", "901", {}, {}}, {"mine", "ann@x.io", "900", {}, {}}};
  const auto answer = desk.open("u1", "k1");
  ASSERT_TRUE(answer.has_value()) << answer.error().detail;
  EXPECT_EQ(answer->body, R"({"ticket_id":"t1","ticket_number":"1","web_url":"http://w/t1","desk_contact_id":"mine"})");
  ASSERT_EQ(desk.tickets.size(), 1U);
  const std::string& body = desk.tickets[0].body;
  EXPECT_THAT(body, HasSubstr(R"("departmentId":"11","contactId":"mine","subject":"Help","description":"a &amp; b")"));
  EXPECT_THAT(body, HasSubstr(R"("priority":"High")"));
  EXPECT_THAT(body, HasSubstr(R"("cf_lifecycle":"active","cf_plan":"pro","cf_user":"u1")"));
  EXPECT_THAT(body, HasSubstr(R"("cf_correlation_id":"zs)"));
  EXPECT_FALSE(body.contains("category")) << "what is not known is left out";
  const auto known = (*desk.store->reader())->desk_contact("u1");
  EXPECT_EQ((*known)->contact_id, "mine");
  EXPECT_TRUE((*known)->verified);
}

TEST(Ticket, TakesTheCallersFieldsBeforeTheConfiguredOnes) {
  Options options;
  options.ticket_fields = {{"cf_plan", "plan"}};
  options.priority = {{"pro", "High"}};
  FakeDesk desk(options);
  desk.add_user("u1", "900", "ann@x.io");
  ASSERT_TRUE(desk.open("u1", "k1", R"(,"priority":"Low","cf":{"cf_plan":"own"})").has_value());
  EXPECT_THAT(desk.tickets[0].body, HasSubstr(R"("priority":"Low")"));
  EXPECT_THAT(desk.tickets[0].body, HasSubstr(R"("cf_plan":"own")"));
}

TEST(Ticket, IsAnsweredAgainForTheSameKeyAndRefusedForAnotherRequest) {
  FakeDesk desk;
  desk.add_user("u1", "900", "ann@x.io");
  const auto once = desk.open("u1", "k1");
  ASSERT_TRUE(once.has_value());
  desk.crash();
  const auto again = desk.open("u1", "k1");
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->body, once->body);
  EXPECT_TRUE(again->replayed);
  const auto other = desk.open("u1", "k1", R"(,"priority":"Low")");
  ASSERT_FALSE(other.has_value());
  EXPECT_EQ(other.error().status, 422);
  EXPECT_EQ(other.error().code, "idempotency_key_reused");
  EXPECT_EQ(desk.tickets.size(), 1U);
  desk.run_for(26h);
  ASSERT_TRUE(desk.open("u1", "k1").has_value());
  EXPECT_EQ(desk.tickets.size(), 2U) << "the key has been swept";
}

TEST(Ticket, UnderWayAnswersConflictToTheSameKey) {
  FakeDesk desk;
  desk.add_user("u1", "900", "ann@x.io");
  const auto got = desk.ask("u1", "k1");
  const auto second = desk.open("u1", "k1");
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().status, 409);
  EXPECT_TRUE(desk.answer_to(got).has_value());
  EXPECT_EQ(desk.tickets.size(), 1U);
}

TEST(Ticket, WhoseAnswerIsLostIsFoundAndNotMadeAgain) {
  FakeDesk desk;
  desk.index_lag = 5s;
  desk.add_user("u1", "900", "ann@x.io");
  desk.fate = first("POST", "/tickets", 1, k_lost_after);
  const auto answer = desk.open("u1", "k1");
  ASSERT_TRUE(answer.has_value()) << answer.error().detail;
  EXPECT_THAT(answer->body, HasSubstr("\"ticket_id\":\"t1\""));
  EXPECT_EQ(desk.tickets.size(), 1U);
  EXPECT_EQ(desk.count("POST /tickets"), 1U);
}

TEST(Ticket, WithoutTheSearchBeforeTheRepeatHasATwin) {
  Options careless;
  careless.search_before_repeat = false;
  FakeDesk desk(careless);
  desk.add_user("u1", "900", "ann@x.io");
  desk.fate = first("POST", "/tickets", 1, k_lost_after);
  ASSERT_TRUE(desk.open("u1", "k1").has_value());
  EXPECT_EQ(desk.tickets.size(), 2U) << "if this is one, the tests about lost answers see nothing";
}

TEST(Ticket, ThatNeverArrivedIsMadeOnceTheSearchHasHadItsTime) {
  FakeDesk desk;
  desk.add_user("u1", "900", "ann@x.io");
  desk.fate = first("POST", "/tickets", 1, k_lost_before);
  const auto asked = desk.clock.now();
  const auto got = desk.ask("u1", "k1");
  const auto unsettled = desk.answer_to(got);
  ASSERT_FALSE(unsettled.has_value());
  EXPECT_EQ(unsettled.error().code, "ticket_unsettled");
  EXPECT_EQ(desk.service().status().unsettled, 1);
  const auto answer = desk.answer_to(desk.ask("u1", "k1"));
  EXPECT_FALSE(answer.has_value()) << "the second caller's patience ends before the search's lag, too";
  desk.run_while([&] { return desk.tickets.empty(); });
  EXPECT_GE(desk.clock.now() - asked, desk.options.index_lag);
  const auto replayed = desk.open("u1", "k1");
  ASSERT_TRUE(replayed.has_value()) << replayed.error().detail;
  EXPECT_EQ(desk.tickets.size(), 1U);
  EXPECT_EQ(desk.service().status().unsettled, 0);
}

TEST(Ticket, AnErrorOfTheServerAfterApplyingMakesNoTwin) {
  FakeDesk desk;
  desk.add_user("u1", "900", "ann@x.io");
  int posts = 0;
  // Applied, and then answered with something that tells nothing: half a body, a 500.
  desk.fate = [&](const net::ClientRequest& request) -> std::optional<Fate> {
    if (request.method == "POST" && request.url.ends_with("/tickets") && ++posts == 1) {
      desk.tickets.push_back({"t1", "c1", request.body, {}, "Help", desk.clock.now()});
      simdjson::dom::parser parser;
      desk.tickets[0].custom.emplace("cf_correlation_id",
                                     std::string_view(parser.parse(request.body)["cf"]["cf_correlation_id"]));
      return Fate{Fate::Kind::answer, 200, R"({"id":"t1","tick)", {}};
    }
    return std::nullopt;
  };
  ASSERT_TRUE(desk.open("u1", "k1").has_value());
  EXPECT_EQ(posts, 1);
  EXPECT_EQ(desk.tickets.size(), 1U);
}

TEST(Ticket, IsFollowedUpAfterACrashAtAnyRequest) {
  for (int at = 1; at <= 8; ++at) {
    for (const bool applied : {false, true}) {
      FakeDesk desk;
      desk.add_user("u1", "900", "ann@x.io");
      int requests = 0;
      bool must_crash = false;
      desk.fate = [&](const net::ClientRequest&) -> std::optional<Fate> {
        if (++requests != at) return std::nullopt;
        must_crash = true;
        return applied ? k_lost_after : k_lost_before;
      };
      const auto got = desk.ask("u1", "k1");
      desk.run_while([&] { return !must_crash && !got->has_value(); });
      if (must_crash) desk.crash();
      // The platform asks again until it is answered, as it would.
      std::string body;
      for (int i = 0; i < 60 && body.empty(); ++i) {
        const auto answer = desk.open("u1", "k1");
        if (answer) body = answer->body;
        desk.run_for(10s);
      }
      EXPECT_THAT(body, HasSubstr("ticket_id")) << "crash at request " << at;
      EXPECT_EQ(desk.tickets.size(), 1U) << "crash at request " << at << (applied ? ", applied" : ", not applied");
      EXPECT_EQ(desk.contacts.size(), 1U) << "crash at request " << at << (applied ? ", applied" : ", not applied");
    }
  }
}

TEST(Ticket, IsFinishedAfterACrashAlsoWhenNobodyAsksAgain) {
  FakeDesk desk;
  desk.add_user("u1", "900", "ann@x.io");
  bool sent = false;
  desk.fate = [&](const net::ClientRequest& request) -> std::optional<Fate> {
    if (sent || request.method != "POST" || !request.url.ends_with("/tickets")) return std::nullopt;
    sent = true;
    return k_lost_before;
  };
  (void)desk.ask("u1", "k1");
  desk.run_while([&] { return !sent; });
  desk.crash();
  desk.run_for(10min);
  EXPECT_EQ(desk.tickets.size(), 1U);
  const auto row = *(*desk.store->reader())->desk_ticket("k1");
  ASSERT_TRUE(row);
  EXPECT_EQ(row->phase, store::DeskPhase::done);
  EXPECT_EQ(row->order, "") << "the text of a ticket is not kept once it is made";
}

TEST(Refusal, OfDeskNamesTheFieldAndTheMendAndFreesTheKey) {
  FakeDesk desk;
  desk.add_user("u1", "900", "ann@x.io");
  desk.fate =
      first("POST", "/tickets", 1,
            {Fate::Kind::answer,
             422,
             R"({"errorCode":"INVALID_DATA","errors":[{"fieldName":"/cf/cf_correlation_id","errorType":"invalid"}]})",
             {}});
  const auto answer = desk.open("u1", "k1");
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().status, 422);
  EXPECT_THAT(answer.error().detail, HasSubstr("make a single-line text field"));
  EXPECT_TRUE(desk.open("u1", "k1").has_value());
  EXPECT_EQ(desk.tickets.size(), 1U);
}

TEST(Limits, TooManyCallsAreTriedAgainOneAtATime) {
  FakeDesk desk;
  desk.add_user("u1", "900", "ann@x.io");
  desk.fate = first("POST", "/tickets", 3, {Fate::Kind::answer, 429, R"({"errorCode":"TOO_MANY_REQUESTS"})", {}});
  ASSERT_TRUE(desk.open("u1", "k1").has_value());
  EXPECT_EQ(desk.tickets.size(), 1U);
  EXPECT_EQ(desk.count("POST /tickets"), 4U);
}

TEST(Limits, SpentCreditsStopAllCallsUntilDeskSaysAlsoOverARestart) {
  FakeDesk desk;
  desk.add_user("u1", "900", "ann@x.io");
  desk.fate = first("GET", "/contacts/search", 1,
                    {Fate::Kind::answer, 429, R"({"errorCode":"THRESHOLD_EXCEEDED"})", {{"retry-after", "3600"}}});
  const auto answer = desk.open("u1", "k1");
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code, "desk_out_of_credits");
  EXPECT_NEAR(static_cast<double>(answer.error().retry_after_seconds), 3600, 2);
  EXPECT_EQ(desk.service().status().state, "out_of_credits");
  const std::size_t calls = desk.sent.size();
  EXPECT_EQ(desk.open("u1", "k2").error().code, "desk_out_of_credits");
  desk.crash();
  EXPECT_EQ(desk.open("u1", "k3").error().code, "desk_out_of_credits");
  EXPECT_EQ(desk.sent.size(), calls) << "nothing was sent";
  desk.run_for(1h);
  EXPECT_EQ(desk.service().status().state, "ok");
  EXPECT_TRUE(desk.open("u1", "k1").has_value());
}

TEST(Limits, WhatDeskTellsOfItsCreditsIsKept) {
  FakeDesk desk;
  desk.add_user("u1", "900", "ann@x.io");
  EXPECT_EQ(desk.service().status().credits_remaining, -1);
  ASSERT_TRUE(desk.open("u1", "k1").has_value());
  EXPECT_EQ(desk.service().status().credits_remaining, 4990);
  EXPECT_EQ(desk.service().status().credits_spent, static_cast<std::int64_t>(desk.sent.size()));
}

TEST(Token, ThatIsStaleIsRenewedOnceAndTheCallRepeated) {
  FakeDesk desk;
  desk.add_user("u1", "900", "ann@x.io");
  desk.fate = first("POST", "/tickets", 1, {Fate::Kind::answer, 401, R"({"errorCode":"INVALID_OAUTH"})", {}});
  ASSERT_TRUE(desk.open("u1", "k1").has_value());
  EXPECT_EQ(desk.mints, 2);
  EXPECT_EQ(desk.tickets.size(), 1U);
}

TEST(Token, WithoutDesksScopesIsSaidByName) {
  FakeDesk desk;
  desk.add_user("u1", "900", "ann@x.io");
  desk.fate = first("GET", "/contacts", 9, {Fate::Kind::answer, 403, R"({"errorCode":"SCOPE_MISMATCH"})", {}});
  const auto answer = desk.open("u1", "k1");
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().status, 503);
  EXPECT_THAT(answer.error().detail, HasSubstr("Desk.tickets.CREATE"));
  EXPECT_EQ(desk.mints, 1) << "a new token would lack them as well";
}

TEST(Outage, AtTheFirstLookLeavesTheKeyFree) {
  FakeDesk desk;
  desk.add_user("u1", "900", "ann@x.io");
  desk.fate = [](const net::ClientRequest&) { return std::optional<Fate>(Fate{Fate::Kind::not_sent}); };
  EXPECT_EQ(desk.open("u1", "k1").error().code, "desk_unreachable");
  desk.fate = nullptr;
  EXPECT_TRUE(desk.open("u1", "k1").has_value());
  EXPECT_EQ(desk.tickets.size(), 1U);
}

TEST(Outage, OfHoursAfterALostAnswerEndsWithOneTicket) {
  FakeDesk desk;
  desk.add_user("u1", "900", "ann@x.io");
  bool down = false;
  desk.fate = [&](const net::ClientRequest& request) -> std::optional<Fate> {
    if (down) return Fate{Fate::Kind::not_sent};
    if (request.method != "POST" || !request.url.ends_with("/tickets")) return std::nullopt;
    down = true;
    return k_lost_after;
  };
  (void)desk.ask("u1", "k1");
  desk.run_for(5h);
  EXPECT_EQ(desk.service().status().unsettled, 1);
  desk.crash();
  desk.run_for(1h);
  desk.fate = nullptr;
  desk.run_for(10min);
  EXPECT_EQ(desk.tickets.size(), 1U);
  EXPECT_EQ(desk.service().status().unsettled, 0);
  EXPECT_TRUE(desk.open("u1", "k1")->replayed);
}

}  // namespace
}  // namespace zs::desk
