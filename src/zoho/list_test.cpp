#include "zoho/list.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/text.hpp"

namespace zs::zoho {
namespace {

Call call_of(Verb verb, std::string after = {}) {
  Call call;
  call.verb = verb;
  call.module = Module::contacts;
  call.after = std::move(after);
  return call;
}

Answer read(const Call& call, int status, std::string_view body) {
  return from_answer(call, {status, "application/json;charset=UTF-8", body});
}

TEST(List, AsksForWholePagesWithTagsAndGoesOnByToken) {
  const WireRequest first = to_request(call_of(Verb::list), {});
  EXPECT_EQ(first.method, "GET");
  EXPECT_EQ(first.path, "/crm/v8/Contacts?fields=Account_Name,Last_Name,Platform_User_ID,Tag&per_page=200");
  EXPECT_TRUE(to_request(call_of(Verb::list, "a+b="), {}).path.ends_with("&page_token=a%2Bb%3D"));
}

TEST(List, NeverNamesMoreFieldsThanOneCallTakes) {
  plan::Mapping mapping;
  for (int i = 0; i < 60; ++i) {
    mapping.fields[1].push_back({"Custom_" + std::to_string(i), event::Kind::user, "x", plan::Policy::platform});
  }
  const std::string fields = asked_fields(Module::contacts, mapping);
  EXPECT_EQ(std::ranges::count(fields, ',') + 1, 50);
  EXPECT_TRUE(fields.contains("Platform_User_ID") && fields.contains("Tag"));
}

TEST(List, GoesOnBelowAnIdWhereTokensEnd) {
  EXPECT_EQ(to_request(call_of(Verb::list_ids, "77"), {}).body,
            R"({"select_query":"select id from Contacts where id < '77' order by id desc limit 0, 200"})");
}

TEST(List, TellsOfTheNextPageAndOfTheEnd) {
  const Answer more = read(call_of(Verb::list), 200,
                           R"({"data":[{"id":"9","Last_Name":"Lee","Tag":[{"name":"VIP"}]}],)"
                           R"("info":{"more_records":true,"next_page_token":"t1"}})");
  ASSERT_EQ(more.outcome, Answer::Outcome::answered);
  EXPECT_EQ(more.next_page, "t1");
  EXPECT_TRUE(more.more_records);
  EXPECT_EQ(more.records.at(0).tags, (plan::Tags{"VIP"}));
  const Answer last =
      read(call_of(Verb::list), 200, R"({"data":[{"id":"9"}],"info":{"more_records":false,"next_page_token":null}})");
  EXPECT_TRUE(last.next_page.empty());
  EXPECT_FALSE(last.more_records);
  EXPECT_EQ(read(call_of(Verb::list), 204, "").outcome, Answer::Outcome::answered);
}

TEST(List, TheEndOfTokensIsARefusalWithItsCode) {
  const Answer end = read(call_of(Verb::list, "t"), 400,
                          R"({"code":"PAGINATION_LIMIT_EXCEEDED","details":{},"message":"x","status":"error"})");
  EXPECT_EQ(end.outcome, Answer::Outcome::refused);
  EXPECT_EQ(end.code, "PAGINATION_LIMIT_EXCEEDED");
}

TEST(Count, IsReadAndNothingElseIsTakenForOne) {
  EXPECT_EQ(to_request(call_of(Verb::count), {}).path, "/crm/v8/Contacts/actions/count");
  EXPECT_EQ(read(call_of(Verb::count), 200, R"({"count":42})").count, 42);
  EXPECT_EQ(read(call_of(Verb::count), 200, "{}").outcome, Answer::Outcome::unknown);
}

}  // namespace
}  // namespace zs::zoho
