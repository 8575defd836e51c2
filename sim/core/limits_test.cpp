#include "core/testing.hpp"

namespace zohosim {
namespace {

using namespace std::chrono_literals;

std::string contacts(int count) {
  std::string out = R"({"trigger":[],"data":[)";
  for (int i = 0; i < count; ++i) out.append(i == 0 ? "" : ",").append(R"({"Last_Name":"A"})");
  return out + "]}";
}

TEST_F(ZohoTest, ChargesACreditForTenRecords) {
  const auto cost = [&](std::string_view path, std::string body) {
    post(path, std::move(body));
    return zoho_->log().calls().back().credits;
  };
  EXPECT_EQ(cost("/crm/v8/Contacts", contacts(1)), 1);
  EXPECT_EQ(cost("/crm/v8/Contacts", contacts(10)), 1);
  EXPECT_EQ(cost("/crm/v8/Contacts", contacts(11)), 2);
  EXPECT_EQ(cost("/crm/v8/Contacts", contacts(100)), 10);
  EXPECT_EQ(cost("/crm/v8/Contacts/actions/add_tags",
                 R"({"tags":[{"name":"x"}],"ids":["1","2","3","4","5","6","7","8","9","10","11"]})"),
            2);
  EXPECT_EQ(cost("/crm/v8/settings/fields?module=Contacts", R"({"fields":[{"field_label":"N","data_type":"text"}]})"),
            10);
  EXPECT_EQ(zoho_->counters().credits, 1 + 1 + 2 + 10 + 2 + 10);
}

TEST_F(ZohoTest, RefusesCallsOnceTheDaysCreditsAreSpentAndGivesThemBackADayLater) {
  Options options;
  options.daily_credits = 12;
  start(std::move(options));
  EXPECT_EQ(post("/crm/v8/Contacts", contacts(100)).status, 201);
  const Answer refused = post("/crm/v8/Contacts", contacts(30));
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.at("code"), "TOO_MANY_REQUESTS");
  EXPECT_EQ(zoho_->counters().refused_for_credits, 1);
  EXPECT_EQ(post("/crm/v8/Contacts", contacts(20)).status, 201) << "what is left may be spent";
  EXPECT_EQ(get("/crm/v8/org").status, 429);
  clock_.advance(23h);
  token_ = mint();
  EXPECT_EQ(get("/crm/v8/org").status, 429);
  clock_.advance(1h);
  token_ = mint();
  EXPECT_EQ(get("/crm/v8/org").status, 200);
}

TEST_F(ZohoTest, TellsTheRemainingCreditsOnlyInTheSecondHalf) {
  Options options;
  options.daily_credits = 4;
  start(std::move(options));
  EXPECT_TRUE(get("/crm/v8/org").raw.headers.empty());
  EXPECT_TRUE(get("/crm/v8/org").raw.headers.empty());
  const Pairs headers = get("/crm/v8/org").raw.headers;
  ASSERT_EQ(headers.size(), 1U);
  EXPECT_EQ(headers[0], std::pair(std::string("X-API-CREDITS-REMAINING"), std::string("1")));
}

TEST_F(ZohoTest, ComputesTheAllowanceOfAnEdition) {
  Options options;
  EXPECT_EQ(daily_credits(options), 60'000);
  options.edition = Edition::free;
  EXPECT_EQ(daily_credits(options), 5'000);
  options.edition = Edition::standard;
  options.user_licences = 1000;
  EXPECT_EQ(daily_credits(options), 100'000) << "the ceiling";
}

TEST_F(ZohoTest, LetsTwentyCallsRunAtOnceAndRefusesOneMore) {
  std::vector<HttpAnswer> under_way;
  for (int i = 0; i < 20; ++i) {
    under_way.push_back(zoho_->begin_call(request("GET", "/crm/v8/org", "")));
    EXPECT_EQ(under_way.back().status, 200);
  }
  HttpAnswer refused = zoho_->begin_call(request("GET", "/crm/v8/org", ""));
  EXPECT_EQ(refused.status, 429);
  zoho_->end_call(refused);
  EXPECT_EQ(zoho_->begin_call(request("GET", "/crm/v8/org", "")).status, 429)
      << "a refused call has no place to give back";
  zoho_->end_call(under_way.back());
  EXPECT_EQ(get("/crm/v8/org").status, 200);
  EXPECT_EQ(zoho_->gate().most_calls(), 20);
  EXPECT_EQ(zoho_->counters().refused_for_concurrency, 2);
}

TEST_F(ZohoTest, LetsTenHeavyCallsRunAtOnceBesideLightOnes) {
  for (int i = 0; i < 10; ++i)
    EXPECT_EQ(zoho_->begin_call(request("POST", "/crm/v8/Contacts", contacts(11))).status, 201);
  EXPECT_EQ(post("/crm/v8/Contacts", contacts(11)).status, 429);
  EXPECT_EQ(post("/crm/v8/coql", R"({"select_query":"select id from Contacts where id = 1"})").status, 429);
  EXPECT_EQ(get("/crm/v8/Contacts/search?email=a@b.co").status, 429);
  EXPECT_EQ(post("/crm/v8/Contacts", contacts(10)).status, 201) << "up to ten records are no heavy call";
  EXPECT_EQ(zoho_->gate().most_heavy(), 10);
  EXPECT_EQ(zoho_->counters().refused_for_sub_concurrency, 3);
}

TEST_F(ZohoTest, FreesThePlacesOfCallsThatAResetOvertook) {
  const HttpAnswer under_way = zoho_->begin_call(request("GET", "/crm/v8/org", ""));
  EXPECT_TRUE(zoho_->reset());
  zoho_->end_call(under_way);
  EXPECT_EQ(zoho_->gate().calls_now(), 0);
}

}  // namespace
}  // namespace zohosim
