#include "ingest/webhook.hpp"

#include <gtest/gtest.h>

namespace zs::ingest {
namespace {

// The test vector of the Standard Webhooks specification.
const std::vector<std::string> k_secrets{"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"};
const SignedHeaders k_headers{"msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330",
                              "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="};
constexpr std::string_view k_body = R"({"test": 2432232314})";
const Time k_now{std::chrono::seconds{1614265330}};

TEST(Webhook, AcceptsTheSignatureOfTheSpecification) {
  EXPECT_EQ(check_signature(k_headers, k_body, k_secrets, k_now), Signature::good);
}

TEST(Webhook, AnyOfSeveralSecretsAndItemsMayMatch) {
  SignedHeaders headers = k_headers;
  const std::string items = "v0,zzz junk v1a,AAAA v1,AAAA " + std::string(k_headers.signature);
  headers.signature = items;
  EXPECT_EQ(check_signature(headers, k_body, {"whsec_AAAA", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}, k_now),
            Signature::good);
}

TEST(Webhook, AChangedByteAnywhereIsRefused) {
  EXPECT_EQ(check_signature(k_headers, R"({"test": 2432232315})", k_secrets, k_now), Signature::bad);
  SignedHeaders other_id = k_headers;
  other_id.id = "msg_x";
  EXPECT_EQ(check_signature(other_id, k_body, k_secrets, k_now), Signature::bad);
  SignedHeaders other_time = k_headers;
  other_time.timestamp = "1614265331";
  EXPECT_EQ(check_signature(other_time, k_body, k_secrets, k_now), Signature::bad);
  other_time.timestamp = "+1614265330";
  EXPECT_EQ(check_signature(other_time, k_body, k_secrets, k_now), Signature::bad);
  EXPECT_EQ(check_signature(k_headers, k_body, {}, k_now), Signature::bad);
  EXPECT_EQ(check_signature(k_headers, k_body, {"whsec_"}, k_now), Signature::bad);
}

TEST(Webhook, OldAndFutureAttemptsAreOutOfTheWindow) {
  EXPECT_EQ(check_signature(k_headers, k_body, k_secrets, k_now + 300s), Signature::good);
  EXPECT_EQ(check_signature(k_headers, k_body, k_secrets, k_now + 301s), Signature::out_of_window);
  EXPECT_EQ(check_signature(k_headers, k_body, k_secrets, k_now - 301s), Signature::out_of_window);
}

TEST(Webhook, ItsPayloadBecomesAnEventWithTheIdentityOfTheMessage) {
  const auto event = as_cloudevent(
      "platform", "msg 1", R"({"type":"user.updated","timestamp":"2026-03-02T09:10:11Z","data":{"user":{"id":"u1"}}})");
  ASSERT_TRUE(event);
  EXPECT_EQ(event->data, R"({"user":{"id":"u1"}})");
  EXPECT_EQ(event->headers[1].second, "msg%201");
  EXPECT_EQ(event->headers.size(), 5U);
  EXPECT_FALSE(as_cloudevent("platform", "m", R"({"specversion":"1.0","type":"user.updated","data":{}})"));
  EXPECT_FALSE(as_cloudevent("platform", "m", "[]"));
}

}  // namespace
}  // namespace zs::ingest
