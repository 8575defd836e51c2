#pragma once
// Calls to Desk within Desk's own limits (zoho/oauth-and-desk.md 3.5, 3.6), which all programs of a portal share: at
// most two at once, one after a 429; none for the rest of the day once the credits are spent. What is safe to repeat is
// repeated here: reads, what never left, what a 401 or a 429 turned away. The rest is the caller's to find out about.
// Lives on the engine's thread, as the token broker does.

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "base/time.hpp"
#include "desk/wire.hpp"
#include "zoho/client.hpp"

namespace zs::desk {

struct Reply {
  enum class Kind : std::uint8_t {
    answered,        // status 2xx: body
    refused,         // a 4xx: nothing happened; `code` and `fields` say why
    unknown,         // a write that may have been applied
    unreachable,     // nothing happened: no connection, or (reads) no answer that can be used
    busy,            // nothing happened: too many calls, also after waiting
    out_of_credits,  // nothing happened, and nothing will before `resume`
    not_allowed,     // nothing happened: token or scopes; a person has to act
  };
  Kind kind = Kind::unreachable;
  std::string body{};
  int status = 0;
  std::string code{};
  std::vector<FieldTrouble> fields{};  // as Desk names them
  std::string message{};               // for people
  Time resume{};
};
[[nodiscard]] std::string_view name_of(Reply::Kind kind);

/// The codes of a 401 that a new token mends: Desk's own, and those of the platform below it
/// (zoho/oauth-and-desk.md 1.8).
[[nodiscard]] std::vector<std::string> stale_codes();

/// Runs a task on the engine's thread, later.
using After = std::function<void(Duration, std::move_only_function<void()>)>;

class Client {
 public:
  using Done = std::move_only_function<void(Reply)>;

  /// What is known of the portal's limits.
  struct Usage {
    std::int64_t calls = 0;
    std::int64_t credits_spent = 0;       // by us, since the start: X-Rate-Limit-Request-Weight-v3
    std::int64_t credits_remaining = -1;  // of the portal, today: X-Rate-Limit-Remaining-v3; -1: not told
    Time stopped_until{};                 // the day's credits are spent
    Time paused_until{};                  // too many calls at once
  };

  Client(zoho::Api& api, const Clock& clock, Random& random, After after);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Of every request but the one that finds it out; empty until then.
  void set_org(std::string id) { org_id_ = std::move(id); }
  /// Credits that a former life of the program knew to be spent.
  void stop_until(Time time) { usage_.stopped_until = time; }

  /// `done` is called later, once.
  void send(WireRequest request, Done done);
  [[nodiscard]] const Usage& usage() const { return usage_; }

  /// The day's credits are spent: worth remembering over a restart.
  std::function<void(Time)> on_stopped;
  /// Every answer, for the counters.
  std::function<void(Reply::Kind)> on_reply;

 private:
  struct Call {
    WireRequest request;
    Done done;
    int failures = 0;
    int turned_away = 0;
    bool refreshed = false;
  };
  using CallPtr = std::shared_ptr<Call>;

  void pump();
  void start(CallPtr call);
  void take(CallPtr call, zoho::Answer::Outcome outcome, net::ClientResponse response, std::string message);
  void take_answer(CallPtr call, net::ClientResponse response);
  void take_429(CallPtr call, const net::ClientResponse& response);
  void repeat(CallPtr call, Duration pause);
  void finish(const CallPtr& call, Reply reply);
  void note_usage(const net::ClientResponse& response);
  [[nodiscard]] Duration backoff(int failures);

  zoho::Api& api_;
  const Clock& clock_;
  Random& random_;
  After after_;
  std::string org_id_;
  std::deque<CallPtr> queue_;
  int in_flight_ = 0;
  int allowed_;
  bool waking_ = false;
  Usage usage_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // answers may come after us
};

}  // namespace zs::desk
