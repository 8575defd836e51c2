#include "core/fault_profiles.hpp"

#include <array>
#include <utility>

namespace zohosim {
namespace {

// A weekday: slow at times, a refusal here and there, nothing that leaves a doubt about what was applied.
constexpr std::string_view k_mild = R"([
  {"effect": "latency", "latency_ms": 20, "jitter_ms": 60},
  {"effect": "status", "status": 503, "probability": 0.01},
  {"effect": "status", "status": 429, "probability": 0.01}
])";

// An incident: every kind of failure that integrators report, each rare enough that work goes on.
constexpr std::string_view k_rough = R"([
  {"effect": "latency", "latency_ms": 50, "jitter_ms": 250},
  {"effect": "status", "status": 503, "probability": 0.03},
  {"effect": "status", "status": 502, "html": true, "probability": 0.01},
  {"effect": "status", "status": 500, "probability": 0.01},
  {"effect": "status", "status": 429, "probability": 0.02},
  {"effect": "reset_before", "probability": 0.01},
  {"effect": "reset_after", "probability": 0.01},
  {"effect": "truncate", "probability": 0.005},
  {"effect": "expire_token", "probability": 0.001}
])";

// The worst of days. Lost answers and hangs are many times what a real org shows: a client that comes out of
// this with every record once has its retries right.
constexpr std::string_view k_hostile = R"([
  {"effect": "latency", "latency_ms": 50, "jitter_ms": 950},
  {"effect": "status", "status": 503, "probability": 0.08},
  {"effect": "status", "status": 502, "html": true, "probability": 0.04},
  {"effect": "status", "status": 500, "probability": 0.03},
  {"effect": "status", "status": 429, "probability": 0.05},
  {"effect": "reset_before", "probability": 0.03},
  {"effect": "reset_after", "probability": 0.05},
  {"effect": "truncate", "probability": 0.03},
  {"effect": "hang", "probability": 0.005},
  {"effect": "expire_token", "probability": 0.005},
  {"on": "insert", "effect": "record_error", "row": 0, "probability": 0.02},
  {"on": "update", "effect": "record_error", "row": 0, "probability": 0.02}
])";

constexpr std::array k_profiles{
    std::pair{std::string_view("mild"), k_mild},
    std::pair{std::string_view("rough"), k_rough},
    std::pair{std::string_view("hostile"), k_hostile},
};

}  // namespace

std::optional<std::string_view> fault_profile(std::string_view name) {
  for (const auto& [known, rules] : k_profiles) {
    if (known == name) return rules;
  }
  return std::nullopt;
}

std::vector<std::string_view> fault_profile_names() {
  std::vector<std::string_view> out;
  for (const auto& [name, rules] : k_profiles) out.push_back(name);
  return out;
}

}  // namespace zohosim
