// The shared credentials: one token for the daemon, its restarts and every command beside it; revoked, narrowed,
// replaced.
#include <gtest/gtest.h>
#include <simdjson.h>

#include <csignal>
#include <fstream>

#include "base/crypto.hpp"
#include "process/system.hpp"

namespace zs::process {
namespace {

constexpr auto k_patience = std::chrono::seconds{60};

std::string text(const std::string& json, std::string_view key) {
  simdjson::dom::parser parser;
  std::string_view value;
  return parser.parse(json)[key].get(value) == simdjson::SUCCESS ? std::string(value) : std::string();
}

std::int64_t count(const std::string& json, std::string_view pointer) {
  simdjson::dom::parser parser;
  std::int64_t value = -1;
  return parser.parse(json).at_pointer(pointer).get(value) == simdjson::SUCCESS ? value : -1;
}

std::string signup(const std::string& user) {
  return R"({"specversion":"1.0","id":")" + user + R"(","source":"/t","type":"user.signed_up","data":{"user":{"id":")" +
         user + R"(","email":")" + user + R"(@example.com"}}})";
}

/// Polls until the status has `part`; its last text when it never does.
std::string status_with(System& system, std::string_view part) {
  std::string status;
  const auto deadline = std::chrono::steady_clock::now() + k_patience;
  do {
    status = system.call("GET", "/v1/status").body;
  } while (!status.contains(part) && std::chrono::steady_clock::now() < deadline);
  return status;
}

std::int64_t mints(System& system) { return count(system.control("GET", "/state").body, "/counters/mints"); }

/// A system whose refresh token stands in a file.
struct WithFile {
  System system;
  explicit WithFile(std::string token = "1000.sim.refresh", std::vector<std::string> more = {})
      : system({arguments(std::move(more)),
                {{"ZOHO_REFRESH_TOKEN", ""}, {"ZOHOSYNC_ZOHO_REFRESH_TOKEN_FILE", "refresh"}},
                false}) {
    write(token);
  }
  static std::vector<std::string> arguments(std::vector<std::string> more) {
    more.insert(more.begin(), "--ready");
    return more;
  }
  void write(const std::string& token) const {
    const auto path = system.directory() / "refresh";
    std::ofstream(path) << token << "\n";
    std::filesystem::permissions(path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  }
};

TEST(Token, OneMintServesTheDaemonItsRestartsAndAllCommands) {
  System system({{"--ready"}, {}, true});
  ASSERT_EQ(system.call("POST", "/v1/events", signup("u1"), "application/json").status, 202);
  ASSERT_TRUE(system.wait_until_synced(k_patience));
  const auto lent = system.call("GET", "/v1/token");
  ASSERT_EQ(lent.status, 200) << lent.body;
  EXPECT_EQ(lent.header("cache-control"), "no-store");
  EXPECT_EQ(text(lent.body, "api_domain"), system.simulator_url());
  EXPECT_TRUE(lent.body.contains("ZohoCRM.modules.ALL")) << lent.body;
  const std::string token = text(lent.body, "access_token");
  EXPECT_EQ(system.cli({"token"}).output, token + "\n");
  EXPECT_EQ(system.cli({"token"}, {{"ZOHOSYNC_API_KEY", ""}}).output, token + "\n") << "read from the store beside it";
  EXPECT_EQ(system.cli({"setup"}).code, 0);
  for (int i = 0; i < 3; ++i) {
    system.kill_daemon();
    system.start_daemon();
    ASSERT_EQ(system.call("POST", "/v1/events", signup("r" + std::to_string(i)), "application/json").status, 202);
    ASSERT_TRUE(system.wait_until_synced(k_patience));
  }
  ASSERT_EQ(system.stop_daemon(), 0);
  const auto alone = system.cli({"token", "--json"});
  EXPECT_EQ(alone.code, 0) << alone.output;
  EXPECT_EQ(text(alone.output, "access_token"), token);
  EXPECT_FALSE(text(alone.output, "expires_at").empty());
  EXPECT_EQ(mints(system), 1);
}

TEST(Token, WithoutADaemonTheStoreKeepsWhatIsMinted) {
  System system({{"--ready"}, {}, false});
  const auto first = system.cli({"token"});
  ASSERT_EQ(first.code, 0) << first.output;
  EXPECT_EQ(system.cli({"token"}).output, first.output);
  system.start_daemon();
  ASSERT_EQ(system.call("POST", "/v1/events", signup("u1"), "application/json").status, 202);
  ASSERT_TRUE(system.wait_until_synced(k_patience));
  EXPECT_EQ(mints(system), 1) << "the daemon begins with the command's token";
}

TEST(Token, ADeadTokenInTheStoreIsReplacedOnce) {
  System system({{"--ready"}, {}, false});
  const auto first = system.cli({"token"});
  ASSERT_EQ(first.code, 0) << first.output;
  system.control("POST", "/oauth", R"({"expire_access_tokens":true})");
  EXPECT_EQ(system.cli({"setup"}).code, 0);
  const auto second = system.cli({"token"});
  EXPECT_NE(second.output, first.output);
  EXPECT_EQ(mints(system), 2);
}

TEST(Token, NeedsAKeyWithTheScopeTokenWhichIsGoodForNothingElse) {
  System system({{"--ready"}, {}, false});
  const auto entry = [](const std::string& name, const std::string& scopes) {
    return "[[auth.keys]]\nname = \"" + name + "\"\nsha256 = \"" + sha256_hex(name + "'s key") + "\"\nscopes = [" +
           scopes + "]\n";
  };
  std::ofstream(system.directory() / "zohosync.toml")
      << entry("reader", R"("ingest", "read")") << entry("sibling", R"("token")");
  system.start_daemon();
  EXPECT_EQ(system.call("GET", "/v1/token", "", "", "").status, 401);
  EXPECT_EQ(system.call("GET", "/v1/token", "", "", "wrong").status, 401);
  EXPECT_EQ(system.call("GET", "/v1/status", "", "", "reader's key").status, 200);
  EXPECT_EQ(system.call("GET", "/v1/token", "", "", "reader's key").status, 403);
  EXPECT_EQ(system.call("GET", "/v1/token", "", "", "sibling's key").status, 200);
  EXPECT_EQ(system.call("GET", "/v1/status", "", "", "sibling's key").status, 403);
  EXPECT_EQ(system.call("DELETE", "/v1/users/u1", "", "", "sibling's key").status, 403);
  EXPECT_EQ(system.call("GET", "/v1/token").status, 200) << "admin includes it";
}

TEST(Token, IsLentOnlyWithTheScopesThatAreAskedFor) {
  System system({{"--ready"}, {}, true});
  EXPECT_EQ(system.call("GET", "/v1/token?scope=ZohoCRM.modules.deals.READ%20ZohoCRM.org.READ").status, 200);
  const auto lacking =
      system.call("GET", "/v1/token?scope=ZohoCRM.org.READ,ZohoBooks.invoices.READ&scope=ZohoBooks.x.ALL");
  EXPECT_EQ(lacking.status, 409);
  EXPECT_EQ(text(lacking.body, "code"), "scope_missing");
  EXPECT_TRUE(lacking.body.contains(R"("missing":["ZohoBooks.invoices.READ","ZohoBooks.x.ALL"])")) << lacking.body;
  EXPECT_FALSE(lacking.body.contains("1000.")) << "no token in a refusal";
  const auto misspelled = system.call("GET", "/v1/token?scopes=ZohoCRM.org.READ");
  EXPECT_EQ(misspelled.status, 400);
  EXPECT_TRUE(misspelled.body.contains("scopes")) << misspelled.body;
  EXPECT_EQ(system.cli({"token", "--scope", "ZohoCRM.org.READ,ZohoCRM.modules.deals.READ"}).code, 0);
  const auto refused = system.cli({"token", "--scope", "ZohoBooks.invoices.READ"});
  EXPECT_EQ(refused.code, 1);
  EXPECT_TRUE(refused.output.contains("zoho.extra_scopes")) << refused.output;
}

TEST(Token, ComesByTheSocketToWhomTheFileLetsIn) {
  System system({{"--ready"}, {{"ZOHOSYNC_SERVER_SOCKET", "s"}, {"ZOHOSYNC_SERVER_SOCKET_MODE", "0600"}}, true});
  const auto socket = system.directory() / "s";
  ASSERT_TRUE(std::filesystem::is_socket(socket));
  EXPECT_EQ(std::filesystem::status(socket).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  const auto by_key = system.call("GET", "/v1/token");
  const auto by_socket = system.cli({"token"}, {{"ZOHOSYNC_API_KEY", ""}});
  EXPECT_EQ(by_socket.output, text(by_key.body, "access_token") + "\n");
  system.kill_daemon();
  ASSERT_TRUE(std::filesystem::exists(socket)) << "a killed daemon leaves it";
  EXPECT_EQ(system.cli({"token"}, {{"ZOHOSYNC_API_KEY", ""}}).output, by_socket.output)
      << "a dead socket is no obstacle";
  system.start_daemon();
  ASSERT_EQ(system.stop_daemon(), 0);
  EXPECT_FALSE(std::filesystem::exists(socket));
}

TEST(Token, ARevokedRefreshTokenPausesTellsAndANewOneInTheFileResumes) {
  WithFile one;
  System& system = one.system;
  system.start_daemon();
  ASSERT_EQ(system.call("POST", "/v1/events", signup("before"), "application/json").status, 202);
  ASSERT_TRUE(system.wait_until_synced(k_patience));
  system.control("POST", "/oauth", R"({"revoke_refresh_token":"1000.sim.refresh"})");
  ASSERT_EQ(system.call("POST", "/v1/events", signup("during"), "application/json").status, 202);
  EXPECT_TRUE(status_with(system, "token_revoked").contains("\"state\":\"token_revoked\""));
  EXPECT_TRUE(system.call("GET", "/metrics").body.contains("zohosync_zoho_state{state=\"token_revoked\"} 1"));
  EXPECT_TRUE(system.daemon().output().contains("token_revoked")) << "in the log";
  EXPECT_EQ(system.call("POST", "/v1/events", signup("later"), "application/json").status, 202) << "events are kept";
  EXPECT_EQ(system.call("GET", "/readyz").status, 200);
  const auto refused = system.call("GET", "/v1/token");
  EXPECT_EQ(refused.status, 503);
  EXPECT_TRUE(refused.body.contains("zohosync auth")) << refused.body;
  EXPECT_EQ(system.cli({"token"}).code, 3);

  system.control("POST", "/oauth", R"({"allow_refresh_token":"1000.sim.second"})");
  one.write("1000.sim.second");
  EXPECT_TRUE(system.wait_until_synced(k_patience)) << "nobody told the daemon";
  EXPECT_TRUE(status_with(system, "\"state\":\"ok\"").contains("\"state\":\"ok\""));
}

TEST(Token, AMissingScopeIsNamedInStatusAndLog) {
  System system({{"--ready", "--scopes", "ZohoCRM.modules.ALL,ZohoCRM.settings.ALL,ZohoCRM.org.READ,ZohoCRM.apis.READ"},
                 {},
                 true});
  ASSERT_EQ(system.call("POST", "/v1/events", signup("u1"), "application/json").status, 202);
  const std::string status = status_with(system, "ZohoCRM.coql.READ");
  EXPECT_TRUE(status.contains("\"state\":\"misconfigured\"")) << status;
  EXPECT_TRUE(status.contains("lacks the scopes ZohoCRM.coql.READ:")) << status;
  EXPECT_TRUE(system.daemon().output().contains("\"missing\":\"ZohoCRM.coql.READ\"")) << system.daemon().output();
  EXPECT_EQ(system.call("POST", "/v1/events", signup("u2"), "application/json").status, 202);
}

TEST(Token, ATokenOfAnotherRefreshTokenIsNotUsedAfterARestart) {
  WithFile one;
  System& system = one.system;
  const auto first = system.cli({"token"});
  ASSERT_EQ(first.code, 0) << first.output;
  system.control("POST", "/oauth", R"({"allow_refresh_token":"1000.sim.other"})");
  one.write("1000.sim.other");
  const auto second = system.cli({"token"});
  EXPECT_EQ(second.code, 0) << second.output;
  EXPECT_NE(second.output, first.output);
}

TEST(Token, ACrashLoopDoesNotMintWithoutEnd) {
  System system({{"--ready"}, {}, false});
  for (std::int64_t i = 1; i <= 10; ++i) {
    system.control("POST", "/oauth", R"({"expire_access_tokens":true})");
    system.start_daemon();
    const auto deadline = std::chrono::steady_clock::now() + k_patience;
    while (mints(system) < i && !system.call("GET", "/v1/status").body.contains("throttled") &&
           std::chrono::steady_clock::now() < deadline) {
      // No pause after the dead token: the limit alone holds it back.
      system.daemon().signal(SIGHUP);
    }
    system.kill_daemon();
  }
  const std::string state = system.control("GET", "/state").body;
  EXPECT_EQ(count(state, "/counters/mints"), 8);
  EXPECT_EQ(count(state, "/counters/refused_mints"), 0);
}

}  // namespace
}  // namespace zs::process
