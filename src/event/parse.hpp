#pragma once
// CloudEvents 1.0 in JSON into checked values. Every fault is named by its JSON path; an event with a
// fault is refused whole. Invalid UTF-8, broken JSON anywhere and nesting deeper than 32 are faults too.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "event/event.hpp"

namespace zs::event {

struct Fault {
  std::string path;     // "$.data.user.email"; "$" for the whole
  std::string problem;  // finishes the sentence "<path> …"
};
[[nodiscard]] std::string describe(const std::vector<Fault>& faults);

/// The attributes of a CloudEvent that we keep, and its data as received.
struct Envelope {
  std::string source;
  std::string id;
  std::string type;
  std::optional<Time> time;
  std::string data;  // JSON text
};

struct Checked {
  Envelope envelope;
  std::vector<Patch> patches;
  std::vector<Fault> faults;  // empty: the event is good
};

/// Keeps its buffers between calls; one per thread.
class Parser {
 public:
  Parser();
  ~Parser();
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;

  /// One structured event.
  [[nodiscard]] Checked structured(std::string_view json);
  /// A batch: the events in their order, or the one fault that spoils the whole (not JSON, not an array).
  struct Batch {
    std::vector<Checked> events;
    std::optional<Fault> fault;
  };
  [[nodiscard]] Batch batched(std::string_view json, std::size_t max_events);
  /// Binary mode: attributes (without "ce-", lower case, decoded) and the data.
  [[nodiscard]] Checked binary(const std::vector<std::pair<std::string, std::string>>& attributes,
                               std::string_view data);
  /// What the ledger holds, back as an event. A fault here means that the ledger is damaged or newer than we are.
  [[nodiscard]] std::optional<Event> stored(const Stamp& stamp, std::string_view type, std::string_view data);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace zs::event
