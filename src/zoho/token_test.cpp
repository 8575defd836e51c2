#include "zoho/token.hpp"

#include <gtest/gtest.h>

namespace zs::zoho {
namespace {

/// Answers token requests from a list, when told to.
class FakeAccounts final : public net::HttpTransport {
 public:
  void send(net::ClientRequest request, Done done) override {
    requests.push_back(std::move(request));
    waiting.push_back(std::move(done));
  }
  void answer(int status, std::string body) {
    Done done = std::move(waiting.front());
    waiting.erase(waiting.begin());
    net::ClientResponse response;
    response.exchange = net::Exchange::answered;
    response.status = status;
    response.body = std::move(body);
    done(std::move(response));
  }
  std::vector<net::ClientRequest> requests;
  std::vector<Done> waiting;
};

struct Fixture : ::testing::Test {
  ManualClock clock;
  SeededRandom random{1};
  FakeAccounts accounts;
  Credentials credentials{"id", "secret&", "refresh"};
  std::string saved;
  bool keeps_at_once = true;
  std::string refused_domain;
  TokenBroker broker = make();

  TokenBroker make() {
    return TokenBroker({"http://accounts", [this] { return credentials; },
                        [this](std::string s, std::move_only_function<void()> kept) {
                          saved = std::move(s);
                          if (keeps_at_once) kept();
                        },
                        [](std::move_only_function<void()> task) { task(); }, 10s,
                        [this](std::string_view domain) -> Result<std::string> {
                          if (domain == refused_domain) return fail(Errc::invalid, "a host that is not Zoho's");
                          return std::string(domain);
                        }},
                       accounts, clock, random);
  }
  std::string ask(TokenBroker& from) {
    // Shared: the answer may come after we have left.
    auto got = std::make_shared<std::string>("nothing yet");
    from.with_token([got](const TokenBroker::Outcome& o) {
      *got = o.token ? o.token->access_token : std::string(name_of(o.state));
    });
    return *got;
  }
};

const std::string k_good = R"({"access_token":"t1","api_domain":"http://api","token_type":"Bearer","expires_in":3600})";

TEST_F(Fixture, MintsOnceForAllWhoWait) {
  std::vector<std::string> got;
  for (int i = 0; i < 5; ++i)
    broker.with_token([&](const TokenBroker::Outcome& o) { got.push_back(o.token->access_token); });
  ASSERT_EQ(accounts.requests.size(), 1U);
  EXPECT_EQ(accounts.requests[0].body,
            "grant_type=refresh_token&client_id=id&client_secret=secret%26&refresh_token=refresh");
  accounts.answer(200, k_good);
  EXPECT_EQ(got, std::vector<std::string>(5, "t1"));
  EXPECT_EQ(ask(broker), "t1");
  EXPECT_EQ(accounts.requests.size(), 1U);
}

TEST_F(Fixture, RenewsBeforeTheEnd) {
  ask(broker);
  accounts.answer(200, k_good);
  clock.advance(55min);
  EXPECT_EQ(ask(broker), "t1");
  clock.advance(3min);
  ask(broker);
  EXPECT_EQ(accounts.requests.size(), 2U);
}

TEST_F(Fixture, KeepsTheTokenOverARestart) {
  ask(broker);
  accounts.answer(200, k_good);
  TokenBroker again = make();
  again.restore(saved);
  EXPECT_EQ(ask(again), "t1");
  EXPECT_EQ(accounts.requests.size(), 1U);
}

TEST_F(Fixture, ALateRefusalOfAnOldTokenLeavesTheNewOneAlone) {
  ask(broker);
  accounts.answer(200, k_good);
  broker.invalidate("t0");
  EXPECT_EQ(ask(broker), "t1");
  broker.invalidate("t1");
  EXPECT_EQ(ask(broker), "nothing yet");
}

TEST_F(Fixture, ErrorsInsideHttp200AreErrors) {
  ask(broker);
  accounts.answer(200, R"({"error":"invalid_code"})");
  EXPECT_EQ(broker.state(), TokenState::revoked);
  clock.advance(5min);
  ask(broker);
  accounts.answer(200, R"({"error":"invalid_client"})");
  EXPECT_EQ(broker.state(), TokenState::misconfigured);
  clock.advance(5min);
  ask(broker);
  accounts.answer(502, "<html>");
  EXPECT_EQ(broker.state(), TokenState::unreachable);
}

TEST_F(Fixture, ATokenThatCannotStandInAHeaderIsNone) {
  std::string got;
  broker.with_token([&](const TokenBroker::Outcome& o) { got = o.token ? "a token" : std::string(name_of(o.state)); });
  accounts.answer(200, R"({"access_token":"t\r\nx: y","api_domain":"http://api","expires_in":3600})");
  EXPECT_EQ(got, "unreachable");
}

TEST_F(Fixture, ALifeOfCenturiesIsNotBelieved) {
  std::int64_t expires_ms = 0;
  broker.with_token([&](const TokenBroker::Outcome& o) { expires_ms = o.token ? o.token->expires_ms : 0; });
  accounts.answer(200, R"({"access_token":"t1","api_domain":"http://api","expires_in":9223372036854775807})");
  EXPECT_EQ(expires_ms, to_millis(clock.now() + 24h));
}

TEST_F(Fixture, NeverMintsMoreThanEightTimesInTenMinutesEvenOverRestarts) {
  for (int i = 0; i < 8; ++i) {
    TokenBroker again = make();
    again.restore(saved);
    ask(again);
    accounts.answer(200, R"({"error":"general_error"})");
  }
  TokenBroker again = make();
  again.restore(saved);
  EXPECT_EQ(ask(again), "throttled");
  EXPECT_EQ(accounts.requests.size(), 8U);
  clock.advance(11min);
  EXPECT_EQ(ask(again), "nothing yet");
}

TEST_F(Fixture, AMintThatNeverReachedZohoDoesNotCount) {
  for (int i = 0; i < 20; ++i) {
    broker.with_token([](const TokenBroker::Outcome&) {});
    net::HttpTransport::Done done = std::move(accounts.waiting.front());
    accounts.waiting.clear();
    done({});
  }
  EXPECT_EQ(ask(broker), "nothing yet");
  EXPECT_EQ(accounts.requests.size(), 21U);
}

TEST_F(Fixture, TheThrottleOfTheServerIsRespectedForItsTenMinutes) {
  ask(broker);
  accounts.answer(
      400,
      R"({"error_description":"You have made too many requests continuously. Please try again after some time.","error":"Access Denied","status":"failure"})");
  EXPECT_EQ(ask(broker), "throttled");
  clock.advance(10min + 1s);
  EXPECT_EQ(ask(broker), "nothing yet");
}

TEST_F(Fixture, MendedCredentialsArePickedUpWithoutARestart) {
  credentials = {};
  EXPECT_EQ(ask(broker), "no_credentials");
  credentials = {"id", "secret", "refresh"};
  ask(broker);
  accounts.answer(200, k_good);
  EXPECT_EQ(ask(broker), "t1");
}

const std::string k_next = R"({"access_token":"t2","api_domain":"http://api","expires_in":3600})";

TEST_F(Fixture, ATokenNearItsEndServesWhileTheNextIsMinted) {
  ask(broker);
  accounts.answer(200, k_good);
  clock.advance(58min);
  EXPECT_EQ(ask(broker), "t1");
  EXPECT_EQ(ask(broker), "t1");
  ASSERT_EQ(accounts.requests.size(), 2U) << "one renewal, beside the calls";
  accounts.answer(200, k_next);
  EXPECT_EQ(ask(broker), "t2");
}

TEST_F(Fixture, AFailedRenewalLeavesTheTokenAndIsNotHurried) {
  ask(broker);
  accounts.answer(200, k_good);
  clock.advance(58min);
  ask(broker);
  accounts.answer(502, "<html>");
  for (int i = 0; i < 10; ++i) EXPECT_EQ(ask(broker), "t1");
  EXPECT_EQ(accounts.requests.size(), 2U);
  clock.advance(31s);
  EXPECT_EQ(ask(broker), "t1");
  EXPECT_EQ(accounts.requests.size(), 3U);
}

TEST_F(Fixture, TheThrottleOfTheServerLeavesTheTokenInUse) {
  ask(broker);
  accounts.answer(200, k_good);
  clock.advance(58min);
  ask(broker);
  accounts.answer(400,
                  R"({"error_description":"You have made too many requests continuously.","error":"Access Denied"})");
  clock.advance(1min);
  EXPECT_EQ(ask(broker), "t1");
  clock.advance(1min);
  EXPECT_EQ(ask(broker), "throttled") << "the token has ended, the ten minutes have not";
  EXPECT_EQ(accounts.requests.size(), 2U);
}

TEST_F(Fixture, AMintGoesOutOnlyOnceItsCountIsOnDisk) {
  keeps_at_once = false;
  ask(broker);
  EXPECT_TRUE(accounts.requests.empty());
  EXPECT_TRUE(saved.contains("\"mints_ms\":[1")) << saved;
}

TEST_F(Fixture, ALongOutageLeavesMintsForItsEnd) {
  for (int second = 0; second < 600; ++second) {
    ask(broker);
    if (!accounts.waiting.empty()) accounts.answer(503, "<html>");
    clock.advance(1s);
  }
  EXPECT_LT(accounts.requests.size(), 8U);
  clock.advance(5min);
  EXPECT_EQ(ask(broker), "nothing yet");
}

TEST_F(Fixture, ATokenOfOtherCredentialsIsNotTakenOver) {
  ask(broker);
  accounts.answer(200, k_good);
  credentials.refresh_token = "another org's";
  TokenBroker again = make();
  again.restore(saved);
  EXPECT_EQ(ask(again), "nothing yet");
  EXPECT_EQ(accounts.requests.size(), 2U);
}

TEST_F(Fixture, ReplacedCredentialsEndAPauseAndTheOldToken) {
  ask(broker);
  accounts.answer(200, k_good);
  EXPECT_FALSE(broker.take_new_credentials());
  credentials.refresh_token = "wider";
  EXPECT_TRUE(broker.take_new_credentials());
  EXPECT_FALSE(broker.take_new_credentials());
  EXPECT_EQ(ask(broker), "nothing yet");
  accounts.answer(200, R"({"error":"invalid_code"})");
  EXPECT_EQ(ask(broker), "token_revoked");
  EXPECT_EQ(accounts.requests.size(), 2U) << "what is refused is not asked again at once";
  credentials.refresh_token = "good";
  EXPECT_TRUE(broker.take_new_credentials());
  EXPECT_EQ(ask(broker), "nothing yet");
  EXPECT_EQ(accounts.requests.size(), 3U);
}

TEST_F(Fixture, WhatWasMintedForReplacedCredentialsIsNotUsed) {
  ask(broker);
  credentials.refresh_token = "other";
  ASSERT_TRUE(broker.take_new_credentials());
  accounts.answer(200, k_good);
  ASSERT_EQ(accounts.requests.size(), 2U) << "those who wait get a token of the new ones";
  EXPECT_TRUE(accounts.requests[1].body.ends_with("refresh_token=other"));
  accounts.answer(200, k_next);
  EXPECT_EQ(ask(broker), "t2");
}

TEST_F(Fixture, FreshTokensThatZohoWouldNotTakeAreNotMintedInALoop) {
  ask(broker);
  accounts.answer(200, k_good);
  broker.invalidate("t1");
  ask(broker);
  accounts.answer(200, k_next);
  broker.invalidate("t2");
  EXPECT_EQ(ask(broker), "misconfigured");
  EXPECT_EQ(accounts.requests.size(), 2U);
  clock.advance(61s);
  EXPECT_EQ(ask(broker), "nothing yet");
}

TEST_F(Fixture, TokensThatDieAfterUseAreRenewedAtOnce) {
  for (int i = 0; i < 5; ++i) {
    ask(broker);
    accounts.answer(200, k_good);
    broker.accepted("t1");
    broker.invalidate("t1");
  }
  EXPECT_EQ(ask(broker), "nothing yet");
}

TEST_F(Fixture, ATokenForAForeignHostIsNotUsed) {
  refused_domain = "http://api";
  ask(broker);
  accounts.answer(200, k_good);
  EXPECT_EQ(broker.state(), TokenState::misconfigured);
  EXPECT_EQ(ask(broker), "misconfigured");
  EXPECT_FALSE(saved.contains("t1")) << "nor kept";
}

TEST_F(Fixture, AClockThatWasSetBackDoesNotStopMinting) {
  for (int i = 0; i < 8; ++i) {
    ask(broker);
    accounts.answer(200, k_good);
    broker.accepted("t1");
    broker.invalidate("t1");
  }
  EXPECT_EQ(ask(broker), "throttled");
  clock.advance(-24h);
  EXPECT_EQ(ask(broker), "nothing yet");
}

}  // namespace
}  // namespace zs::zoho
