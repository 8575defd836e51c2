#include "net/http_server.hpp"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <atomic>
#include <future>
#include <mutex>
#include <thread>

#include "net/http_client.hpp"
#include "net/raw_peer.hpp"

namespace zs::net {
namespace {

using namespace std::chrono_literals;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::RawSocket;
using ::testing::StartsWith;
using End = RawSocket::End;

// Long enough that only a hang reaches it.
constexpr auto k_patience = 20s;

std::unique_ptr<Server> serve(Handler handler, ServerOptions options = {}) {
  auto server = Server::start(std::move(options), std::move(handler));
  if (!server) throw std::runtime_error(server.error().text);
  return *std::move(server);
}

void echo(Request&& request, Reply reply) {
  reply({.content_type = "text/plain", .body = request.method + ' ' + request.target + ' ' + request.body});
}

std::string get(std::string_view path) { return "GET " + std::string(path) + " HTTP/1.1\r\nHost: x\r\n\r\n"; }

std::string post(std::string_view body, std::string_view more_headers = {}) {
  return "POST /p HTTP/1.1\r\nHost: x\r\n" + std::string(more_headers) +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

/// What the server says to these bytes before it closes.
std::string answer_to(const Server& server, std::string_view bytes) {
  auto client = RawSocket::connect(server.port());
  client.send(bytes);
  client.half_close();
  return client.read_all().first;
}

// ---- requests ------------------------------------------------------------------------------------------------------

TEST(Server, HandsOverAllPartsOfARequest) {
  std::promise<Request> seen;
  const auto server = serve([&](Request&& request, Reply reply) {
    seen.set_value(std::move(request));
    reply({.status = 202});
  });
  auto client = RawSocket::connect(server->port());
  client.send("PUT /a%2Fb?x=1&y=%20 HTTP/1.1\r\nHOST: x\r\nX-Thing:  two words \r\nContent-Length: 2\r\n\r\nhi");
  EXPECT_THAT(client.read_message(), StartsWith("HTTP/1.1 202 Accepted\r\n"));
  const Request request = seen.get_future().get();
  EXPECT_EQ(request.method, "PUT");
  EXPECT_EQ(request.target, "/a%2Fb?x=1&y=%20");
  EXPECT_EQ(request.path, "/a%2Fb");
  EXPECT_EQ(request.query, "x=1&y=%20");
  EXPECT_EQ(request.header("x-thing"), "two words");
  EXPECT_TRUE(request.has_header("host"));
  EXPECT_FALSE(request.has_header("cookie"));
  EXPECT_EQ(request.body, "hi");
  EXPECT_THAT(request.remote, StartsWith("127.0.0.1:"));
}

TEST(Server, TakesThePathFromATargetWithAnAuthority) {
  const auto server =
      serve([](Request&& request, Reply reply) { reply({.body = request.path + '|' + request.query}); });
  EXPECT_THAT(answer_to(*server, get("http://x:80/a?b")), EndsWith("/a|b"));
  EXPECT_THAT(answer_to(*server, get("http://x")), EndsWith("/|"));
}

TEST(Server, KeepsTheConnectionFromOneRequestToTheNext) {
  const auto server = serve(echo);
  auto client = RawSocket::connect(server->port());
  for (const char* const body : {"one", "two", "three"}) {
    client.send(post(body));
    EXPECT_THAT(client.read_message(), EndsWith(body));
  }
}

TEST(Server, AnswersPipelinedRequestsInTheirOrder) {
  std::vector<Reply> held;
  std::mutex mutex;
  std::promise<void> first_is_here;
  const auto server = serve([&](Request&& request, Reply reply) {
    if (request.path != "/first") return echo(std::move(request), std::move(reply));
    const std::lock_guard lock(mutex);
    held.push_back(std::move(reply));
    first_is_here.set_value();
  });
  auto client = RawSocket::connect(server->port());
  client.send(get("/first") + post("second") + get("/third"));
  first_is_here.get_future().wait();
  {
    const std::lock_guard lock(mutex);
    held.front()({.body = "first"});
  }
  EXPECT_THAT(client.read_message(), EndsWith("first"));
  EXPECT_THAT(client.read_message(), EndsWith("second"));
  EXPECT_THAT(client.read_message(), HasSubstr("/third"));
}

RC_GTEST_PROP(Server, ReadsARequestTheSameHoweverItIsCutUp, ()) {
  static const auto server = serve(echo);
  const auto body = *rc::gen::container<std::string>(rc::gen::inRange('a', 'z'));
  const bool chunked = *rc::gen::arbitrary<bool>();
  std::string bytes = post(body);
  if (chunked) {
    bytes = "POST /p HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (const char c : body) bytes += "1;ext=\"v\"\r\n" + std::string(1, c) + "\r\n";
    bytes += "0\r\nTrailer: t\r\n\r\n";
  }
  auto client = RawSocket::connect(server->port());
  for (int round = 0; round < 2; ++round) {
    std::string_view left = bytes;
    while (!left.empty()) {
      const auto piece = *rc::gen::inRange<std::size_t>(1, left.size() + 1);
      RC_ASSERT(client.send(left.substr(0, piece)));
      left.remove_prefix(piece);
    }
    const std::string answer = client.read_message();
    RC_ASSERT(answer.starts_with("HTTP/1.1 200 OK\r\n"));
    RC_ASSERT(answer.ends_with("\r\n\r\nPOST /p " + body));
  }
}

TEST(Server, WaitsForTheEndOfALastChunkByteByByte) {
  const auto server = serve(echo);
  auto client = RawSocket::connect(server->port());
  client.send("POST /p HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n");
  for (const char* const byte : {"T", ":", "1", "\r", "\n", "\r", "\n"}) ASSERT_TRUE(client.send(byte));
  EXPECT_THAT(client.read_message(), EndsWith("POST /p "));
}

TEST(Server, SendsAContinueToAClientThatWaitsForIt) {
  const auto server = serve(echo);
  auto client = RawSocket::connect(server->port());
  client.send("POST /p HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
  EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("body");
  EXPECT_THAT(client.read_message(), EndsWith("POST /p body"));
}

TEST(Server, RefusesATooBigBodyInsteadOfAskingForIt) {
  const auto server = serve(echo, {.max_body_bytes = 10});
  auto client = RawSocket::connect(server->port());
  client.send("POST /p HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 11\r\n\r\n");
  EXPECT_THAT(client.read_message(), StartsWith("HTTP/1.1 413 "));
}

// ---- limits --------------------------------------------------------------------------------------------------------

TEST(ServerLimits, RefuseALongHeaderFieldWith431) {
  const auto server = serve(echo, {.max_header_bytes = 1000});
  EXPECT_THAT(answer_to(*server, "GET / HTTP/1.1\r\nHost: x\r\nA: " + std::string(2000, 'a') + "\r\n\r\n"),
              StartsWith("HTTP/1.1 431 "));
  EXPECT_THAT(answer_to(*server, get('/' + std::string(2000, 'a'))), StartsWith("HTTP/1.1 431 "));
}

TEST(ServerLimits, RefuseManyShortHeaderFieldsThatComeOneByOne) {
  const auto server = serve(echo, {.max_header_bytes = 1000});
  auto client = RawSocket::connect(server->port());
  client.send("GET / HTTP/1.1\r\nHost: x\r\n");
  for (int i = 0; i < 1000 && client.send("A: b\r\n"); ++i) {
  }
  EXPECT_THAT(client.read_message(), StartsWith("HTTP/1.1 431 "));
}

TEST(ServerLimits, AllowAHeaderThatJustFits) {
  const auto server = serve(echo, {.max_header_bytes = 1000});
  EXPECT_THAT(answer_to(*server, get('/' + std::string(900, 'a'))), StartsWith("HTTP/1.1 200 "));
}

TEST(ServerLimits, RefuseALongBodyWith413BeforeReadingIt) {
  const auto server = serve(echo, {.max_body_bytes = 100});
  auto client = RawSocket::connect(server->port());
  client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 101\r\n\r\n");
  EXPECT_THAT(client.read_message(), AllOf(StartsWith("HTTP/1.1 413 "), HasSubstr("Connection: close")));
}

TEST(ServerLimits, LetAClientReadThe413WhileItStillSends) {
  const auto server = serve(echo, {.max_body_bytes = 100});
  auto client = RawSocket::connect(server->port());
  ASSERT_TRUE(client.send(post(std::string(3'000'000, 'x'))));
  const auto [answer, end] = client.read_all();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 413 "));
  EXPECT_EQ(end, End::eof);
}

TEST(ServerLimits, HoldForChunkedBodiesToo) {
  const auto server = serve(echo, {.max_body_bytes = 8});
  const std::string head = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_THAT(answer_to(*server, head + "5\r\nabcde\r\n3\r\nfgh\r\n0\r\n\r\n"), EndsWith("abcdefgh"));
  EXPECT_THAT(answer_to(*server, head + "5\r\nabcde\r\n4\r\nfghi\r\n0\r\n\r\n"), StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(answer_to(*server, head + "ffffffffffffffff\r\n"), StartsWith("HTTP/1.1 413 "));
}

TEST(ServerLimits, HoldForChunkExtensionsAndTrailers) {
  const auto server = serve(echo, {.max_header_bytes = 500});
  const std::string head = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_THAT(answer_to(*server, head + "1;e=" + std::string(20'000, 'e')), StartsWith("HTTP/1.1 431 "));
  EXPECT_THAT(answer_to(*server, head + "0\r\nA: " + std::string(20'000, 'e')), StartsWith("HTTP/1.1 431 "));
  EXPECT_THAT(answer_to(*server, head + "0\r\nA: " + std::string(600, 'e') + "\r\n\r\n"), StartsWith("HTTP/1.1 431 "));
}

TEST(ServerLimits, EndASlowRequestWith408) {
  const auto server = serve(echo, {.read_timeout = 30ms});
  auto in_header = RawSocket::connect(server->port());
  in_header.send("GET / HT");
  auto in_body = RawSocket::connect(server->port());
  in_body.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab");
  for (RawSocket* client : {&in_header, &in_body}) {
    EXPECT_THAT(client->read_message(), AllOf(StartsWith("HTTP/1.1 408 "), HasSubstr("Connection: close")));
  }
}

TEST(ServerLimits, CloseAnIdleConnectionInSilence) {
  const auto server = serve(echo, {.idle_timeout = 30ms});
  auto client = RawSocket::connect(server->port());
  client.send(get("/"));
  EXPECT_THAT(client.read_message(), StartsWith("HTTP/1.1 200 "));
  EXPECT_EQ(client.read_all(), std::pair(std::string(), End::eof));
}

TEST(ServerLimits, LetConnectionsBeyondTheBoundWaitTheirTurn) {
  const auto server = serve(echo, {.max_connections = 1});
  auto first = RawSocket::connect(server->port());
  first.send(get("/1"));
  EXPECT_THAT(first.read_message(), EndsWith("/1 "));
  auto second = RawSocket::connect(server->port());
  second.send(get("/2"));
  first.close();
  EXPECT_THAT(second.read_message(), EndsWith("/2 "));
}

// ---- requests that a proxy may read differently
// ----------------------------------------------------------------------

class Ambiguous : public ::testing::TestWithParam<const char*> {};

TEST_P(Ambiguous, IsRefusedWith400AndTheConnectionEnds) {
  std::atomic<int> handled = 0;
  const auto server = serve([&](Request&&, Reply reply) {
    ++handled;
    reply({});
  });
  const std::string answer = answer_to(*server, std::string(GetParam()) + get("/smuggled"));
  EXPECT_THAT(answer, AllOf(StartsWith("HTTP/1.1 400 "), HasSubstr("Connection: close")));
  EXPECT_EQ(answer.find("HTTP/1.1", 1), std::string::npos);
  EXPECT_EQ(handled, 0);
}

INSTANTIATE_TEST_SUITE_P(
    Server, Ambiguous,
    ::testing::Values(
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3, 3\r\n\r\nabc",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +3\r\n\r\nabc",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0x3\r\n\r\nabc",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\nabc",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length:\r\n\r\nabc",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length : 3\r\n\r\nabc", "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/2.0\r\nHost: x\r\n\r\n", "GET /a b HTTP/1.1\r\nHost: x\r\n\r\n",
        "\x16\x03\x01\x02\r\n\r\n"));

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

// ---- who answers, and when
// -------------------------------------------------------------------------------------------

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

// ---- beginning and end
// ---------------------------------------------------------------------------------------------------

TEST(ServerStart, SaysWhoseTurnItIsWhenThePortIsTaken) {
  const auto first = serve(echo);
  const auto second = Server::start({.port = first->port()}, echo);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::conflict);
  EXPECT_THAT(second.error().text, StartsWith("127.0.0.1:" + std::to_string(first->port()) + " is already in use"));
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

// ---- small things
// ----------------------------------------------------------------------------------------------------------

TEST(ParseQuery, DecodesNamesAndValuesInTheirOrder) {
  using Pairs = std::vector<std::pair<std::string, std::string>>;
  EXPECT_EQ(parse_query("a=1&b=x%20y+z&a=2"), (Pairs{{"a", "1"}, {"b", "x y z"}, {"a", "2"}}));
  EXPECT_EQ(parse_query("flag&empty=&=v&&k=a=b"), (Pairs{{"flag", ""}, {"empty", ""}, {"", "v"}, {"k", "a=b"}}));
  EXPECT_EQ(parse_query("broken=%zz"), (Pairs{{"broken", "%zz"}}));
  EXPECT_TRUE(parse_query("").empty());
}

}  // namespace
}  // namespace zs::net
