// Who is told what, when and how often, with a network and a clock that the test turns.
#include "notify/sender.hpp"

#include <gmock/gmock.h>

#include <deque>
#include <map>
#include <optional>

#include "base/standard_webhooks.hpp"

namespace zs::notify {
namespace {

using store::Cause;
using store::Change;
using store::WebhookPhase;
using testing::ElementsAre;
using testing::IsEmpty;

/// Keeps what is sent until the test answers.
class Wire final : public net::HttpTransport {
 public:
  struct Out {
    net::ClientRequest request;
    Done done;
  };
  void send(net::ClientRequest request, Done done) override { out.push_back({std::move(request), std::move(done)}); }

  std::deque<Out> out;
};

net::ClientResponse answer(int status, net::Headers headers = {}) {
  net::ClientResponse response;
  response.exchange = net::Exchange::answered;
  response.status = status;
  response.headers = std::move(headers);
  return response;
}

net::ClientResponse silence() {
  net::ClientResponse response;
  response.exchange = net::Exchange::unknown;
  response.failure = "timed out";
  return response;
}

std::string header(const net::ClientRequest& request, std::string_view name) {
  for (const auto& [key, value] : request.headers) {
    if (key == name) return value;
  }
  return {};
}

class Webhooks : public testing::Test {
 protected:
  void SetUp() override {
    store::Options options;
    options.path = ":memory:";
    options.inline_commits = true;
    auto opened = store::open_sqlite(options);
    ASSERT_TRUE(opened);
    store_ = std::move(*opened);
    reader_ = std::move(*store_->reader());
  }

  /// The daemon starts (again).
  void start(std::vector<Endpoint> endpoints) {
    sender_.reset();
    tasks_.clear();
    wire_.out.clear();
    sender_ = std::make_unique<Sender>(
        Sender::Parts{*store_, wire_, clock_, random_,
                      [this](std::move_only_function<void()> task) { tasks_.push_back(std::move(task)); }},
        std::move(endpoints));
    ASSERT_TRUE(sender_->start());
    turn();
  }
  static Endpoint endpoint(std::string name, std::set<Change> changes = {}) {
    return {.name = name, .url = "https://" + name + ".example/", .keys = {"key"}, .changes = std::move(changes)};
  }

  void turn() {
    if (sender_) sender_->tick();  // changes may come before the daemon
    while (!tasks_.empty()) {
      auto task = std::move(tasks_.front());
      tasks_.pop_front();
      task();
    }
  }
  /// To the oldest message that is out.
  void reply(net::ClientResponse response) {
    ASSERT_FALSE(wire_.out.empty()) << "nothing was sent";
    auto one = std::move(wire_.out.front());
    wire_.out.pop_front();
    one.done(std::move(response));
    turn();
  }
  void link(const std::string& user, const std::string& record, Cause cause = Cause::inserted) {
    const auto done = store_->write([&](store::Transaction& tx) -> Result<void> {
      ZS_ASSIGN(auto found, tx.find(event::Kind::user, user));
      store::Entity entity = found.value_or(store::Entity{});
      entity.key = user;
      ZS_TRY(tx.save_state(entity));
      entity.zoho_id = record;
      return tx.save_link(entity, {cause, to_millis(clock_.now())});
    });
    ASSERT_TRUE(done) << done.error().text;
    turn();
  }
  /// The seqs of what is out, by endpoint.
  std::vector<std::string> out() {
    std::vector<std::string> seqs;
    for (const Wire::Out& one : wire_.out) {
      const std::size_t at = one.request.body.find("\"seq\":") + 6;
      seqs.push_back(one.request.url.substr(8, 1) + one.request.body.substr(at, one.request.body.find(',', at) - at));
    }
    return seqs;
  }
  store::WebhookState state(const std::string& name) { return reader_->webhook(name).value().value(); }

  ManualClock clock_;
  SeededRandom random_{7};
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<store::Reader> reader_;
  Wire wire_;
  std::deque<std::move_only_function<void()>> tasks_;
  std::unique_ptr<Sender> sender_;
};

TEST_F(Webhooks, AreToldOneChangeAfterTheOtherAndTheCursorFollows2xxOnly) {
  link("u0", "0");  // before anybody was there
  start({endpoint("a")});
  EXPECT_THAT(out(), IsEmpty()) << "a new endpoint hears of what is new";
  link("u1", "1");
  link("u2", "2");
  EXPECT_THAT(out(), ElementsAre("a2"));
  EXPECT_EQ(state("a").cursor, 1);
  EXPECT_EQ(wire_.out[0].request.method, "POST");
  EXPECT_EQ(header(wire_.out[0].request, "content-type"), "application/json");
  reply(answer(204));
  EXPECT_EQ(state("a").cursor, 2);
  EXPECT_THAT(out(), ElementsAre("a3"));
  reply(answer(200));
  EXPECT_EQ(state("a").cursor, 3);
  EXPECT_THAT(out(), IsEmpty());
  EXPECT_TRUE(sender_->is_idle());
}

TEST_F(Webhooks, AFailedMessageIsSentAgainWithTheSameIdBeforeAnyOther) {
  start({endpoint("a")});
  link("u1", "1");
  link("u2", "2");
  const auto first = wire_.out[0].request;
  const std::vector<std::pair<net::ClientResponse, int>> failures{
      {silence(), 0}, {answer(500), 500}, {answer(302), 302}, {answer(404), 404}};
  for (const auto& [failure, status] : failures) {
    const Time before = clock_.now();
    reply(failure);
    EXPECT_THAT(out(), IsEmpty());
    EXPECT_EQ(state("a").status, status);
    EXPECT_EQ(state("a").cursor, 0);
    const Time due = sender_->next_wakeup();
    EXPECT_GT(due, before);
    clock_.set(due - 1ms);
    turn();
    EXPECT_THAT(out(), IsEmpty()) << "not before its time";
    clock_.set(due);
    turn();
    ASSERT_THAT(out(), ElementsAre("a1"));
    EXPECT_EQ(header(wire_.out[0].request, "webhook-id"), header(first, "webhook-id"));
    EXPECT_EQ(wire_.out[0].request.body, first.body);
    EXPECT_NE(header(wire_.out[0].request, "webhook-timestamp"), header(first, "webhook-timestamp"));
  }
  EXPECT_EQ(state("a").attempts, 4);
  reply(answer(200));
  EXPECT_EQ(state("a").attempts, 0);
  EXPECT_EQ(state("a").since_ms, 0);
  EXPECT_EQ(state("a").reason, "");
  EXPECT_THAT(out(), ElementsAre("a2"));
}

TEST_F(Webhooks, RetryAfterIsKept) {
  start({endpoint("a")});
  link("u1", "1");
  const Time now = clock_.now();
  reply(answer(429, {{"retry-after", "7200"}}));
  EXPECT_GE(sender_->next_wakeup(), now + 2h);
}

TEST_F(Webhooks, AnAnswer410EndsItUntilSomebodyReplays) {
  start({endpoint("a")});
  link("u1", "1");
  reply(answer(410));
  EXPECT_EQ(state("a").phase, WebhookPhase::gone);
  link("u2", "2");
  clock_.advance(48h);
  turn();
  EXPECT_THAT(out(), IsEmpty());
  start({endpoint("a")});
  EXPECT_THAT(out(), IsEmpty()) << "nor after a restart";
  ASSERT_TRUE(sender_->replay("a", 0));
  EXPECT_THAT(out(), ElementsAre("a1"));
  reply(answer(200));
  EXPECT_THAT(out(), ElementsAre("a2"));
}

TEST_F(Webhooks, ASlowOneDelaysNoOther) {
  start({endpoint("a"), endpoint("b")});
  for (const std::string user : {"u1", "u2", "u3"}) link(user, user);
  ASSERT_THAT(out(), ElementsAre("a1", "b1"));
  auto slow = std::move(wire_.out.front());
  wire_.out.pop_front();
  for (int i = 0; i < 3; ++i) reply(answer(200));
  EXPECT_EQ(state("b").cursor, 3);
  EXPECT_EQ(state("a").cursor, 0);
  slow.done(answer(200));
  turn();
  EXPECT_EQ(state("a").cursor, 1);
}

TEST_F(Webhooks, GoOnAfterADeathWithWhatWasNotTakenAndTheSameId) {
  start({endpoint("a")});
  link("u1", "1");
  link("u2", "2");
  reply(answer(200));
  const auto under_way = wire_.out.front().request;
  start({endpoint("a")});  // its answer never came
  ASSERT_THAT(out(), ElementsAre("a2"));
  EXPECT_EQ(header(wire_.out.front().request, "webhook-id"), header(under_way, "webhook-id"));
}

TEST_F(Webhooks, APauseOutlivesARestart) {
  start({endpoint("a")});
  link("u1", "1");
  reply(answer(503));
  const Time due = sender_->next_wakeup();
  start({endpoint("a")});
  EXPECT_THAT(out(), IsEmpty());
  EXPECT_EQ(sender_->next_wakeup(), due);
}

TEST_F(Webhooks, AFilterPassesOverTheOthersAndTheCursorWithThem) {
  start({endpoint("a", {Change::merged, Change::erased})});
  link("u1", "1");
  link("u2", "2");
  EXPECT_THAT(out(), IsEmpty());
  EXPECT_EQ(state("a").cursor, 2) << "on disk: one day these are swept";
  link("u1", "3", Cause::merged);
  EXPECT_THAT(out(), ElementsAre("a3"));
}

TEST_F(Webhooks, WhatAnErasureTakesOutOfTheFeedIsNotSentAnyMore) {
  start({endpoint("a")});
  link("u1", "1");
  reply(answer(500));
  ASSERT_TRUE(store_->write([](store::Transaction& tx) -> Result<void> {
    ZS_ASSIGN(const auto entity, tx.find(event::Kind::user, "u1"));
    return tx.erase_entity(entity->id, 5);
  }));
  clock_.set(sender_->next_wakeup());
  turn();
  ASSERT_EQ(wire_.out.size(), 1U);
  EXPECT_FALSE(wire_.out[0].request.body.contains("u1")) << wire_.out[0].request.body;
  EXPECT_TRUE(wire_.out[0].request.body.contains("mapping.erased"));
}

TEST_F(Webhooks, OneThatWasAwayLongerThanChangesAreKeptIsToldByStatusNotSkipped) {
  start({endpoint("a")});
  link("u1", "1");
  link("u2", "2");
  reply(answer(500));
  ASSERT_TRUE(store_->write([&](store::Transaction& tx) -> Result<void> {
    ZS_ASSIGN(const auto swept, tx.sweep_changes(to_millis(clock_.now()) + 1, 100));
    EXPECT_EQ(swept, 2U);
    return {};
  }));
  link("u3", "3");
  clock_.advance(2h);
  turn();
  EXPECT_THAT(out(), IsEmpty());
  EXPECT_EQ(state("a").phase, WebhookPhase::expired);
  EXPECT_TRUE(state("a").reason.contains("export")) << state("a").reason;
  EXPECT_EQ(sender_->replay("a", 1).error().code, Errc::conflict);
  EXPECT_EQ(sender_->replay("a", 4).error().code, Errc::conflict);
  EXPECT_EQ(sender_->replay("b", 2).error().code, Errc::not_found);
  ASSERT_TRUE(sender_->replay("a", 2));
  EXPECT_THAT(out(), ElementsAre("a3"));
}

TEST_F(Webhooks, AReplayIsNotUndoneByTheAnswerToWhatWasOut) {
  start({endpoint("a")});
  for (const std::string user : {"u1", "u2", "u3"}) link(user, user);
  reply(answer(200));
  reply(answer(200));
  ASSERT_THAT(out(), ElementsAre("a3"));
  ASSERT_TRUE(sender_->replay("a", 0));
  EXPECT_THAT(out(), ElementsAre("a3")) << "never two at once";
  reply(answer(200));
  EXPECT_THAT(out(), ElementsAre("a1"));
  EXPECT_EQ(state("a").cursor, 0);
}

TEST_F(Webhooks, ATryMovesNothing) {
  start({endpoint("a")});
  std::optional<Attempt> tried;
  sender_->test("a", [&](Result<Attempt> attempt) { tried = attempt.value(); });
  ASSERT_EQ(wire_.out.size(), 1U);
  EXPECT_TRUE(wire_.out[0].request.body.contains("webhook.test"));
  EXPECT_FALSE(header(wire_.out[0].request, "webhook-signature").empty());
  reply(answer(503));
  ASSERT_TRUE(tried);
  EXPECT_EQ(tried->status, 503);
  EXPECT_TRUE(tried->reason.contains("503"));
  EXPECT_EQ(state("a").attempts, 0);
}

}  // namespace
}  // namespace zs::notify
