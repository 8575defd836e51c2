#include "api/waiting_room.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace zs::api {
namespace {

using namespace std::chrono_literals;

/// Its timers run out when the test says so.
class HandServer final : public net::Server {
 public:
  [[nodiscard]] std::uint16_t port() const override { return 0; }
  void stop(std::chrono::milliseconds) override {}
  void after(std::chrono::milliseconds delay, std::move_only_function<void()> task) override {
    tasks_.emplace(now_ + delay, std::move(task));
  }
  void pass(std::chrono::milliseconds time) {
    const auto until = now_ + time;
    while (!tasks_.empty() && tasks_.begin()->first <= until) {
      now_ = tasks_.begin()->first;
      auto task = std::move(tasks_.begin()->second);
      tasks_.erase(tasks_.begin());
      task();
    }
    now_ = until;
  }

 private:
  std::chrono::milliseconds now_{0};
  std::multimap<std::chrono::milliseconds, std::move_only_function<void()>> tasks_;
};

struct WaitingRoomTest : testing::Test {
  /// Somebody who waits for `is_there`; every look is noted.
  void enter(std::chrono::milliseconds longest) {
    room.wait(&server, longest, [this](bool is_over) {
      ++looks;
      answer = is_there ? "there" : is_over ? "over" : "";
      return !answer.empty();
    });
  }

  HandServer server;
  WaitingRoom room;
  bool is_there = false;
  int looks = 0;
  std::string answer;
};

TEST_F(WaitingRoomTest, AnswersAtOnceWhatIsThere) {
  is_there = true;
  enter(10s);
  EXPECT_EQ(answer, "there");
  room.moved();
  server.pass(1min);
  EXPECT_EQ(looks, 1) << "who has an answer is looked at no more";
}

TEST_F(WaitingRoomTest, LooksOnlyWhenSomethingMoved) {
  enter(10s);
  server.pass(5s);
  EXPECT_EQ(looks, 1);
  is_there = true;
  room.moved();
  server.pass(100ms);
  EXPECT_EQ(answer, "there");
  EXPECT_EQ(looks, 2);
}

TEST_F(WaitingRoomTest, AnswersWhenTheTimeIsOver) {
  enter(10s);
  room.moved();
  server.pass(9'999ms);
  EXPECT_EQ(answer, "");
  server.pass(1ms);
  EXPECT_EQ(answer, "over");
  EXPECT_EQ(looks, 3);
}

TEST_F(WaitingRoomTest, WithoutPatienceOrServerTheFirstLookIsTheLast) {
  enter(0s);
  EXPECT_EQ(answer, "over");
  answer.clear();
  room.wait(nullptr, 10s, [this](bool is_over) {
    answer = is_over ? "over" : "";
    return true;
  });
  EXPECT_EQ(answer, "over");
}

TEST_F(WaitingRoomTest, MissesNothingThatMovesDuringTheFirstLook) {
  room.wait(&server, 10s, [this](bool) {
    if (++looks == 1) {
      room.moved();
      return false;
    }
    answer = "there";
    return true;
  });
  server.pass(100ms);
  EXPECT_EQ(answer, "there");
}

TEST_F(WaitingRoomTest, MissesNothingThatMovesDuringARound) {
  room.wait(&server, 10s, [this](bool) {
    if (++looks == 2) room.moved();
    if (looks < 3) return false;
    answer = "there";
    return true;
  });
  room.moved();
  server.pass(100ms);
  EXPECT_EQ(answer, "there");
}

TEST_F(WaitingRoomTest, ManyMovesAreOneRound) {
  enter(10s);
  for (int i = 0; i < 1'000; ++i) room.moved();
  server.pass(1s);
  EXPECT_EQ(looks, 2);
}

TEST_F(WaitingRoomTest, OneThatStaysDoesNotKeepOthers) {
  enter(10s);
  std::string other;
  room.wait(&server, 10s, [&](bool) {
    if (is_there) other = "there";
    return is_there;
  });
  is_there = true;
  room.moved();
  server.pass(100ms);
  EXPECT_EQ(answer, "there");
  EXPECT_EQ(other, "there");
}

}  // namespace
}  // namespace zs::api
