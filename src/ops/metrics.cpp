#include "ops/metrics.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>

namespace zs::ops {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_label_name(std::string_view name) {
  return !name.empty() && is_letter(name.front()) && !name.starts_with("__") && name != "le" &&
         std::ranges::all_of(name, [](char c) { return is_letter(c) || is_digit(c); });
}

bool is_metric_name(std::string_view name) {
  return !name.empty() && !is_digit(name.front()) &&
         std::ranges::all_of(name, [](char c) { return is_letter(c) || is_digit(c) || c == ':'; });
}

void insist(bool holds, std::string_view what, std::string_view name) {
  if (holds) return;
  std::fprintf(stderr, "metric %.*s: %.*s\n", static_cast<int>(name.size()), name.data(), static_cast<int>(what.size()),
               what.data());
  std::abort();
}

void append_escaped(std::string& out, std::string_view text, bool in_quotes) {
  for (const char c : text) {
    if (c == '\\') {
      out += "\\\\";
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '"' && in_quotes) {
      out += "\\\"";
    } else {
      out += c;
    }
  }
}

template <class Number>
void append_number(std::string& out, Number number) {
  if constexpr (std::is_floating_point_v<Number>) {
    if (std::isnan(number)) {
      out += "NaN";
      return;
    }
    if (std::isinf(number)) {
      out += number > 0 ? "+Inf" : "-Inf";
      return;
    }
  }
  std::array<char, 32> text{};
  const auto result = std::to_chars(text.data(), text.data() + text.size(), number);
  out.append(text.data(), result.ptr);
}

void append_label(std::string& out, bool& is_first, std::string_view name, std::string_view value) {
  out += is_first ? '{' : ',';
  is_first = false;
  out += name;
  out += "=\"";
  append_escaped(out, value, true);
  out += '"';
}

/// `bound` is the "le" of a bucket; null for every other sample.
template <class Number>
void append_sample(std::string& out, std::string_view name, std::string_view suffix, const Labels& labels,
                   const double* bound, Number number) {
  out += name;
  out += suffix;
  bool is_first = true;
  for (const auto& [label, value] : labels) append_label(out, is_first, label, value);
  if (bound != nullptr) {
    std::string text;
    append_number(text, *bound);
    append_label(out, is_first, "le", text);
  }
  if (!is_first) out += '}';
  out += ' ';
  append_number(out, number);
  out += '\n';
}

void append_histogram(std::string& out, const std::string& name, const Labels& labels, const Histogram& histogram) {
  const std::vector<std::uint64_t> counts = histogram.counts();
  std::uint64_t total = 0;
  for (std::size_t bucket = 0; bucket < counts.size(); ++bucket) {
    total += counts[bucket];
    const double bound =
        bucket < histogram.bounds().size() ? histogram.bounds()[bucket] : std::numeric_limits<double>::infinity();
    append_sample(out, name, "_bucket", labels, &bound, total);
  }
  append_sample(out, name, "_sum", labels, nullptr, histogram.sum());
  // Not a counter of its own: it has to equal the last bucket also while others observe.
  append_sample(out, name, "_count", labels, nullptr, total);
}

}  // namespace

Histogram::Histogram(std::span<const double> bounds)
    : bounds_(bounds.begin(), bounds.end()), counts_(bounds.size() + 1) {}

void Histogram::observe(double value) {
  const auto bucket = std::ranges::lower_bound(bounds_, value) - bounds_.begin();
  counts_[static_cast<std::size_t>(bucket)].fetch_add(1, std::memory_order_relaxed);
  sum_.fetch_add(value, std::memory_order_relaxed);
}

std::vector<std::uint64_t> Histogram::counts() const {
  std::vector<std::uint64_t> out;
  out.reserve(counts_.size());
  for (const auto& count : counts_) out.push_back(count.load(std::memory_order_relaxed));
  return out;
}

std::span<const double> duration_bounds() {
  static constexpr std::array k_bounds{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                       0.25,   0.5,   1.0,    2.5,   5.0,  10.0,  30.0, 60.0};
  return k_bounds;
}

Registry::Metric& Registry::find_or_make(std::string_view name, std::string_view help, std::string_view type,
                                         const Labels& labels, const std::function<Metric()>& make) {
  insist(is_metric_name(name), "is no name for a metric", name);
  Labels sorted = labels;
  std::ranges::sort(sorted);
  for (std::size_t index = 0; index < sorted.size(); ++index) {
    insist(is_label_name(sorted[index].first), "has a label with a bad name", name);
    insist(index == 0 || sorted[index].first != sorted[index - 1].first, "has a label twice", name);
  }
  const std::lock_guard lock(mutex_);
  Family& family = families_.try_emplace(std::string(name), Family{type, std::string(help), {}}).first->second;
  insist(family.type == type, "is used for two types", name);
  const auto found = family.series.find(sorted);
  if (found != family.series.end()) return found->second;
  return family.series.emplace(std::move(sorted), make()).first->second;
}

Counter& Registry::counter(std::string_view name, std::string_view help, const Labels& labels) {
  return *std::get<std::unique_ptr<Counter>>(
      find_or_make(name, help, "counter", labels, [] { return Metric(std::make_unique<Counter>()); }));
}

Gauge& Registry::gauge(std::string_view name, std::string_view help, const Labels& labels) {
  Metric& metric = find_or_make(name, help, "gauge", labels, [] { return Metric(std::make_unique<Gauge>()); });
  insist(std::holds_alternative<std::unique_ptr<Gauge>>(metric), "is both set and asked for", name);
  return *std::get<std::unique_ptr<Gauge>>(metric);
}

Histogram& Registry::histogram(std::string_view name, std::string_view help, std::span<const double> bounds,
                               const Labels& labels) {
  const bool ascending = std::ranges::adjacent_find(bounds, std::greater_equal{}) == bounds.end();
  insist(ascending && std::ranges::all_of(bounds, [](double bound) { return std::isfinite(bound); }),
         "has bounds that do not ascend", name);
  Histogram& histogram = *std::get<std::unique_ptr<Histogram>>(
      find_or_make(name, help, "histogram", labels, [bounds] { return Metric(std::make_unique<Histogram>(bounds)); }));
  insist(std::ranges::equal(histogram.bounds(), bounds), "is used with two sets of bounds", name);
  return histogram;
}

void Registry::gauge_from(std::string_view name, std::string_view help, std::function<double()> read,
                          const Labels& labels) {
  bool is_new = false;
  find_or_make(name, help, "gauge", labels, [&] {
    is_new = true;
    return Metric(std::move(read));
  });
  insist(is_new, "is given twice", name);
}

void Registry::append(std::string& out, const std::string& name, const Labels& labels, const Metric& metric) {
  if (const auto* counter = std::get_if<std::unique_ptr<Counter>>(&metric)) {
    append_sample(out, name, "", labels, nullptr, (*counter)->value());
  } else if (const auto* gauge = std::get_if<std::unique_ptr<Gauge>>(&metric)) {
    append_sample(out, name, "", labels, nullptr, (*gauge)->value());
  } else if (const auto* histogram = std::get_if<std::unique_ptr<Histogram>>(&metric)) {
    append_histogram(out, name, labels, **histogram);
  } else {
    append_sample(out, name, "", labels, nullptr, std::get<std::function<double()>>(metric)());
  }
}

std::string Registry::text() const {
  std::string out;
  const std::lock_guard lock(mutex_);
  for (const auto& [name, family] : families_) {
    out += "# HELP " + name + ' ';
    append_escaped(out, family.help, false);
    out += "\n# TYPE " + name + ' ';
    out += family.type;
    out += '\n';
    for (const auto& [labels, metric] : family.series) append(out, name, labels, metric);
  }
  return out;
}

}  // namespace zs::ops
