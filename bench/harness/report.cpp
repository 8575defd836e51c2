#include "harness/report.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace zs::bench {
namespace {

std::string number(double value) {
  if (std::abs(value) < 10) return fmt::format("{:.3f}", value);
  if (std::abs(value) < 1'000) return fmt::format("{:.1f}", value);
  std::string digits = fmt::format("{:.0f}", value);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, ",");
  return digits;
}

void clear_progress() {
  if (isatty(STDERR_FILENO) != 0) fmt::print(stderr, "\r\033[K");
}

std::string line(std::string_view name, const Samples& samples, std::string_view unit) {
  std::string out = fmt::format("  {:<44} {:>12} {:<11}", name, number(samples.median()), unit);
  if (samples.values().size() > 1)
    out +=
        fmt::format(" ({} .. {}, n={})", number(samples.least()), number(samples.greatest()), samples.values().size());
  return out;
}

}  // namespace

double Samples::median() const { return percentile(values_, 50); }
double Samples::least() const { return values_.empty() ? 0 : *std::ranges::min_element(values_); }
double Samples::greatest() const { return values_.empty() ? 0 : *std::ranges::max_element(values_); }

Samples ratio(const Samples& one, const Samples& other) {
  Samples out;
  for (std::size_t i = 0; i < std::min(one.values().size(), other.values().size()); ++i)
    out.add(one.values()[i] / other.values()[i]);
  return out;
}

double percentile(std::vector<double> values, double percent) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  const double place = percent / 100 * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, values.size() - 1);
  return values[below] + (values[above] - values[below]) * (place - static_cast<double>(below));
}

void print_heading(std::string_view row, std::string_view what) {
  clear_progress();
  fmt::print("{}: {}\n", row, what);
  std::fflush(stdout);
}

void print_figure(std::string_view name, const Samples& samples, std::string_view unit) {
  clear_progress();
  fmt::print("{}\n", line(name, samples, unit));
  std::fflush(stdout);
}

void print_verdict(std::string_view name, const Samples& samples, std::string_view unit, const Reach& reach) {
  clear_progress();
  const bool is_most = reach.wanted == Wanted::at_most;
  const double value = samples.median();
  const bool is_reached = is_most ? value <= reach.bound : value >= reach.bound;
  fmt::print("{}  to reach: {} {}: {}\n", line(name, samples, unit), is_most ? "<=" : ">=", number(reach.bound),
             is_reached ? "reached" : "NOT reached");
  std::fflush(stdout);
}

void print_note(std::string_view text) {
  clear_progress();
  fmt::print("  {}\n", text);
  std::fflush(stdout);
}

void show_progress(std::string_view text) {
  if (isatty(STDERR_FILENO) == 0) return;
  fmt::print(stderr, "\r\033[K  … {}", text);
  std::fflush(stderr);
}

}  // namespace zs::bench
