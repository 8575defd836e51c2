// Events in: checked on the server's thread, made durable in a commit that many requests share, then 202.
#include <charconv>
#include <memory>
#include <utility>

#include "api/http_api.hpp"
#include "api/problem.hpp"
#include "base/json.hpp"
#include "ingest/append.hpp"
#include "ingest/webhook.hpp"
#include "links/views.hpp"

namespace zs::api {
namespace {

struct Receipt {
  std::vector<store::NewEvent> events;
  std::vector<ingest::Rejection> rejected;
  ingest::Appended appended;
};

void write_rejected(const std::vector<ingest::Rejection>& rejected, JsonWriter& json) {
  json.key("rejected").begin_array();
  for (const ingest::Rejection& one : rejected) {
    json.begin_object().field("index", static_cast<std::int64_t>(one.index)).key("id");
    if (one.id.empty()) {
      json.null();
    } else {
      json.string(one.id);
    }
    json.field("error", one.error).end_object();
  }
  json.end_array();
}

net::Response receipt_of(const Receipt& receipt) {
  std::string body;
  JsonWriter writer(body);
  writer.begin_object().field("accepted", static_cast<std::int64_t>(receipt.appended.accepted));
  writer.field("duplicates", static_cast<std::int64_t>(receipt.appended.duplicates));
  write_rejected(receipt.rejected, writer);
  writer.end_object();
  return json(202, std::move(body));
}

net::Response all_bad(const std::vector<ingest::Rejection>& rejected) {
  std::string members;
  JsonWriter writer(members);
  write_rejected(rejected, writer);
  const std::string detail = rejected.size() == 1
                                 ? rejected.front().error
                                 : "none of the " + std::to_string(rejected.size()) + " events is valid";
  return problem(400, "event_invalid", detail, members);
}

}  // namespace

bool HttpApi::backlog_is_full() {
  // Counted at most five times a second: the bound is for the disk, not for a single event.
  const std::int64_t now = to_millis(parts_.clock.now());
  std::int64_t checked = backlog_checked_ms_.load(std::memory_order_relaxed);
  if (now - checked >= 200 && backlog_checked_ms_.compare_exchange_strong(checked, now)) {
    const auto backlog = readers_.with([](store::Reader& reader) { return reader.backlog(); });
    if (backlog) {
      const auto waiting = static_cast<std::size_t>(backlog->unfolded + backlog->dirty);
      backlog_full_.store(waiting >= parts_.config.server.max_backlog, std::memory_order_relaxed);
    }
  }
  return backlog_full_.load(std::memory_order_relaxed);
}

bool HttpApi::is_signed(net::Request& request, net::Reply& reply, bool& answered) {
  // Svix-style senders use the same scheme under their own names.
  ingest::SignedHeaders headers{request.header("webhook-id"), request.header("webhook-timestamp"),
                                request.header("webhook-signature")};
  if (headers.signature.empty()) {
    headers = {request.header("svix-id"), request.header("svix-timestamp"), request.header("svix-signature")};
  }
  if (headers.signature.empty()) return false;
  auto best = ingest::Signature::bad;
  for (const config::Webhook& webhook : parts_.config.webhooks) {
    if (webhook.scheme != config::WebhookScheme::standard) continue;
    const auto verdict = ingest::check_signature(headers, request.body, webhook.secrets, parts_.clock.now());
    if (verdict == ingest::Signature::good) {
      if (auto event = ingest::as_cloudevent(webhook.name, headers.id, request.body)) {
        std::erase_if(request.headers, [](const auto& header) {
          return header.first.starts_with("ce-") || header.first == "content-type";
        });
        request.headers.insert(request.headers.end(), event->headers.begin(), event->headers.end());
        request.headers.emplace_back("content-type", "application/json");
        request.body = std::move(event->data);
      }
      return true;
    }
    if (verdict == ingest::Signature::out_of_window) best = verdict;
  }
  const bool late = best == ingest::Signature::out_of_window;
  reply(problem(401, late ? "timestamp_out_of_window" : "signature_invalid",
                late ? "the signature's timestamp is more than 300 s off: check the clocks"
                     : "no configured [[auth.webhooks]] secret fits the signature"));
  answered = true;
  return false;
}

void HttpApi::post_events(net::Request&& request, net::Reply reply, std::string) {
  if (request.has_header("content-encoding")) {
    reply(problem(415, "encoding_not_taken", "Content-Encoding is not taken: send the body uncompressed"));
    return;
  }
  if (backlog_is_full()) {
    parts_.probe.refused_backlog.add();
    net::Response response =
        problem(429, "backlog_full", "as many events wait as server.max_backlog allows; send it again later");
    response.headers.emplace_back("Retry-After", "30");
    reply(std::move(response));
    return;
  }
  thread_local event::Parser parser;
  const Time now = parts_.clock.now();
  const auto lane = request.header("x-zohosync-lane") == "backfill" ? store::Lane::backfill : store::Lane::live;
  ingest::Accepted read = ingest::accept(parser, request.header("content-type"), request.headers, request.body, now,
                                         lane, {parts_.config.server.max_events_per_request});
  parts_.probe.events_rejected.add(read.rejected.size());
  if (read.status != 0) {
    reply(problem(read.status, "events_refused", read.problem));
    return;
  }
  if (read.events.empty()) {
    reply(read.rejected.empty() ? receipt_of({}) : all_bad(read.rejected));
    return;
  }
  auto receipt = std::make_shared<Receipt>();
  receipt->events = std::move(read.events);
  receipt->rejected = std::move(read.rejected);
  const std::int64_t now_ms = to_millis(now);
  parts_.store.write_async(
      [receipt, now_ms](store::Transaction& tx) -> Result<void> {
        ZS_ASSIGN(receipt->appended, ingest::append(tx, receipt->events, now_ms));
        return {};
      },
      [this, receipt, began = std::chrono::steady_clock::now(), reply = std::move(reply)](Result<void> done) mutable {
        parts_.probe.commit_seconds.observe(
            std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count());
        if (!done) {
          reply(failure(done.error()));
          return;
        }
        const ingest::Appended& appended = receipt->appended;
        parts_.probe.events_accepted.add(appended.accepted);
        parts_.probe.events_duplicate.add(appended.duplicates);
        parts_.probe.events_rejected.add(appended.erased.size());
        ingest::reject_erased(receipt->events, appended, receipt->rejected);
        const bool none_taken = appended.erased.size() == receipt->events.size();
        reply(none_taken ? all_bad(receipt->rejected) : receipt_of(*receipt));
        parts_.engine.events_arrived();
      });
}

void HttpApi::get_event(net::Request&& request, net::Reply reply, std::string) {
  std::string source;
  std::string id;
  for (const auto& [name, value] : net::parse_query(request.query)) {
    if (name == "source") source = value;
    if (name == "id") id = value;
  }
  if (source.empty() || id.empty()) {
    reply(problem(400, "parameter_missing", "give the event's source and id: /v1/events?source=…&id=…"));
    return;
  }
  const auto found = readers_.with([&](store::Reader& reader) { return links::event_json(reader, source, id); });
  reply(json_or_404(found, "no event with this source and id was accepted"));
}

}  // namespace zs::api
