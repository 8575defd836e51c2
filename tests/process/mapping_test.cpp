// The id map of the real daemon, by every id it has.
#include <gmock/gmock.h>
#include <simdjson.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "base/crypto.hpp"
#include "process/system.hpp"

namespace zs::process {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// u0 … u4 in the account org, each with a subscription; ann has an account of her own and nothing paid.
class Mappings : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    system_ = new System({});
    std::string lines;
    const auto say = [&](const std::string& type, const std::string& data) {
      static int n = 0;
      lines += R"({"specversion":"1.0","id":"e)" + std::to_string(n++) + R"(","source":"/app","type":")" + type +
               R"(","time":"2026-03-02T09:10:11Z","data":)" + data + "}\n";
    };
    for (const char* i : {"0", "1", "2", "3", "4"}) {
      say("user.signed_up", R"({"user":{"id":"u)" + std::string(i) + R"(","email":"U)" + i +
                                R"(@Example.com","last_name":"Lee","account_id":"org"}})");
      say("subscription.activated", R"({"subscription":{"id":"s)" + std::string(i) + R"(","user_id":"u)" + i +
                                        R"(","plan":"pro","amount":"49.00"}})");
    }
    say("user.signed_up", R"({"user":{"id":"ann","email":"ann@example.com","last_name":"Lee"}})");
    ASSERT_EQ(system_->post_events(lines).status, 202);
    ASSERT_TRUE(system_->wait_until_synced(std::chrono::seconds{60}));
  }
  static void TearDownTestSuite() {
    delete system_;
    system_ = nullptr;
  }
  static System& system() { return *system_; }

  static std::string find(const std::string& query) {
    const auto answer = system().call("GET", "/v1/mappings?" + query);
    EXPECT_EQ(answer.status, 200) << query << ": " << answer.body;
    return answer.body;
  }
  static std::string look_up(const std::string& body) {
    const auto answer = system().call("POST", "/v1/mappings/lookup", body, "application/json");
    EXPECT_EQ(answer.status, 200) << answer.body;
    return answer.body;
  }
  /// The texts at a JSON pointer's list, or of a member of each in it.
  static std::vector<std::string> texts(const std::string& body, std::string_view list, std::string_view member = {}) {
    simdjson::dom::parser parser;
    simdjson::dom::array elements;
    std::vector<std::string> out;
    if (parser.parse(body).at_pointer(list).get(elements) != simdjson::SUCCESS) return {"no list in " + body};
    for (const simdjson::dom::element one : elements) {
      std::string_view text;
      const auto fault = member.empty() ? one.get(text) : one[member].get(text);
      out.emplace_back(fault == simdjson::SUCCESS ? text : "?");
    }
    return out;
  }
  static std::vector<std::string> users(const std::string& body) { return texts(body, "/mappings", "user_id"); }
  static std::string text(const std::string& body, std::string_view pointer) {
    simdjson::dom::parser parser;
    std::string_view out;
    return parser.parse(body).at_pointer(pointer).get(out) == simdjson::SUCCESS ? std::string(out) : "(none)";
  }

 private:
  static System* system_;
};
System* Mappings::system_ = nullptr;

TEST_F(Mappings, AreFoundByEveryIdThatTheyHave) {
  const auto u1 = system().call("GET", "/v1/mappings/users/u1").body;
  const std::vector<std::string> queries{
      "user_id=u1", "contact_id=" + text(u1, "/contact_id"), "subscription_id=s1",
      "deal_id=" + text(find("subscription_id=s1"), "/mappings/0/subscriptions/1/deal_id"),
      "email_hash=" + sha256_hex("u1@example.com")};
  for (const std::string& query : queries) {
    const std::string body = find(query);
    EXPECT_THAT(users(body), ElementsAre("u1")) << query;
    EXPECT_THAT(body, HasSubstr(u1)) << "the same document as by user id: " << query;
  }
  for (const std::string& query : {std::string("account_key=org"), "account_id=" + text(u1, "/account_id")})
    EXPECT_THAT(users(find(query)), ElementsAre("u0", "u1", "u2", "u3", "u4")) << query;
  for (const std::string& query : {std::string("user_id=nobody"), std::string("account_key=none"),
                                   std::string("deal_id=1"), "email_hash=" + sha256_hex("nobody@example.com")})
    EXPECT_EQ(find(query), R"({"mappings":[],"next":null})") << query;
}

TEST_F(Mappings, OfALargeAccountComePageByPage) {
  const std::string first = find("account_key=org&limit=2");
  EXPECT_THAT(users(first), ElementsAre("u0", "u1"));
  EXPECT_EQ(text(first, "/next"), "u1");
  const std::string second = find("account_key=org&limit=2&after=u1");
  EXPECT_THAT(users(second), ElementsAre("u2", "u3"));
  const std::string third = find("account_key=org&limit=2&after=u3");
  EXPECT_THAT(users(third), ElementsAre("u4"));
  EXPECT_THAT(third, HasSubstr(R"("next":null)"));
}

TEST_F(Mappings, OfManyIdsOfEveryKindAreAnsweredIdById) {
  const auto ann = system().call("GET", "/v1/mappings/users/ann").body;
  const std::string body = look_up(R"({"user_ids":["u1","nobody"],"contact_ids":[")" + text(ann, "/contact_id") +
                                   R"("],"subscription_ids":["s1","s2"],"account_keys":["org"],"email_hashes":[")" +
                                   sha256_hex("ann@example.com") + R"("],"limit":3})");
  EXPECT_THAT(users(body), ElementsAre("u1", "ann", "u2", "u0")) << "each user once";
  EXPECT_THAT(texts(body, "/unknown"), ElementsAre("nobody"));
  EXPECT_THAT(texts(body, "/answers/0/user_ids"), ElementsAre("u1"));
  EXPECT_THAT(texts(body, "/answers/1/user_ids"), IsEmpty());
  EXPECT_EQ(text(body, "/answers/2/contact_id"), text(ann, "/contact_id"));
  EXPECT_THAT(texts(body, "/answers/2/user_ids"), ElementsAre("ann"));
  EXPECT_THAT(texts(body, "/answers/4/user_ids"), ElementsAre("u2"));
  EXPECT_THAT(texts(body, "/answers/5/user_ids"), ElementsAre("u0", "u1", "u2"));
  EXPECT_EQ(text(body, "/answers/5/next"), "u2") << "the rest: GET /v1/mappings?account_key=org&after=u2";
  EXPECT_THAT(texts(body, "/answers/6/user_ids"), ElementsAre("ann"));
  std::string thousand;
  for (int i = 0; i < 1'000; ++i) thousand += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\"";
  EXPECT_THAT(texts(look_up(R"({"deal_ids":[)" + thousand + "]}"), "/unknown"), testing::SizeIs(1'000));
  EXPECT_EQ(system()
                .call("POST", "/v1/mappings/lookup", R"({"user_ids":["x"],"deal_ids":[)" + thousand + "]}",
                      "application/json")
                .status,
            400);
}

TEST_F(Mappings, OfAllUsersAreStreamedInTheirOrderFromAnyPlaceOn) {
  const auto all = system().call("GET", "/v1/mappings/export").body;
  std::vector<std::string> order;
  for (const std::string_view line : {"ann", "u0", "u1", "u2", "u3", "u4"})
    order.push_back(R"({"user_id":")" + std::string(line) + "\"");
  std::size_t at = 0;
  for (const std::string& one : order) {
    at = all.find(one, at);
    ASSERT_NE(at, std::string::npos) << one << " in its place in " << all;
  }
  const auto rest = system().call("GET", "/v1/mappings/export?after=u2").body;
  EXPECT_THAT(all, testing::EndsWith(rest));
  EXPECT_TRUE(rest.starts_with(order[4])) << rest;
  EXPECT_THAT(system().call("GET", "/v1/mappings/export?form=csv").body, HasSubstr("unknown parameter 'form'"));
}

TEST_F(Mappings, BadInputIsToldWhatToSendAndNeverRepeated) {
  const std::vector<std::pair<std::string, std::string>> queries{
      {"", "give one of user_id"},
      {"user=u1", "unknown parameter 'user'"},
      {"user_id=", "user_id is empty"},
      {"user_id=u1&deal_id=7", "user_id and deal_id together"},
      {"contact_id=usr_42", "contact_id must be a record's id in Zoho"},
      {"email_hash=ann@example.com", "email_hash must be 64 digits of lower-case hex"},
      {"account_key=org&limit=0", "limit must be a number from 1 to 1000"},
      {"account_key=org&limit=many", "limit must be a number from 1 to 1000"},
  };
  for (const auto& [query, words] : queries) {
    const auto answer = system().call("GET", "/v1/mappings?" + query);
    EXPECT_EQ(answer.status, 400) << query;
    EXPECT_EQ(text(answer.body, "/code"), "parameter_invalid");
    EXPECT_THAT(text(answer.body, "/detail"), HasSubstr(words));
    EXPECT_THAT(answer.body, Not(HasSubstr("ann@example.com")));
  }
  const std::vector<std::pair<std::string, std::string>> bodies{
      {"", "send a JSON object"},
      {"[]", "send a JSON object"},
      {"{}", "there are no ids"},
      {R"({"user_ids":[]})", "there are no ids"},
      {R"({"users":["u1"]})", "unknown member"},
      {R"({"user_ids":"u1"})", "user_ids must be a list"},
      {R"({"contact_ids":["1",2]})", "contact_ids[1] must be a string"},
      {R"({"deal_ids":["1","x"]})", "deal_ids[1]: deal_id must be a record's id in Zoho"},
      {R"({"email_hashes":["ann@example.com"]})", "email_hashes[0]: email_hash must be"},
      {R"({"user_ids":["u1"],"limit":1001})", "limit must be"},
  };
  for (const auto& [body, words] : bodies) {
    const auto answer = system().call("POST", "/v1/mappings/lookup", body, "application/json");
    EXPECT_EQ(answer.status, 400) << body;
    EXPECT_THAT(text(answer.body, "/detail"), HasSubstr(words));
    EXPECT_THAT(answer.body, Not(HasSubstr("ann@example.com")));
  }
}

TEST_F(Mappings, AreFoundAndExportedFromTheCommandLine) {
  const auto by_email = system().cli({"mapping", "find", "--email", " ANN@example.com"});
  EXPECT_EQ(by_email.code, 0) << by_email.output;
  EXPECT_TRUE(by_email.output.starts_with("ann\n")) << by_email.output;
  const auto by_hash = system().cli({"mapping", "find", "--email-hash", sha256_hex("ann@example.com"), "--json"});
  EXPECT_THAT(users(by_hash.output), ElementsAre("ann"));
  const auto account = system().cli({"mapping", "find", "--account-key", "org", "--after", "u2", "--json"});
  EXPECT_THAT(users(account.output), ElementsAre("u3", "u4"));
  const auto nobody = system().cli({"mapping", "find", "--email", "nobody@example.com"});
  EXPECT_EQ(nobody.code, 1);
  EXPECT_THAT(nobody.output, Not(HasSubstr("nobody@example.com")));
  const auto wrong = system().cli({"mapping", "find", "--contact-id", "usr_42"});
  EXPECT_EQ(wrong.code, 2);
  EXPECT_THAT(wrong.output, HasSubstr("contact_id must be"));
  const auto rest = system().cli({"mapping", "export", "--csv", "--after", "u3"});
  EXPECT_THAT(rest.output, HasSubstr("\r\nu4,"));
  EXPECT_THAT(rest.output, Not(HasSubstr("\r\nu3,")));
}

TEST(MappingVerify, TellsItsPriceAndItsFaultsMendsThemAndEndsWithTheExitThatScriptsCount) {
  System system({});
  ASSERT_EQ(system
                .post_events(R"({"specversion":"1.0","id":"1","source":"/app","type":"user.signed_up",)"
                             R"("data":{"user":{"id":"u1","email":"ann@example.com","last_name":"Lee"}}})"
                             "\n")
                .status,
            202);
  ASSERT_TRUE(system.wait_until_synced(std::chrono::seconds{60}));
  const auto clean = system.cli({"mapping", "verify"});
  EXPECT_EQ(clean.code, 0) << clean.output;
  EXPECT_THAT(clean.output, HasSubstr("The id map and Zoho agree."));
  const auto mapping = system.call("GET", "/v1/mappings/users/u1");
  simdjson::dom::parser parser;
  const std::string contact(std::string_view(parser.parse(mapping.body)["contact_id"]));
  ASSERT_EQ(system.control("POST", "/records/Contacts/" + contact, R"({"fields":{"Platform_User_ID":null}})").status,
            200);
  const auto seen = system.cli({"mapping", "verify"});
  EXPECT_EQ(seen.code, 1) << seen.output;
  EXPECT_THAT(seen.output, HasSubstr("Contacts u1 (" + contact + "): the record carries no platform id"));
  EXPECT_THAT(seen.output, HasSubstr("records read for 6 API credits. 1 fault in the id map."));
  const auto as_json = system.cli({"mapping", "verify", "--json"});
  EXPECT_THAT(as_json.output, HasSubstr(R"("scope":"mapping")"));
  EXPECT_THAT(as_json.output, HasSubstr(R"("what":"id_missing")"));
  const auto mended = system.cli({"mapping", "verify", "--repair"});
  EXPECT_EQ(mended.code, 0) << mended.output;
  EXPECT_THAT(mended.output, HasSubstr("1 fault in the id map: 1 mended, 0 left."));
  EXPECT_THAT(system.crm_get("/crm/v8/Contacts/" + contact + "?fields=Platform_User_ID"), HasSubstr(R"("u1")"));
  EXPECT_THAT(system.call("GET", "/metrics").body, HasSubstr("zohosync_mapping_faults_left 0"));
  EXPECT_THAT(system.call("GET", "/v1/status").body, HasSubstr(R"("mapping_verify":{"ended_at")"));
  EXPECT_EQ(system.call("POST", "/v1/reconcile", R"({"scope":"map"})").status, 400);
  EXPECT_EQ(system.call("POST", "/v1/reconcile", R"({"scpoe":"mapping"})").status, 400);
}

/// A record that people made, before us.
std::string make(System& system, const std::string& module, const std::string& fields) {
  const auto answer = system.control("POST", "/records/" + module, R"({"fields":)" + fields + R"(,"tags":[]})");
  simdjson::dom::parser parser;
  std::string_view id;
  return parser.parse(answer.body)["id"].get(id) == simdjson::SUCCESS ? std::string(id) : answer.body;
}

void write_file(const std::filesystem::path& path, const std::string& content) { std::ofstream(path) << content; }

TEST(MappingImport, ReportsThenLinksThroughTheDaemonAndLaterEventsFindTheLinks) {
  System system({});
  const std::string ann = make(system, "Contacts", R"({"Last_Name":"By Hand","Email":"private@example.org"})");
  const std::string bo = make(system, "Contacts", R"({"Last_Name":"Bo","Platform_User_ID":"somebody"})");
  const std::string acme = make(system, "Accounts", R"({"Account_Name":"Acme by hand"})");
  const auto file = system.directory() / "map.csv";
  write_file(file, "user_id,contact_id,account_key,account_id\r\n\"u1\"," + ann + ",org," + acme + "\r\n\r\nu2," + bo +
                       ",org," + acme + "\r\nu3,,org,\r\n");
  const auto seen = system.cli({"mapping", "import", file});
  EXPECT_EQ(seen.code, 1) << seen.output;
  EXPECT_THAT(seen.output, HasSubstr("line 4: Contacts u2 = " + bo + ": foreign_id [somebody]; "));
  EXPECT_THAT(seen.output,
              HasSubstr("3 lines checked for 4 API credits: 2 pairs to link, 0 linked before, 1 conflict."));
  EXPECT_THAT(seen.output, HasSubstr("1 line named no pair"));
  EXPECT_EQ(system.call("GET", "/v1/mappings/users/u1").status, 404) << "a look links nothing";

  const auto linked = system.cli({"mapping", "import", file, "--apply", "--json"});
  EXPECT_EQ(linked.code, 1) << linked.output;
  EXPECT_THAT(linked.output, HasSubstr(R"("linked":2)"));
  EXPECT_THAT(linked.output, HasSubstr(R"("what":"foreign_id")"));
  ASSERT_TRUE(system.wait_until_synced(std::chrono::seconds{60}));
  EXPECT_THAT(system.crm_get("/crm/v8/Contacts/" + ann + "?fields=Platform_User_ID,Last_Name"),
              testing::AllOf(HasSubstr(R"("u1")"), HasSubstr("By Hand")));
  EXPECT_THAT(system.call("GET", "/v1/mappings?contact_id=" + ann).body, HasSubstr(R"("user_id":"u1")"));
  EXPECT_THAT(system.cli({"mapping", "import", file, "--apply"}).output, HasSubstr("0 pairs linked, 2 linked before"));

  ASSERT_EQ(system
                .post_events(R"({"specversion":"1.0","id":"1","source":"/app","type":"user.signed_up","data":{"user":)"
                             R"({"id":"u1","email":"ann@example.com","last_name":"Lee","account_id":"org"}}})"
                             "\n")
                .status,
            202);
  EXPECT_THAT(system.call("GET", "/v1/mappings/users/u1?wait=30").body, HasSubstr(R"("contact_id":")" + ann));
  EXPECT_THAT(system.crm_get("/crm/v8/Contacts/" + ann + "?fields=Email"), HasSubstr("ann@example.com"));
  EXPECT_EQ(system.cli({"mapping", "verify"}).code, 1) << "somebody's record is an orphan";
  EXPECT_THAT(system.call("GET", "/metrics").body, HasSubstr("zohosync_mapping_links_imported 2"));
  EXPECT_FALSE(system.daemon().output().contains("@example.com"));

  // What one store exports, another takes.
  const auto exported = system.cli({"mapping", "export", "--csv"});
  write_file(file, exported.output);
  const auto back = system.cli({"mapping", "import", file});
  EXPECT_EQ(back.code, 0) << back.output;
  EXPECT_THAT(back.output, HasSubstr("2 linked before"));
}

TEST(MappingImport, BadFilesAndRequestsAreToldWhatToMend) {
  System system({});
  const auto file = system.directory() / "map.csv";
  const std::vector<std::pair<std::string, std::string>> files{
      {"", "is empty"},
      {"user_id,contact\nu1,1\n", "unknown column 'contact', did you mean 'contact_id'?"},
      {"user_id,account_key\nu1,org\n", "the columns name no pair"},
      {"user_id,user_id,contact_id\nu1,u1,1\n", "names user_id twice"},
      {"user_id,contact_id\nu1,1,2\n", "line 2 has more fields"},
      {"user_id,contact_id\n\"u1,1\n", "line 2 opens a quote"},
      {"user_id,contact_id\n\xff,1\n", "line 2 is not UTF-8"},
  };
  for (const auto& [content, words] : files) {
    write_file(file, content);
    const auto answer = system.cli({"mapping", "import", file});
    EXPECT_EQ(answer.code, 2) << content << answer.output;
    EXPECT_THAT(answer.output, HasSubstr(words));
  }
  write_file(file, "user_id,contact_id\nu1,1\nu1,2\n");
  EXPECT_THAT(system.cli({"mapping", "import", file}).output,
              HasSubstr("line 3: Contacts u1 = 2: contradicted [line 2]"));
  EXPECT_EQ(system.cli({"mapping", "import", system.directory() / "none.csv"}).code, 2);
  const std::vector<std::pair<std::string, std::string>> bodies{
      {"", "send {"},
      {R"({"rows":[]})", "there are no rows"},
      {R"({"rows":{}})", "rows must be a list"},
      {R"({"rows":[1]})", "rows[0] must be an object"},
      {R"({"rows":[{"user":"u1"}]})", "rows[0] has an unknown member 'user'"},
      {R"({"rows":[{"user_id":1}]})", "rows[0].user_id must be a string"},
      {R"({"apply":1,"rows":[{"user_id":"u"}]})", "apply must be true or false"},
      {R"({"dry":true,"rows":[{"user_id":"u"}]})", "unknown member 'dry'"},
  };
  for (const auto& [body, words] : bodies) {
    const auto answer = system.call("POST", "/v1/mappings/import", body, "application/json");
    EXPECT_EQ(answer.status, 400) << body;
    EXPECT_THAT(answer.body, HasSubstr(words.substr(0, words.find('{'))));
  }
  EXPECT_EQ(system.call("POST", "/v1/mappings/import", "{}", "", "").status, 401);
  EXPECT_THAT(system.call("GET", "/v1/mappings/import").body, HasSubstr(R"("state":)"));
}

TEST(MappingImport, SaysThatItNeedsTheDaemon) {
  System system({{"--ready"}, {}, false});
  const auto file = system.directory() / "map.csv";
  write_file(file, "user_id,contact_id\nu1,1\n");
  const auto alone = system.cli({"mapping", "import", file});
  EXPECT_EQ(alone.code, 3) << alone.output;
  EXPECT_THAT(alone.output, HasSubstr("zohosync serve"));
}

}  // namespace
}  // namespace zs::process
