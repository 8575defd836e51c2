#include "core/testing.hpp"

namespace zohosim {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view k_good =
    "grant_type=refresh_token&client_id=1000.SIM&client_secret=sim-secret&refresh_token=1000.sim.refresh";

TEST_F(ZohoTest, MintsAnAccessTokenForTheRefreshToken) {
  const Answer answer = post("/oauth/v2/token", std::string(k_good), {{"host", "127.0.0.1:8090"}});
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.at("token_type"), "Bearer");
  EXPECT_EQ(answer.at("expires_in"), "3600");
  EXPECT_EQ(answer.at("api_domain"), "http://127.0.0.1:8090");
  EXPECT_EQ(answer.at("refresh_token"), "(none)");
  EXPECT_NE(answer.at("scope").find("ZohoCRM.modules.ALL"), std::string::npos);
  EXPECT_EQ(answer.at("access_token").size(), 5 + 32 + 1 + 32);
}

TEST_F(ZohoTest, TakesTokenParametersFromTheQueryAndFromMultipartBodies) {
  EXPECT_NE(post("/oauth/v2/token?" + std::string(k_good), "").at("access_token"), "(none)");
  std::string body;
  for (const auto& [name, value] : parse_form(k_good)) {
    body += "--b0undary\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n";
  }
  body += "--b0undary--\r\n";
  EXPECT_NE(
      post("/oauth/v2/token", body, {{"content-type", "multipart/form-data; boundary=b0undary"}}).at("access_token"),
      "(none)");
}

TEST_F(ZohoTest, RefusesBadCredentialsInsideAnAnswer200) {
  const auto error_of = [&](std::string_view form) {
    const Answer answer = post("/oauth/v2/token", std::string(form));
    EXPECT_EQ(answer.status, 200);
    return answer.at("error");
  };
  EXPECT_EQ(error_of("grant_type=refresh_token&client_id=x&client_secret=sim-secret&refresh_token=1000.sim.refresh"),
            "invalid_client");
  EXPECT_EQ(error_of("grant_type=refresh_token&client_id=1000.SIM&client_secret=x&refresh_token=1000.sim.refresh"),
            "invalid_client_secret");
  EXPECT_EQ(error_of("grant_type=refresh_token&client_id=1000.SIM&client_secret=sim-secret&refresh_token=x"),
            "invalid_code");
}

TEST_F(ZohoTest, GivesARefreshTokenForAGrantCodeOnce) {
  const std::string form =
      "grant_type=authorization_code&client_id=1000.SIM&client_secret=sim-secret&code=1000.sim.code";
  const Answer first = post("/oauth/v2/token", form);
  EXPECT_NE(first.at("refresh_token"), "(none)");
  EXPECT_EQ(post("/oauth/v2/token", form).at("error"), "invalid_code");
  EXPECT_NE(
      post("/oauth/v2/token", "grant_type=refresh_token&client_id=1000.SIM&client_secret=sim-secret&refresh_token=" +
                                  first.at("refresh_token"))
          .at("access_token"),
      "(none)");
}

TEST_F(ZohoTest, DeniesTheEleventhTokenRequestOfTenMinutes) {
  for (int i = 0; i < 9; ++i) ASSERT_NE(mint(), "(none)");  // the fixture made the first
  const Answer denied = post("/oauth/v2/token", std::string(k_good));
  EXPECT_EQ(denied.status, 400);
  EXPECT_EQ(denied.at("error"), "Access Denied");
  EXPECT_EQ(denied.at("status"), "failure");
  clock_.advance(10min);
  EXPECT_NE(mint(), "(none)");
}

TEST_F(ZohoTest, ForgetsAnAccessTokenAfterAnHour) {
  clock_.advance(59min);
  EXPECT_EQ(get("/crm/v8/org").status, 200);
  clock_.advance(1min);
  const Answer answer = get("/crm/v8/org");
  EXPECT_EQ(answer.status, 401);
  EXPECT_EQ(answer.body, R"({"code":"INVALID_TOKEN","details":{},"message":"invalid oauth token","status":"error"})");
}

TEST_F(ZohoTest, KillsTheOldestOfElevenLiveAccessTokens) {
  const std::string oldest = token_;
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(get("/crm/v8/org").status, 200) << i;
    if (i == 9) clock_.advance(10min);
    mint();
  }
  EXPECT_EQ(get("/crm/v8/org").status, 401);
}

TEST_F(ZohoTest, RevokingARefreshTokenKillsItsAccessTokens) {
  EXPECT_EQ(post("/oauth/v2/token/revoke?token=1000.sim.refresh", "").body, R"({"status":"success"})");
  EXPECT_EQ(get("/crm/v8/org").at("code"), "INVALID_TOKEN");
  EXPECT_EQ(post("/oauth/v2/token", std::string(k_good)).at("error"), "invalid_code");
  EXPECT_EQ(post("/oauth/v2/token/revoke?token=1000.sim.refresh", "").status, 400);
}

TEST_F(ZohoTest, RefusesACallWithoutAToken) {
  token_.clear();
  EXPECT_EQ(get("/crm/v8/org").status, 401);
  EXPECT_EQ(get("/crm/v8/org").at("code"), "AUTHENTICATION_FAILURE");
}

TEST_F(ZohoTest, RefusesCallsOutsideTheScopes) {
  Options options;
  options.scopes = {"ZohoCRM.modules.contacts.READ", "ZohoCRM.coql.READ", "ZohoCRM.settings.tags.ALL"};
  start(std::move(options));
  const Answer refused = post("/crm/v8/Contacts", R"({"data":[{"Last_Name":"A"}]})");
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(refused.at("code"), "OAUTH_SCOPE_MISMATCH");
  EXPECT_EQ(get("/crm/v8/Contacts?fields=Last_Name").status, 204);
  EXPECT_EQ(get("/crm/v8/Accounts?fields=Account_Name").status, 401);
  EXPECT_EQ(post("/crm/v8/coql", R"({"select_query":"select id from Contacts where id = 1"})").status, 204);
  EXPECT_EQ(post("/crm/v8/coql", R"({"select_query":"select id from Deals where id = 1"})").status, 401);
  EXPECT_EQ(get("/crm/v8/settings/tags?module=Contacts").status, 204);
  EXPECT_EQ(get("/crm/v8/settings/fields?module=Contacts").status, 401);
  EXPECT_EQ(get("/crm/v8/Contacts/search?email=a@b.co").status, 401) << "the search index has a scope of its own";
}

}  // namespace
}  // namespace zohosim
