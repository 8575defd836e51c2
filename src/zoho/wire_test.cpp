#include "zoho/wire.hpp"

#include <gtest/gtest.h>

#include "zoho/reactions.hpp"

namespace zs::zoho {
namespace {

using Outcome = Answer::Outcome;

Call call_of(Verb verb, std::size_t items) {
  Call call{1, verb, Module::contacts, {}, {}, {"workflow"}};
  for (std::size_t i = 0; i < items; ++i)
    call.items.push_back({"10" + std::to_string(i), {{"Last_Name", "\"L\""}}, {}, "a@b.example"});
  return call;
}

Answer read(const Call& call, int status, std::string_view body,
            std::string_view type = "application/json;charset=UTF-8") {
  return from_answer(call, {status, type, body});
}

TEST(Request, AnInsertCarriesTagsAndAlwaysATrigger) {
  Call call{1,
            Verb::insert,
            Module::contacts,
            {{"", {{"Last_Name", "\"Lee\""}, {"Phone", "null"}, {"Account_Name", R"({"id":"5"})"}}, {"plan-pro"}, ""}},
            {},
            {}};
  const WireRequest request = to_request(call, {});
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.path, "/crm/v8/Contacts");
  EXPECT_EQ(request.body,
            R"({"data":[{"Account_Name":{"id":"5"},"Last_Name":"Lee","Tag":[{"name":"plan-pro"}]}],"trigger":[]})");
}

TEST(Request, AnUpdateNamesTheRecordAndClearsWithNull) {
  Call call{1,  Verb::update, Module::deals, {{"77", {{"Amount", "49"}, {"Contact_Name", "null"}}, {}, ""}},
            {}, {"workflow"}};
  EXPECT_EQ(to_request(call, {}).body,
            R"({"data":[{"id":"77","Amount":49,"Contact_Name":null}],"trigger":["workflow"]})");
}

TEST(Request, AddingTagsNeverOverwrites) {
  Call call = call_of(Verb::add_tags, 2);
  call.tags = {"plan-pro"};
  EXPECT_EQ(to_request(call, {}).body, R"({"tags":[{"name":"plan-pro"}],"ids":["100","101"],"over_write":false})");
  call.verb = Verb::remove_tags;
  EXPECT_EQ(to_request(call, {}).path, "/crm/v8/Contacts/actions/remove_tags");
}

TEST(Request, LooksUpManyPeopleInOneQuery) {
  EXPECT_EQ(
      to_request(call_of(Verb::find_by_email, 2), {}).body,
      R"({"select_query":"select id, Email, Platform_User_ID from Contacts where Email in ('a@b.example', 'a@b.example') limit 0, 200"})");
  EXPECT_FALSE(is_askable("o'neil@x.example"));
}

TEST(Answer, IsJudgedRecordByRecordWhateverTheStatus) {
  const char* body = R"({"data":[
    {"code":"SUCCESS","status":"success","message":"record added","details":{"id":"900"}},
    {"code":"DUPLICATE_DATA","status":"error","message":"duplicate data","details":{"api_name":"Platform_User_ID","json_path":"$.data[1].Platform_User_ID","id":"901"}},
    {"code":"INVALID_DATA","status":"error","message":"invalid data","details":{"api_name":"Email","json_path":"$.data[2].Email","expected_data_type":"email"}},
    {"code":"INVALID_DATA","status":"error","message":"the id given seems to be invalid","details":{"api_name":"Account_Name","json_path":"$.data[3].Account_Name.id"}},
    {"code":"SOMETHING_NEW","status":"error","message":"?","details":{}}]})";
  for (const int status : {200, 201, 202, 207, 400}) {
    const Answer answer = read(call_of(Verb::insert, 5), status, body);
    ASSERT_EQ(answer.outcome, Outcome::answered) << status;
    EXPECT_EQ(answer.items[0].verdict, Verdict::applied);
    EXPECT_EQ(answer.items[0].zoho_id, "900");
    EXPECT_EQ(answer.items[1].verdict, Verdict::exists);
    EXPECT_EQ(answer.items[1].zoho_id, "901");
    EXPECT_EQ(answer.items[2].verdict, Verdict::drop_field);
    EXPECT_EQ(answer.items[2].field, "Email");
    EXPECT_EQ(answer.items[3].verdict, Verdict::parent_gone);
    EXPECT_EQ(answer.items[4].verdict, Verdict::hold);
  }
}

TEST(Answer, AnUpdateOfAMissingRecordIsGone) {
  const Answer answer = read(
      call_of(Verb::update, 1), 400,
      R"({"data":[{"code":"INVALID_DATA","status":"error","message":"the id given seems to be invalid","details":{"id":"100","api_name":"id","json_path":"$.data[0].id"}}]})");
  ASSERT_EQ(answer.outcome, Outcome::answered);
  EXPECT_EQ(answer.items[0].verdict, Verdict::gone);
}

TEST(Answer, OneThatDoesNotMatchTheRequestIsNotBelieved) {
  EXPECT_EQ(
      read(call_of(Verb::insert, 2), 201, R"({"data":[{"code":"SUCCESS","status":"success","details":{"id":"900"}}]})")
          .outcome,
      Outcome::unknown);
  EXPECT_EQ(
      read(call_of(Verb::update, 1), 200, R"({"data":[{"code":"SUCCESS","status":"success","details":{"id":"999"}}]})")
          .outcome,
      Outcome::unknown);
  EXPECT_EQ(
      read(call_of(Verb::insert, 1), 201, R"({"data":[{"code":"SUCCESS","status":"success","details":{}}]})").outcome,
      Outcome::unknown);
  EXPECT_EQ(read(call_of(Verb::insert, 1), 200, R"({"ok":true})").outcome, Outcome::unknown);
}

TEST(Answer, TwoInsertsThatNameOneRecordAreNotBelieved) {
  EXPECT_EQ(
      read(
          call_of(Verb::insert, 2), 201,
          R"({"data":[{"code":"SUCCESS","status":"success","details":{"id":"900"}},{"code":"SUCCESS","status":"success","details":{"id":"900"}}]})")
          .outcome,
      Outcome::unknown);
}

TEST(Answer, WhatIsNoRecordsIdIsNeitherLinkedNorAdopted) {
  EXPECT_EQ(
      read(call_of(Verb::insert, 1), 201, R"({"data":[{"code":"SUCCESS","status":"success","details":{"id":"1,2"}}]})")
          .outcome,
      Outcome::unknown);
  const auto refused = read(
      call_of(Verb::insert, 1), 400,
      R"({"data":[{"code":"DUPLICATE_DATA","status":"error","details":{"api_name":"Platform_User_ID","id":"' or '"}}]})");
  ASSERT_EQ(refused.items.size(), 1U);
  EXPECT_EQ(refused.items[0].verdict, Verdict::hold);
}

TEST(Answer, OneThatWasCutOnItsWayTellsNothingWhateverItsStatus) {
  for (const int status : {200, 201, 400, 403, 500}) {
    const auto cut = read(call_of(Verb::insert, 1), status, R"({"data":[{"code":"DUPLICATE_DATA","sta)");
    EXPECT_EQ(cut.outcome, Outcome::unknown) << status;
  }
}

TEST(Answer, RecordsWithOddIdsDoNotSpoilTheOthers) {
  const auto found = read(call_of(Verb::read, 3), 200, R"({"data":[{"id":null},{"id":77},{"id":"78"},{}]})");
  ASSERT_EQ(found.records.size(), 2U);
  EXPECT_EQ(found.records[0].zoho_id, "77");
  EXPECT_EQ(found.records[1].zoho_id, "78");
}

TEST(Answer, WholeRefusalsSayWhetherAnythingMayHaveHappened) {
  const Call call = call_of(Verb::insert, 1);
  EXPECT_EQ(read(call, 500, R"({"code":"INTERNAL_ERROR","status":"error","message":"x","details":{}})").outcome,
            Outcome::unknown);
  EXPECT_EQ(read(call, 502, "<html>bad gateway</html>", "text/html").outcome, Outcome::unknown);
  EXPECT_EQ(read(call, 200, R"({"data":[{"code":"SUCC)").outcome, Outcome::unknown) << "cut short";
  EXPECT_EQ(read(call, 429, R"({"code":"TOO_MANY_REQUESTS","status":"error","message":"x","details":{}})").outcome,
            Outcome::throttled);
  EXPECT_EQ(read(call, 429, "slow down", "text/plain").outcome, Outcome::throttled);
  for (const int edge : {401, 403, 404, 405, 407})
    EXPECT_EQ(read(call, edge, "<html>", "text/html").outcome, Outcome::not_allowed) << edge;
  EXPECT_EQ(read(call, 408, "<html>", "text/html").outcome, Outcome::unknown);
  EXPECT_EQ(read(call, 413, "<html>", "text/html").outcome, Outcome::refused);
  EXPECT_EQ(read(call, 401, R"({"code":"INVALID_TOKEN","status":"error","message":"invalid oauth token","details":{}})")
                .outcome,
            Outcome::stale_token);
  EXPECT_EQ(read(call, 401, R"({"code":"OAUTH_SCOPE_MISMATCH","status":"error","message":"x","details":{}})").outcome,
            Outcome::not_allowed);
  EXPECT_EQ(read(call, 400, R"({"code":"INVALID_MODULE","status":"error","message":"x","details":{}})").outcome,
            Outcome::not_allowed);
  EXPECT_EQ(read(call, 400, R"({"code":"LIMIT_EXCEEDED","status":"error","message":"x","details":{}})").outcome,
            Outcome::refused);
}

TEST(Answer, ReadsRecordsWithTagsAndLookups) {
  const Answer answer = read(
      call_of(Verb::read, 1), 200,
      R"({"data":[{"id":"100","Email":"a@b.example","Phone":null,"Amount":49.50,"Account_Name":{"name":"Acme","id":"5"},"Tag":[{"name":"VIP","id":"1"}]}]})");
  ASSERT_EQ(answer.records.size(), 1U);
  EXPECT_EQ(
      answer.records[0].fields,
      (plan::Fields{
          {"Account_Name", R"({"id":"5"})"}, {"Amount", "49.5"}, {"Email", "\"a@b.example\""}, {"Phone", "null"}}));
  EXPECT_EQ(answer.records[0].tags, (plan::Tags{"VIP"}));
  EXPECT_EQ(read(call_of(Verb::find_by_email, 1), 204, "").outcome, Outcome::answered);
}

TEST(Answer, TheWorstOfSeveralErrorsDecides) {
  const Answer answer =
      read(call_of(Verb::insert, 1), 400,
           R"({"data":[{"code":"MULTIPLE_OR_MULTI_ERRORS","status":"error","message":"x","details":{"errors":[
    {"code":"INVALID_DATA","message":"m","status":"error","details":{"api_name":"Phone","json_path":"$.data[0].Phone"}},
    {"code":"MANDATORY_NOT_FOUND","message":"m","status":"error","details":{"api_name":"Industry","json_path":"$.data[0].Industry"}}]}}]})");
  ASSERT_EQ(answer.items.size(), 1U);
  EXPECT_EQ(answer.items[0].verdict, Verdict::hold);
  EXPECT_EQ(answer.items[0].field, "Industry");
}

TEST(Price, IsOneCreditForTenRecords) {
  EXPECT_EQ(credits_of(Verb::insert, 1, {}), 1);
  EXPECT_EQ(credits_of(Verb::insert, 10, {}), 1);
  EXPECT_EQ(credits_of(Verb::update, 11, {}), 2);
  EXPECT_EQ(credits_of(Verb::insert, 100, {}), 10);
  EXPECT_EQ(credits_of(Verb::find_by_email, 100, {}), 1);
  EXPECT_TRUE(is_heavy(Verb::insert, 11));
  EXPECT_FALSE(is_heavy(Verb::insert, 10));
}

TEST(Price, OfTagCallsIsWhatTheOrgsTableSays) {
  const auto table = [](int dearest) {
    return R"({"__apis":[{"path":"/crm/v8/{module}","operation_types":[{"method":"POST","max_credits":10,"min_credits":1}]},
      {"path":"/crm/v8/{module}/actions/add_tags","operation_types":[{"method":"POST","max_credits":)" +
           std::to_string(dearest) + R"(,"min_credits":1}]}]})";
  };
  EXPECT_EQ(credits_of(Verb::add_tags, 500, read_prices(table(50)).value()), 50);
  EXPECT_EQ(credits_of(Verb::add_tags, 51, read_prices(table(10)).value()), 2);
  EXPECT_EQ(credits_of(Verb::insert, 100, read_prices(table(10)).value()), 10);
  EXPECT_EQ(read_prices(R"({"__apis":[]})")->tagged_per_credit, 10U) << "the dearer one, when nothing is said";
  EXPECT_FALSE(read_prices("{}"));
}

TEST(Refusal, OfCreditsIsToldFromOneOfCallsAtOnceByItsWords) {
  EXPECT_TRUE(tells_of_credits("You have crossed the limit of API calls in the past 24 hours"));
  EXPECT_TRUE(tells_of_credits("the API credits are used up"));
  EXPECT_FALSE(tells_of_credits("too many requests at the same time"));
}

}  // namespace
}  // namespace zs::zoho
