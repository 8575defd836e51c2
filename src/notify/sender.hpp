#pragma once
// Tells others of changes of the id map: at least once, in order per endpoint, each at its own pace. Single-threaded;
// clock, randomness, store and network are given.
//
// An endpoint has one message under way. Its cursor moves, and is committed, only after a 2xx; nothing of what is still
// to be told is kept in memory, so that a change that an erasure takes out of the feed is not sent any more.

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.hpp"
#include "base/time.hpp"
#include "net/http_client.hpp"
#include "notify/message.hpp"
#include "store/store.hpp"

namespace zs::notify {

struct Endpoint {
  std::string name;
  std::string url;
  std::vector<std::string> keys;    // to sign with, all of them
  std::set<store::Change> changes;  // that it is told of; empty: all
  std::chrono::milliseconds timeout{20'000};
};

/// What came of one attempt.
struct Attempt {
  int status = 0;      // 0: no answer
  std::string reason;  // why it is no success, in words; empty when it is one
};

class Sender {
 public:
  struct Parts {
    store::Store& store;
    net::HttpTransport& transport;
    const Clock& clock;
    Random& random;
    /// Runs a task on the sender's thread.
    std::function<void(std::move_only_function<void()>)> post;
  };
  Sender(Parts parts, std::vector<Endpoint> endpoints);
  ~Sender();

  /// Reads how far each has come. An endpoint that is new hears of what changes from now on.
  [[nodiscard]] Result<void> start();
  /// Sends what may go now. Call it when something has changed and at next_wakeup().
  void tick();
  /// When there will be something to do without anybody calling; Time::max() for never.
  [[nodiscard]] Time next_wakeup() const { return next_wakeup_; }

  /// Goes on after `after` and takes up an endpoint that was given up. Errc::not_found for an unknown name,
  /// Errc::conflict when what came after is not kept any more or has not come yet.
  [[nodiscard]] Result<void> replay(std::string_view name, store::ChangeSeq after);
  /// One message of type webhook.test, once, beside the others. `done` from any thread.
  void test(std::string_view name, std::move_only_function<void(Result<Attempt>)> done);

  [[nodiscard]] std::vector<store::WebhookState> states() const;
  [[nodiscard]] bool is_idle() const;

  /// Called for every attempt: "delivered", "refused" (an answer that is no 2xx) or "unanswered".
  std::function<void(std::string_view name, std::string_view outcome)> on_attempt;

 private:
  struct Lane {
    Endpoint endpoint;
    store::WebhookState state;
    bool is_busy = false;     // a message or a commit is under way
    std::uint64_t round = 0;  // grows with every replay: what was sent before moves no cursor
  };
  void pursue(Lane& lane);
  void send(Lane& lane, const store::MappingChange& change);
  void settle(Lane& lane, std::uint64_t round, store::ChangeSeq seq, const net::ClientResponse& response);
  void give_up(Lane& lane, store::WebhookPhase phase, std::string reason);
  /// Commits the lane's state; it goes on after that, whatever came of it.
  void save(Lane& lane);
  [[nodiscard]] net::ClientRequest request_of(const Endpoint& endpoint, const Message& message) const;
  [[nodiscard]] Lane* find(std::string_view name);

  Parts parts_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::unique_ptr<store::Reader> reader_;
  Time next_wakeup_ = Time::max();
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace zs::notify
