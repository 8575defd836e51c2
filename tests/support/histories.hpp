#pragma once
// Made-up customer histories from a seed: what a platform would send, and how badly it may arrive.

#include <cstdint>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "store/store.hpp"

namespace zs::test {

struct HistoryOptions {
  int customers = 20;
  bool deletions = true;
};

/// Events in the order in which they happened, each with its own identity and a time of its own.
[[nodiscard]] std::vector<store::NewEvent> make_history(Random& random, const HistoryOptions& options);

/// The same events as they may arrive: out of order, repeated, and now and then repeated with other content,
/// which the first arrival of the identity must win over.
[[nodiscard]] std::vector<store::NewEvent> disturb(std::vector<store::NewEvent> events, Random& random);

/// The event as a structured CloudEvent in one line.
[[nodiscard]] std::string to_json(const store::NewEvent& event);

}  // namespace zs::test
