#include "ingest/accept.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace zs::ingest {
namespace {

constexpr auto k_furthest_ahead = std::chrono::hours{24 * 3653};

class Collector {
 public:
  Collector(Accepted& out, Time now, store::Lane lane) : out_(out), now_(now), lane_(lane) {}

  void take(event::Checked&& checked) {
    const std::size_t index = next_++;
    std::string id = checked.envelope.id;
    std::string fault = event::describe(checked.faults);
    if (fault.empty()) {
      if (auto event = to_new_event(std::move(checked), now_, lane_, fault)) {
        out_.events.push_back(std::move(*event));
        return;
      }
    }
    out_.rejected.push_back({index, std::move(id), std::move(fault)});
  }
  [[nodiscard]] std::size_t count() const { return next_; }

 private:
  Accepted& out_;
  Time now_;
  store::Lane lane_;
  std::size_t next_ = 0;
};

Accepted refuse(int status, std::string problem) {
  Accepted out;
  out.status = status;
  out.problem = std::move(problem);
  return out;
}

/// A ce-* header's value: unquoted if an old sender quoted it, then one round of percent-decoding (CloudEvents HTTP
/// binding 3.1.3.2). False when it is not valid UTF-8 afterwards.
bool decode_header(std::string_view raw, std::string& out) {
  std::string unquoted;
  if (raw.size() >= 2 && raw.front() == '"' && raw.back() == '"') {
    raw = raw.substr(1, raw.size() - 2);
    for (std::size_t i = 0; i < raw.size(); ++i) {
      if (raw[i] == '\\' && i + 1 < raw.size()) ++i;
      unquoted += raw[i];
    }
    raw = unquoted;
  }
  bool ok = true;
  out = percent_decode(raw, false, ok);
  return is_valid_utf8(out);
}

bool read_binary(event::Parser& parser, std::string_view content_type,
                 const std::vector<std::pair<std::string, std::string>>& headers, std::string_view body,
                 Collector& collector) {
  std::vector<std::pair<std::string, std::string>> attributes;
  event::Checked broken;
  for (const auto& [name, value] : headers) {
    if (!name.starts_with("ce-")) continue;
    std::string decoded;
    if (!decode_header(value, decoded))
      broken.faults.push_back({"$." + name.substr(3), "is not valid UTF-8 after percent-decoding"});
    attributes.emplace_back(name.substr(3), std::move(decoded));
  }
  if (attributes.empty()) return false;
  attributes.emplace_back("datacontenttype", content_type.empty() ? "application/json" : std::string(content_type));
  collector.take(broken.faults.empty() ? parser.binary(attributes, body) : std::move(broken));
  return true;
}

/// False when there are more lines than allowed.
bool read_lines(event::Parser& parser, std::string_view body, std::size_t max_events, Collector& collector) {
  while (!body.empty()) {
    const std::size_t end = body.find('\n');
    const std::string_view line = trim(body.substr(0, end));
    body = end == std::string_view::npos ? std::string_view{} : body.substr(end + 1);
    if (line.empty()) continue;
    if (collector.count() == max_events) return false;
    collector.take(parser.structured(line));
  }
  return true;
}

}  // namespace

std::optional<store::NewEvent> to_new_event(event::Checked&& checked, Time now, store::Lane lane, std::string& fault) {
  event::Envelope& envelope = checked.envelope;
  const Time time = envelope.time.value_or(now);
  if (time > now + k_furthest_ahead) {
    fault = "$.time is more than ten years ahead: no later fact could ever count";
    return std::nullopt;
  }
  store::NewEvent event{std::move(envelope.source), std::move(envelope.id),
                        std::move(envelope.type),   time,
                        std::move(envelope.data),   lane};
  tell_whom(event, checked.patches);
  return event;
}

void tell_whom(store::NewEvent& event, const std::vector<event::Patch>& patches) {
  if (patches.empty()) return;
  const event::Patch& subject = patches.front();
  if (subject.kind == event::Kind::user) event.user = subject.key;
  if (subject.kind == event::Kind::account) event.account = subject.key;
  if (subject.kind != event::Kind::subscription) return;
  for (const auto& [name, value] : subject.fields) {
    if (name == "user_id") event.user = value.text;
    if (name == "account_id") event.account = value.text;
  }
}

Accepted accept(event::Parser& parser, std::string_view content_type,
                const std::vector<std::pair<std::string, std::string>>& headers, std::string_view body, Time now,
                store::Lane lane, const Limits& limits) {
  Accepted out;
  Collector collector(out, now, lane);
  const std::string type = to_lower(trim(content_type.substr(0, content_type.find(';'))));
  const std::string too_many = "more than " + std::to_string(limits.max_events) + " events in one request: split it";
  const auto batch = [&]() -> std::optional<Accepted> {
    event::Parser::Batch read = parser.batched(body, limits.max_events);
    if (read.fault)
      return refuse(read.events.size() == limits.max_events ? 413 : 400, read.fault->path + " " + read.fault->problem);
    for (event::Checked& checked : read.events) collector.take(std::move(checked));
    return std::nullopt;
  };
  if (type.starts_with("application/cloudevents-batch")) {
    if (type != "application/cloudevents-batch+json")
      return refuse(415, "this CloudEvents format is not taken: send application/cloudevents-batch+json");
    if (auto refused = batch()) return std::move(*refused);
  } else if (type.starts_with("application/cloudevents")) {
    if (type != "application/cloudevents+json")
      return refuse(415, "this CloudEvents format is not taken: send application/cloudevents+json");
    collector.take(parser.structured(body));
  } else if (type == "application/x-ndjson" || type == "application/ndjson" || type == "application/jsonl") {
    if (!read_lines(parser, body, limits.max_events, collector)) return refuse(413, too_many);
  } else if (read_binary(parser, content_type, headers, body, collector)) {
    return out;
  } else if (type == "application/json" || type == "text/json") {
    // Not strictly a CloudEvent, but what a hand-written curl line sends.
    const std::string_view start = trim(body);
    if (!start.empty() && start.front() == '[') {
      if (auto refused = batch()) return std::move(*refused);
    } else {
      collector.take(parser.structured(body));
    }
  } else {
    return refuse(415,
                  "set Content-Type to application/cloudevents+json, application/cloudevents-batch+json or "
                  "application/x-ndjson, or send the "
                  "ce-* headers of binary mode");
  }
  return out;
}

}  // namespace zs::ingest
