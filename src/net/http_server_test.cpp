#include "net/http_server.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <future>
#include <thread>

#include "net/server_fixture.hpp"

namespace zs::net {
namespace {

using namespace std::chrono_literals;
using testing::answer_to;
using testing::echo;
using ::testing::EndsWith;
using testing::get;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::post;
using testing::RawSocket;
using testing::serve;
using ::testing::StartsWith;
using End = RawSocket::End;

// Long enough that only a hang reaches it.
constexpr auto k_patience = 20s;

TEST(Request, HeadersAreFoundWhateverTheLengthOfTheirNames) {
  const auto server = serve([](Request&& request, Reply reply) {
    reply({.body = std::string(request.header("x-a")) + std::string(request.header("x-longer-than-fifteen")) +
                   (request.has_header("content-encoding") ? "!" : "?")});
  });
  auto client = RawSocket::connect(server->port());
  client.send("GET / HTTP/1.1\r\nHost: x\r\nX-A: one \r\nX-Longer-Than-Fifteen: two\r\nContent-Encoding: gzip\r\n\r\n");
  EXPECT_THAT(client.read_message(), EndsWith("onetwo!"));
}

// ---- who answers, and when
// -------------------------------------------------------------------------------------------

TEST(Server, IsKnownToWhoeverAsksBeforeTheFirstRequest) {
  Server* known = nullptr;
  ServerOptions options;
  options.before_first = [&known](Server& server) { known = &server; };
  const auto server =
      serve([&known](Request&&, Reply reply) { reply({.body = known != nullptr ? "yes" : "no"}); }, std::move(options));
  EXPECT_THAT(answer_to(*server, get("/")), EndsWith("yes"));
  EXPECT_EQ(known, server.get());
}

TEST(Reply, MayComeFromAnotherThread) {
  std::vector<std::jthread> threads;
  const auto server = serve([&](Request&& request, Reply reply) {
    threads.emplace_back(
        [body = std::move(request.body), reply = std::move(reply)]() mutable { reply({.body = "late " + body}); });
  });
  auto client = RawSocket::connect(server->port());
  for (int i = 0; i < 50; ++i) {
    client.send(post(std::to_string(i)));
    EXPECT_THAT(client.read_message(), EndsWith("late " + std::to_string(i)));
  }
}

TEST(Reply, DroppedUnansweredIsA500) {
  const auto server = serve([](Request&&, Reply) {});
  auto client = RawSocket::connect(server->port());
  client.send(get("/") + get("/"));
  EXPECT_THAT(client.read_message(), StartsWith("HTTP/1.1 500 "));
  EXPECT_THAT(client.read_message(), StartsWith("HTTP/1.1 500 "));
}

TEST(Reply, DroppedOnAnotherThreadIsA500Too) {
  std::jthread dropper;
  const auto server = serve([&](Request&&, Reply reply) { dropper = std::jthread([reply = std::move(reply)] {}); });
  EXPECT_THAT(answer_to(*server, get("/")), StartsWith("HTTP/1.1 500 "));
}

TEST(Reply, IsA500WhenTheHandlerThrows) {
  const auto server = serve([](Request&&, Reply) { throw std::runtime_error("broken"); });
  const std::string answer = answer_to(*server, get("/"));
  EXPECT_THAT(answer, AllOf(StartsWith("HTTP/1.1 500 "), Not(HasSubstr("broken"))));
}

TEST(Reply, CountsOnce) {
  const auto server = serve([](Request&&, Reply reply) {
    reply({.body = "first"});
    reply({.body = "second"});
  });
  EXPECT_THAT(answer_to(*server, get("/")), EndsWith("first"));
}

TEST(Reply, FindsNobodyWhenTheClientHasGone) {
  std::promise<Reply> held;
  const auto server = serve([&](Request&& request, Reply reply) {
    if (request.path == "/held") return held.set_value(std::move(reply));
    echo(std::move(request), std::move(reply));
  });
  {
    auto client = RawSocket::connect(server->port());
    client.send(get("/held"));
    Reply reply = held.get_future().get();
    client.close();
    reply({.body = std::string(1'000'000, 'x')});
  }
  EXPECT_THAT(answer_to(*server, get("/after")), EndsWith("/after "));
}

TEST(Reply, IsHarmlessWhenTheServerHasGone) {
  std::promise<Reply> held;
  auto server = serve([&](Request&&, Reply reply) { held.set_value(std::move(reply)); });
  auto client = RawSocket::connect(server->port());
  client.send(get("/"));
  Reply reply = held.get_future().get();
  server.reset();
  reply({.body = "anybody there?"});
  EXPECT_EQ(client.read_all().first, "");
}

TEST(Server, LetsTheOwnerWordItsErrors) {
  const auto server = serve(echo, {.max_body_bytes = 1, .error_page = [](int status, std::string_view) {
                                     return Response{.status = status, .content_type = "text/x", .body = "ours"};
                                   }});
  EXPECT_THAT(answer_to(*server, post("too long")), AllOf(HasSubstr("text/x"), EndsWith("ours")));
  EXPECT_THAT(answer_to(*server, "nonsense\r\n\r\n"), AllOf(StartsWith("HTTP/1.1 400 "), EndsWith("ours")));
}

TEST(Server, ServesOnSeveralThreads) {
  const auto server = serve(echo, {.threads = 3});
  std::atomic<int> good = 0;
  {
    std::vector<std::jthread> clients;
    for (int c = 0; c < 6; ++c) {
      clients.emplace_back([&] {
        auto client = RawSocket::connect(server->port());
        for (int i = 0; i < 100; ++i) {
          client.send(post(std::to_string(i)));
          if (client.read_message().ends_with("POST /p " + std::to_string(i))) ++good;
        }
      });
    }
  }
  EXPECT_EQ(good, 600);
}

// ---- beginning and end
// ---------------------------------------------------------------------------------------------------

TEST(ServerStart, SaysWhoseTurnItIsWhenThePortIsTaken) {
  const auto first = serve(echo);
  const auto second = Server::start({.port = first->port()}, echo);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::conflict);
  EXPECT_THAT(second.error().text, StartsWith("127.0.0.1:" + std::to_string(first->port()) + " is already in use"));
}

TEST(ServerStart, UnderstandsAnAddressInBrackets) {
  const auto server = Server::start({.address = "[::1]"}, echo);
  // A machine without IPv6 may refuse the address, but not for how it is written.
  EXPECT_TRUE(server || server.error().text.starts_with("cannot listen on [::1]:0"));
}

TEST(ServerStart, RefusesWhatIsNoAddress) {
  const auto server = Server::start({.address = "my.host"}, echo);
  ASSERT_FALSE(server);
  EXPECT_EQ(server.error().code, Errc::invalid);
  EXPECT_THAT(server.error().text, HasSubstr("my.host"));
}

TEST(ServerStart, RefusesAnAddressOfAnotherMachine) {
  const auto server = Server::start({.address = "192.0.2.1"}, echo);
  ASSERT_FALSE(server);
  EXPECT_EQ(server.error().code, Errc::invalid);
}

TEST(ServerStart, NamesTheCertificateItCannotUse) {
  const auto server =
      Server::start({.tls_certificate_file = "/nowhere/cert.pem", .tls_key_file = "/nowhere/key.pem"}, echo);
  ASSERT_FALSE(server);
  EXPECT_EQ(server.error().code, Errc::invalid);
  EXPECT_THAT(server.error().text, HasSubstr("/nowhere/cert.pem"));
  EXPECT_FALSE(Server::start({.tls_certificate_file = "/nowhere/cert.pem"}, echo));
}

TEST(ServerStart, TakesAPortAgainAtOnce) {
  std::uint16_t port = 0;
  {
    const auto server = serve(echo);
    port = server->port();
    auto client = RawSocket::connect(port);
    client.send(get("/"));
    client.read_message();
  }
  EXPECT_TRUE(Server::start({.port = port}, echo));
}

TEST(ServerStop, LetsARequestUnderWayFinish) {
  std::promise<Reply> held;
  const auto server = serve([&](Request&&, Reply reply) { held.set_value(std::move(reply)); });
  auto client = RawSocket::connect(server->port());
  client.send(get("/"));
  Reply reply = held.get_future().get();
  std::jthread stopper([&] { server->stop(k_patience); });
  // The listener goes first; from then on the stop is under way.
  for (bool open = true; open;) {
    try {
      RawSocket::connect(server->port());
    } catch (const std::runtime_error&) {
      open = false;
    }
  }
  reply({.body = "just in time"});
  EXPECT_THAT(client.read_all().first, AllOf(HasSubstr("Connection: close"), EndsWith("just in time")));
}

TEST(ServerStop, ClosesWhatDoesNotFinishInTime) {
  std::promise<Reply> held;
  const auto server = serve([&](Request&&, Reply reply) { held.set_value(std::move(reply)); });
  auto client = RawSocket::connect(server->port());
  client.send(get("/"));
  const Reply reply = held.get_future().get();
  auto half = RawSocket::connect(server->port());
  half.send("GET / HT");
  server->stop(1ms);
  server->stop(1ms);
  EXPECT_EQ(client.read_all().first, "");
  EXPECT_EQ(half.read_all().first, "");
}

TEST(ServerStop, DoesNotWaitForIdleOrHangingConnections) {
  std::promise<void> hanging;
  auto server = serve([&](Request&& request, Reply reply) {
    reply({.cut = request.path == "/hang" ? Response::Cut::hang : Response::Cut::none});
    if (request.path == "/hang") hanging.set_value();
  });
  auto idle = RawSocket::connect(server->port());
  idle.send(get("/"));
  idle.read_message();
  auto hung = RawSocket::connect(server->port());
  hung.send(get("/hang"));
  hanging.get_future().wait();
  server->stop(24h);
  EXPECT_EQ(idle.read_all().first, "");
  EXPECT_EQ(hung.read_all().first, "");
}

TEST(ServerAfter, RunsTheTaskOnAServerThread) {
  const auto server = serve(echo, {.threads = 2});
  std::promise<std::thread::id> ran;
  server->after(1ms, [&] { ran.set_value(std::this_thread::get_id()); });
  auto when = ran.get_future();
  ASSERT_EQ(when.wait_for(k_patience), std::future_status::ready);
  EXPECT_NE(when.get(), std::this_thread::get_id());
}

TEST(ServerAfter, LetsAHandlerAnswerLater) {
  std::unique_ptr<Server> server;
  server = serve([&](Request&& request, Reply reply) {
    server->after(1ms, [reply = std::move(reply), path = request.path]() mutable { reply({.body = path}); });
  });
  EXPECT_THAT(answer_to(*server, get("/later")), EndsWith("/later"));
}

TEST(ServerAfter, IsDroppedByStop) {
  const auto token = std::make_shared<int>(1);
  std::atomic<bool> ran = false;
  const auto server = serve(echo);
  server->after(1h, [token, &ran] { ran = true; });
  server->stop(0ms);
  server->after(0ms, [token, &ran] { ran = true; });
  EXPECT_EQ(token.use_count(), 1);
  EXPECT_FALSE(ran);
}

}  // namespace
}  // namespace zs::net
