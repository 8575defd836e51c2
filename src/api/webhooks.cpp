// The endpoints that are told of changes: how far they have come, replay, a try.
#include <simdjson.h>

#include <utility>

#include "api/http_api.hpp"
#include "api/problem.hpp"

namespace zs::api {

std::string_view state_of(const store::WebhookState& state) {
  switch (state.phase) {
    case store::WebhookPhase::gone:
      return "gone";
    case store::WebhookPhase::expired:
      return "expired";
    case store::WebhookPhase::active:
      break;
  }
  return state.attempts == 0 ? "ok" : "retrying";
}

void write_webhooks(const std::vector<WebhookStatus>& webhooks, Time now, JsonWriter& json) {
  json.key("webhooks").begin_array();
  for (const WebhookStatus& one : webhooks) {
    const store::WebhookState& state = one.state;
    json.begin_object().field("name", state.name).field("url", one.url).field("state", state_of(state));
    json.field("cursor", state.cursor).field("lag", one.lag);
    const std::int64_t age = one.oldest_ms == 0 ? 0 : std::max<std::int64_t>(0, to_millis(now) - one.oldest_ms) / 1000;
    json.field("oldest_seconds", age);
    if (state.attempts != 0) {
      json.field("attempts", std::int64_t{state.attempts});
      json.field("failing_since", format_rfc3339(from_millis(state.since_ms)));
      json.field("next_try_at", format_rfc3339(from_millis(state.due_ms)));
    }
    if (state.status != 0) json.field("last_status", std::int64_t{state.status});
    if (!state.reason.empty()) json.field("reason", state.reason);
    json.end_object();
  }
  json.end_array();
}

void HttpApi::list_webhooks(net::Request&&, net::Reply reply, std::string) {
  std::string body;
  JsonWriter json(body);
  json.begin_object();
  if (parts_.webhooks != nullptr) {
    const auto found = parts_.webhooks->webhooks();
    if (!found) {
      reply(failure(found.error()));
      return;
    }
    write_webhooks(*found, parts_.clock.now(), json);
  } else {
    write_webhooks({}, parts_.clock.now(), json);
  }
  json.end_object();
  reply(api::json(200, std::move(body)));
}

void HttpApi::replay_webhook(net::Request&& request, net::Reply reply, std::string name) {
  simdjson::dom::parser parser;
  std::int64_t after = -1;
  if (parser.parse(request.body)["after"].get(after) != simdjson::SUCCESS || after < 0) {
    reply(problem(400, "body_invalid", "send {\"after\": N}, the seq of the last change that is not sent again"));
    return;
  }
  const Result<void> done = parts_.webhooks == nullptr
                                ? Result<void>(fail(Errc::not_found, "there is no webhook in the configuration"))
                                : parts_.webhooks->replay(std::move(name), after);
  if (!done && done.error().code == Errc::conflict) {
    reply(problem(409, "cannot_replay", done.error().text));
    return;
  }
  reply(done ? api::json(202, "{\"after\":" + std::to_string(after) + "}") : failure(done.error()));
}

void HttpApi::test_webhook(net::Request&&, net::Reply reply, std::string name) {
  if (parts_.webhooks == nullptr) {
    reply(problem(404, "not_found", "there is no webhook in the configuration"));
    return;
  }
  parts_.webhooks->test(std::move(name), [reply = std::move(reply)](const Result<notify::Attempt>& attempt) mutable {
    if (!attempt) {
      reply(failure(attempt.error()));
      return;
    }
    std::string body;
    JsonWriter json(body);
    json.begin_object().field_bool("delivered", attempt->reason.empty()).field("status", std::int64_t{attempt->status});
    if (!attempt->reason.empty()) json.field("reason", attempt->reason);
    json.end_object();
    reply(api::json(200, std::move(body)));
  });
}

void Probe::webhook_tried(std::string_view name, std::string_view outcome) {
  registry_
      .counter("zohosync_webhook_attempts_total", "Messages sent to webhooks, by what became of them.",
               {{"webhook", std::string(name)}, {"outcome", std::string(outcome)}})
      .add();
}

void Probe::note(const std::vector<WebhookStatus>& webhooks, Time now) {
  for (const WebhookStatus& one : webhooks) {
    const auto put = [&](std::string_view name, std::string_view help, double value) {
      registry_.gauge(name, help, {{"webhook", one.state.name}}).set(value);
    };
    put("zohosync_webhook_lag", "Changes of the id map that a webhook has not come past.",
        static_cast<double>(one.lag));
    put("zohosync_webhook_oldest_seconds", "Age of the oldest of these.",
        one.oldest_ms == 0 ? 0 : static_cast<double>(to_millis(now) - one.oldest_ms) / 1000);
    put("zohosync_webhook_failures", "Failed attempts of the message that is next.", one.state.attempts);
    put("zohosync_webhook_given_up", "1 when nothing is sent until somebody replays it.",
        one.state.phase == store::WebhookPhase::active ? 0 : 1);
  }
}

}  // namespace zs::api
