#include "notify/message.hpp"

#include <gtest/gtest.h>

#include <set>

#include "base/standard_webhooks.hpp"
#include "notify/schedule.hpp"

namespace zs::notify {
namespace {

store::MappingChange change() {
  return {.seq = 7,
          .at_ms = 1'760'000'000'500,
          .change = store::Change::merged,
          .cause = store::Cause::merged,
          .kind = event::Kind::user,
          .key = "usr_\"42",
          .zoho_id = "200",
          .previous_zoho_id = "100"};
}

TEST(Message, CarriesTheChange) {
  EXPECT_EQ(message_of(change()).body,
            R"({"type":"mapping.merged","timestamp":"2025-10-09T08:53:20.500Z","data":{"seq":7,)"
            R"("time":"2025-10-09T08:53:20.500Z","change":"merged","cause":"merged","record":"contact",)"
            R"("platform_id":"usr_\"42","record_id":"200","previous_record_id":"100"}})");
}

TEST(Message, OfAnErasureNamesOnlyTheRecord) {
  store::MappingChange erased;
  erased.seq = 8;
  erased.change = store::Change::erased;
  erased.cause = store::Cause::erased;
  erased.previous_zoho_id = "100";
  const std::string body = message_of(erased).body;
  EXPECT_TRUE(body.contains(R"("previous_record_id":"100")")) << body;
  EXPECT_FALSE(body.contains("platform_id")) << body;
  EXPECT_FALSE(body.contains(R"("record_id")")) << body;
}

TEST(Message, HasOneIdForOneChangeAndAnotherForAnyOther) {
  EXPECT_EQ(message_of(change()).id, message_of(change()).id);
  std::set<std::string> ids{message_of(change()).id};
  for (const auto& differ : std::vector<void (*)(store::MappingChange&)>{
           [](store::MappingChange& c) { c.seq = 8; }, [](store::MappingChange& c) { c.at_ms += 1; },
           [](store::MappingChange& c) { c.key = "usr"; }, [](store::MappingChange& c) { c.zoho_id = "2"; },
           [](store::MappingChange& c) {
             c.zoho_id = "20";
             c.previous_zoho_id = "0100";
           }}) {
    store::MappingChange other = change();
    differ(other);
    EXPECT_TRUE(ids.insert(message_of(other).id).second) << "a restored store must not repeat an id for another change";
  }
}

TEST(SignedHeaders, AreThoseOfTheSpecification) {
  const auto key = *webhook_key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  const Message message{"msg_p5jXN8AQM9LWM0D4loKWxJek", R"({"test": 2432232314})"};
  const Time at = from_millis(1'614'265'330'999);
  const net::Headers headers = signed_headers(message, {key}, at);
  EXPECT_EQ(headers, (net::Headers{{"webhook-id", message.id},
                                   {"webhook-timestamp", "1614265330"},
                                   {"webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="}}));
  const std::string both = signed_headers(message, {"other key", key}, at)[2].second;
  EXPECT_TRUE(both.starts_with("v1,"));
  EXPECT_TRUE(both.ends_with(" v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")) << both;
}

TEST(PauseAfter, GrowsToAnHourAndStaysThere) {
  SeededRandom random(1);
  Duration longest_before{0};
  for (std::int32_t failures = 1; failures < 40; ++failures) {
    Duration longest{0};
    Duration shortest = Duration::max();
    for (int i = 0; i < 200; ++i) {
      const Duration pause = pause_after(failures, random);
      longest = std::max(longest, pause);
      shortest = std::min(shortest, pause);
    }
    EXPECT_GE(shortest, failures == 1 ? 2500ms : 5s);
    EXPECT_LE(longest, k_longest_pause);
    EXPECT_LT(shortest, longest) << "many that failed together do not come together again";
    if (failures < 6) {
      EXPECT_GT(longest, longest_before);
    }
    longest_before = longest;
  }
  EXPECT_GE(longest_before, 50min);
}

TEST(RetryAfter, IsReadAsSecondsOrDateUpToADay) {
  const Time now = *parse_rfc3339("2026-11-26T10:00:00Z");
  EXPECT_EQ(retry_after("120", now), 120s);
  EXPECT_EQ(retry_after(" 0 ", now), 0s);
  EXPECT_EQ(retry_after("99999999999", now), 24h);
  EXPECT_EQ(retry_after("Thu, 26 Nov 2026 10:01:30 GMT", now), 90s);
  EXPECT_EQ(retry_after("Thu, 26 Nov 2026 09:00:00 GMT", now), 0s);
  for (const char* bad : {"", "soon", "-5", "1.5", "12 Nov 2026"}) EXPECT_FALSE(retry_after(bad, now)) << bad;
}

}  // namespace
}  // namespace zs::notify
