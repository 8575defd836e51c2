#include "event/parse.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace zs::event {
namespace {

std::string event_with(std::string_view data, std::string_view type = "user.signed_up") {
  return R"({"specversion":"1.0","id":"e-1","source":"/app","type":")" + std::string(type) +
         R"(","time":"2026-03-02T09:10:11Z","data":)" + std::string(data) + "}";
}

std::string faults_of(std::string_view json) { return describe(Parser().structured(json).faults); }

const Value* field(const Patch& patch, std::string_view name) {
  const auto found = std::ranges::find(patch.fields, name, &std::pair<std::string, Value>::first);
  return found == patch.fields.end() ? nullptr : &found->second;
}

TEST(StructuredEvent, BecomesPatchesOfWhatItSpeaksOf) {
  Parser parser;
  const Checked checked = parser.structured(event_with(
      R"({"user":{"id":"u1","email":"a@b.example","phone":null,"country":"de"},"account":{"id":"a1","name":"Acme","employees":12}})"));
  ASSERT_EQ(describe(checked.faults), "");
  ASSERT_EQ(checked.patches.size(), 2U);
  EXPECT_EQ(checked.patches[0].key, "u1");
  EXPECT_EQ(field(checked.patches[0], "email")->text, "a@b.example");
  EXPECT_TRUE(field(checked.patches[0], "phone")->is_null());
  EXPECT_EQ(field(checked.patches[0], "country")->text, "DE");
  EXPECT_EQ(field(checked.patches[0], "title"), nullptr);
  EXPECT_EQ(field(checked.patches[0], "account_id")->text, "a1") << "the account in the event links the user";
  EXPECT_EQ(field(checked.patches[1], "employees")->text, "12");
}

TEST(StructuredEvent, KeepsItsDataAsReceived) {
  const Checked checked =
      Parser().structured(event_with(R"({ "user" : {"id":"u1","attributes":{"n":12999.5000}}, "x": [1, 2] })"));
  EXPECT_EQ(checked.envelope.data, R"({ "user" : {"id":"u1","attributes":{"n":12999.5000}}, "x": [1, 2] })");
  EXPECT_EQ(field(checked.patches[0], "attributes.n")->text, "12999.5000") << "a number keeps its own digits";
}

TEST(StructuredEvent, ARegionImpliesItsCountryUnlessTheEventNamesOne) {
  Parser parser;
  const Checked implied = parser.structured(event_with(R"({"user":{"id":"u1","region":"US-CA"}})"));
  EXPECT_EQ(field(implied.patches[0], "country")->text, "US");
  const Checked given = parser.structured(event_with(R"({"user":{"id":"u1","region":"US-CA","country":"CA"}})"));
  EXPECT_EQ(field(given.patches[0], "country")->text, "CA");
}

TEST(StructuredEvent, ATypeImpliesItsStatusUnlessTheDataHasOne) {
  Parser parser;
  const Checked implied =
      parser.structured(event_with(R"({"subscription":{"id":"s1"}})", "subscription.trial_started"));
  EXPECT_EQ(field(implied.patches[0], "status")->text, "trialing");
  const Checked given =
      parser.structured(event_with(R"({"subscription":{"id":"s1","status":"past_due"}})", "subscription.renewed"));
  EXPECT_EQ(field(given.patches[0], "status")->text, "past_due");
  const Checked none = parser.structured(event_with(R"({"subscription":{"id":"s1"}})", "subscription.updated"));
  EXPECT_EQ(field(none.patches[0], "status"), nullptr);
}

struct FaultCase {
  const char* json;
  const char* expected;
};

class BadEvent : public ::testing::TestWithParam<FaultCase> {};

TEST_P(BadEvent, IsNamedByItsPath) {
  const std::string faults = faults_of(GetParam().json);
  EXPECT_NE(faults.find(GetParam().expected), std::string::npos) << faults;
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadEvent,
    ::testing::Values(
        FaultCase{"", "$ is empty"}, FaultCase{"{", "$ is not valid JSON"}, FaultCase{"[1]", "$ must be a JSON object"},
        FaultCase{"\"x\"", "$ must be a JSON object"}, FaultCase{R"({"a":tru})", "$ is not valid JSON"},
        FaultCase{"{\"a\":\"\xff\"}", "$ is not valid UTF-8"}, FaultCase{R"({})", "$.specversion is required"},
        FaultCase{R"({})", "$.id is required"}, FaultCase{R"({})", "$.source is required"},
        FaultCase{R"({})", "$.type is required"},
        FaultCase{R"({"specversion":"0.3","id":"1","source":"s","type":"user.updated","data":{"user":{"id":"u"}}})",
                  "$.specversion"},
        FaultCase{R"({"id":7})", "$.id must be a string"},
        FaultCase{R"({"specversion":"1.0","id":"1","source":"s","type":"user.sign_up","data":{}})",
                  "the nearest is user.signed_up"},
        FaultCase{R"({"specversion":"1.0","id":"1","source":"s","type":"user.updated"})", "$.data is required"},
        FaultCase{R"({"specversion":"1.0","id":"1","source":"s","type":"user.updated","data":"x"})",
                  "$.data is required and must be an object"},
        FaultCase{R"({"specversion":"1.0","id":"1","source":"s","type":"user.updated","data_base64":"e30="})",
                  "$.data_base64 is not taken"},
        FaultCase{R"({"specversion":"1.0","id":"1","source":"s","type":"user.updated","data":{}})",
                  "$.data.user is required"},
        FaultCase{R"({"specversion":"1.0","id":"1","source":"s","type":"user.updated","data":{"user":[]}})",
                  "$.data.user must be an object"},
        FaultCase{R"({"specversion":"1.0","id":"1","source":"s","type":"user.updated","data":{"user":{}}})",
                  "$.data.user.id is required"},
        FaultCase{R"({"specversion":"1.0","id":"1","source":"s","type":"user.updated","data":{"user":{"id":""}}})",
                  "$.data.user.id must not be empty"},
        FaultCase{R"({"specversion":"1.0","id":"1","source":"s","type":"user.updated","data":{"user":{"id":"a\nb"}}})",
                  "$.data.user.id must not contain control"},
        FaultCase{R"({"specversion":"1.0","id":"1","source":"s","type":"user.updated","data":{"user":{"id":{"x":1}}}})",
                  "$.data.user.id must be a string"},
        FaultCase{
            R"({"specversion":"1.0","id":"1","source":"s","type":"user.updated","data":{"user":{"id":"u","email":5}}})",
            "$.data.user.email must be a string"},
        FaultCase{
            R"({"specversion":"1.0","id":"1","source":"s","type":"user.updated","data":{"user":{"id":"u","email":[]}}})",
            "$.data.user.email must be a single value"},
        FaultCase{
            R"({"specversion":"1.0","id":"1","source":"s","type":"user.updated","data":{"user":{"id":"u","email":"a","email":"b"}}})",
            "$.data.user.email appears twice"},
        FaultCase{
            R"({"specversion":"1.0","id":"1","source":"s","type":"user.updated","data":{"user":{"id":"u","country":"Germany"}}})",
            "$.data.user.country must be a two-letter"},
        FaultCase{
            R"({"specversion":"1.0","id":"1","source":"s","type":"user.updated","data":{"user":{"id":"u","country":"UK"}}})",
            "the United Kingdom is GB"},
        FaultCase{
            R"({"specversion":"1.0","id":"1","source":"s","type":"user.updated","data":{"user":{"id":"u","region":"CA"}}})",
            "$.data.user.region"},
        FaultCase{
            R"({"specversion":"1.0","id":"1","source":"s","type":"user.updated","data":{"user":{"id":"u","source":"tv"}}})",
            "must be one of website, whatsapp, referral"},
        FaultCase{
            R"({"specversion":"1.0","id":"1","source":"s","type":"user.updated","data":{"user":{"id":"u","compliance":["hipaa"]}}})",
            "$.data.user.compliance must be a list"},
        FaultCase{
            R"({"specversion":"1.0","id":"1","source":"s","type":"user.updated","data":{"user":{"id":"u","attributes":{"a":{}}}}})",
            "$.data.user.attributes.a must be"},
        FaultCase{
            R"({"specversion":"1.0","id":"1","source":"s","type":"user.updated","data":{"user":{"id":"u"},"account":{"id":"a","employees":-1}}})",
            "$.data.account.employees"},
        FaultCase{
            R"({"specversion":"1.0","id":"1","source":"s","type":"subscription.updated","data":{"subscription":{"id":"x","plan":"gold"}}})",
            "must be one of base, plus, pro"},
        FaultCase{
            R"({"specversion":"1.0","id":"1","source":"s","type":"subscription.updated","data":{"subscription":{"id":"x","amount":"1,5"}}})",
            "$.data.subscription.amount must be a decimal"},
        FaultCase{
            R"({"specversion":"1.0","id":"1","source":"s","type":"subscription.updated","data":{"subscription":{"id":"x","started_at":"yesterday"}}})",
            "$.data.subscription.started_at must be a date"},
        FaultCase{
            R"({"specversion":"1.0","id":"1","source":"s","type":"user.updated","time":"2026-02-30T00:00:00Z","data":{"user":{"id":"u"}}})",
            "$.time must be an RFC 3339"},
        FaultCase{
            R"({"specversion":"1.0","id":"1","source":"s","type":"user.updated","datacontenttype":"text/xml","data":{"user":{"id":"u"}}})",
            "$.datacontenttype"}));

TEST(BadEventInDepth, IsRefusedByTheParserNotByTheStack) {
  EXPECT_NE(faults_of(event_with(std::string(100'000, '['))).find("$ is "), std::string::npos);
  std::string nested = "{\"user\":{\"id\":\"u\"},\"x\":";
  nested += std::string(40, '[') + std::string(40, ']') + "}";
  EXPECT_NE(faults_of(event_with(nested)).find("nested deeper than 32"), std::string::npos);
}

TEST(Batch, JudgesEachEventByItself) {
  Parser parser;
  const auto batch =
      parser.batched("[" + event_with(R"({"user":{"id":"u1"}})") + ",7,[1,{}]," + event_with(R"({"user":{}})") + "," +
                         event_with(R"({"user":{"id":"u2"}})") + "]",
                     100);
  ASSERT_FALSE(batch.fault);
  ASSERT_EQ(batch.events.size(), 5U);
  EXPECT_TRUE(batch.events[0].faults.empty());
  EXPECT_FALSE(batch.events[1].faults.empty());
  EXPECT_FALSE(batch.events[2].faults.empty());
  EXPECT_FALSE(batch.events[3].faults.empty());
  EXPECT_EQ(batch.events[4].patches[0].key, "u2");
}

TEST(Batch, MayBeEmptyButNotBrokenNorTooLong) {
  Parser parser;
  EXPECT_TRUE(parser.batched("[]", 10).events.empty());
  EXPECT_FALSE(parser.batched("[]", 10).fault);
  EXPECT_TRUE(parser.batched("[{]", 10).fault);
  EXPECT_TRUE(parser.batched("{}", 10).fault);
  EXPECT_TRUE(parser.batched("[1,2,3]", 2).fault);
}

TEST(BinaryEvent, TakesItsAttributesFromOutside) {
  Parser parser;
  const Checked good = parser.binary({{"specversion", "1.0"}, {"id", "1"}, {"source", "s"}, {"type", "user.updated"}},
                                     R"({"user":{"id":"u1"}})");
  EXPECT_EQ(describe(good.faults), "");
  EXPECT_EQ(good.patches[0].key, "u1");
  const Checked bad =
      parser.binary({{"specversion", "1.0"}, {"id", "1"}, {"source", "s"}, {"type", "user.updated"}}, "{");
  ASSERT_EQ(bad.faults.size(), 1U);
  EXPECT_EQ(bad.faults[0].path, "$.data");
}

TEST(StoredEvent, IsReadBackAsItWasChecked) {
  Parser parser;
  const Checked checked =
      parser.structured(event_with(R"({"user":{"id":"u1","email":"a@b.example","compliance":["ccpa","gdpr"]}})"));
  const auto event = parser.stored({*checked.envelope.time, checked.envelope.source, checked.envelope.id},
                                   checked.envelope.type, checked.envelope.data);
  ASSERT_TRUE(event);
  EXPECT_EQ(event->patches[0].fields, checked.patches[0].fields);
  EXPECT_EQ(field(event->patches[0], "compliance")->text, "gdpr,ccpa");
}

TEST(Deletion, NamesTheUserAndNothingElse) {
  const Checked checked =
      Parser().structured(event_with(R"({"user":{"id":"u1","email":"a@b.example"}})", "user.deleted"));
  ASSERT_EQ(describe(checked.faults), "");
  EXPECT_TRUE(checked.patches[0].fields.empty());
}

TEST(Parser, IsReusableAfterAnyFault) {
  Parser parser;
  for (const char* junk : {"{", "", "[[[[", "{\"id\":", "null", "\xff"}) static_cast<void>(parser.structured(junk));
  EXPECT_EQ(describe(parser.structured(event_with(R"({"user":{"id":"u1"}})")).faults), "");
}

}  // namespace
}  // namespace zs::event
