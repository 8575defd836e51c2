// Who posts and who folds share one writer. The store here takes its time, so that the engine sees what a busy disk
// shows it.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/engine.hpp"
#include "world/stories.hpp"

namespace zs::world {
namespace {

constexpr Duration k_commit = 4ms;

/// Every commit turns the clock.
class SlowStore final : public store::Store {
 public:
  explicit SlowStore(ManualClock& clock) : clock_(clock) {
    store::Options options;
    options.path = ":memory:";
    options.inline_commits = true;
    real_ = std::move(*store::open_sqlite(options));
  }
  void write_async(store::Job job, store::CommitDone done) override {
    clock_.advance(k_commit);
    real_->write_async(std::move(job), std::move(done));
  }
  Result<void> write(store::Job job) override {
    clock_.advance(k_commit);
    return real_->write(std::move(job));
  }
  Result<std::unique_ptr<store::Reader>> reader() override { return real_->reader(); }
  Result<void> health() override { return real_->health(); }

 private:
  ManualClock& clock_;
  std::unique_ptr<store::Store> real_;
};

/// A Zoho that answers when it is told to, and never with a success.
class Silence final : public zoho::Crm {
 public:
  void send(zoho::Call, std::move_only_function<void(zoho::Answer)> done) override {
    calls_.push_back(std::move(done));
  }
  void describe(std::move_only_function<void(zoho::Answer, std::optional<zoho::Org>)> done) override {
    describing_ = std::move(done);
  }
  /// The org has what the engine must find there.
  void answer_describe() {
    zoho::Org org;
    const plan::Mapping mapping;
    for (const plan::Module module : plan::k_modules) {
      const auto index = static_cast<std::size_t>(module);
      org.schema.fields[index].emplace(mapping.external_id[index], plan::FieldInfo{"text", 255, true});
    }
    zoho::Answer answer;
    answer.outcome = zoho::Answer::Outcome::answered;
    describing_(std::move(answer), std::move(org));
  }
  void lose_call() { end_call(zoho::Answer::Outcome::unknown); }
  void end_call(zoho::Answer::Outcome outcome) {
    zoho::Answer answer;
    answer.outcome = outcome;
    calls_.front()(std::move(answer));
    calls_.erase(calls_.begin());
  }
  [[nodiscard]] std::size_t calls() const { return calls_.size(); }
  void list_deleted(plan::Module, Time, int,
                    std::move_only_function<void(zoho::Answer, std::optional<zoho::Deletions>)>) override {}

 private:
  std::vector<std::move_only_function<void(zoho::Answer)>> calls_;
  std::move_only_function<void(zoho::Answer, std::optional<zoho::Org>)> describing_;
};

class SendersFirst : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(engine_.start()); }

  void post(int count) {
    ASSERT_TRUE(store_.write([&](store::Transaction& tx) -> Result<void> {
      for (int i = 0; i < count; ++i) {
        const std::string n = std::to_string(posted_++);
        ZS_ASSIGN(const bool fresh, tx.append(signup("u" + n, n + "@example.com", 1, "o" + n), 1));
        if (!fresh) return fail(Errc::invalid, "known already");
      }
      return {};
    }));
    engine_.events_arrived();
  }
  /// What a tick folds.
  std::int64_t fold() {
    const std::int64_t before = engine_.status().folded;
    engine_.tick();
    return engine_.status().folded - before;
  }
  [[nodiscard]] Duration next_fold() const { return engine_.next_wakeup() - clock_.now(); }

  ManualClock clock_{Time{} + std::chrono::hours{500'000}};
  SlowStore store_{clock_};
  Silence zoho_;
  SeededRandom random_{1};
  engine::Engine engine_{store_, zoho_, clock_, random_, {}};
  int posted_ = 0;
};

TEST_F(SendersFirst, ABacklogIsFoldedWithoutAPauseWhileNobodyPosts) {
  post(1'000);
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(fold(), 200);
    EXPECT_LE(next_fold(), Duration{0});
  }
}

TEST_F(SendersFirst, TheFoldLeavesTheWriterToThemWhileTheyPostFasterThanItFolds) {
  post(1'000);
  fold();
  post(400);
  fold();
  EXPECT_GE(next_fold(), 8 * k_commit);
  EXPECT_LE(next_fold(), 50ms);
  EXPECT_EQ(fold(), 0) << "it did not wait";
  clock_.advance(50ms);
  EXPECT_EQ(fold(), 200) << "it waits for ever";
}

TEST_F(SendersFirst, AClockThatIsSetBackStopsNobody) {
  post(1'000);
  fold();
  post(400);
  fold();
  ASSERT_GT(next_fold(), Duration{0});
  clock_.advance(-1h);
  EXPECT_EQ(fold(), 200);
}

class SendersFirstInZoho : public SendersFirst {
 protected:
  void SetUp() override {
    SendersFirst::SetUp();
    engine_.tick();
    zoho_.answer_describe();
    clock_.advance(10s);  // nobody has posted for a while
    post(1'000);
    engine_.tick();
    ASSERT_GT(zoho_.calls(), 0U);
    zoho_.lose_call();
  }
  /// Whether the tick works up the answer that came.
  bool settles() {
    const std::int64_t before = engine_.status().retried;
    engine_.tick();
    return engine_.status().retried > before;
  }
};

TEST_F(SendersFirstInZoho, WhatIsUnderWayToZohoRestsWhileTheyPostFasterThanItFolds) {
  post(1'000);
  ASSERT_TRUE(settles());
  zoho_.lose_call();
  EXPECT_FALSE(settles()) << "it did not wait";
  clock_.advance(50ms);
  EXPECT_TRUE(settles()) << "it waits for ever";
}

TEST_F(SendersFirstInZoho, WhoPostsWaitsForTheAnswerToOneCallAtMost) {
  for (int i = 0; i < 4; ++i) engine_.tick();
  ASSERT_GE(zoho_.calls(), 4U);
  post(3'000);
  engine_.tick();
  const auto commits_for = [&](int answers) {
    for (int i = 0; i < answers; ++i) zoho_.end_call(zoho::Answer::Outcome::throttled);
    clock_.advance(50ms);
    post(3'000);
    const Time before = clock_.now();
    engine_.tick();
    return (clock_.now() - before) / k_commit;
  };
  const auto for_one = commits_for(1);
  EXPECT_EQ(commits_for(3), for_one + 2);
}

TEST_F(SendersFirstInZoho, ItGoesOnWithoutAPauseWhileNobodyPosts) {
  ASSERT_TRUE(settles());
  zoho_.lose_call();
  EXPECT_TRUE(settles());
}

TEST_F(SendersFirstInZoho, WhatCameInLastIsSettledBeforeTheEnd) {
  post(1'000);
  ASSERT_TRUE(settles());
  zoho_.lose_call();
  engine_.drain();
  EXPECT_TRUE(settles());
}

TEST_F(SendersFirst, AFewPostsDoNotStopTheFold) {
  post(1'000);
  fold();
  post(20);
  fold();
  EXPECT_LE(next_fold(), Duration{0});
}

}  // namespace
}  // namespace zs::world
