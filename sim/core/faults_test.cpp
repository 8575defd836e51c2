#include "core/testing.hpp"

namespace zohosim {
namespace {

using namespace std::chrono_literals;
using Cut = HttpAnswer::Cut;

constexpr std::string_view k_contact = R"({"data":[{"Last_Name":"A"}]})";

class FaultTest : public ReadyZohoTest {
 protected:
  void fault(std::string rule) { EXPECT_EQ(post("/control/faults", std::move(rule)).status, 200); }
  Answer insert_one() { return post("/crm/v8/Contacts", std::string(k_contact)); }
  [[nodiscard]] std::int64_t contacts() const { return zoho_->org().find("Contacts")->records.live_count(); }
};

TEST_F(FaultTest, AppliesACallWhoseAnswerIsLost) {
  fault(R"({"on":"insert","effect":"reset_after"})");
  EXPECT_EQ(insert_one().raw.cut, Cut::reset_after);
  EXPECT_EQ(contacts(), 1);
  EXPECT_EQ(insert_one().raw.cut, Cut::none) << "a fault strikes once unless it is told otherwise";
}

TEST_F(FaultTest, AppliesNothingOfACallThatIsResetOrHangs) {
  fault(R"({"faults":[{"on":"insert","effect":"reset_before"},{"on":"insert","effect":"hang","nth":2}]})");
  EXPECT_EQ(insert_one().raw.cut, Cut::reset_before);
  EXPECT_EQ(insert_one().raw.cut, Cut::hang);
  EXPECT_EQ(contacts(), 0);
  EXPECT_EQ(insert_one().status, 201);
}

TEST_F(FaultTest, AppliesACallWhoseAnswerIsCutShort) {
  fault(R"({"on":"insert","effect":"truncate"})");
  EXPECT_EQ(insert_one().raw.cut, Cut::truncate);
  EXPECT_EQ(contacts(), 1);
}

TEST_F(FaultTest, FailsTheNthCallWithAStatus) {
  fault(R"({"on":"insert","effect":"status","status":503,"nth":2})");
  EXPECT_EQ(insert_one().status, 201);
  const Answer failed = insert_one();
  EXPECT_EQ(failed.status, 503);
  EXPECT_EQ(failed.at("code"), "SERVICE_UNAVAILABLE");
  EXPECT_EQ(insert_one().status, 201);
  EXPECT_EQ(contacts(), 2);
}

TEST_F(FaultTest, FailsWithAPageOfHtml) {
  fault(R"({"on":"any","effect":"status","status":502,"html":true})");
  const Answer failed = insert_one();
  EXPECT_EQ(failed.status, 502);
  EXPECT_EQ(failed.raw.content_type, k_html);
  EXPECT_TRUE(failed.body.starts_with("<html>"));
}

TEST_F(FaultTest, StrikesTheEndpointAndModuleThatItIsFor) {
  fault(R"({"on":"insert","module":"Accounts","effect":"status","status":429,"times":-1})");
  EXPECT_EQ(insert_one().status, 201);
  EXPECT_EQ(post("/crm/v8/Accounts", R"({"data":[{"Account_Name":"A"}]})").at("code"), "TOO_MANY_REQUESTS");
  EXPECT_EQ(send("DELETE", "/control/faults").status, 200);
  EXPECT_EQ(post("/crm/v8/Accounts", R"({"data":[{"Account_Name":"A"}]})").status, 201);
}

TEST_F(FaultTest, StrikesEveryReadByOneName) {
  fault(R"({"on":"get","effect":"status","status":500,"times":2})");
  EXPECT_EQ(get("/crm/v8/Contacts/1").status, 500);
  EXPECT_EQ(get("/crm/v8/Contacts/search?email=a@b.co").status, 500);
  EXPECT_EQ(get("/crm/v8/Contacts/1").status, 204);
}

TEST_F(FaultTest, FailsTokenRequestsToo) {
  fault(R"({"on":"token","effect":"status","status":500})");
  EXPECT_EQ(post("/oauth/v2/token", "").status, 500);
}

TEST_F(FaultTest, ExpiresTheTokenUnderACall) {
  fault(R"({"on":"insert","effect":"expire_token"})");
  EXPECT_EQ(insert_one().at("code"), "INVALID_TOKEN");
  token_ = mint();
  EXPECT_EQ(insert_one().status, 201);
}

TEST_F(FaultTest, RevokesTheRefreshTokenUnderACall) {
  fault(R"({"on":"insert","effect":"revoke_token"})");
  EXPECT_EQ(insert_one().at("code"), "INVALID_TOKEN");
  EXPECT_EQ(mint(), "(none)");
  EXPECT_EQ(post("/control/oauth", R"({"allow_refresh_token":"1000.sim.refresh"})").status, 200);
  EXPECT_NE(mint(), "(none)");
}

TEST_F(FaultTest, FailsChosenRecordsWithAChosenCode) {
  fault(
      R"({"on":"insert","effect":"record_error","field":"Platform_User_ID","value":"u2","code":"NOT_ALLOWED","message":"no","details":{"api_name":"Stage"}})");
  const Answer answer =
      post("/crm/v8/Contacts",
           R"({"data":[{"Last_Name":"A","Platform_User_ID":"u1"},{"Last_Name":"B","Platform_User_ID":"u2"}]})");
  EXPECT_EQ(answer.status, 207);
  EXPECT_EQ(answer.at("data.0.code"), "SUCCESS");
  EXPECT_EQ(answer.at("data.1.code"), "NOT_ALLOWED");
  EXPECT_EQ(answer.at("data.1.details.api_name"), "Stage");
}

TEST_F(FaultTest, DelaysAnswersByLatencyAndJitter) {
  Options options;
  options.latency = 100ms;
  options.jitter = 20ms;
  start(std::move(options));
  fault(R"({"on":"insert","effect":"latency","latency_ms":500})");
  const auto delay = insert_one().raw.delay;
  EXPECT_GE(delay, 600ms);
  EXPECT_LE(delay, 620ms);
}

TEST_F(FaultTest, ReplaysChanceFromItsSeed) {
  const auto run = [&](std::uint64_t seed) {
    Options options;
    options.seed = seed;
    start(std::move(options));
    fault(R"({"on":"insert","effect":"status","status":500,"probability":0.5})");
    std::string out;
    for (int i = 0; i < 64; ++i) out += insert_one().status == 500 ? 'x' : '.';
    return out;
  };
  const std::string first = run(7);
  EXPECT_EQ(first, run(7));
  EXPECT_NE(first, run(8));
  EXPECT_NE(first.find('x'), std::string::npos);
  EXPECT_NE(first.find('.'), std::string::npos);
}

TEST_F(FaultTest, RefusesARuleThatCouldNeverStrike) {
  const auto why = [&](std::string rule) { return post("/control/faults", std::move(rule)).at("error"); };
  EXPECT_NE(why(R"({"on":"insrt"})").find("insrt"), std::string::npos);
  EXPECT_NE(why(R"({"probabilty":0.5})").find("probabilty"), std::string::npos);
  EXPECT_NE(why(R"({"module":"Kontacts"})").find("Kontacts"), std::string::npos);
  EXPECT_NE(why(R"({"nth":0})").find("nth"), std::string::npos);
  EXPECT_NE(why(R"({"probability":1.5})").find("probability"), std::string::npos);
  EXPECT_NE(why(R"({"status":200})").find("status"), std::string::npos);
  EXPECT_NE(why(R"({"profile":"nope"})").find("hostile"), std::string::npos);
  EXPECT_NE(why(R"({"faults":{}})").find("list"), std::string::npos);
  EXPECT_NE(why(R"({"faults":[{"on":"insert"},{"on":"insrt"}]})").find("insrt"), std::string::npos);
  EXPECT_EQ(get("/control/faults").at("faults"), "[]") << "of a list with a bad rule none is taken";
}

TEST_F(FaultTest, TakesARuleOutByItsNumber) {
  fault(R"([{"on":"insert","status":500,"times":-1},{"on":"org","status":502,"times":-1}])");
  EXPECT_EQ(insert_one().status, 500);
  const Answer listed = get("/control/faults");
  EXPECT_EQ(listed.at("faults.0.fired"), "1");
  EXPECT_EQ(send("DELETE", "/control/faults/" + listed.at("faults.0.number")).status, 200);
  EXPECT_EQ(insert_one().status, 201);
  EXPECT_EQ(get("/crm/v8/org").status, 502);
  EXPECT_EQ(send("DELETE", "/control/faults/" + listed.at("faults.0.number")).status, 404);
}

TEST_F(FaultTest, ListsItsRulesInTheWordsThatItTakes) {
  fault(
      R"([{"on":"insert","module":"Contacts","effect":"record_error","field":"Email","value":"a@b.co","code":"NOT_ALLOWED","details":{"a":1},"nth":3,"times":2},
          {"on":"any","effect":"latency","latency_ms":20,"jitter_ms":5,"probability":0.25},
          {"on":"get","effect":"status","status":502,"html":true}])");
  const std::string first = get("/control/faults").at("faults");
  send("DELETE", "/control/faults");
  fault("{\"faults\":" + first + "}");
  std::string again = get("/control/faults").at("faults");
  for (const auto& [older, newer] : {std::pair{1, 4}, std::pair{2, 5}, std::pair{3, 6}}) {
    const std::string number = "\"number\":" + std::to_string(newer) + ",";
    again.replace(again.find(number), number.size(), "\"number\":" + std::to_string(older) + ",");
  }
  EXPECT_EQ(again, first);
}

TEST_F(FaultTest, KnowsMixturesByName) {
  for (const std::string_view name : {"mild", "rough", "hostile"}) {
    fault(R"({"profile":")" + std::string(name) + "\"}");
    EXPECT_NE(get("/control/faults").at("faults"), "[]") << name;
    send("DELETE", "/control/faults");
  }
  fault(R"({"profile":"hostile"})");
  std::int64_t troubled = 0;
  for (int i = 0; i < 200; ++i) {
    token_ = i % 20 == 0 ? mint() : token_;
    const Answer answer = insert_one();
    if (answer.status != 201 || answer.raw.cut != Cut::none) ++troubled;
  }
  EXPECT_GT(troubled, 20);
  EXPECT_LT(troubled, 190) << "work goes on even so";
}

TEST_F(FaultTest, RefusesAFaultThatItDoesNotKnow) {
  const Answer answer = post("/control/faults", R"({"effect":"earthquake"})");
  EXPECT_EQ(answer.status, 400);
  EXPECT_NE(answer.at("error").find("reset_after"), std::string::npos) << "the words say what it knows";
}

}  // namespace
}  // namespace zohosim
