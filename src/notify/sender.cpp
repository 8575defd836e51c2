#include "notify/sender.hpp"

#include <algorithm>
#include <utility>

#include "base/crypto.hpp"
#include "base/log.hpp"
#include "links/changes.hpp"
#include "notify/schedule.hpp"

namespace zs::notify {

using store::WebhookPhase;

namespace {

constexpr std::size_t k_page = 200;
constexpr Duration k_after_store_trouble = 5s;
constexpr std::size_t k_unique_bytes = 12;

bool is_success(const net::ClientResponse& response) {
  return response.exchange == net::Exchange::answered && response.status >= 200 && response.status < 300;
}

Attempt attempt_of(const net::ClientResponse& response) {
  if (response.exchange != net::Exchange::answered) return {0, response.failure};
  if (is_success(response)) return {response.status, {}};
  return {response.status, "it answered " + std::to_string(response.status)};
}

}  // namespace

Sender::Sender(Parts parts, std::vector<Endpoint> endpoints) : parts_(std::move(parts)) {
  for (Endpoint& one : endpoints) {
    lanes_.push_back(std::make_unique<Lane>());
    lanes_.back()->endpoint = std::move(one);
  }
}

Sender::~Sender() { *alive_ = false; }

Result<void> Sender::start() {
  ZS_ASSIGN(reader_, parts_.store.reader());
  for (const auto& lane : lanes_) {
    lane->state.name = lane->endpoint.name;
    // In one transaction: what changes meanwhile must be either before the start or after it.
    ZS_TRY(parts_.store.write([&lane](store::Transaction& tx) -> Result<void> {
      ZS_ASSIGN(const auto known, tx.webhook(lane->endpoint.name));
      if (known) {
        lane->state = *known;
        return {};
      }
      ZS_ASSIGN(const store::ChangeBounds bounds, tx.change_bounds());
      lane->state.cursor = bounds.last;
      return tx.save_webhook(lane->state);
    }));
  }
  return {};
}

void Sender::tick() {
  next_wakeup_ = Time::max();
  for (const auto& lane : lanes_) pursue(*lane);
}

void Sender::pursue(Lane& lane) {
  const Time now = parts_.clock.now();
  if (lane.is_busy || lane.state.phase != WebhookPhase::active) return;
  if (const Time due = from_millis(lane.state.due_ms); now < due) {
    next_wakeup_ = std::min(next_wakeup_, due);
    return;
  }
  const auto& wanted = lane.endpoint.changes;
  const auto page = links::changes_after(*reader_, lane.state.cursor, wanted.empty() ? 1 : k_page);
  if (!page) {
    log::warn("changes of the id map cannot be read; it is tried again", {{"reason", page.error().text}});
    next_wakeup_ = std::min(next_wakeup_, now + k_after_store_trouble);
    return;
  }
  if (page->cursor != links::Cursor::good) {
    return give_up(lane, WebhookPhase::expired,
                   page->cursor == links::Cursor::expired
                       ? "what it has not heard of is not kept any more: bring it up to date from an export, then "
                         "replay it from there"
                       : "its place is beyond this store's: bring it up to date from an export, then replay it");
  }
  if (page->changes.empty()) return;
  const auto next = std::ranges::find_if(
      page->changes, [&](const store::MappingChange& one) { return wanted.empty() || wanted.contains(one.change); });
  if (next != page->changes.end()) return send(lane, *next);
  // None of these is for it. Committed all the same: a cursor that stood still would one day count as expired.
  lane.state.cursor = page->changes.back().seq;
  return save(lane);
}

net::ClientRequest Sender::request_of(const Endpoint& endpoint, const Message& message) const {
  net::ClientRequest request;
  request.method = "POST";
  request.url = endpoint.url;
  request.headers = signed_headers(message, endpoint.keys, parts_.clock.now());
  request.headers.emplace_back("content-type", "application/json");
  request.body = message.body;
  request.connect_timeout = std::min(request.connect_timeout, endpoint.timeout);
  request.timeout = endpoint.timeout;
  return request;
}

void Sender::send(Lane& lane, const store::MappingChange& change) {
  lane.is_busy = true;
  parts_.transport.send(request_of(lane.endpoint, message_of(change)),
                        [this, alive = alive_, post = parts_.post, &lane, round = lane.round,
                         seq = change.seq](net::ClientResponse response) mutable {
                          post([this, alive = std::move(alive), &lane, round, seq, response = std::move(response)] {
                            if (*alive) settle(lane, round, seq, response);
                          });
                        });
}

void Sender::settle(Lane& lane, std::uint64_t round, store::ChangeSeq seq, const net::ClientResponse& response) {
  const Attempt attempt = attempt_of(response);
  if (on_attempt) {
    on_attempt(lane.endpoint.name, attempt.reason.empty() ? "delivered"
                                   : attempt.status == 0  ? "unanswered"
                                                          : "refused");
  }
  if (round != lane.round) {
    // Somebody has put it back meanwhile.
    lane.is_busy = false;
    pursue(lane);
    return;
  }
  store::WebhookState& state = lane.state;
  state.status = attempt.status;
  state.reason = attempt.reason;
  if (attempt.reason.empty()) {
    state.cursor = seq;
    state.attempts = 0;
    state.since_ms = state.due_ms = 0;
    save(lane);
    return;
  }
  if (attempt.status == 410) return give_up(lane, WebhookPhase::gone, "it answered 410: it wants no more");
  const Time now = parts_.clock.now();
  ++state.attempts;
  if (state.since_ms == 0) state.since_ms = to_millis(now);
  const Duration asked = retry_after(response.header("retry-after"), now).value_or(Duration{0});
  state.due_ms = to_millis(now + std::max(pause_after(state.attempts, parts_.random), asked));
  if (state.attempts == 1) {
    log::warn("a webhook does not take a message; it is sent again",
              {{"webhook", state.name}, {"reason", attempt.reason}});
  }
  save(lane);
}

void Sender::give_up(Lane& lane, WebhookPhase phase, std::string reason) {
  lane.state.phase = phase;
  lane.state.reason = std::move(reason);
  log::error("a webhook is sent nothing any more until it is replayed",
             {{"webhook", lane.state.name}, {"reason", lane.state.reason}});
  save(lane);
}

void Sender::save(Lane& lane) {
  lane.is_busy = true;
  parts_.store.write_async([state = lane.state](store::Transaction& tx) { return tx.save_webhook(state); },
                           [this, alive = alive_, post = parts_.post, &lane](const Result<void>& done) mutable {
                             post([this, alive = std::move(alive), &lane, done] {
                               if (!*alive) return;
                               // What is not on disk is told again after a restart; that is no reason to stop here.
                               if (!done)
                                 log::warn("how far a webhook has come cannot be kept",
                                           {{"reason", done.error().text}});
                               lane.is_busy = false;
                               pursue(lane);
                             });
                           });
}

Result<void> Sender::replay(std::string_view name, store::ChangeSeq after) {
  Lane* lane = find(name);
  if (lane == nullptr) return fail(Errc::not_found, "there is no webhook of this name in the configuration");
  ZS_ASSIGN(const store::ChangeBounds bounds, reader_->change_bounds());
  switch (links::judge(after, bounds)) {
    case links::Cursor::expired:
      return fail(Errc::conflict, "only what came after " + std::to_string(bounds.swept) +
                                      " is kept: bring the receiver up to date from an export");
    case links::Cursor::ahead:
      return fail(Errc::conflict, "the last change is " + std::to_string(bounds.last));
    case links::Cursor::good:
      break;
  }
  store::WebhookState state;
  state.name = lane->endpoint.name;
  state.cursor = after;
  ZS_TRY(parts_.store.write([&state](store::Transaction& tx) { return tx.save_webhook(state); }));
  lane->state = state;
  ++lane->round;
  pursue(*lane);
  return {};
}

void Sender::test(std::string_view name, std::move_only_function<void(Result<Attempt>)> done) {
  const Lane* lane = find(name);
  if (lane == nullptr) {
    done(fail(Errc::not_found, "there is no webhook of this name in the configuration"));
    return;
  }
  const Message message = test_message(random_hex(k_unique_bytes), parts_.clock.now());
  parts_.transport.send(
      request_of(lane->endpoint, message),
      [done = std::move(done)](const net::ClientResponse& response) mutable { done(attempt_of(response)); });
}

std::vector<store::WebhookState> Sender::states() const {
  std::vector<store::WebhookState> out;
  out.reserve(lanes_.size());
  for (const auto& lane : lanes_) out.push_back(lane->state);
  return out;
}

bool Sender::is_idle() const {
  return std::ranges::none_of(lanes_, [](const auto& lane) { return lane->is_busy; });
}

Sender::Lane* Sender::find(std::string_view name) {
  const auto found = std::ranges::find_if(lanes_, [&](const auto& lane) { return lane->endpoint.name == name; });
  return found == lanes_.end() ? nullptr : found->get();
}

}  // namespace zs::notify
