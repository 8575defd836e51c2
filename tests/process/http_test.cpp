// The HTTP interface of the real daemon, right and wrong.
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <simdjson.h>

#include <array>
#include <filesystem>
#include <fstream>

#include "base/crypto.hpp"
#include "net/curl_transport.hpp"
#include "process/system.hpp"

namespace zs::process {
namespace {

std::string signup(const std::string& user, const std::string& id, const std::string& more = "") {
  return R"({"specversion":"1.0","id":")" + id +
         R"(","source":"/app","type":"user.signed_up","time":"2026-03-02T09:10:11Z","data":{"user":{"id":")" + user +
         R"(","email":")" + "ann" + id +
         R"(@example.com","first_name":"Ann","last_name":"Lee","country":"DE","source":"website")" + more + "}}}";
}

std::string paid(const std::string& user, const std::string& id) {
  return R"({"specversion":"1.0","id":")" + id +
         R"(","source":"/app","type":"subscription.activated","time":"2026-03-03T00:00:00Z","data":{"subscription":{"id":"s-)" +
         user + R"(","user_id":")" + user + R"(","plan":"pro","amount":"49.00"}}})";
}

std::string base64(const std::array<unsigned char, 32>& bytes) {
  std::string out(44, '\0');
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), bytes.data(), static_cast<int>(bytes.size()));
  return out;
}

/// One system for the tests that do not disturb each other.
class Http : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    system_ = new System({{"--ready"}, {{"ZOHOSYNC_SERVER_MAX_BODY_BYTES", "65536"}}, true});
  }
  static void TearDownTestSuite() {
    delete system_;
    system_ = nullptr;
  }
  static System& system() { return *system_; }
  static std::string text(const std::string& body, std::string_view key) {
    simdjson::dom::parser parser;
    std::string_view out;
    return parser.parse(body)[key].get(out) == simdjson::SUCCESS ? std::string(out) : "(none)";
  }

 private:
  static System* system_;
};
System* Http::system_ = nullptr;

TEST_F(Http, ASignupAndASubscriptionReachTheCrmTaggedAndMappedBothWays) {
  ASSERT_EQ(system().call("POST", "/v1/events", signup("u1", "1"), "application/cloudevents+json").status, 202);
  ASSERT_EQ(
      system().call("POST", "/v1/events", "[" + paid("u1", "2") + "]", "application/cloudevents-batch+json").status,
      202);
  const auto mapping = system().call("GET", "/v1/mappings/users/u1?wait=30");
  ASSERT_EQ(mapping.status, 200) << mapping.body;
  EXPECT_NE(mapping.body.find("\"synced\":true"), std::string::npos) << mapping.body;
  const std::string contact = text(mapping.body, "contact_id");
  const std::string account = text(mapping.body, "account_id");
  EXPECT_GE(contact.size(), 17U);
  for (const std::string& query : {"contact_id=" + contact, "account_id=" + account, std::string("account_key=u1"),
                                   std::string("subscription_id=s-u1")}) {
    const auto back = system().call("GET", "/v1/mappings?" + query);
    EXPECT_NE(back.body.find("\"user_id\":\"u1\""), std::string::npos) << query << " " << back.body;
  }
  const std::string record =
      system().crm_get("/crm/v8/Contacts/" + contact + "?fields=Email,Tag,Platform_User_ID,Account_Name");
  for (const char* part : {"lifecycle-active", "plan-pro", "source-website", "compliance-gdpr", "\"u1\""}) {
    EXPECT_NE(record.find(part), std::string::npos) << part << " in " << record;
  }
  EXPECT_NE(system().crm_get("/crm/v8/Deals?fields=Deal_Name,Stage,Amount").find("Ann Lee - pro"), std::string::npos);
  const auto customer = system().call("GET", "/v1/customers/u1");
  for (const char* part : {"user.signed_up", "subscription.activated", "\"what\":\"insert\"", "lifecycle-active"}) {
    EXPECT_NE(customer.body.find(part), std::string::npos) << part;
  }
  const auto event = system().call("GET", "/v1/events?source=/app&id=1");
  EXPECT_EQ(text(event.body, "status"), "synced") << event.body;
  EXPECT_NE(system().call("GET", "/v1/mappings/export").body.find("\"user_id\":\"u1\""), std::string::npos);
  const auto found =
      system().call("POST", "/v1/mappings/lookup", R"({"user_ids":["u1","nobody"]})", "application/json");
  EXPECT_NE(found.body.find("\"unknown\":[\"nobody\"]"), std::string::npos) << found.body;
}

TEST_F(Http, BinaryModeAndRepetitionAreUnderstood) {
  net::ClientRequest request;
  request.method = "POST";
  request.url = system().daemon_url() + "/v1/events";
  request.headers = {{"authorization", "Bearer test-key"},
                     {"content-type", "application/json"},
                     {"ce-specversion", "1.0"},
                     {"ce-id", "b-1"},
                     {"ce-source", "/app"},
                     {"ce-type", "user.updated"}};
  request.body = R"({"user":{"id":"u2"}})";
  EXPECT_NE(system().call("POST", "/v1/events", signup("u2", "b-0"), "application/json").body.find("\"accepted\":1"),
            std::string::npos);
  const auto again = system().call("POST", "/v1/events", signup("u2", "b-0"), "application/json");
  EXPECT_EQ(again.status, 202);
  EXPECT_NE(again.body.find("\"duplicates\":1"), std::string::npos) << again.body;
}

TEST_F(Http, IdsWithQuotesAndSlashesSurviveTheWholeWay) {
  const std::string id = R"(a/b'c\"d é)";
  ASSERT_EQ(system().call("POST", "/v1/events", signup(id, "odd"), "application/json").status, 202);
  const auto mapping = system().call("GET", "/v1/mappings/users/a%2Fb%27c%22d%20%C3%A9?wait=30");
  EXPECT_EQ(mapping.status, 200) << mapping.body;
  EXPECT_NE(mapping.body.find("\"synced\":true"), std::string::npos);
}

TEST_F(Http, LongNamesAreClampedAndOddAddressesLeftOutNeverThePerson) {
  const std::string data =
      R"({"specversion":"1.0","id":"long","source":"/app","type":"user.signed_up","data":{"user":{"id":"long","last_name":")" +
      std::string(300, 'x') + R"(","email":"not an address","phone":"call me"}}})";
  ASSERT_EQ(system().call("POST", "/v1/events", data, "application/json").status, 202);
  const auto mapping = system().call("GET", "/v1/mappings/users/long?wait=30");
  EXPECT_NE(mapping.body.find("\"synced\":true"), std::string::npos) << mapping.body;
  const auto customer = system().call("GET", "/v1/customers/long");
  for (const char* flag : {"Last_Name clamped to 80", "Email left out", "Phone left out"}) {
    EXPECT_NE(customer.body.find(flag), std::string::npos) << flag << " in " << customer.body;
  }
}

struct Refusal {
  const char* body;
  const char* type;
  int status;
  const char* words;
};

TEST_F(Http, BadInputIsNamedAndNothingElseIsLost) {
  const std::string deep = R"({"specversion":"1.0","x":)" + std::string(5'000, '[') + std::string(5'000, ']') + "}";
  const std::string huge(70'000, ' ');
  const std::vector<Refusal> refusals{
      {"{", "application/cloudevents+json", 400, "not valid JSON"},
      {"", "application/cloudevents+json", 400, "is empty"},
      {deep.c_str(), "application/cloudevents+json", 400, "nested deeper"},
      {huge.c_str(), "application/cloudevents+json", 413, ""},
      {R"({"specversion":"1.0","id":"1","source":"/a","type":"user.exploded","data":{}})", "application/json", 400,
       "$.type"},
      {R"({"specversion":"1.0","id":"1","source":"/a","type":"user.updated","time":"last week","data":{"user":{"id":"x"}}})",
       "application/json", 400, "$.time"},
      {R"([1,2])", "application/cloudevents-batch+json", 400, "rejected"},
      {"x", "text/plain", 415, "Content-Type"},
  };
  for (const Refusal& one : refusals) {
    const auto answer = system().call("POST", "/v1/events", one.body, one.type);
    EXPECT_EQ(answer.status, one.status) << answer.body;
    EXPECT_NE(answer.body.find(one.words), std::string::npos) << one.words << " in " << answer.body;
    EXPECT_EQ(answer.header("content-type"), "application/problem+json");
  }
  const auto mixed = system().post_events(signup("u3", "m-1") + "\n{\"broken\n" + signup("u4", "m-2"));
  EXPECT_EQ(mixed.status, 202);
  EXPECT_NE(mixed.body.find("\"accepted\":2"), std::string::npos) << mixed.body;
  EXPECT_NE(mixed.body.find("\"index\":1"), std::string::npos) << mixed.body;
}

TEST_F(Http, KeysAreNeededAndTheirScopesKept) {
  EXPECT_EQ(system().call("GET", "/v1/status", "", "", "").status, 401);
  EXPECT_EQ(system().call("GET", "/v1/status", "", "", "wrong").status, 401);
  EXPECT_EQ(system().call("GET", "/healthz", "", "", "").status, 200);
  EXPECT_EQ(system().call("GET", "/readyz", "", "", "").status, 200);
  EXPECT_NE(system().call("GET", "/metrics", "", "", "").body.find("zohosync_events_accepted_total"),
            std::string::npos);
}

TEST_F(Http, UnknownThingsAreNotFoundInWords) {
  EXPECT_EQ(system().call("GET", "/v1/mappings/users/nobody").status, 404);
  EXPECT_EQ(system().call("GET", "/v1/customers/nobody").status, 404);
  EXPECT_EQ(system().call("GET", "/v1/held/99999").status, 404);
  EXPECT_EQ(system().call("POST", "/v1/held/99999/retry").status, 404);
  EXPECT_EQ(system().call("GET", "/v1/nothing").status, 404);
  EXPECT_EQ(system().call("PUT", "/v1/events", "x").status, 405);
  EXPECT_EQ(system().call("GET", "/v1/mappings?colour=red").status, 400);
  EXPECT_EQ(system().call("GET", "/v1/mappings/users/u1?wait=soon").status, 400);
  EXPECT_EQ(system().call("GET", "/v1/events?id=1").status, 400);
}

TEST(Signed, ASenderWithASecretNeedsNoKey) {
  System system({{"--ready"}, {}, false});
  std::ofstream(system.directory() / "zohosync.toml")
      << "[[auth.webhooks]]\nname = \"platform\"\nscheme = \"standard\"\nsecrets_file = \"secrets\"\n";
  std::ofstream(system.directory() / "secrets") << "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n";
  std::filesystem::permissions(system.directory() / "secrets",
                               std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  system.start_daemon();
  const std::string body =
      R"({"type":"user.signed_up","timestamp":"2026-03-02T09:10:11Z","data":{"user":{"id":"hook","email":"hook@example.com"}}})";
  const std::string now = std::to_string(to_millis(SystemClock{}.now()) / 1000);
  const auto send = [&](const std::string& signature) {
    net::ClientRequest request;
    request.method = "POST";
    request.url = system.daemon_url() + "/v1/events";
    request.headers = {{"content-type", "application/json"},
                       {"webhook-id", "m-1"},
                       {"webhook-timestamp", now},
                       {"webhook-signature", signature}};
    request.body = body;
    return net::fetch(std::move(request));
  };
  const auto bad = send("v1,AAAA");
  EXPECT_EQ(bad.status, 401) << bad.body;
  // The same 24 key bytes as in the secret above.
  const std::string key(
      "\x31\xf2\x90\xf6\xbf\x06\x29\x8a\xab\x4f\x08\xd4\x3c\x3f\x08\x2c\xf6\x48\xa3\x62\xda\x2d\xa4\xb0", 24);
  const auto good = send("v1," + base64(hmac_sha256(key, "m-1." + now + "." + body)));
  EXPECT_EQ(good.status, 202) << good.body;
  const auto mapping = system.call("GET", "/v1/mappings/users/hook?wait=30");
  EXPECT_NE(mapping.body.find("\"synced\":true"), std::string::npos) << mapping.body;
}

TEST(Held, ASubscriptionBeforeItsUserIsListedAndGoesOnByItself) {
  System system({{"--ready"}, {}, true});
  ASSERT_EQ(system.call("POST", "/v1/events", paid("late", "p1"), "application/json").status, 202);
  ASSERT_TRUE(system.wait_until_synced(std::chrono::seconds{30}));
  const auto held = system.call("GET", "/v1/held");
  EXPECT_NE(held.body.find("PARENT_MISSING"), std::string::npos) << held.body;
  EXPECT_NE(held.body.find(R"("side":"data")"), std::string::npos) << held.body;
  EXPECT_NE(system.call("GET", "/v1/held?side=org").body.find("\"held\":[]"), std::string::npos);
  EXPECT_NE(system.call("GET", "/v1/held?side=data&code=PARENT_MISSING").body.find("PARENT_MISSING"),
            std::string::npos);
  EXPECT_EQ(system.call("GET", "/v1/held?side=ours").status, 400);
  EXPECT_EQ(system.call("POST", "/v1/held/retry", R"({"side":"org"})", "application/json").body, R"({"retried":0})");
  EXPECT_EQ(system.call("POST", "/v1/held/retry", R"({"side":"ours"})", "application/json").status, 400);
  EXPECT_EQ(system.call("POST", "/v1/held/retry", R"({"colour":"red"})", "application/json").status, 400);
  EXPECT_NE(system.call("GET", "/metrics").body.find(R"(zohosync_held_total{code="PARENT_MISSING",side="data"} 1)"),
            std::string::npos);
  EXPECT_EQ(system.cli({"held", "list", "--side", "org"}).output, "Nothing is held.\n");
  EXPECT_EQ(system.cli({"held", "retry"}).code, 2);
  EXPECT_EQ(system.cli({"held", "retry", "--side", "ours"}).code, 2);
  EXPECT_EQ(system.cli({"held", "retry", "--side", "data"}).output, "1 held record will be tried again.\n");
  ASSERT_EQ(system.call("POST", "/v1/events", signup("late", "p2"), "application/json").status, 202);
  const auto mapping = system.call("GET", "/v1/mappings/users/late?wait=30");
  EXPECT_NE(mapping.body.find("\"synced\":true"), std::string::npos) << mapping.body;
  EXPECT_EQ(mapping.body.find("\"deal_id\":null"), std::string::npos) << mapping.body;
  EXPECT_NE(system.call("GET", "/v1/held").body.find("\"held\":[]"), std::string::npos);
}

}  // namespace
}  // namespace zs::process
