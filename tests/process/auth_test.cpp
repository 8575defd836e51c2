// From consent to a refresh token, and the doctor's view of what came of it, with the real programs.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <sstream>

#include "net/curl_transport.hpp"
#include "process/system.hpp"

namespace zs::process {
namespace {

const std::map<std::string, std::string> k_by_file{{"ZOHO_REFRESH_TOKEN", ""},
                                                   {"ZOHOSYNC_ZOHO_REFRESH_TOKEN_FILE", "refresh"}};

std::string content(const std::filesystem::path& path) {
  std::ifstream in(path);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::string get(const std::string& url, std::string_view header = "") {
  net::ClientRequest request;
  request.url = url;
  const auto answer = net::fetch(std::move(request));
  return header.empty() ? std::to_string(answer.status) + " " + answer.body : std::string(answer.header(header));
}

/// The program under test waiting for consent, and the address it printed.
struct Asking {
  explicit Asking(System& system)
      : port(free_port()),
        child({{ZS_ZOHOSYNC, "auth", "--redirect", "--port", std::to_string(port)},
               environment(system),
               system.directory(),
               "auth"}),
        url("http" + child.wait_for("\n  http", std::chrono::seconds{20})) {}
  static std::map<std::string, std::string> environment(System& system) {
    auto out = system.environment();
    for (const auto& [name, value] : k_by_file) out[name] = value;
    return out;
  }
  int port;
  Child child;
  std::string url;
};

TEST(Auth, ASelfClientsCodeBecomesARefreshTokenInItsFileAndWorks) {
  System system({{"--ready"}, {}, false});
  const auto done = system.cli({"auth", "--code", "1000.sim.code"}, k_by_file);
  ASSERT_EQ(done.code, 0) << done.output;
  EXPECT_TRUE(done.output.contains("All scopes are granted")) << done.output;
  EXPECT_TRUE(done.output.contains("reaches the org")) << done.output;
  struct stat status{};
  ASSERT_EQ(::stat((system.directory() / "refresh").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  EXPECT_FALSE(done.output.contains(content(system.directory() / "refresh"))) << "the secret is not shown";
  EXPECT_EQ(system.cli({"token"}, k_by_file).code, 0) << "the new token serves";
  for (const auto& entry : std::filesystem::directory_iterator(system.directory()))
    EXPECT_FALSE(entry.path().string().contains("refresh.new")) << entry.path();
}

TEST(Auth, ASpentCodeLeavesTheOldTokenInItsPlace) {
  System system({{"--ready"}, {}, false});
  ASSERT_EQ(system.cli({"auth", "--code", "1000.sim.code"}, k_by_file).code, 0);
  const std::string kept = content(system.directory() / "refresh");
  const auto again = system.cli({"auth", "--code", "1000.sim.code"}, k_by_file);
  EXPECT_EQ(again.code, 1) << again.output;
  EXPECT_TRUE(again.output.contains("was used before")) << again.output;
  EXPECT_EQ(content(system.directory() / "refresh"), kept);
}

TEST(Auth, WrongClientsAreToldApart) {
  System system({{"--ready"}, {}, false});
  auto environment = k_by_file;
  environment["ZOHO_CLIENT_SECRET"] = "wrong";
  EXPECT_TRUE(system.cli({"auth", "--code", "1000.sim.code"}, environment).output.contains("client secret does not"));
  environment["ZOHO_CLIENT_ID"] = "1000.OTHER";
  EXPECT_TRUE(system.cli({"auth", "--code", "1000.sim.code"}, environment).output.contains("does not know the client"));
}

TEST(Auth, MissingScopesAreNamed) {
  System system({{"--ready", "--scopes", "ZohoCRM.modules.ALL,ZohoCRM.settings.ALL,ZohoCRM.org.READ"}, {}, false});
  const auto done = system.cli({"auth", "--code", "1000.sim.code"}, k_by_file);
  EXPECT_EQ(done.code, 1) << "zohosync cannot work with it";
  EXPECT_TRUE(done.output.contains("ZohoCRM.coql.READ")) << done.output;
  EXPECT_TRUE(done.output.contains("ZohoCRM.apis.READ")) << done.output;
  EXPECT_FALSE(done.output.contains("  ZohoCRM.org.READ")) << done.output;
}

TEST(Auth, AVariableThatWouldWinOverTheFileIsSaid) {
  System system({{"--ready"}, {}, false});
  const auto refused =
      system.cli({"auth", "--code", "1000.sim.code"}, {{"ZOHOSYNC_ZOHO_REFRESH_TOKEN_FILE", "refresh"}});
  EXPECT_EQ(refused.code, 2) << refused.output;
  EXPECT_TRUE(refused.output.contains("ZOHO_REFRESH_TOKEN is set")) << refused.output;
  const auto printed = system.cli({"auth", "--print", "--code", "1000.sim.code"});
  EXPECT_EQ(printed.code, 0) << printed.output;
  EXPECT_TRUE(printed.output.contains("1000.")) << printed.output;
}

TEST(Auth, ADirectoryThatCannotBeWrittenIsFoundBeforeTheCodeIsSpent) {
  System system({{"--ready"}, {}, false});
  auto nowhere = k_by_file;
  nowhere["ZOHOSYNC_ZOHO_REFRESH_TOKEN_FILE"] = "/nowhere/refresh";
  EXPECT_EQ(system.cli({"auth", "--code", "1000.sim.code"}, nowhere).code, 1);
  EXPECT_EQ(system.cli({"auth", "--code", "1000.sim.code"}, k_by_file).code, 0) << "the code is still good";
}

TEST(Auth, WithoutArgumentsExplainsTheStepsForTheDataCentre) {
  System system({{"--ready"}, {}, false});
  const auto said = system.cli({"auth"}, {{"ZOHOSYNC_ZOHO_DC", "eu"}});
  EXPECT_EQ(said.code, 0) << said.output;
  EXPECT_TRUE(said.output.contains("https://api-console.zoho.eu/")) << said.output;
  EXPECT_TRUE(said.output.contains("ZohoCRM.modules.contacts.ALL,ZohoCRM.modules.accounts.ALL")) << said.output;
}

TEST(Auth, TheRedirectFlowEndsWithATokenInTheFile) {
  System system({{"--ready"}, {}, false});
  Asking asking(system);
  const std::string back = get(asking.url, "location");
  ASSERT_TRUE(back.starts_with("http://127.0.0.1:" + std::to_string(asking.port) + "/callback?code=")) << back;
  EXPECT_TRUE(get(back).starts_with("200"));
  EXPECT_EQ(asking.child.wait(std::chrono::seconds{20}), 0) << asking.child.output();
  EXPECT_TRUE(content(system.directory() / "refresh").starts_with("1000."));
}

TEST(Auth, ACallbackThatNobodyAskedForIsTurnedAwayAndWaitedPast) {
  System system({{"--ready"}, {}, false});
  Asking asking(system);
  const std::string listener = "http://127.0.0.1:" + std::to_string(asking.port);
  EXPECT_TRUE(get(listener + "/callback?code=evil&state=guessed").starts_with("400"));
  EXPECT_TRUE(get(listener + "/").starts_with("404"));
  EXPECT_TRUE(get(get(asking.url, "location")).starts_with("200"));
  EXPECT_EQ(asking.child.wait(std::chrono::seconds{20}), 0) << asking.child.output();
}

TEST(Auth, AnAnswerFromAServerOutsideTheTableEndsTheFlowUnasked) {
  System system({{"--ready"}, {}, false});
  Asking asking(system);
  std::string back = get(asking.url, "location");
  const std::size_t at = back.find("accounts-server=");
  back.replace(at, back.find('&', at) - at, "accounts-server=https%3A%2F%2Fevil.example");
  EXPECT_TRUE(get(back).starts_with("400"));
  EXPECT_EQ(asking.child.wait(std::chrono::seconds{20}), 1);
  EXPECT_TRUE(asking.child.output().contains("not Zoho's")) << asking.child.output();
  EXPECT_FALSE(std::filesystem::exists(system.directory() / "refresh"));
}

TEST(Doctor, FindsNoFaultOnceSetupHasRun) {
  System system({{}, {}, false});
  const auto before = system.cli({"doctor"});
  EXPECT_EQ(before.code, 1) << before.output;
  EXPECT_TRUE(before.output.contains("run `zohosync setup --apply`")) << before.output;
  ASSERT_EQ(system.cli({"setup", "--apply"}).code, 0);
  const auto after = system.cli({"doctor"});
  EXPECT_EQ(after.code, 0) << after.output;
  EXPECT_TRUE(after.output.contains("No fault.")) << after.output;
  const auto json = system.cli({"doctor", "--json"});
  EXPECT_TRUE(json.output.contains("\"faults\":[]")) << json.output;
  EXPECT_TRUE(json.output.contains("\"edition\":\"enterprise\"")) << json.output;
}

TEST(Doctor, NamesScopesAndStagesAndTheFieldThatIsNotUnique) {
  System system({{"--pipelines", "--scopes",
                  "ZohoCRM.modules.ALL,ZohoCRM.settings.fields.ALL,ZohoCRM.settings.tags.ALL,"
                  "ZohoCRM.org.READ,ZohoCRM.settings.layouts.READ,"
                  "ZohoCRM.settings.pipeline.READ"},
                 {},
                 false});
  std::ofstream(system.directory() / "zohosync.toml")
      << "[deals]\npipeline = \"Nowhere\"\n[external_ids]\ncontact = \"Department\"\n";
  const auto said = system.cli({"doctor"});
  EXPECT_EQ(said.code, 1) << said.output;
  for (const char* part : {"lacks the scope ZohoCRM.coql.READ", "lacks the scope ZohoCRM.settings.modules.READ",
                           "Nowhere", "Department on Contacts is not unique"}) {
    EXPECT_TRUE(said.output.contains(part)) << part << " in " << said.output;
  }
}

TEST(Doctor, TellsRefusedCredentialsFromAnUnreachableZoho) {
  System system({{"--ready"}, {}, false});
  const auto refused = system.cli({"doctor"}, {{"ZOHO_REFRESH_TOKEN", "1000.wrong"}});
  EXPECT_EQ(refused.code, 1) << refused.output;
  EXPECT_TRUE(refused.output.contains("zohosync auth")) << refused.output;
  const auto none = system.cli({"doctor"}, {{"ZOHO_REFRESH_TOKEN", ""}});
  EXPECT_EQ(none.code, 1) << none.output;
  system.kill_simulator();
  EXPECT_EQ(system.cli({"doctor"}).code, 3);
}

TEST(Doctor, BesideADaemonBorrowsItsToken) {
  System system({{"--ready"}, {}, true});
  ASSERT_EQ(system.call("GET", "/v1/token").status, 200);
  EXPECT_NE(system.cli({"doctor"}).code, 3);
  EXPECT_TRUE(system.control("GET", "/state").body.contains("\"mints\":1,"));
}

}  // namespace
}  // namespace zs::process
