#pragma once
// Desk's own limits (oauth-and-desk.md 3.6): credits of a calendar day, which begins at midnight in the org's time
// zone, and calls at once by edition. They are not the CRM's.

#include <cstdint>

#include "core/options.hpp"
#include "core/route.hpp"

namespace zohosim::desk {

class DeskGate {
 public:
  explicit DeskGate(const Options& options) : options_(options) {}

  enum class Admission : std::uint8_t { admitted, out_of_credits, too_many };
  [[nodiscard]] Admission enter(int credits, std::int64_t now_ms);
  void leave(int calls) { calls_ -= calls; }

  [[nodiscard]] std::int64_t remaining(std::int64_t now_ms) const;
  [[nodiscard]] std::int64_t seconds_to_reset(std::int64_t now_ms) const;
  [[nodiscard]] int most_calls() const { return most_calls_; }
  [[nodiscard]] std::int64_t refused_for_credits() const { return refused_for_credits_; }
  [[nodiscard]] std::int64_t refused_for_concurrency() const { return refused_for_concurrency_; }

 private:
  [[nodiscard]] std::int64_t day_of(std::int64_t now_ms) const;

  const Options& options_;
  std::int64_t day_ = 0;
  std::int64_t spent_ = 0;
  int calls_ = 0;
  int most_calls_ = 0;
  std::int64_t refused_for_credits_ = 0;
  std::int64_t refused_for_concurrency_ = 0;
};

/// Credits of a call: lists and searches 3, by offset; everything else 1.
[[nodiscard]] int price_of(Endpoint endpoint, std::int64_t from);

}  // namespace zohosim::desk
