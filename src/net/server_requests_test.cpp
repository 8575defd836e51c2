#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <atomic>
#include <future>
#include <mutex>

#include "net/server_fixture.hpp"

namespace zs::net {
namespace {

using namespace std::chrono_literals;
using testing::answer_to;
using testing::echo;
using ::testing::EndsWith;
using testing::get;
using ::testing::HasSubstr;
using testing::post;
using testing::RawSocket;
using testing::serve;
using ::testing::StartsWith;
using End = RawSocket::End;

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
