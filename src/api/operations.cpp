// For those who run it: status, held entities, health, metrics.
#include <charconv>
#include <utility>

#include "api/http_api.hpp"
#include "api/problem.hpp"
#include "base/json.hpp"
#include "links/views.hpp"

namespace zs::api {
namespace {

std::optional<store::EntityId> parse_id(std::string_view text) {
  store::EntityId id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc{} || end != text.data() + text.size() || id <= 0) return std::nullopt;
  return id;
}

struct Snapshot {
  store::Backlog backlog;
  store::Seq accepted = 0;
};

Result<Snapshot> look(store::Reader& reader) {
  Snapshot snapshot;
  ZS_ASSIGN(snapshot.backlog, reader.backlog());
  ZS_ASSIGN(snapshot.accepted, reader.last_seq());
  return snapshot;
}

std::int64_t oldest_seconds(const store::Backlog& backlog, Time now) {
  return backlog.oldest_since_ms == 0 ? 0 : std::max<std::int64_t>(0, (to_millis(now) - backlog.oldest_since_ms) / 1000);
}

}  // namespace

void HttpApi::get_status(net::Request&&, net::Reply reply, std::string) {
  const auto snapshot = readers_.with(look);
  if (!snapshot) {
    reply(failure(snapshot.error()));
    return;
  }
  const engine::Status status = parts_.engine.status();
  const store::Backlog& backlog = snapshot->backlog;
  std::string body;
  JsonWriter writer(body);
  writer.begin_object().key("events").begin_object().field("accepted", snapshot->accepted).end_object();
  writer.key("backlog").begin_object().field("entities", backlog.dirty + backlog.unfolded);
  writer.field("oldest_seconds", oldest_seconds(backlog, parts_.clock.now())).end_object();
  writer.field("held", backlog.held + backlog.hanging);
  writer.key("zoho").begin_object().field("calls", status.calls).field("credits_used_24h", status.credits_used);
  writer.field("credits_limit", status.credits_limit).field("state", status.state).field("detail", status.detail);
  if (status.resume_ms != 0) writer.field("resume_at", format_rfc3339(from_millis(status.resume_ms)));
  writer.field("last_error", status.last_error).end_object();
  writer.field("node", parts_.node).field("version", parts_.version).end_object();
  reply(json(200, std::move(body)));
}

void HttpApi::list_held(net::Request&& request, net::Reply reply, std::string) {
  store::EntityId after = 0;
  std::size_t limit = 100;
  for (const auto& [name, value] : net::parse_query(request.query)) {
    const auto number = parse_id(value);
    if ((name == "after" || name == "limit") && !number) {
      reply(problem(400, "parameter_invalid", name + " must be a positive number"));
      return;
    }
    if (name == "after") after = *number;
    if (name == "limit") limit = std::min<std::size_t>(1'000, static_cast<std::size_t>(*number));
  }
  const auto found = readers_.with([&](store::Reader& reader) { return links::held_list_json(reader, after, limit); });
  reply(found ? json(200, *found) : failure(found.error()));
}

void HttpApi::get_held(net::Request&&, net::Reply reply, std::string text) {
  const auto id = parse_id(text);
  const auto found = readers_.with([&](store::Reader& reader) { return links::held_json(reader, id.value_or(0)); });
  if (!found) {
    reply(failure(found.error()));
  } else if (!*found) {
    reply(problem(404, "not_found", "nothing is held under this id"));
  } else {
    reply(json(200, **found));
  }
}

void HttpApi::retry_held(net::Request&&, net::Reply reply, std::string text) {
  const auto id = parse_id(text);
  const Result<void> done = id ? parts_.engine.retry_held(*id) : Result<void>(fail(Errc::not_found, "nothing is held under this id"));
  reply(done ? json(202, R"({"retried":1})") : failure(done.error()));
}

void HttpApi::discard_held(net::Request&&, net::Reply reply, std::string text) {
  const auto id = parse_id(text);
  const Result<void> done = id ? parts_.engine.discard_held(*id) : Result<void>(fail(Errc::not_found, "nothing is held under this id"));
  if (!done) {
    reply(failure(done.error()));
    return;
  }
  reply(json(200, R"({"discarded":1})"));
}

void HttpApi::retry_all_held(net::Request&& request, net::Reply reply, std::string) {
  std::string code;
  for (const auto& [name, value] : net::parse_query(request.query)) {
    if (name == "code") code = value;
  }
  std::int64_t retried = 0;
  store::EntityId after = 0;
  while (true) {
    const auto page = readers_.with([&](store::Reader& reader) { return reader.held_page(after, 500); });
    if (!page) {
      reply(failure(page.error()));
      return;
    }
    for (const store::Held& held : *page) {
      after = held.id;
      if (!code.empty() && held.code != code) continue;
      const auto done = parts_.engine.retry_held(held.id);
      if (done) {
        ++retried;
      } else if (done.error().code != Errc::not_found) {
        reply(failure(done.error()));
        return;
      }
    }
    if (page->size() < 500) break;
  }
  reply(json(202, "{\"retried\":" + std::to_string(retried) + "}"));
}

void HttpApi::healthz(net::Request&&, net::Reply reply, std::string) { reply(json(200, R"({"status":"ok"})")); }

void HttpApi::readyz(net::Request&&, net::Reply reply, std::string) {
  // Ready means that events can be kept; what Zoho does is not the platform's concern.
  const auto health = parts_.store.health();
  if (health && !backlog_is_full()) {
    reply(json(200, R"({"status":"ready"})"));
    return;
  }
  reply(problem(503, "not_ready", health ? "the backlog is full" : health.error().text));
}

void HttpApi::metrics(net::Request&&, net::Reply reply, std::string) {
  const auto snapshot = readers_.with(look);
  if (!snapshot) {
    reply(failure(snapshot.error()));
    return;
  }
  const engine::Status status = parts_.engine.status();
  net::Response response;
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  const auto put = [&](std::string_view name, std::string_view type, std::string_view help, std::int64_t value) {
    response.body += "# HELP zohosync_" + std::string(name) + " " + std::string(help) + "\n# TYPE zohosync_" + std::string(name) + " " +
                     std::string(type) + "\nzohosync_" + std::string(name) + " " + std::to_string(value) + "\n";
  };
  const store::Backlog& backlog = snapshot->backlog;
  put("http_requests_total", "counter", "Requests served.", counters_.requests);
  put("events_accepted_total", "counter", "Events made durable since the start.", counters_.events_accepted);
  put("events_duplicate_total", "counter", "Events that were known already.", counters_.events_duplicate);
  put("events_rejected_total", "counter", "Events refused as invalid.", counters_.events_rejected);
  put("events_refused_backlog_total", "counter", "Requests refused because the backlog bound was reached.", counters_.refused_full);
  put("ledger_events", "gauge", "Events in the ledger.", snapshot->accepted);
  put("unfolded_events", "gauge", "Events that the state does not show yet.", backlog.unfolded);
  put("backlog_entities", "gauge", "Records that wait or are in flight.", backlog.dirty);
  put("backlog_oldest_seconds", "gauge", "Age of the oldest change that waits.", oldest_seconds(backlog, parts_.clock.now()));
  put("held_entities", "gauge", "Records that need a person.", backlog.held);
  put("hanging_entities", "gauge", "Records that hang on a held one.", backlog.hanging);
  put("events_folded_total", "counter", "Events folded into the state since the start.", status.folded);
  put("zoho_calls_total", "counter", "Calls sent to Zoho since the start.", status.calls);
  put("zoho_records_applied_total", "counter", "Record writes that Zoho confirmed.", status.applied);
  put("zoho_records_retried_total", "counter", "Record writes put off after a failure.", status.retried);
  put("zoho_credits_used_24h", "gauge", "API credits spent in the last 24 hours, as far as known.", status.credits_used);
  put("zoho_credits_limit", "gauge", "API credits of the org for 24 hours; 0: not known.", status.credits_limit);
  response.body += "# HELP zohosync_zoho_state Whether writing to Zoho is in this state.\n# TYPE zohosync_zoho_state gauge\n";
  for (const std::string_view state : {"ok", "starting", "throttled", "out_of_credits", "token_revoked", "misconfigured", "unreachable"}) {
    response.body += "zohosync_zoho_state{state=\"" + std::string(state) + "\"} " + (status.state == state ? "1" : "0") + "\n";
  }
  reply(std::move(response));
}

}  // namespace zs::api
