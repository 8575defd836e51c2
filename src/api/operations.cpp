// For those who run it: status, held entities, health, metrics.
#include <simdjson.h>

#include <utility>

#include "api/http_api.hpp"
#include "api/problem.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "links/views.hpp"
#include "zoho/reactions.hpp"

namespace zs::api {
namespace {

std::optional<store::EntityId> parse_id(std::string_view text) {
  const auto id = parse_integer(text);
  return id && *id > 0 ? id : std::nullopt;
}

constexpr std::string_view k_side_words = "side must be data (the customer's) or org (ours or the org's)";

/// Takes `code` and `side` into the filter and passes over other names; false for a side that there is not.
bool narrow(zoho::HeldFilter& filter, std::string_view name, std::string_view value) {
  if (name == "code") filter.code = value;
  if (name == "side") filter.side = zoho::parse_side(value);
  return name != "side" || filter.side.has_value();
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
  return backlog.oldest_since_ms == 0 ? 0
                                      : std::max<std::int64_t>(0, (to_millis(now) - backlog.oldest_since_ms) / 1000);
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
  for (const auto& [name, scope] :
       {std::pair("reconcile", reconcile::Scope::all), std::pair("mapping_verify", reconcile::Scope::mapping)}) {
    const reconcile::LastRun run = parts_.engine.last_reconcile(scope);
    if (run.ended_ms == 0) continue;
    writer.key(name).begin_object().field("ended_at", format_rfc3339(from_millis(run.ended_ms)));
    writer.field("drift", run.drift).field("left", run.left).end_object();
  }
  if (parts_.desk != nullptr) write_desk_status(parts_.desk->status(), writer);
  if (parts_.webhooks != nullptr) {
    if (const auto webhooks = parts_.webhooks->webhooks()) write_webhooks(*webhooks, parts_.clock.now(), writer);
  }
  writer.field("node", parts_.node).field("version", parts_.version).end_object();
  reply(json(200, std::move(body)));
}

void HttpApi::list_held(net::Request&& request, net::Reply reply, std::string) {
  store::EntityId after = 0;
  std::size_t limit = 100;
  zoho::HeldFilter filter;
  for (const auto& [name, value] : net::parse_query(request.query)) {
    const auto number = parse_id(value);
    if ((name == "after" || name == "limit") && !number) {
      reply(problem(400, "parameter_invalid", name + " must be a positive number"));
      return;
    }
    if (name == "after") after = *number;
    if (name == "limit") limit = std::min<std::size_t>(1'000, static_cast<std::size_t>(*number));
    if (!narrow(filter, name, value)) {
      reply(problem(400, "parameter_invalid", std::string(k_side_words)));
      return;
    }
  }
  const auto found =
      readers_.with([&](store::Reader& reader) { return links::held_list_json(reader, after, limit, filter); });
  reply(found ? json(200, *found) : failure(found.error()));
}

void HttpApi::get_held(net::Request&&, net::Reply reply, std::string text) {
  const auto id = parse_id(text);
  const auto found = readers_.with([&](store::Reader& reader) { return links::held_json(reader, id.value_or(0)); });
  reply(json_or_404(found, "nothing is held under this id"));
}

void HttpApi::retry_held(net::Request&&, net::Reply reply, std::string text) {
  const auto id = parse_id(text);
  const Result<void> done =
      id ? parts_.engine.retry_held(*id) : Result<void>(fail(Errc::not_found, "nothing is held under this id"));
  reply(done ? json(202, R"({"retried":1})") : failure(done.error()));
}

void HttpApi::discard_held(net::Request&&, net::Reply reply, std::string text) {
  const auto id = parse_id(text);
  const Result<void> done =
      id ? parts_.engine.discard_held(*id) : Result<void>(fail(Errc::not_found, "nothing is held under this id"));
  if (!done) {
    reply(failure(done.error()));
    return;
  }
  reply(json(200, R"({"discarded":1})"));
}

void HttpApi::retry_all_held(net::Request&& request, net::Reply reply, std::string) {
  zoho::HeldFilter filter;
  bool is_good = true;
  for (const auto& [name, value] : net::parse_query(request.query)) is_good = narrow(filter, name, value) && is_good;
  if (!trim(request.body).empty()) {
    simdjson::dom::parser parser;
    simdjson::dom::object body;
    bool is_readable = parser.parse(request.body).get(body) == simdjson::SUCCESS;
    if (is_readable) {
      for (const auto& [name, value] : body) {
        std::string_view text;
        is_readable = is_readable && (name == "code" || name == "side") && value.get(text) == simdjson::SUCCESS;
        is_good = narrow(filter, name, text) && is_good;
      }
    }
    if (!is_readable) {
      reply(problem(400, "body_invalid",
                    R"(send {} for all, or "code", "side" or both: {"code": "DUPLICATE_DATA"}, {"side": "org"})"));
      return;
    }
  }
  if (!is_good) {
    reply(problem(400, "parameter_invalid", std::string(k_side_words)));
    return;
  }
  const auto retried = parts_.engine.retry_all_held(filter);
  reply(retried ? json(202, "{\"retried\":" + std::to_string(*retried) + "}") : failure(retried.error()));
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
  if (parts_.desk != nullptr) parts_.probe.note(parts_.desk->status());
  if (parts_.webhooks != nullptr) {
    if (const auto webhooks = parts_.webhooks->webhooks()) parts_.probe.note(*webhooks, parts_.clock.now());
  }
  net::Response response;
  response.content_type = ops::Registry::k_content_type;
  response.body = parts_.probe.text(parts_.engine.status(), snapshot->backlog, snapshot->accepted,
                                    oldest_seconds(snapshot->backlog, parts_.clock.now()),
                                    parts_.engine.last_reconcile(reconcile::Scope::all),
                                    parts_.engine.last_reconcile(reconcile::Scope::mapping));
  reply(std::move(response));
}

}  // namespace zs::api
