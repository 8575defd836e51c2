#include "desk/client.hpp"

#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "base/text.hpp"

namespace zs::desk {
namespace {

constexpr int k_parallel = 2;
constexpr int k_max_failures = 3;
constexpr int k_max_turned_away = 6;
constexpr Duration k_first_pause = 500ms;
constexpr Duration k_longest_pause = 30s;
// Where Desk does not say how long the day lasts: look again in an hour, not at once.
constexpr std::int64_t k_stop_seconds = 3'600;

Reply reply_of(Reply::Kind kind, std::string code, std::string message) {
  Reply reply;
  reply.kind = kind;
  reply.code = std::move(code);
  reply.message = std::move(message);
  return reply;
}

}  // namespace

std::vector<std::string> stale_codes() {
  return {"UNAUTHORIZED", "INVALID_OAUTH", "INVALID_TOKEN", "AUTHENTICATION_FAILURE"};
}

std::string_view name_of(Reply::Kind kind) {
  switch (kind) {
    case Reply::Kind::answered:
      return "answered";
    case Reply::Kind::refused:
      return "refused";
    case Reply::Kind::unknown:
      return "unknown";
    case Reply::Kind::unreachable:
      return "unreachable";
    case Reply::Kind::busy:
      return "busy";
    case Reply::Kind::out_of_credits:
      return "out_of_credits";
    case Reply::Kind::not_allowed:
      return "not_allowed";
  }
  return "?";
}

Client::Client(zoho::Api& api, const Clock& clock, Random& random, After after)
    : api_(api), clock_(clock), random_(random), after_(std::move(after)), allowed_(k_parallel) {}

Client::~Client() { *alive_ = false; }

void Client::send(WireRequest request, Done done) {
  auto call = std::make_shared<Call>();
  call->request = std::move(request);
  call->done = std::move(done);
  queue_.push_back(std::move(call));
  // Never inside the caller's call: it may not be ready for its answer yet.
  after_(Duration{0}, [this, alive = alive_] {
    if (*alive) pump();
  });
}

void Client::pump() {
  const Time now = clock_.now();
  while (!queue_.empty() && now < usage_.stopped_until) {
    const CallPtr call = std::move(queue_.front());
    queue_.pop_front();
    Reply reply =
        reply_of(Reply::Kind::out_of_credits, "THRESHOLD_EXCEEDED", "Desk's API credits of the day are spent");
    reply.resume = usage_.stopped_until;
    finish(call, std::move(reply));
  }
  if (now < usage_.paused_until) {
    if (queue_.empty() || std::exchange(waking_, true)) return;
    after_(usage_.paused_until - now, [this, alive = alive_] {
      if (!*alive) return;
      waking_ = false;
      pump();
    });
    return;
  }
  while (!queue_.empty() && in_flight_ < allowed_) {
    CallPtr call = std::move(queue_.front());
    queue_.pop_front();
    start(std::move(call));
  }
}

void Client::start(CallPtr call) {
  ++in_flight_;
  ++usage_.calls;
  net::Headers headers;
  if (!org_id_.empty()) headers.emplace_back("orgId", org_id_);
  api_.request(call->request.method, "/api/v1" + call->request.path, call->request.body, std::move(headers),
               [this, alive = alive_, call](zoho::Answer::Outcome outcome, net::ClientResponse response,
                                            std::string message) mutable {
                 if (!*alive) return;
                 --in_flight_;
                 take(std::move(call), outcome, std::move(response), std::move(message));
                 if (*alive) pump();
               });
}

void Client::take(CallPtr call, zoho::Answer::Outcome outcome, net::ClientResponse response, std::string message) {
  using Outcome = zoho::Answer::Outcome;
  switch (outcome) {
    case Outcome::answered:
      take_answer(std::move(call), std::move(response));
      return;
    case Outcome::stale_token:
      // A second refusal is of a fresh token: repeating would mint without end.
      if (!std::exchange(call->refreshed, true)) {
        repeat(std::move(call), Duration{0});
      } else {
        finish(call, reply_of(Reply::Kind::not_allowed, "UNAUTHORIZED", "Desk refuses a fresh access token"));
      }
      return;
    case Outcome::not_allowed:
      finish(call, reply_of(Reply::Kind::not_allowed, response.failure, std::move(message)));
      return;
    case Outcome::throttled:
      finish(call, reply_of(Reply::Kind::busy, response.failure, std::move(message)));
      return;
    case Outcome::unknown:
      if (call->request.writes()) {
        finish(call, reply_of(Reply::Kind::unknown, "NO_ANSWER", std::move(message)));
        return;
      }
      break;
    default:
      break;
  }
  if (++call->failures < k_max_failures) {
    const Duration pause = backoff(call->failures);
    repeat(std::move(call), pause);
    return;
  }
  finish(call, reply_of(Reply::Kind::unreachable, "NO_ANSWER", std::move(message)));
}

void Client::take_answer(CallPtr call, net::ClientResponse response) {
  note_usage(response);
  if (response.status == 429) {
    take_429(std::move(call), response);
    return;
  }
  allowed_ = k_parallel;
  Reply reply;
  reply.status = response.status;
  if (response.status >= 200 && response.status < 300) {
    reply.kind = Reply::Kind::answered;
    reply.body = std::move(response.body);
    finish(call, std::move(reply));
    return;
  }
  Refusal refusal = read_refusal(response.status, response.body);
  reply.code = std::move(refusal.code);
  reply.fields = std::move(refusal.fields);
  const bool may_have_acted = response.status >= 500 || response.status == 408 || response.status == 425;
  if (may_have_acted && call->request.writes()) {
    reply.kind = Reply::Kind::unknown;
  } else if (may_have_acted) {
    if (++call->failures < k_max_failures) {
      const Duration pause = backoff(call->failures);
      repeat(std::move(call), pause);
      return;
    }
    reply.kind = Reply::Kind::unreachable;
    reply.message = "Desk answers HTTP " + std::to_string(response.status);
  } else if (response.status == 401 || response.status == 403) {
    reply.kind = Reply::Kind::not_allowed;
  } else {
    reply.kind = Reply::Kind::refused;
  }
  finish(call, std::move(reply));
}

void Client::take_429(CallPtr call, const net::ClientResponse& response) {
  const std::string code = read_refusal(response.status, response.body).code;
  const auto retry_after = leading_integer(response.header("retry-after"));
  const Time now = clock_.now();
  if (code == "THRESHOLD_EXCEEDED") {
    usage_.stopped_until = now + std::chrono::seconds{std::max<std::int64_t>(1, retry_after.value_or(k_stop_seconds))};
    log::warn("Desk's API credits of the day are spent", {{"until", format_rfc3339(usage_.stopped_until)}});
    if (on_stopped) on_stopped(usage_.stopped_until);
    queue_.push_front(std::move(call));  // told with all the others
    return;
  }
  allowed_ = 1;
  if (++call->turned_away >= k_max_turned_away) {
    finish(call, reply_of(Reply::Kind::busy, code, "Desk has too many calls at once"));
    return;
  }
  const Duration pause = retry_after ? Duration{std::chrono::seconds{std::clamp<std::int64_t>(*retry_after, 1, 60)}}
                                     : backoff(call->turned_away);
  usage_.paused_until = std::max(usage_.paused_until, now + pause);
  queue_.push_front(std::move(call));
}

void Client::repeat(CallPtr call, Duration pause) {
  after_(pause, [this, alive = alive_, call = std::move(call)]() mutable {
    if (!*alive) return;
    queue_.push_front(std::move(call));
    pump();
  });
}

void Client::finish(const CallPtr& call, Reply reply) {
  if (on_reply) on_reply(reply.kind);
  call->done(std::move(reply));
}

void Client::note_usage(const net::ClientResponse& response) {
  if (const auto weight = leading_integer(response.header("x-rate-limit-request-weight-v3")))
    usage_.credits_spent += *weight;
  if (const auto left = leading_integer(response.header("x-rate-limit-remaining-v3"))) usage_.credits_remaining = *left;
}

Duration Client::backoff(int failures) {
  const Duration growing = std::min<Duration>(k_longest_pause, k_first_pause * (1 << std::min(failures - 1, 10)));
  return growing / 2 + Duration{static_cast<std::int64_t>(static_cast<double>(growing.count()) * random_.unit() / 2)};
}

}  // namespace zs::desk
