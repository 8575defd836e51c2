// Tickets against a portal that loses answers, lags, limits and forgets: at most one for a key, whatever happens.
#include "desk/service.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "desk/fake_desk.hpp"

namespace zs::desk {
namespace {

using testing::FakeDesk;
using testing::Fate;
using ::testing::HasSubstr;

/// The fate of the first `times` requests that begin so.
auto first(std::string method, std::string path, int times, Fate fate) {
  return [=, left = times](const net::ClientRequest& request) mutable -> std::optional<Fate> {
    if (left == 0 || request.method != method || !request.url.contains("/api/v1" + path)) return std::nullopt;
    --left;
    return fate;
  };
}

const Fate k_lost_after{Fate::Kind::lost_after};
const Fate k_lost_before{Fate::Kind::lost_before};

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

TEST(Contact, IsMadeOnceForManyTicketsAtOnce) {
  FakeDesk desk;
  desk.add_user("u1", "900", "ann@x.io");
  std::vector<FakeDesk::Got> got;
  for (int i = 0; i < 20; ++i) got.push_back(desk.ask("u1", "k" + std::to_string(i)));
  for (const auto& one : got) EXPECT_TRUE(desk.answer_to(one).has_value());
  EXPECT_EQ(desk.contacts.size(), 1U);
  EXPECT_EQ(desk.tickets.size(), 20U);
  EXPECT_LE(desk.most_in_flight, 2);
  EXPECT_EQ(desk.count("GET /organizations"), 1U);
  EXPECT_EQ(desk.count("GET /departments"), 1U);
}

TEST(Contact, WhoseAnswerIsLostIsFoundAndNotMadeAgain) {
  FakeDesk desk;
  desk.options.patience = 10min;
  desk.add_user("u1", "900", "ann@x.io");
  desk.fate = first("POST", "/contacts", 1, k_lost_after);
  ASSERT_TRUE(desk.open("u1", "k1").has_value());
  EXPECT_EQ(desk.contacts.size(), 1U);
  EXPECT_EQ(desk.tickets.size(), 1U);
}

TEST(Contact, KnownByItsEmailAloneIsFlagged) {
  FakeDesk desk;
  desk.add_user("u1", "900", "ann@x.io");
  desk.contacts = {{"old", "ann@x.io", "", {}, {}}};
  ASSERT_TRUE(desk.open("u1", "k1").has_value());
  EXPECT_EQ(desk.contacts.size(), 1U);
  EXPECT_FALSE((*(*desk.store->reader())->desk_contact("u1"))->verified);
  // Another user with the same e-mail is another person.
  desk.add_user("u2", "901", "ann@x.io");
  ASSERT_TRUE(desk.open("u2", "k2").has_value());
  EXPECT_EQ(desk.contacts.size(), 2U);
}

TEST(Contact, KnownByItsEmailAloneIsLookedAtAgainTheNextDay) {
  FakeDesk desk;
  desk.add_user("u1", "900", "ann@x.io");
  desk.contacts = {{"old", "ann@x.io", "", {}, {}}};
  ASSERT_TRUE(desk.open("u1", "k1").has_value());
  desk.contacts[0].crm_id = "555";
  desk.contacts.push_back({"mine", "ann@x.io", "900", {}, {}});
  desk.run_for(25h);
  ASSERT_TRUE(desk.open("u1", "k2").has_value());
  EXPECT_EQ(desk.tickets[1].contact_id, "mine");
  EXPECT_TRUE((*(*desk.store->reader())->desk_contact("u1"))->verified);
}

TEST(Contact, IsFoundByItsFieldWhereTheIntegrationIsNot) {
  Options options;
  options.crm_contact_field = "cf_crm_contact_id";
  FakeDesk desk(options);
  desk.add_user("u1", "900", "new@x.io");
  desk.contacts = {{"old", "before@x.io", "", {{"cf_crm_contact_id", "900"}}, {}}};
  ASSERT_TRUE(desk.open("u1", "k1").has_value());
  EXPECT_EQ(desk.tickets[0].contact_id, "old");
  desk.add_user("u2", "901", "two@x.io");
  ASSERT_TRUE(desk.open("u2", "k2").has_value());
  EXPECT_EQ(desk.contacts[1].custom.at("cf_crm_contact_id"), "901");
}

TEST(Contact, ThatIsAmbiguousIsNotGuessed) {
  FakeDesk desk;
  desk.add_user("u1", "900", "ann@x.io");
  desk.contacts = {{"a", "ann@x.io", "", {}, {}}, {"b", "ann@x.io", "", {}, {}}};
  const auto answer = desk.open("u1", "k1");
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().status, 422);
  EXPECT_EQ(answer.error().code, "contact_ambiguous");
  EXPECT_THAT(answer.error().detail, HasSubstr("a, b"));
  EXPECT_TRUE(desk.tickets.empty());
  desk.contacts[1].crm_id = "900";
  EXPECT_TRUE(desk.open("u1", "k1").has_value()) << "the key is free once it is mended";
  EXPECT_EQ(desk.tickets[0].contact_id, "b");
}

TEST(Contact, ThatDeskNoLongerKnowsIsLookedForAgainOnce) {
  FakeDesk desk;
  desk.add_user("u1", "900", "ann@x.io");
  ASSERT_TRUE(desk.open("u1", "k1").has_value());
  desk.contacts[0] = {"merged", "ann@x.io", "900", {}, {}};
  const auto answer = desk.open("u1", "k2");
  ASSERT_TRUE(answer.has_value()) << answer.error().detail;
  EXPECT_EQ(desk.tickets[1].contact_id, "merged");
  EXPECT_EQ((*(*desk.store->reader())->desk_contact("u1"))->contact_id, "merged");
}

TEST(Contact, OfAnotherCrmContactThanBeforeIsLookedUpAnew) {
  FakeDesk desk;
  desk.add_user("u1", "900", "ann@x.io");
  desk.contacts = {{"old", "ann@x.io", "900", {}, {}}};
  ASSERT_TRUE(desk.open("u1", "k1").has_value());
  desk.put_into_crm("u1", "950");
  desk.contacts.push_back({"new", "ann@x.io", "950", {}, {}});
  ASSERT_TRUE(desk.open("u1", "k2").has_value());
  EXPECT_EQ(desk.tickets[1].contact_id, "new");
}

TEST(Contact, IsWaitedForWhereZohosOwnSyncWillBringIt) {
  FakeDesk desk;
  desk.options.contact_sync = 2min;
  desk.options.patience = 5min;
  desk.add_user("u1", "900", "ann@x.io");
  const auto got = desk.ask("u1", "k1");
  desk.run_for(1min);
  EXPECT_TRUE(desk.contacts.empty());
  desk.contacts.push_back({"synced", "ann@x.io", "900", {}, {}});
  ASSERT_TRUE(desk.answer_to(got).has_value());
  EXPECT_EQ(desk.contacts.size(), 1U);
  EXPECT_EQ(desk.tickets[0].contact_id, "synced");
}

TEST(Contact, WithoutAnEmailNeedsAFieldToBeFoundBy) {
  FakeDesk desk;
  desk.add_user("u1", "900", "");
  const auto answer = desk.open("u1", "k1");
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code, "contact_unfindable");
  desk.options.crm_contact_field = "cf_crm";
  EXPECT_TRUE(desk.open("u1", "k1").has_value());
}

TEST(User, ThatIsNotInTheCrmIsWaitedForOrRefused) {
  FakeDesk desk;
  desk.add_user("u1", "", "ann@x.io");
  const auto refused = desk.answer_to(desk.ask("u1", "k1", "", Duration{0}));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().status, 409);
  EXPECT_EQ(refused.error().code, "not_synced");
  EXPECT_TRUE(desk.sent.empty());
  const auto got = desk.ask("u1", "k1");
  desk.run_for(5s);
  desk.put_into_crm("u1", "900");
  EXPECT_TRUE(desk.answer_to(got).has_value());
  desk.options.waits_for_sync = false;
  desk.add_user("u2", "", "bob@x.io");
  const Time asked = desk.clock.now();
  EXPECT_EQ(desk.open("u2", "k2").error().code, "not_synced");
  EXPECT_EQ(desk.clock.now(), asked);
}

TEST(User, ThatNobodyToldOfIsNotFound) {
  FakeDesk desk;
  EXPECT_EQ(desk.open("nobody", "k1").error().status, 404);
}

TEST(User, ThatIsErasedMeanwhileGetsNoTicketAndLeavesNothing) {
  FakeDesk desk;
  desk.add_user("u1", "900", "ann@x.io");
  desk.fate = first("POST", "/tickets", 1, k_lost_before);
  const auto got = desk.ask("u1", "k1");
  desk.run_while([&] { return desk.count("POST /tickets") == 0; });
  ASSERT_TRUE(desk.store->write([](store::Transaction& tx) { return tx.forget_desk("u1"); }).has_value());
  desk.run_for(20min);
  EXPECT_TRUE(desk.tickets.empty());
  EXPECT_FALSE(*(*desk.store->reader())->desk_ticket("k1"));
  EXPECT_EQ(desk.service().status().under_way, 0);
}

TEST(Department, OfSeveralMustBeNamed) {
  FakeDesk desk;
  desk.departments = {"11", "12"};
  desk.add_user("u1", "900", "ann@x.io");
  const auto answer = desk.open("u1", "k1");
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code, "department_needed");
  EXPECT_THAT(answer.error().detail, HasSubstr("11 (D11), 12 (D12)"));
  ASSERT_TRUE(desk.open("u1", "k1", R"(,"department_id":"12")").has_value());
  EXPECT_THAT(desk.tickets[0].body, HasSubstr(R"("departmentId":"12")"));
}

TEST(Organization, OfSeveralMustBeConfigured) {
  FakeDesk desk;
  desk.organizations = {"org1", "org2"};
  desk.add_user("u1", "900", "ann@x.io");
  EXPECT_THAT(desk.open("u1", "k1").error().detail, HasSubstr("org1, org2"));
  desk.options.org_id = "org1";
  EXPECT_TRUE(desk.open("u1", "k1").has_value());
}

TEST(LayoutRules, AreHeldAgainstTheTicketBeforeDeskSeesIt) {
  FakeDesk desk;
  desk.layout =
      R"({"sections":[{"fields":[{"apiName":"priority","isMandatory":true,"allowedValues":[{"value":"High"}]}]}]})";
  desk.add_user("u1", "900", "ann@x.io");
  const auto answer = desk.open("u1", "k1");
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().status, 422);
  EXPECT_THAT(answer.error().detail, HasSubstr("priority"));
  EXPECT_EQ(desk.count("POST"), 0U);
  EXPECT_TRUE(desk.open("u1", "k1", R"(,"priority":"High")").has_value());
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
