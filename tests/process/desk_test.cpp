// Desk tickets by the real daemon and the command line, against a portal that can lose its answers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include <atomic>
#include <mutex>
#include <thread>

#include "base/text.hpp"
#include "net/curl_transport.hpp"
#include "net/http_server.hpp"
#include "process/system.hpp"

namespace zs::process {
namespace {

using testing::HasSubstr;

/// As much of a Desk portal as a ticket needs, on a port of its own.
class SmallPortal {
 public:
  SmallPortal() {
    auto started = net::Server::start({}, [this](net::Request&& request, net::Reply reply) {
      const std::lock_guard lock(mutex_);
      reply(answer(request));
    });
    if (!started) throw std::runtime_error(started.error().text);
    server_ = std::move(*started);
  }
  ~SmallPortal() { server_->stop(std::chrono::seconds{1}); }
  SmallPortal(const SmallPortal&) = delete;
  SmallPortal& operator=(const SmallPortal&) = delete;

  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(server_->port()); }
  /// The next ticket is made, and the connection breaks instead of the answer.
  void lose_next_answer() {
    const std::lock_guard lock(mutex_);
    loses_ = true;
  }
  [[nodiscard]] std::vector<std::string> tickets() {
    const std::lock_guard lock(mutex_);
    return tickets_;
  }
  [[nodiscard]] std::size_t contacts() {
    const std::lock_guard lock(mutex_);
    return contacts_;
  }
  [[nodiscard]] bool all_named_the_org() {
    const std::lock_guard lock(mutex_);
    return named_the_org_;
  }

 private:
  static net::Response json(std::string body) {
    net::Response response;
    response.body = std::move(body);
    return response;
  }
  static net::Response nothing() {
    net::Response response;
    response.status = 204;
    return response;
  }
  std::string ticket_row(std::size_t index) const {
    simdjson::dom::parser parser;
    const simdjson::dom::element body = parser.parse(tickets_[index]);
    return R"({"id":"70)" + std::to_string(index) + R"(","ticketNumber":"10)" + std::to_string(index) +
           R"(","webUrl":"https://desk.example/t/)" + std::to_string(index) + R"(","contactId":"501","cf":)" +
           simdjson::minify(body["cf"].value()) + "}";
  }

  net::Response answer(const net::Request& request) {
    const std::string_view path = std::string_view(request.path).substr(std::string_view("/api/v1").size());
    if (path == "/organizations") return json(R"({"data":[{"id":"4001"}]})");
    named_the_org_ = named_the_org_ && request.header("orgid") == "4001" &&
                     request.header("authorization").starts_with("Zoho-oauthtoken ");
    if (path == "/departments") {
      return json(R"({"data":[{"id":"11","name":"Support","isEnabled":true,"isDefault":true},)"
                  R"({"id":"12","name":"Billing","isEnabled":true}]})");
    }
    if (path == "/contacts/search") return nothing();
    if (path == "/contacts") {
      ++contacts_;
      return json(R"({"id":"501"})");
    }
    if (path == "/tickets/search") {
      std::string rows;
      for (const auto& [name, value] : net::parse_query(request.query)) {
        if (name != "customField1") continue;
        const std::string correlation = value.substr(value.find(':') + 1);
        for (std::size_t i = 0; i < tickets_.size(); ++i) {
          if (tickets_[i].contains(correlation)) rows += (rows.empty() ? "" : ",") + ticket_row(i);
        }
      }
      return rows.empty() ? nothing() : json("{\"data\":[" + rows + "]}");
    }
    if (path == "/tickets" && request.method == "POST") {
      tickets_.push_back(request.body);
      net::Response response = json(ticket_row(tickets_.size() - 1));
      if (std::exchange(loses_, false)) response.cut = net::Response::Cut::reset;
      return response;
    }
    net::Response response = json(R"({"errorCode":"URL_NOT_FOUND"})");
    response.status = 404;
    return response;
  }

  std::mutex mutex_;
  std::vector<std::string> tickets_;  // guarded by mutex_
  std::size_t contacts_ = 0;          // guarded by mutex_
  bool loses_ = false;                // guarded by mutex_
  bool named_the_org_ = true;         // guarded by mutex_
  std::unique_ptr<net::Server> server_;
};

System::Options with_desk(const SmallPortal& portal, const std::string& department = "11") {
  return {{"--ready"},
          {{"ZOHOSYNC_ZOHO_DESK_URL", portal.url()},
           {"ZOHOSYNC_DESK_ENABLED", "true"},
           {"ZOHOSYNC_DESK_DEPARTMENT_ID", department},
           {"ZOHOSYNC_DESK_FIELDS_cf_plan", "plan"},
           {"ZOHOSYNC_DESK_INDEX_LAG_SECONDS", "2"}},
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

TEST(DeskTickets, GoFromASignupToATicketThatSaysThePlan) {
  SmallPortal portal;
  System system(with_desk(portal));
  sign_up(system, "u1");
  ASSERT_TRUE(system.wait_until_synced(std::chrono::seconds{30}));
  const auto made = open_ticket(system, "u1", "k1", "?wait=30");
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(made.body, R"({"ticket_id":"700","ticket_number":"100","web_url":"https://desk.example/t/0",)"
                       R"("desk_contact_id":"501"})");
  ASSERT_EQ(portal.tickets().size(), 1U);
  EXPECT_THAT(portal.tickets()[0], HasSubstr("1 &lt; 2"));
  EXPECT_THAT(portal.tickets()[0], HasSubstr(R"("cf_plan":"pro")"));
  EXPECT_TRUE(portal.all_named_the_org());
  EXPECT_THAT(system.call("GET", "/v1/mappings/users/u1").body, HasSubstr(R"("desk_contact_id":"501")"));
  EXPECT_THAT(system.call("GET", "/v1/status").body, HasSubstr(R"("desk":{"state":"ok")"));
  EXPECT_THAT(system.call("GET", "/metrics").body, HasSubstr("zohosync_desk_tickets 1"));
  const auto again = open_ticket(system, "u1", "\"k1\"");
  EXPECT_EQ(again.status, 201);
  EXPECT_EQ(again.body, made.body);
  EXPECT_EQ(again.header("idempotent-replayed"), "true");
  EXPECT_EQ(portal.tickets().size(), 1U);
  EXPECT_EQ(portal.contacts(), 1U);
}

TEST(DeskTickets, WhoseAnswerIsLostAndWhoseDaemonIsKilledAreMadeOnce) {
  SmallPortal portal;
  System system(with_desk(portal));
  sign_up(system, "u1");
  ASSERT_TRUE(system.wait_until_synced(std::chrono::seconds{30}));
  portal.lose_next_answer();
  std::atomic<bool> answered = false;
  std::thread caller([&] {
    (void)open_ticket(system, "u1", "k1");
    answered = true;
  });
  while (portal.tickets().empty() && !answered) std::this_thread::yield();
  system.kill_daemon();
  caller.join();
  system.start_daemon();
  const auto answer = open_ticket(system, "u1", "k1");
  ASSERT_EQ(answer.status, 201) << answer.body;
  EXPECT_THAT(answer.body, HasSubstr(R"("ticket_id":"700")"));
  EXPECT_EQ(portal.tickets().size(), 1U);
}

TEST(DeskTickets, AreRefusedWithAReasonAndAMend) {
  SmallPortal portal;
  System system(with_desk(portal, ""));
  const auto keyless = open_ticket(system, "u1", "");
  EXPECT_EQ(keyless.status, 400);
  EXPECT_THAT(keyless.body, HasSubstr("Idempotency-Key"));
  EXPECT_EQ(open_ticket(system, "nobody", "k1").status, 404);
  EXPECT_EQ(open_ticket(system, "nobody", "k1", "?wait=a").status, 400);
  sign_up(system, "u1");
  const auto several = open_ticket(system, "u1", "k2", "?wait=30");
  EXPECT_EQ(several.status, 422) << several.body;
  EXPECT_THAT(several.body, HasSubstr("11 (Support), 12 (Billing)"));
  EXPECT_THAT(several.body, HasSubstr(R"("field":"department_id")"));
  EXPECT_TRUE(portal.tickets().empty());
}

TEST(DeskTickets, OpenFromTheCommandLine) {
  SmallPortal portal;
  System system(with_desk(portal, ""));
  sign_up(system, "u1");
  ASSERT_TRUE(system.wait_until_synced(std::chrono::seconds{30}));
  const auto departments = system.cli({"desk", "departments"});
  EXPECT_EQ(departments.code, 0) << departments.output;
  EXPECT_THAT(departments.output, HasSubstr("Billing"));
  const std::vector<std::string> ticket{"desk", "ticket",       "u1", "--subject",         "Help", "--description",
                                        "it's", "--department", "12", "--idempotency-key", "k1"};
  const auto made = system.cli(ticket);
  EXPECT_EQ(made.code, 0) << made.output;
  EXPECT_THAT(made.output, HasSubstr("Ticket 100 (700)"));
  EXPECT_EQ(system.cli(ticket).output, made.output);
  EXPECT_EQ(portal.tickets().size(), 1U);
  EXPECT_EQ(system.cli({"desk", "ticket", "nobody", "--subject", "s", "--description", "d"}).code, 1);
  EXPECT_EQ(system.cli({"desk", "ticket", "u1", "--subject", "s"}).code, 2);
  EXPECT_THAT(system.cli({"mapping", "get", "u1"}).output, HasSubstr("501"));
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
