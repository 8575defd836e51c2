#include "ingest/accept.hpp"

#include <gtest/gtest.h>

namespace zs::ingest {
namespace {

const Time k_now = *parse_rfc3339("2026-06-01T00:00:00Z");

Accepted take(std::string_view type, std::string_view body,
              std::vector<std::pair<std::string, std::string>> headers = {}, std::size_t max = 5) {
  event::Parser parser;
  return accept(parser, type, headers, body, k_now, store::Lane::live, {max});
}

std::string event(std::string_view id, std::string_view time = "2026-03-02T09:10:11Z") {
  return R"({"specversion":"1.0","id":")" + std::string(id) + R"(","source":"/app","type":"user.updated","time":")" +
         std::string(time) + R"(","data":{"user":{"id":"u1"}}})";
}

TEST(Accept, TakesEachFormByItsContentType) {
  EXPECT_EQ(take("application/cloudevents+json; charset=UTF-8", event("1")).events.size(), 1U);
  EXPECT_EQ(take("Application/CloudEvents-Batch+JSON", "[" + event("1") + "," + event("2") + "]").events.size(), 2U);
  EXPECT_EQ(take("application/x-ndjson", event("1") + "\n\n" + event("2") + "\r\n").events.size(), 2U);
  EXPECT_EQ(take("application/json", event("1")).events.size(), 1U);
  EXPECT_EQ(take("application/json", "[" + event("1") + "]").events.size(), 1U);
}

TEST(Accept, TakesBinaryModeFromItsHeaders) {
  const auto out = take("application/json", R"({"user":{"id":"u1"}})",
                        {{"ce-specversion", "1.0"},
                         {"ce-id", "a%20b%22"},
                         {"ce-source", "\"/old \\\"style\\\"\""},
                         {"ce-type", "user.updated"}});
  ASSERT_EQ(out.events.size(), 1U) << (out.rejected.empty() ? "" : out.rejected[0].error);
  EXPECT_EQ(out.events[0].id, "a b\"");
  EXPECT_EQ(out.events[0].source, "/old \"style\"");
  const auto bad =
      take("application/json", "{}",
           {{"ce-specversion", "1.0"}, {"ce-id", "%C0%A0"}, {"ce-source", "s"}, {"ce-type", "user.updated"}});
  ASSERT_EQ(bad.rejected.size(), 1U);
  EXPECT_NE(bad.rejected[0].error.find("UTF-8"), std::string::npos);
}

TEST(Accept, KeepsTheGoodOnesOfAMixedBatchAndNamesTheOthers) {
  const auto out = take("application/x-ndjson", event("1") + "\n{broken\n" + event("") + "\n" + event("4"));
  EXPECT_EQ(out.events.size(), 2U);
  ASSERT_EQ(out.rejected.size(), 2U);
  EXPECT_EQ(out.rejected[0].index, 1U);
  EXPECT_EQ(out.rejected[1].index, 2U);
  EXPECT_NE(out.rejected[1].error.find("$.id"), std::string::npos);
}

TEST(Accept, RefusesWhatItCannotReadAsAWhole) {
  EXPECT_EQ(take("application/cloudevents+avro", "x").status, 415);
  EXPECT_EQ(take("application/cloudevents-batch+avro", "x").status, 415);
  EXPECT_EQ(take("text/plain", event("1")).status, 415);
  EXPECT_EQ(take("", event("1")).status, 415);
  EXPECT_EQ(take("application/cloudevents-batch+json", "{").status, 400);
  EXPECT_EQ(take("application/cloudevents-batch+json", "[1,1,1]", {}, 2).status, 413);
  EXPECT_EQ(take("application/x-ndjson", "1\n2\n3\n", {}, 2).status, 413);
}

TEST(Accept, AnEventWithoutTimeHappenedNow) {
  const auto out =
      take("application/json",
           R"({"specversion":"1.0","id":"1","source":"/app","type":"user.updated","data":{"user":{"id":"u1"}}})");
  ASSERT_EQ(out.events.size(), 1U);
  EXPECT_EQ(out.events[0].time, k_now);
}

TEST(Accept, ATimeFarAheadWouldBlockTheFieldForEver) {
  EXPECT_EQ(take("application/json", event("1", "2026-06-09T00:00:00Z")).events.size(), 1U);
  EXPECT_EQ(take("application/json", event("1", "2126-06-09T00:00:00Z")).rejected.size(), 1U);
}

}  // namespace
}  // namespace zs::ingest
