// Tickets in Zoho Desk: the request is checked here, on the server's thread; the rest is the service's, on its own.
#include <memory>
#include <utility>

#include "api/http_api.hpp"
#include "api/problem.hpp"
#include "base/json.hpp"
#include "base/text.hpp"

namespace zs::api {
namespace {

constexpr std::int64_t k_max_wait_seconds = 60;

net::Response answer_of(const desk::Trouble& trouble) {
  std::string members;
  if (!trouble.fields.empty()) {
    JsonWriter json(members);
    json.key("errors").begin_array();
    for (const desk::FieldTrouble& one : trouble.fields) {
      json.begin_object().field("field", one.field).field("type", one.type).field("mend", one.mend).end_object();
    }
    json.end_array();
  }
  net::Response response = problem(trouble.status, trouble.code, trouble.detail, members);
  if (trouble.retry_after_seconds > 0) {
    response.headers.emplace_back("Retry-After", std::to_string(trouble.retry_after_seconds));
  }
  return response;
}

net::Response switched_off() {
  return problem(404, "desk_off", "Zoho Desk is not switched on: set desk.enabled = true, then restart");
}

/// False when there is one and it is wrong.
bool read_wait(const net::Request& request, std::optional<Duration>& wait) {
  for (const auto& [name, value] : net::parse_query(request.query)) {
    if (name != "wait") continue;
    const auto seconds = parse_integer(value);
    if (!seconds || *seconds < 0 || *seconds > k_max_wait_seconds) return false;
    wait = std::chrono::seconds{*seconds};
  }
  return true;
}

}  // namespace

void HttpApi::open_ticket(net::Request&& request, net::Reply reply, std::string) {
  if (parts_.desk == nullptr) return reply(switched_off());
  std::optional<Duration> wait;
  if (!read_wait(request, wait)) {
    return reply(problem(400, "parameter_invalid", "wait must be a number of seconds from 0 to 60"));
  }
  auto key = desk::parse_key(request.header("idempotency-key"));
  if (!key) return reply(answer_of(key.error()));
  auto order = desk::parse_order(request.body);
  if (!order) return reply(answer_of(order.error()));
  parts_.desk->open(std::move(*order), std::move(*key), wait,
                    [reply = std::move(reply)](desk::Outcome<desk::Answer> outcome) mutable {
                      if (!outcome) return reply(answer_of(outcome.error()));
                      net::Response response = json(201, std::move(outcome->body));
                      if (outcome->replayed) response.headers.emplace_back("Idempotent-Replayed", "true");
                      reply(std::move(response));
                    });
}

void HttpApi::list_departments(net::Request&&, net::Reply reply, std::string) {
  if (parts_.desk == nullptr) return reply(switched_off());
  parts_.desk->departments([reply = std::move(reply)](const desk::Outcome<DeskControl::Departments>& found) mutable {
    if (!found) return reply(answer_of(found.error()));
    std::string body;
    JsonWriter writer(body);
    writer.begin_object().key("departments").begin_array();
    for (const desk::Department& one : *found) {
      writer.begin_object().field("id", one.id).field("name", one.name).field_bool("is_default", one.is_default);
      writer.end_object();
    }
    writer.end_array().end_object();
    reply(json(200, std::move(body)));
  });
}

void write_desk_status(const desk::Status& status, JsonWriter& json) {
  json.key("desk").begin_object().field("state", status.state);
  if (status.resume_ms != 0) json.field("resume_at", format_rfc3339(from_millis(status.resume_ms)));
  json.field("calls", status.calls).field("credits_spent", status.credits_spent).key("credits_remaining");
  if (status.credits_remaining < 0) {
    json.null();
  } else {
    json.number(status.credits_remaining);
  }
  json.field("tickets", status.tickets).field("under_way", status.under_way).field("unsettled", status.unsettled);
  json.end_object();
}

void Probe::desk_called(std::string_view outcome) {
  registry_
      .counter("zohosync_desk_calls_total", "Calls to Zoho Desk by what became of them.",
               {{"outcome", std::string(outcome)}})
      .add();
}

void Probe::note(const desk::Status& status) {
  const auto put = [&](std::string_view name, std::string_view help, std::int64_t value) {
    registry_.gauge(name, help).set(static_cast<double>(value));
  };
  put("zohosync_desk_tickets", "Desk tickets made since the start.", status.tickets);
  put("zohosync_desk_replayed", "Answers given again for a known Idempotency-Key since the start.", status.replayed);
  put("zohosync_desk_under_way", "Desk tickets that are being made.", status.under_way);
  put("zohosync_desk_unsettled", "Desk tickets of which it is being found out whether they were made.",
      status.unsettled);
  put("zohosync_desk_credits_spent", "Desk API credits spent since the start.", status.credits_spent);
  put("zohosync_desk_credits_remaining", "Desk API credits left today, as Desk last told; -1: not told.",
      status.credits_remaining);
  for (const std::string_view state : {"ok", "throttled", "out_of_credits"}) {
    registry_.gauge("zohosync_desk_state", "1 for the state that Desk is in.", {{"state", std::string(state)}})
        .set(status.state == state ? 1 : 0);
  }
}

}  // namespace zs::api
