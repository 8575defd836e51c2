// Events by every way in. Whatever is accepted must come out of the ledger again as the same event, fold in any order
// to the same state, and lead to records that are JSON. An input: a line with the content type and, after a blank, ce-*
// headers as NAME=VALUE; then the body.
#include <simdjson.h>

#include <map>

#include "base/text.hpp"
#include "demand.hpp"
#include "event/vocabulary.hpp"
#include "ingest/accept.hpp"
#include "plan/desired.hpp"
#include "state/fold.hpp"
#include "support/histories.hpp"

namespace zs::fuzz {
namespace {

using event::Event;
using event::Kind;
using State = std::map<std::pair<Kind, std::string>, state::Registers>;

constexpr std::size_t k_max_events = 8;
const Time k_now = *parse_rfc3339("2026-06-01T00:00:00Z");

bool is_json(std::string_view text) {
  simdjson::dom::parser parser;
  return parser.parse(text.data(), text.size()).error() == simdjson::SUCCESS;
}

bool is_same(const Event& a, const Event& b) {
  if (a.stamp != b.stamp || a.type != b.type || a.deletes_user != b.deletes_user ||
      a.patches.size() != b.patches.size())
    return false;
  for (std::size_t i = 0; i < a.patches.size(); ++i) {
    const event::Patch &one = a.patches[i], &other = b.patches[i];
    if (one.kind != other.kind || one.key != other.key || one.fields != other.fields) return false;
  }
  return true;
}

/// Every register into a field of every type that a field can have.
struct Wide {
  plan::Mapping mapping;
  plan::Schema schema;
  Wide() {
    for (const plan::Module module : plan::k_modules) {
      const auto at = static_cast<std::size_t>(module);
      std::size_t number = 0;
      for (const event::FieldRule& rule : event::fields_of(plan::kind_of(module))) {
        for (const char* type : {"text", "textarea", "email", "phone", "website", "integer", "double", "currency",
                                 "percent", "bigint", "boolean", "date", "datetime", "picklist"}) {
          const std::string field = "F" + std::to_string(number++);
          mapping.fields[at].push_back({field, plan::kind_of(module), std::string(rule.name), plan::Policy::platform});
          schema.fields[at].emplace(field, plan::FieldInfo{type, 30, false});
        }
      }
      for (const char* field : {"Account_Name", "Last_Name", "Deal_Name", "Contact_Name"})
        schema.fields[at].emplace(field, plan::FieldInfo{"text", 40, false});
    }
    mapping.stages = {{state::Status::active, "Closed Won"}, {state::Status::canceled, "Closed Lost"}};
  }
};

void fold(State& state, const Event& event) {
  for (const event::Patch& patch : event.patches) state::apply(state[{patch.kind, patch.key}], event, patch);
}

void check_round_trip(const store::NewEvent& accepted, const Event& event) {
  event::Parser parser;
  auto again = parser.structured(test::to_json(accepted));
  // Binary mode has its data on the outside: one level more is what an envelope adds.
  if (again.faults.size() == 1 && again.faults[0].problem.contains("nested")) return;
  demand(again.faults.empty(), "an accepted event, written as JSON, is accepted", event::describe(again.faults));
  std::string fault;
  const auto back = ingest::to_new_event(std::move(again), k_now, store::Lane::live, fault);
  demand(back.has_value(), "its time is still good", fault);
  const auto read = parser.stored({back->time, back->source, back->id}, back->type, back->data);
  demand(read && is_same(*read, event), "it says the same");
}

void check_records(const State& state) {
  static const Wide wide;
  for (const auto& [who, registers] : state) {
    const std::string& key = who.second;
    state::Members members;
    members.sole = &registers;
    plan::AccountView view{state::summarize(registers, key, members, {}), "7"};
    plan::Desired desired;
    if (who.first == Kind::account) {
      desired = plan::desired_account(wide.mapping, wide.schema, key, registers, view.summary);
    } else if (who.first == Kind::user) {
      desired = plan::desired_contact(wide.mapping, wide.schema, key, registers, {}, view);
    } else {
      desired = plan::desired_deal(wide.mapping, wide.schema, key, registers, {}, view, "8");
    }
    for (const auto& [field, value] : desired.fields) demand(is_json(value), "a field's value is JSON", value);
  }
}

void check(const std::vector<store::NewEvent>& accepted) {
  std::vector<Event> events;
  event::Parser parser;
  for (const store::NewEvent& one : accepted) {
    demand(!one.source.empty() && one.source.size() <= event::k_max_source_bytes, "a source is there and bounded");
    demand(!one.id.empty() && one.id.size() <= event::k_max_id_bytes, "an id is there and bounded");
    demand(is_valid_utf8(one.source) && is_valid_utf8(one.id) && is_valid_utf8(one.data), "all text is UTF-8");
    demand(one.time >= Time{} && one.time <= k_now + std::chrono::hours{24 * 3653}, "a time is one that can be right");
    auto event = parser.stored({one.time, one.source, one.id}, one.type, one.data);
    demand(event.has_value(), "what was accepted can be read back from the ledger", one.data);
    demand(!event->patches.empty() && event->patches.size() <= 2, "an event speaks of one or two entities");
    check_round_trip(one, *event);
    events.push_back(std::move(*event));
  }
  State forwards, backwards, twice;
  for (const Event& event : events) fold(forwards, event);
  for (auto event = events.rbegin(); event != events.rend(); ++event) fold(backwards, *event);
  for (const Event& event : events) {
    fold(twice, event);
    fold(twice, event);
  }
  // Two events of one identity and time in a request are a sender's fault that the ledger settles: the first stays.
  for (std::size_t i = 0; i < events.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (events[i].stamp == events[j].stamp) return;
    }
  }
  demand(forwards == backwards, "the order of arrival does not matter");
  demand(forwards == twice, "repetition does not matter");
  for (const auto& [who, registers] : forwards) {
    const auto decoded = state::Registers::decode(registers.encode());
    demand(decoded && *decoded == registers, "a state survives the store", registers.encode());
  }
  check_records(forwards);
}

}  // namespace

void run(std::string_view input) {
  std::string_view line = take_line(input);
  const std::vector<std::string_view> words = split(line, ' ');
  std::vector<std::pair<std::string, std::string>> headers;
  for (std::size_t i = 1; i < words.size(); ++i) {
    const std::size_t equals = words[i].find('=');
    if (equals != std::string_view::npos)
      headers.emplace_back("ce-" + to_lower(words[i].substr(0, equals)), words[i].substr(equals + 1));
  }
  // Kept between requests as the server keeps it: nothing of one may show in the next.
  static event::Parser parser;
  event::Parser fresh;
  const auto take = [&](event::Parser& with) {
    return ingest::accept(with, words[0], headers, input, k_now, store::Lane::live, {k_max_events});
  };
  const ingest::Accepted out = take(parser);
  const ingest::Accepted same = take(fresh);
  demand(out.status == same.status && out.events.size() == same.events.size() &&
             out.rejected.size() == same.rejected.size(),
         "a used parser reads as a new one does");
  if (out.status != 0) {
    demand(out.status >= 400 && out.status < 500, "a refused request is the sender's fault");
    demand(!out.problem.empty() && out.events.empty(), "a refused request says why and leaves nothing");
    return;
  }
  demand(out.events.size() + out.rejected.size() <= k_max_events, "no more events than allowed");
  std::size_t next = 0;
  for (const ingest::Rejection& one : out.rejected) {
    demand(!one.error.empty(), "a rejected event says why");
    demand(one.index >= next && one.index < out.events.size() + out.rejected.size(), "a rejected event has its place");
    next = one.index + 1;
  }
  check(out.events);
}

}  // namespace zs::fuzz
