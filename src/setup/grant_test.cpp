#include "setup/grant.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "zoho/scopes.hpp"

namespace zs::setup {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

config::Zoho zoho_in(std::string_view dc) {
  const config::DataCentre centre = *config::data_centre(dc);
  config::Zoho zoho;
  zoho.dc = dc;
  zoho.accounts_url = centre.accounts;
  zoho.api_url = centre.api;
  zoho.client_id = "1000.ID";
  zoho.client_secret = "s&cret";
  return zoho;
}

class FakeAccounts final : public net::HttpTransport {
 public:
  explicit FakeAccounts(std::string body, int status = 200) : body_(std::move(body)), status_(status) {}
  void send(net::ClientRequest request, Done done) override {
    asked = std::move(request);
    done({status_ == 0 ? net::Exchange::not_sent : net::Exchange::answered, "refused", status_, {}, body_});
  }
  net::ClientRequest asked;

 private:
  std::string body_;
  int status_;
};

Result<Grant> exchanged(FakeAccounts& accounts, std::string_view dc = "us", std::string_view redirect = "") {
  return exchange(zoho_in(dc), " 1000.code\n", redirect, accounts, Time{});
}

TEST(Grant, IsAskedForInTheBodyNeverInTheAddress) {
  FakeAccounts accounts(
      R"({"access_token":"at","refresh_token":"rt","api_domain":"https://www.zohoapis.eu","expires_in":3600})");
  const auto grant = exchanged(accounts, "eu", "http://127.0.0.1:1/callback");
  ASSERT_TRUE(grant.has_value()) << grant.error().text;
  EXPECT_EQ(grant->refresh_token, "rt");
  EXPECT_EQ(accounts.asked.url, "https://accounts.zoho.eu/oauth/v2/token");
  EXPECT_EQ(accounts.asked.body,
            "grant_type=authorization_code&client_id=1000.ID&client_secret=s%26cret&code=1000.code"
            "&redirect_uri=http%3A%2F%2F127.0.0.1%3A1%2Fcallback");
}

TEST(Grant, OfEveryDataCentreHasItsConsole) {
  EXPECT_EQ(console_url(zoho_in("us")), "https://api-console.zoho.com/");
  EXPECT_EQ(console_url(zoho_in("au")), "https://api-console.zoho.com.au/");
  EXPECT_EQ(console_url(zoho_in("ca")), "https://api-console.zohocloud.ca/");
}

struct Refused {
  int status;
  const char* body;
  Errc code;
  const char* words;
};
class RefusedGrant : public testing::TestWithParam<Refused> {};

TEST_P(RefusedGrant, SaysTheMend) {
  FakeAccounts accounts(GetParam().body, GetParam().status);
  const auto grant = exchanged(accounts);
  ASSERT_FALSE(grant.has_value());
  EXPECT_EQ(grant.error().code, GetParam().code);
  EXPECT_THAT(grant.error().text, HasSubstr(GetParam().words));
  EXPECT_THAT(grant.error().text, Not(HasSubstr("s&cret")));
}

INSTANTIATE_TEST_SUITE_P(
    ByZoho, RefusedGrant,
    testing::Values(
        Refused{200, R"({"error":"invalid_code"})", Errc::conflict,
                "Generate a new one at https://api-console.zoho.com/"},
        Refused{200, R"({"error":"invalid_client"})", Errc::conflict, "another data centre than zoho.dc = \"us\""},
        Refused{200, R"({"error":"invalid_client_secret"})", Errc::conflict, "copy it again"},
        Refused{200, R"({"error":"invalid_redirect_uri"})", Errc::conflict, "--redirect"},
        Refused{400, R"({"error":"Access Denied","error_description":"You have made too many requests continuously."})",
                Errc::unavailable, "ten minutes"},
        Refused{502, "<html>", Errc::unavailable, "HTTP 502"}, Refused{0, "", Errc::unavailable, "cannot be reached"},
        Refused{200, R"({"access_token":"at","api_domain":"https://www.zohoapis.com"})", Errc::conflict,
                "no refresh token"},
        Refused{200, R"({"access_token":"at","refresh_token":"rt","api_domain":"https://www.zohoapis.eu"})",
                Errc::conflict, "set zoho.dc = \"eu\""},
        Refused{200, R"({"access_token":"at","refresh_token":"rt","api_domain":"https://evil.example"})",
                Errc::conflict, "not Zoho's"}));

TEST(Consent, AsksForAllScopesOfflineWithCommasAndTheState) {
  const std::string url = consent_url(zoho_in("in"), "http://127.0.0.1:8765/callback", "abc");
  EXPECT_THAT(url, HasSubstr("https://accounts.zoho.in/oauth/v2/auth?response_type=code&client_id=1000.ID&scope=" +
                             zoho::requested_scopes()));
  EXPECT_THAT(url, HasSubstr("&access_type=offline&prompt=consent&state=abc"));
  EXPECT_THAT(url, Not(HasSubstr(" ")));
}

TEST(Callback, GivesTheCodeOfTheAnswerToOurQuestion) {
  EXPECT_EQ(read_callback(zoho_in("in"),
                          "code=1000.x.y&location=in&accounts-server=https%3A%2F%2Faccounts.zoho.in&state=abc", "abc")
                .value(),
            "1000.x.y");
  EXPECT_EQ(read_callback(zoho_in("in"), "code=1000.x.y&state=abc", "abc").value(), "1000.x.y");
}

TEST(Callback, WithAnotherStateIsLeftAside) {
  EXPECT_EQ(read_callback(zoho_in("us"), "code=evil&state=abd", "abc").error().code, Errc::conflict);
  EXPECT_EQ(read_callback(zoho_in("us"), "code=evil", "abc").error().code, Errc::conflict);
}

TEST(Callback, FromAServerOutsideTheTableIsRefused) {
  for (const char* server : {"https%3A%2F%2Fevil.example", "https%3A%2F%2Faccounts.zoho.com.evil.example",
                             "http%3A%2F%2Faccounts.zoho.com", "http%3A%2F%2F127.0.0.1%3A9"}) {
    const auto code = read_callback(zoho_in("us"), "code=1&state=abc&accounts-server=" + std::string(server), "abc");
    ASSERT_FALSE(code) << server;
    EXPECT_THAT(code.error().text, HasSubstr("not Zoho's"));
  }
}

TEST(Callback, FromAnotherDataCentreNamesIt) {
  const auto code =
      read_callback(zoho_in("us"), "code=1&state=abc&accounts-server=https%3A%2F%2Faccounts.zoho.eu", "abc");
  ASSERT_FALSE(code);
  EXPECT_THAT(code.error().text, HasSubstr("set zoho.dc = \"eu\""));
}

TEST(Callback, ARefusalIsSaid) {
  const auto code = read_callback(zoho_in("us"), "error=access_denied&state=abc", "abc");
  ASSERT_FALSE(code);
  EXPECT_EQ(code.error().code, Errc::invalid);
  EXPECT_THAT(code.error().text, HasSubstr("consent was refused"));
}

}  // namespace
}  // namespace zs::setup
