#include <gmock/gmock.h>

#include <atomic>

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
using testing::RawSocket;
using testing::serve;
using ::testing::StartsWith;
using End = RawSocket::End;

// ---- answers -------------------------------------------------------------------------------------------------------

TEST(ServerAnswers, CarryLengthTypeAndDate) {
  const auto server =
      serve([](Request&&, Reply reply) { reply({.body = "{}", .headers = {{"X-A", "1"}, {"content-length", "99"}}}); });
  const std::string answer = answer_to(*server, get("/"));
  EXPECT_THAT(answer, AllOf(HasSubstr("Content-Length: 2\r\n"), HasSubstr("Content-Type: application/json\r\n"),
                            HasSubstr("\r\nX-A: 1\r\n"), HasSubstr(" GMT\r\n"), Not(HasSubstr("99"))));
}

TEST(ServerAnswers, LeaveTheDateToAHandlerThatGivesOne) {
  const auto server = serve([](Request&&, Reply reply) { reply({.headers = {{"date", "then"}}}); });
  const std::string answer = answer_to(*server, get("/"));
  EXPECT_THAT(answer, AllOf(HasSubstr("date: then\r\n"), Not(HasSubstr("Date:"))));
}

TEST(ServerAnswers, CannotBeSplitByALineBreakInAHeader) {
  const auto server = serve([](Request&&, Reply reply) { reply({.headers = {{"X-A", "1\r\nX-Evil: 2"}}}); });
  EXPECT_THAT(answer_to(*server, get("/")), Not(HasSubstr("\nX-Evil")));
}

TEST(ServerAnswers, ToHeadHaveTheHeadOfAGetAndNoBody) {
  const auto server = serve(echo);
  auto client = RawSocket::connect(server->port());
  client.send("HEAD /h HTTP/1.1\r\nHost: x\r\n\r\n" + get("/next"));
  EXPECT_THAT(client.read_until("\r\n\r\n"), HasSubstr("Content-Length: 7\r\n"));  // "GET /h "
  EXPECT_THAT(client.read_message(), StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST(ServerAnswers, WithoutContentHaveNoLength) {
  const auto server = serve([](Request&&, Reply reply) { reply({.status = 204, .body = "ignored"}); });
  auto client = RawSocket::connect(server->port());
  client.send(get("/") + get("/"));
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(client.read_until("\r\n\r\n"), AllOf(StartsWith("HTTP/1.1 204 "), Not(HasSubstr("Content-"))));
  }
}

TEST(ServerAnswers, EndTheConnectionWhenEitherSideAsks) {
  const auto server = serve([](Request&& request, Reply reply) {
    reply({.body = "x", .headers = request.path == "/close" ? Headers{{"Connection", "close"}} : Headers{}});
  });
  for (const char* const request :
       {"GET /close HTTP/1.1\r\nHost: x\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        "GET / HTTP/1.0\r\n\r\n"}) {
    auto client = RawSocket::connect(server->port());
    client.send(request);
    const auto [answer, end] = client.read_all();
    EXPECT_THAT(answer, HasSubstr("200 OK")) << request;
    EXPECT_EQ(end, End::eof) << request;
  }
}

TEST(ServerAnswers, KeepAnOldClientThatAsksForIt) {
  const auto server = serve(echo);
  auto client = RawSocket::connect(server->port());
  for (int i = 0; i < 2; ++i) {
    client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_THAT(client.read_message(), HasSubstr("Connection: keep-alive\r\n"));
  }
}

TEST(ServerAnswers, OfManyMegabytesArriveWhole) {
  const std::string big(20'000'000, 'b');
  const auto server = serve([&](Request&&, Reply reply) { reply({.body = big}); });
  const std::string answer = answer_to(*server, get("/"));
  EXPECT_EQ(answer.substr(answer.find("\r\n\r\n") + 4), big);
}

std::function<bool(std::string&)> count_to(int last) {
  return [last, next = 1](std::string& piece) mutable {
    if (next > last) return false;
    piece = std::to_string(next++) + ';';
    return true;
  };
}

TEST(ServerAnswers, CanBeStreamedInChunks) {
  const auto server = serve([](Request&&, Reply reply) { reply({.stream = count_to(3)}); });
  auto client = RawSocket::connect(server->port());
  client.send(get("/") + get("/"));
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(client.read_until("\r\n\r\n"), HasSubstr("Transfer-Encoding: chunked\r\n"));
    EXPECT_EQ(client.read_until("0\r\n\r\n"), "2\r\n1;\r\n2\r\n2;\r\n2\r\n3;\r\n0\r\n\r\n");
  }
}

TEST(ServerAnswers, AreStreamedWithoutChunksToAnOldClient) {
  const auto server = serve([](Request&&, Reply reply) { reply({.stream = count_to(3)}); });
  const std::string answer = answer_to(*server, "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_THAT(answer, AllOf(EndsWith("\r\n\r\n1;2;3;"), Not(HasSubstr("chunked"))));
}

TEST(ServerAnswers, BreakOffWhenTheStreamFails) {
  const auto server = serve([](Request&&, Reply reply) {
    reply({.stream = [](std::string&) -> bool { throw std::runtime_error("gone"); }});
  });
  auto client = RawSocket::connect(server->port());
  client.send(get("/"));
  const auto [answer, end] = client.read_all();
  EXPECT_THAT(answer, Not(HasSubstr("0\r\n\r\n")));
  EXPECT_EQ(end, End::reset);
}

TEST(ServerAnswers, AskTheStreamOnlyAsFastAsTheClientReads) {
  std::atomic<int> asked = 0;
  const auto server = serve([&](Request&&, Reply reply) {
    reply({.stream = [&asked](std::string& piece) {
      piece.assign(1'000'000, 's');
      return ++asked < 200;
    }});
  });
  auto client = RawSocket::connect(server->port());
  client.send(get("/"));
  EXPECT_THAT(client.read_until("\r\n\r\n"), HasSubstr("chunked"));
  EXPECT_LT(asked, 100);  // what socket buffers hold, not the whole
  EXPECT_THAT(answer_to(*server, "GET / HTTP/1.0\r\n\r\n"), ::testing::SizeIs(::testing::Gt(10'000'000U)));
}

TEST(ServerAnswers, AStreamThatHasNothingYetLetsOthersHaveTheirTurn) {
  constexpr int k_give_up = 10'000'000;
  std::atomic<bool> is_released = false;
  const auto server = serve([&](Request&& request, Reply reply) {
    if (request.target == "/release") {
      is_released = true;
      return reply({.body = "x"});
    }
    reply({.stream = [&, asked = 0](std::string& piece) mutable {
      if (!is_released && ++asked < k_give_up) return true;
      piece = is_released ? "last" : "none";
      return false;
    }});
  });
  auto client = RawSocket::connect(server->port());
  client.send(get("/"));
  EXPECT_THAT(client.read_until("\r\n\r\n"), HasSubstr("chunked"));
  EXPECT_THAT(answer_to(*server, get("/release")), EndsWith("x"));
  EXPECT_EQ(client.read_until("0\r\n\r\n"), "4\r\nlast\r\n0\r\n\r\n");
}

// ---- a bad network
// -----------------------------------------------------------------------------------------------------

TEST(ServerCut, ResetEndsTheConnectionWithoutAByte) {
  const auto server = serve([](Request&&, Reply reply) { reply({.body = "x", .cut = Response::Cut::reset}); });
  auto client = RawSocket::connect(server->port());
  client.send(get("/"));
  EXPECT_EQ(client.read_all(), std::pair(std::string(), End::reset));
}

TEST(ServerCut, TruncateSendsHalfOfTheBody) {
  const auto server =
      serve([](Request&&, Reply reply) { reply({.body = "0123456789", .cut = Response::Cut::truncate}); });
  auto client = RawSocket::connect(server->port());
  client.send(get("/"));
  const auto [answer, end] = client.read_all();
  EXPECT_THAT(answer, AllOf(HasSubstr("Content-Length: 10\r\n"), EndsWith("\r\n\r\n01234")));
  EXPECT_EQ(end, End::eof);
}

TEST(ServerCut, TruncateLeavesNoWholeAnswerWhereThereIsNoBody) {
  const auto server = serve([](Request&&, Reply reply) { reply({.status = 204, .cut = Response::Cut::truncate}); });
  EXPECT_THAT(answer_to(*server, get("/")), AllOf(StartsWith("HTTP/1.1"), Not(HasSubstr("\r\n\r\n"))));
}

TEST(ServerCut, TruncateEndsAStreamAfterItsFirstPiece) {
  const auto server =
      serve([](Request&&, Reply reply) { reply({.stream = count_to(3), .cut = Response::Cut::truncate}); });
  EXPECT_THAT(answer_to(*server, get("/")), EndsWith("\r\n\r\n2\r\n1;\r\n"));
}

TEST(ServerCut, HangKeepsTheConnectionUntilTheClientLeaves) {
  // One connection at a time: the second is served only when the first has really ended.
  const auto server = serve(
      [](Request&& request, Reply reply) {
        reply({.body = "served", .cut = request.path == "/hang" ? Response::Cut::hang : Response::Cut::none});
      },
      {.max_connections = 1, .idle_timeout = 1ms});
  auto hanging = RawSocket::connect(server->port());
  hanging.send(get("/hang"));
  auto next = RawSocket::connect(server->port());
  next.send(get("/"));
  hanging.half_close();
  EXPECT_EQ(hanging.read_all(), std::pair(std::string(), End::eof));
  EXPECT_THAT(next.read_message(), EndsWith("served"));
}

TEST(ServerCut, DelayHoldsOneAnswerAndNoOther) {
  const auto server = serve([](Request&& request, Reply reply) {
    reply({.body = request.path, .delay = request.path == "/slow" ? 60'000ms : 1ms});
  });
  auto slow = RawSocket::connect(server->port());
  slow.send(get("/slow"));
  EXPECT_THAT(answer_to(*server, get("/quick")), EndsWith("/quick"));
}

}  // namespace
}  // namespace zs::net
