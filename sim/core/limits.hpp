#pragma once
// What a call costs and how many may run at once (crm-api.md 5).

#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>
#include <utility>

#include "core/http.hpp"
#include "core/json.hpp"
#include "core/options.hpp"
#include "core/organization.hpp"
#include "core/route.hpp"

namespace zohosim {

[[nodiscard]] std::int64_t daily_credits(const Options& options);
[[nodiscard]] int concurrency(const Options& options);
inline constexpr int k_heavy_calls = 10;  // the sub-concurrency, in every edition

/// Credits of one call.
[[nodiscard]] int price(const Route& route, const Pairs& params, const Json* body, const Organization& org,
                        const Options& options);
/// Whether a call falls under the sub-concurrency.
[[nodiscard]] bool is_heavy(const Route& route, const Pairs& params, const Json* body);

enum class Admission : std::uint8_t { admitted, out_of_credits, too_many, too_many_heavy };

/// The gate before every CRM call: a rolling day of credits, and the calls under way.
class Gate {
 public:
  explicit Gate(const Options& options) : options_(options) {}

  /// Takes the places and the credits of a call, or says why not.
  [[nodiscard]] Admission enter(Places places, int credits, std::int64_t now_ms);
  void leave(Places places);

  [[nodiscard]] std::int64_t spent(std::int64_t now_ms) const;
  [[nodiscard]] std::int64_t remaining(std::int64_t now_ms) const;
  [[nodiscard]] int calls_now() const { return calls_; }
  [[nodiscard]] int most_calls() const { return most_calls_; }
  [[nodiscard]] int most_heavy() const { return most_heavy_; }

 private:
  const Options& options_;
  std::deque<std::pair<std::int64_t, std::int64_t>> minutes_;  // minute since 1970, credits spent in it
  int calls_ = 0;
  int heavy_ = 0;
  int most_calls_ = 0;
  int most_heavy_ = 0;
};

}  // namespace zohosim
