#include "zoho/role_wire.hpp"

#include <gtest/gtest.h>

namespace zs::zoho {
namespace {

Call call_of(Verb verb, std::vector<std::pair<std::string, std::string>> roles) {
  Call call;
  call.verb = verb;
  call.module = Module::deals;
  Item deal;
  deal.zoho_id = "900";
  deal.roles = std::move(roles);
  call.items.push_back(std::move(deal));
  return call;
}

Answer answered(const Call& call, int status, std::string_view body) {
  return from_answer(call, {status, "application/json", std::string(body)});
}

std::string ok(const std::string& contact) {
  return R"({"code":"SUCCESS","details":{"id":")" + contact + R"("},"message":"relation updated","status":"success"})";
}

TEST(RoleRequest, SetsAllContactsOfADealInOneCall) {
  const WireRequest request = to_request(call_of(Verb::set_roles, {{"1", "71"}, {"2", "72"}}), {});
  EXPECT_EQ(request.method + " " + request.path, "PUT /crm/v8/Deals/900/Contact_Roles");
  EXPECT_EQ(request.body, R"({"data":[{"id":"1","Contact_Role":{"id":"71"}},{"id":"2","Contact_Role":{"id":"72"}}]})");
}

TEST(RoleRequest, RemovesAndReads) {
  const WireRequest gone = to_request(call_of(Verb::remove_roles, {{"1", ""}, {"2", ""}}), {});
  EXPECT_EQ(gone.method + " " + gone.path, "DELETE /crm/v8/Deals/900/Contact_Roles?ids=1,2");
  const WireRequest read = to_request(call_of(Verb::read_roles, {}), {});
  EXPECT_EQ(read.method + " " + read.path, "GET /crm/v8/Deals/900/Contact_Roles?fields=Contact_Role,id&per_page=200");
}

TEST(RoleAnswer, SaysOfEachContactWhatBecameOfIt) {
  const Call call = call_of(Verb::set_roles, {{"1", "71"}, {"2", "72"}, {"3", "71"}});
  const Answer answer = answered(
      call, 207,
      R"({"data":[)" + ok("1") +
          R"(,{"code":"INVALID_DATA","details":{"api_name":"id","json_path":"$.data[1].id"},"message":"m","status":"error"})" +
          R"(,{"code":"INVALID_DATA","details":{"api_name":"id","json_path":"$.data[2].Contact_Role.id"},"message":"m","status":"error"}]})");
  ASSERT_EQ(answer.outcome, Answer::Outcome::answered);
  ASSERT_EQ(answer.parts.size(), 3U);
  EXPECT_EQ(answer.parts[0].verdict, Verdict::applied);
  EXPECT_EQ(answer.parts[1].verdict, Verdict::gone);
  EXPECT_EQ(answer.parts[1].zoho_id, "2");
  EXPECT_EQ(answer.parts[2].verdict, Verdict::read_schema);
  EXPECT_EQ(answer.items.size(), 1U);
}

TEST(RoleAnswer, AnEntryThatWasNotThereIsRemoved) {
  const Answer answer =
      answered(call_of(Verb::remove_roles, {{"1", ""}}), 400,
               R"({"data":[{"code":"INVALID_DATA","details":{"id":"1"},"message":"m","status":"error"}]})");
  ASSERT_EQ(answer.parts.size(), 1U);
  EXPECT_EQ(answer.parts[0].verdict, Verdict::applied);
}

TEST(RoleAnswer, IsNotBelievedWhenItNamesAnotherContactOrAnotherNumberOfThem) {
  const Call call = call_of(Verb::set_roles, {{"1", "71"}});
  EXPECT_EQ(answered(call, 200, R"({"data":[)" + ok("2") + "]}").outcome, Answer::Outcome::unknown);
  EXPECT_EQ(answered(call, 200, R"({"data":[)" + ok("1") + "," + ok("1") + "]}").outcome, Answer::Outcome::unknown);
  EXPECT_EQ(answered(call, 200, R"({"data":[]})").outcome, Answer::Outcome::unknown);
}

TEST(RoleAnswer, ADealThatIsNotThereIsGoneAndAnythingElseHeld) {
  const Call call = call_of(Verb::set_roles, {{"1", "71"}});
  const Answer gone = answered(
      call, 400, R"({"code":"INVALID_DATA","details":{"resource_path_index":1},"message":"m","status":"error"})");
  ASSERT_EQ(gone.outcome, Answer::Outcome::refused);
  EXPECT_EQ(gone.items.at(0).verdict, Verdict::gone);
  const Answer other = answered(call, 400, R"({"code":"INVALID_DATA","details":{},"message":"m","status":"error"})");
  EXPECT_EQ(other.items.at(0).verdict, Verdict::hold);
}

TEST(RoleAnswer, TellsRolesByTheirNamesAndDoubtsWhatItDoesNotTell) {
  plan::Schema schema;
  schema.roles = {{"Decision Maker", "71"}};
  const Answer answer = answered(
      call_of(Verb::read_roles, {}), 200,
      R"({"data":[{"id":"1","Contact_Role":{"name":"Decision Maker","id":"71"}},{"id":"2","Contact_Role":null},)"
      R"({"id":"3","Contact_Role":{"name":"New","id":"79"}},{"id":"4"}],"info":{"more_records":false}})");
  EXPECT_EQ(roles_in(answer.records, schema),
            (plan::Fields{{"1", "Decision Maker"}, {"2", ""}, {"3", "?79"}, {"4", "??"}}));
  EXPECT_EQ(answered(call_of(Verb::read_roles, {}), 204, "").outcome, Answer::Outcome::answered);
}

TEST(RolePrice, IsWhatTheOrgsTableSays) {
  EXPECT_EQ(credits_of(Verb::set_roles, 11, {}), 2);
  const auto flat = read_prices(
      R"({"__apis":[{"path":"/crm/v8/Deals/{id}/Contact_Roles","operation_types":[{"method":"PUT","max_credits":1}]}]})");
  ASSERT_TRUE(flat);
  EXPECT_EQ(credits_of(Verb::set_roles, 100, *flat), 1);
  EXPECT_EQ(flat->tagged_per_credit, Prices{}.tagged_per_credit);
  EXPECT_EQ(credits_of(Verb::read_roles, 1, {}), 1);
  EXPECT_EQ(credits_of(Verb::remove_roles, 1, {}), 1);
}

}  // namespace
}  // namespace zs::zoho
