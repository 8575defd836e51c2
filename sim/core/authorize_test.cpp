#include "core/testing.hpp"

namespace zohosim {
namespace {

constexpr std::string_view k_asked =
    "/oauth/v2/auth?response_type=code&client_id=1000.SIM&scope=ZohoCRM.modules.ALL,ZohoCRM.org.READ"
    "&redirect_uri=http%3A%2F%2F127.0.0.1%3A9%2Fcallback&access_type=offline&prompt=consent&state=a%26b";

std::string location_of(const Answer& answer) {
  for (const auto& [name, value] : answer.raw.headers) {
    if (name == "Location") return value;
  }
  return "(none)";
}

std::string code_in(const std::string& location) {
  const std::size_t at = location.find("code=") + 5;
  return location.substr(at, location.find('&', at) - at);
}

std::string exchange_of(const std::string& code, const std::string& redirect) {
  return "grant_type=authorization_code&client_id=1000.SIM&client_secret=sim-secret&code=" + code +
         "&redirect_uri=" + redirect;
}

TEST_F(ZohoTest, ConsentSendsTheBrowserBackWithACodeAndItsState) {
  const Answer answer = get(k_asked, {{"host", "127.0.0.1:8090"}});
  EXPECT_EQ(answer.status, 302);
  const std::string location = location_of(answer);
  EXPECT_TRUE(location.starts_with("http://127.0.0.1:9/callback?code=1000.")) << location;
  EXPECT_TRUE(location.ends_with("&location=us&accounts-server=http%3A%2F%2F127.0.0.1%3A8090&state=a%26b")) << location;
}

TEST_F(ZohoTest, ItsCodeIsGoodOnceAndForTheSameAddressOnly) {
  const std::string code = code_in(location_of(get(k_asked)));
  EXPECT_EQ(post("/oauth/v2/token", exchange_of(code, "http%3A%2F%2Fevil.example")).at("error"),
            "invalid_redirect_uri");
  const Answer first = post("/oauth/v2/token", exchange_of(code, "http%3A%2F%2F127.0.0.1%3A9%2Fcallback"));
  EXPECT_NE(first.at("refresh_token"), "(none)");
  EXPECT_EQ(post("/oauth/v2/token", exchange_of(code, "http%3A%2F%2F127.0.0.1%3A9%2Fcallback")).at("error"),
            "invalid_code");
}

TEST_F(ZohoTest, WithoutOfflineAccessThereIsNoRefreshToken) {
  std::string asked(k_asked);
  asked.replace(asked.find("offline"), 7, "online");
  const std::string code = code_in(location_of(get(asked)));
  const Answer answer = post("/oauth/v2/token", exchange_of(code, "http%3A%2F%2F127.0.0.1%3A9%2Fcallback"));
  EXPECT_NE(answer.at("access_token"), "(none)");
  EXPECT_EQ(answer.at("refresh_token"), "(none)");
}

TEST_F(ZohoTest, AWrongQuestionIsShownNotSentOn) {
  const auto refused = [&](std::string_view part, std::string_view instead) {
    std::string asked(k_asked);
    asked.replace(asked.find(part), part.size(), instead);
    const Answer answer = get(asked);
    EXPECT_EQ(answer.status, 400);
    EXPECT_EQ(location_of(answer), "(none)");
    return answer.at("error");
  };
  EXPECT_EQ(refused("1000.SIM", "1000.OTHER"), "invalid_client");
  EXPECT_EQ(refused("ALL,ZohoCRM", "ALL%20ZohoCRM"), "invalid_scope");
  EXPECT_EQ(refused("response_type=code", "response_type=token"), "invalid_response_type");
}

}  // namespace
}  // namespace zohosim
