// Desk tickets by the real daemon and the command line, against zohosim's Desk.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include <atomic>
#include <thread>

#include "net/curl_transport.hpp"
#include "process/system.hpp"

namespace zs::process {
namespace {

using testing::HasSubstr;
using testing::Not;

System::Options with_desk(const std::string& departments = "Support", const std::string& search_lag_ms = "0") {
  return {{"--ready", "--desk-sync-ms", "0", "--desk-search-lag-ms", search_lag_ms, "--desk-departments", departments},
          {{"ZOHOSYNC_DESK_ENABLED", "true"},
           {"ZOHOSYNC_DESK_FIELDS_cf_plan", "plan"},
           {"ZOHOSYNC_DESK_FIELDS_cf_lifecycle", "lifecycle"},
           {"ZOHOSYNC_DESK_INDEX_LAG_SECONDS", "3"}},
          true};
}

void sign_up(System& system, const std::string& user) {
  const auto posted =
      system.post_events(R"({"specversion":"1.0","id":")" + user +
                         R"(","source":"/t","type":"user.signed_up","data":{"user":{"id":")" + user + R"(","email":")" +
                         user + R"(@example.com","last_name":"Lee"}}})" + "\n" + R"({"specversion":"1.0","id":"s)" +
                         user + R"(","source":"/t","type":"subscription.activated","data":{"subscription":{"id":"s)" +
                         user + R"(","user_id":")" + user + R"(","plan":"pro"}}})" + "\n");
  ASSERT_EQ(posted.status, 202) << posted.body;
}

net::ClientResponse open_ticket(System& system, const std::string& user, const std::string& key,
                                const std::string& query = "") {
  net::ClientRequest request;
  request.method = "POST";
  request.url = system.daemon_url() + "/v1/desk/tickets" + query;
  request.headers = {{"authorization", "Bearer test-key"}};
  if (!key.empty()) request.headers.emplace_back("idempotency-key", key);
  request.body = R"({"user_id":")" + user + R"(","subject":"Help","description":"1 < 2"})";
  request.timeout = std::chrono::seconds{90};
  return net::fetch(std::move(request));
}

std::string portal(System& system) { return system.control("GET", "/desk").body; }

std::size_t tickets(System& system) {
  simdjson::dom::parser parser;
  const std::string body = portal(system);
  return parser.parse(body)["tickets"].get_array().size();
}

std::string member(const std::string& body, std::string_view key) {
  simdjson::dom::parser parser;
  std::string_view out;
  return parser.parse(body)[key].get(out) == simdjson::SUCCESS ? std::string(out) : "(none)";
}

TEST(DeskTickets, GoFromASignupToATicketThatSaysThePlan) {
  System system(with_desk());
  sign_up(system, "u1");
  ASSERT_TRUE(system.wait_until_synced(std::chrono::seconds{30}));
  const auto made = open_ticket(system, "u1", "k1", "?wait=30");
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_THAT(member(made.body, "ticket_number"), Not("(none)"));
  EXPECT_THAT(member(made.body, "web_url"), HasSubstr("http"));
  const std::string held = portal(system);
  EXPECT_EQ(tickets(system), 1U) << held;
  EXPECT_THAT(held, HasSubstr("1 &lt; 2"));
  EXPECT_THAT(held, HasSubstr(R"("cf_plan":"pro")"));
  EXPECT_THAT(held, HasSubstr(R"("cf_lifecycle":"active")"));
  EXPECT_THAT(held, HasSubstr(member(made.body, "ticket_id")));
  EXPECT_THAT(held, HasSubstr(R"("contacts":[])")) << "the contact that the integration mapped was taken";
  EXPECT_THAT(
      system.call("GET", "/v1/mappings/users/u1").body,
      HasSubstr(R"("desk_contact_id":")" + member(made.body, "desk_contact_id") + R"(","desk_contact_verified":true)"));
  EXPECT_THAT(system.call("GET", "/v1/status").body, HasSubstr(R"("desk":{"state":"ok")"));
  EXPECT_THAT(system.call("GET", "/metrics").body, HasSubstr("zohosync_desk_tickets 1"));
  const auto again = open_ticket(system, "u1", "\"k1\"");
  EXPECT_EQ(again.status, 201);
  EXPECT_EQ(again.body, made.body);
  EXPECT_EQ(again.header("idempotent-replayed"), "true");
  EXPECT_EQ(tickets(system), 1U);
}

TEST(DeskTickets, WhoseAnswerIsLostAreMadeOnce) {
  System system(with_desk("Support", "1000"));
  sign_up(system, "u1");
  ASSERT_TRUE(system.wait_until_synced(std::chrono::seconds{30}));
  ASSERT_LT(system.control("POST", "/faults", R"({"on":"desk_ticket_create","effect":"reset_after"})").status, 300);
  const auto answer = open_ticket(system, "u1", "k1");
  ASSERT_EQ(answer.status, 201) << answer.body;
  EXPECT_EQ(tickets(system), 1U);
  EXPECT_THAT(portal(system), HasSubstr(member(answer.body, "ticket_id")));
}

TEST(DeskTickets, WhoseDaemonIsKilledWhileTheyAreMadeAreMadeOnce) {
  System system(with_desk());
  sign_up(system, "u1");
  ASSERT_TRUE(system.wait_until_synced(std::chrono::seconds{30}));
  // Made, and the answer is so late that the daemon is dead by then.
  ASSERT_LT(
      system.control("POST", "/faults", R"({"on":"desk_ticket_create","effect":"latency","latency_ms":3000})").status,
      300);
  std::atomic<bool> answered = false;
  std::thread caller([&] {
    (void)open_ticket(system, "u1", "k1");
    answered = true;
  });
  while (tickets(system) == 0 && !answered) std::this_thread::yield();
  EXPECT_FALSE(answered);
  system.kill_daemon();
  caller.join();
  system.start_daemon();
  const auto answer = open_ticket(system, "u1", "k1");
  ASSERT_EQ(answer.status, 201) << answer.body;
  EXPECT_EQ(tickets(system), 1U);
}

TEST(DeskTickets, AreRefusedWithAReasonAndAMend) {
  System system(with_desk("Support,Billing"));
  const auto keyless = open_ticket(system, "u1", "");
  EXPECT_EQ(keyless.status, 400);
  EXPECT_THAT(keyless.body, HasSubstr("Idempotency-Key"));
  EXPECT_EQ(open_ticket(system, "nobody", "k1").status, 404);
  EXPECT_EQ(open_ticket(system, "nobody", "k1", "?wait=a").status, 400);
  sign_up(system, "u1");
  const auto several = open_ticket(system, "u1", "k2", "?wait=30");
  EXPECT_EQ(several.status, 422) << several.body;
  EXPECT_THAT(several.body, HasSubstr("(Billing)"));
  EXPECT_THAT(several.body, HasSubstr(R"("field":"department_id")"));
  EXPECT_EQ(tickets(system), 0U);
}

TEST(DeskTickets, LackingWhatTheLayoutDemandsSayWhich) {
  auto options = with_desk();
  options.simulator_arguments.insert(options.simulator_arguments.end(), {"--desk-mandatory", "subject,category"});
  System system(std::move(options));
  sign_up(system, "u1");
  const auto refused = open_ticket(system, "u1", "k1", "?wait=30");
  EXPECT_EQ(refused.status, 422) << refused.body;
  EXPECT_THAT(refused.body, HasSubstr(R"("field":"category","type":"missing")"));
  EXPECT_THAT(refused.body, HasSubstr("[desk.fields]"));
}

TEST(DeskTickets, OpenFromTheCommandLine) {
  System system(with_desk("Support,Billing"));
  sign_up(system, "u1");
  ASSERT_TRUE(system.wait_until_synced(std::chrono::seconds{30}));
  const auto departments = system.cli({"desk", "departments"});
  EXPECT_EQ(departments.code, 0) << departments.output;
  const std::size_t row = departments.output.find("Billing");
  ASSERT_NE(row, std::string::npos) << departments.output;
  const std::size_t line = departments.output.rfind('\n', row) + 1;
  const std::string billing = departments.output.substr(line, departments.output.find(' ', line) - line);
  const std::vector<std::string> ticket{"desk", "ticket",       "u1",    "--subject",         "Help", "--description",
                                        "it's", "--department", billing, "--idempotency-key", "k1"};
  const auto made = system.cli(ticket);
  EXPECT_EQ(made.code, 0) << made.output;
  EXPECT_THAT(made.output, HasSubstr("Ticket "));
  EXPECT_EQ(system.cli(ticket).output, made.output);
  EXPECT_EQ(tickets(system), 1U);
  EXPECT_THAT(portal(system), HasSubstr(R"("departmentId":")" + billing));
  EXPECT_EQ(system.cli({"desk", "ticket", "nobody", "--subject", "s", "--description", "d"}).code, 1);
  EXPECT_EQ(system.cli({"desk", "ticket", "u1", "--subject", "s"}).code, 2);
  EXPECT_THAT(system.cli({"mapping", "get", "u1"}).output, HasSubstr("Desk contact"));
  system.kill_daemon();
  const auto away = system.cli(ticket);
  EXPECT_EQ(away.code, 3) << away.output;
}

TEST(DeskTickets, AreNotTakenWhereDeskIsNotSwitchedOn) {
  System system({{"--ready"}, {}, true});
  const auto answer = open_ticket(system, "u1", "k1");
  EXPECT_EQ(answer.status, 404);
  EXPECT_THAT(answer.body, HasSubstr("desk.enabled"));
}

}  // namespace
}  // namespace zs::process
