// Whoever follows the id map, with the real daemon: the feed over HTTP, and webhooks to a receiver that loses answers,
// refuses, hangs and gives up.
#include <gmock/gmock.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <simdjson.h>

#include <array>
#include <condition_variable>
#include <fstream>
#include <future>
#include <mutex>
#include <set>

#include "net/http_server.hpp"
#include "process/system.hpp"
#include "store/store.hpp"

namespace zs::process {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr auto k_patience = std::chrono::seconds{60};
// The key is "0123456789abcdefghijklmn" (24 bytes).
constexpr std::string_view k_key = "0123456789abcdefghijklmn";
constexpr std::string_view k_secret = "whsec_MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1u";
constexpr std::string_view k_old_secret = "whsec_YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh";

std::string signup(const std::string& user) {
  return R"({"specversion":"1.0","id":"signup-)" + user + R"(","source":"/app","type":"user.signed_up",)" +
         R"("time":"2026-03-02T09:10:11Z","data":{"user":{"id":")" + user + R"(","email":")" + user +
         R"(@example.com","last_name":"Lee"}}})" + "\n";
}

/// HMAC and base64 by OpenSSL alone, so that no fault of our own signing is checked with itself.
std::string expected_signature(const net::Request& request) {
  const std::string content = std::string(request.header("webhook-id")) + "." +
                              std::string(request.header("webhook-timestamp")) + "." + request.body;
  std::array<unsigned char, 32> digest{};
  unsigned size = 0;
  HMAC(EVP_sha256(), k_key.data(), static_cast<int>(k_key.size()),
       reinterpret_cast<const unsigned char*>(content.data()), content.size(), digest.data(), &size);
  std::array<char, 45> text{};
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), digest.data(), static_cast<int>(size));
  return "v1," + std::string(text.data());
}

/// A server that others run: notes what comes and answers as told.
class Receiver {
 public:
  struct Got {
    std::string id;
    std::string type;
    std::int64_t seq = 0;
    bool is_signed = false;
  };
  using Answer = std::function<net::Response(const Got&, int times)>;

  explicit Receiver(Answer answer) : answer_(std::move(answer)) {
    auto started = net::Server::start({}, [this](net::Request&& request, net::Reply reply) { reply(note(request)); });
    if (!started) throw std::runtime_error(started.error().text);
    server_ = std::move(*started);
  }

  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(server_->port()) + "/hook"; }
  void answer_with(Answer answer) {
    const std::lock_guard lock(mutex_);
    answer_ = std::move(answer);
  }
  /// Waits until so many have come; what has by then.
  std::vector<Got> wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    came_.wait_for(lock, k_patience, [&] { return got_.size() >= count; });
    return got_;
  }

 private:
  net::Response note(const net::Request& request) {
    simdjson::dom::parser parser;
    const simdjson::dom::element body = parser.parse(request.body);
    Got got;
    got.id = request.header("webhook-id");
    got.type = std::string_view(body["type"]);
    if (body["data"]["seq"].get(got.seq) != simdjson::SUCCESS) got.seq = 0;  // of a try
    got.is_signed =
        (" " + std::string(request.header("webhook-signature"))).contains(" " + expected_signature(request));
    const std::lock_guard lock(mutex_);
    got_.push_back(got);
    came_.notify_all();
    return answer_(got, ++times_[got.id]);
  }

  std::mutex mutex_;
  std::condition_variable came_;
  Answer answer_;
  std::vector<Got> got_;
  std::map<std::string, int> times_;
  std::unique_ptr<net::Server> server_;
};

net::Response with_status(int status) { return {.status = status}; }
net::Response taken(const Receiver::Got&, int) { return with_status(204); }

std::vector<std::int64_t> seqs(const std::vector<Receiver::Got>& got) {
  std::vector<std::int64_t> out;
  for (const auto& one : got) out.push_back(one.seq);
  return out;
}

struct Told : testing::Test {
  /// A daemon whose configuration names these receivers.
  void start(const std::vector<std::pair<std::string, std::string>>& receivers) {
    System::Options options;
    options.start_daemon = false;
    for (const auto& [name, url] : receivers) {
      std::string upper;
      for (const char c : name) upper += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
      options.environment["ZOHOSYNC_WEBHOOK_OUT_" + upper + "_SECRETS"] =
          std::string(k_old_secret) + " " + std::string(k_secret);
    }
    system = std::make_unique<System>(options);
    std::ofstream file(system->directory() / "zohosync.toml");
    for (const auto& [name, url] : receivers)
      file << "[[webhooks]]\nname = \"" << name << "\"\nurl = \"" << url << "\"\ntimeout_seconds = 60\n";
    file.close();
    system->start_daemon();
  }
  void sign_up(const std::string& user) {
    ASSERT_EQ(system->post_events(signup(user)).status, 202);
    ASSERT_TRUE(system->wait_until_synced(k_patience));
  }

  std::unique_ptr<System> system;
};

TEST_F(Told, OfEveryChangeInOrderAndSignedThroughErrorsAndLostAnswers) {
  Receiver receiver([](const Receiver::Got& got, int times) {
    if (times > 1) return with_status(200);
    net::Response response = with_status(got.seq == 1 ? 500 : 200);
    if (got.seq == 2) response.cut = net::Response::Cut::reset;
    return response;
  });
  start({{"copy", receiver.url()}});
  sign_up("usr_1");  // an account and a contact
  const auto got = receiver.wait_for(4);
  EXPECT_THAT(seqs(got), ElementsAre(1, 1, 2, 2));
  for (const auto& one : got) {
    EXPECT_TRUE(one.is_signed) << "with the second of two secrets";
    EXPECT_EQ(one.type, "mapping.linked");
  }
  EXPECT_EQ(got[0].id, got[1].id);
  EXPECT_EQ(got[2].id, got[3].id);
  EXPECT_NE(got[0].id, got[2].id);
}

TEST_F(Told, AllAgainInOrderUnderTheSameIdsAfterADeathInTheMiddleAndOnReplay) {
  Receiver receiver([](const Receiver::Got&, int) {
    net::Response response;
    response.cut = net::Response::Cut::hang;
    return response;
  });
  start({{"copy", receiver.url()}});
  sign_up("usr_1");
  ASSERT_THAT(seqs(receiver.wait_for(1)), ElementsAre(1));
  system->kill_daemon();
  receiver.answer_with(taken);
  system->start_daemon();
  const auto after_death = receiver.wait_for(3);
  ASSERT_THAT(seqs(after_death), ElementsAre(1, 1, 2));
  EXPECT_EQ(after_death[0].id, after_death[1].id);

  const auto replayed = system->cli({"webhooks", "replay", "copy", "--after", "0"});
  EXPECT_EQ(replayed.code, 0) << replayed.output;
  const auto got = receiver.wait_for(5);
  ASSERT_THAT(seqs(got), ElementsAre(1, 1, 2, 1, 2));
  EXPECT_EQ(got[3].id, got[0].id);
  EXPECT_EQ(got[4].id, got[2].id);

  const auto tried = system->cli({"webhooks", "test", "copy"});
  EXPECT_EQ(tried.code, 0) << tried.output;
  const auto last = receiver.wait_for(6).back();
  EXPECT_EQ(last.type, "webhook.test");
  EXPECT_TRUE(last.is_signed);
  EXPECT_EQ(system->cli({"webhooks", "test", "nobody"}).code, 1);
  EXPECT_EQ(system->cli({"webhooks", "replay", "copy", "--after", "1000"}).code, 1);
  EXPECT_EQ(system->call("POST", "/v1/webhooks/copy/replay", "{}").status, 400);
}

TEST_F(Told, OneThatAnswers410IsLeftAloneAndShownAndASlowOneDelaysNobody) {
  Receiver gone([](const Receiver::Got&, int) { return with_status(410); });
  Receiver slow([](const Receiver::Got&, int) {
    net::Response response;
    response.cut = net::Response::Cut::hang;
    return response;
  });
  Receiver well(taken);
  start({{"gone", gone.url()}, {"slow", slow.url()}, {"well", well.url()}});
  sign_up("usr_1");
  sign_up("usr_2");
  EXPECT_THAT(seqs(well.wait_for(4)), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(seqs(slow.wait_for(1)), ElementsAre(1));
  EXPECT_THAT(seqs(gone.wait_for(1)), ElementsAre(1));

  std::string list;
  const auto deadline = std::chrono::steady_clock::now() + k_patience;
  while (!list.contains(R"("state":"gone")") && std::chrono::steady_clock::now() < deadline)
    list = system->call("GET", "/v1/webhooks").body;
  EXPECT_THAT(list, HasSubstr(R"("state":"gone","cursor":0,"lag":4)"));
  EXPECT_THAT(system->cli({"webhooks", "list"}).output, HasSubstr("it wants no more"));
  EXPECT_THAT(system->cli({"status"}).output, HasSubstr("gone: gone, 4 changes behind"));
  const std::string metrics = system->call("GET", "/metrics").body;
  EXPECT_THAT(metrics, HasSubstr("zohosync_webhook_given_up{webhook=\"gone\"} 1"));
  EXPECT_THAT(metrics, HasSubstr("zohosync_webhook_lag{webhook=\"slow\"} 4"));
  EXPECT_THAT(metrics, HasSubstr("zohosync_webhook_attempts_total{outcome=\"delivered\",webhook=\"well\"} 4"));

  gone.answer_with(taken);
  EXPECT_EQ(system->call("POST", "/v1/webhooks/gone/replay", R"({"after":2})").status, 202);
  EXPECT_THAT(seqs(gone.wait_for(3)), ElementsAre(1, 3, 4));
}

TEST_F(Told, TheFeedIsReadInPagesWaitedForAndItsCursorsJudged) {
  start({{"copy", "http://127.0.0.1:9/nobody"}});
  const auto started = system->call("GET", "/v1/mappings/export");
  EXPECT_EQ(started.header("zohosync-changes-after"), "0");
  auto waiting =
      std::async(std::launch::async, [this] { return system->call("GET", "/v1/mappings/changes?after=0&wait=60"); });
  sign_up("usr_1");
  const auto waited = waiting.get();
  EXPECT_EQ(waited.status, 200);
  EXPECT_THAT(waited.body, HasSubstr(R"("seq":1)"));
  sign_up("usr_2");
  const auto first = system->call("GET", "/v1/mappings/changes?after=0&limit=3");
  EXPECT_THAT(first.body, HasSubstr(R"("next_after":3,"has_more":true})"));
  const auto second = system->call("GET", "/v1/mappings/changes?after=3&limit=3");
  EXPECT_THAT(second.body, HasSubstr(R"("next_after":4,"has_more":false})"));
  EXPECT_EQ(system->call("GET", "/v1/mappings/changes?after=4").body,
            R"({"changes":[],"next_after":4,"has_more":false})");
  EXPECT_EQ(system->call("GET", "/v1/mappings/export").header("zohosync-changes-after"), "4");

  const auto ahead = system->call("GET", "/v1/mappings/changes?after=5&wait=60");
  EXPECT_EQ(ahead.status, 409) << ahead.body;
  EXPECT_THAT(ahead.body, HasSubstr("cursor_ahead"));
  for (const char* bad : {"after=-1", "after=x", "limit=0", "limit=1001", "wait=61", "from=1"})
    EXPECT_EQ(system->call("GET", std::string("/v1/mappings/changes?") + bad).status, 400) << bad;
  EXPECT_EQ(system->call("GET", "/v1/mappings/changes", "", "", "no-key").status, 401);

  const auto history = system->call("GET", "/v1/mappings/history?user_id=usr_1");
  EXPECT_THAT(history.body, HasSubstr(R"("record":"contact","platform_id":"usr_1")"));
  EXPECT_THAT(history.body, HasSubstr(R"("record":"account")"));
  EXPECT_EQ(system->call("GET", "/v1/mappings/history?user_id=nobody").status, 404);
  EXPECT_EQ(system->call("GET", "/v1/mappings/history").status, 400);
  EXPECT_THAT(system->cli({"mapping", "history", "usr_1"}).output, HasSubstr("linked (inserted)  contact usr_1"));
  EXPECT_THAT(system->cli({"mapping", "changes", "--after", "3", "--json"}).output, HasSubstr(R"({"seq":4,)"));
  EXPECT_EQ(system->cli({"mapping", "changes", "--after", "9"}).code, 1);

  EXPECT_EQ(system->stop_daemon(), 0);
  {
    // As if they were older than is kept.
    store::Options options;
    options.path = system->directory() / "zohosync.db";
    auto store = *store::open_sqlite(options);
    ASSERT_TRUE(store->write([](store::Transaction& tx) -> Result<void> {
      ZS_ASSIGN(const auto swept, tx.sweep_changes(to_millis(SystemClock{}.now()) + 1, 3));
      EXPECT_EQ(swept, 3U);
      return {};
    }));
  }
  system->start_daemon();
  const auto expired = system->call("GET", "/v1/mappings/changes?after=2");
  EXPECT_EQ(expired.status, 410) << expired.body;
  EXPECT_THAT(expired.body, HasSubstr("/v1/mappings/export"));
  EXPECT_THAT(expired.body, HasSubstr(R"("first_kept_after":3)"));
  EXPECT_EQ(system->call("GET", "/v1/mappings/changes?after=3").status, 200);
  const auto told = system->cli({"mapping", "changes", "--after", "0"});
  EXPECT_EQ(told.code, 1);
  EXPECT_THAT(told.output, HasSubstr("mapping export"));
  EXPECT_EQ(system->cli({"mapping", "changes"}).code, 0) << "all that is kept";
}

}  // namespace
}  // namespace zs::process
