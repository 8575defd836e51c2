#pragma once
// From a request's bytes to events for the ledger: which format it is, which events are good, and what is
// wrong with the others. No I/O; the HTTP endpoint and `import` share it.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "event/parse.hpp"
#include "store/store.hpp"

namespace zs::ingest {

struct Rejection {
  std::size_t index = 0;  // place in the request, from 0
  std::string id;         // the event's, if it could be read
  std::string error;
};

struct Accepted {
  std::vector<store::NewEvent> events;
  std::vector<Rejection> rejected;
  int status = 0;       // not 0: the request as a whole is refused with it
  std::string problem;  // why
};

struct Limits {
  std::size_t max_events = 1'000;
};

/// How a body is read is decided by its content type and, for binary mode, by the ce-* headers (lower-case names).
[[nodiscard]] Accepted accept(event::Parser& parser, std::string_view content_type,
                              const std::vector<std::pair<std::string, std::string>>& headers, std::string_view body,
                              Time now, store::Lane lane, const Limits& limits);

/// A checked event as the ledger keeps it; the fault if its time cannot be right (more than ten years ahead:
/// nothing could ever overwrite it).
/// It says whom it is about, too.
[[nodiscard]] std::optional<store::NewEvent> to_new_event(event::Checked&& checked, Time now, store::Lane lane,
                                                          std::string& fault);

/// Notes the user and account that an event is about.
void tell_whom(store::NewEvent& event, const std::vector<event::Patch>& patches);

}  // namespace zs::ingest
