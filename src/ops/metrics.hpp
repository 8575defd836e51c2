#pragma once
// Counters, gauges and histograms, and their Prometheus text (exposition format 0.0.4). Counting is one
// relaxed atomic and never a lookup: whoever counts asks the registry once and keeps the reference, which
// lives as long as the registry. The caller gives whole names, zohosync_ included.

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace zs::ops {

/// Name and value. Values are few and known: an id of a customer is never one.
using Labels = std::vector<std::pair<std::string, std::string>>;

class Counter {
 public:
  void add(std::uint64_t by = 1) { value_.fetch_add(by, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

class Gauge {
 public:
  void set(double value) { value_.store(value, std::memory_order_relaxed); }
  void add(double by) { value_.fetch_add(by, std::memory_order_relaxed); }
  [[nodiscard]] double value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<double> value_{0};
};

class Histogram {
 public:
  /// Upper bounds, inclusive, ascending; the one of infinity is understood.
  explicit Histogram(std::span<const double> bounds);

  void observe(double value);
  [[nodiscard]] const std::vector<double>& bounds() const { return bounds_; }
  /// Observations per bucket, not added up; one more than bounds.
  [[nodiscard]] std::vector<std::uint64_t> counts() const;
  [[nodiscard]] double sum() const { return sum_.load(std::memory_order_relaxed); }

 private:
  std::vector<double> bounds_;
  std::vector<std::atomic<std::uint64_t>> counts_;
  std::atomic<double> sum_{0};
};

/// For durations in seconds: from a local commit to a call that has been given up.
[[nodiscard]] std::span<const double> duration_bounds();

/// Any thread may call anything. The same name and labels give the same object. A name that is not one,
/// or that already stands for another type, is a fault of the program and ends it.
class Registry {
 public:
  Counter& counter(std::string_view name, std::string_view help, const Labels& labels = {});
  Gauge& gauge(std::string_view name, std::string_view help, const Labels& labels = {});
  Histogram& histogram(std::string_view name, std::string_view help, std::span<const double> bounds,
                       const Labels& labels = {});
  /// A gauge that is asked when somebody looks; `read` must be quick, must not use the registry and must
  /// stay callable as long as it lives.
  void gauge_from(std::string_view name, std::string_view help, std::function<double()> read,
                  const Labels& labels = {});

  /// Everything, families by name: the body of GET /metrics.
  [[nodiscard]] std::string text() const;
  static constexpr std::string_view k_content_type = "text/plain; version=0.0.4; charset=utf-8";

 private:
  using Metric = std::variant<std::unique_ptr<Counter>, std::unique_ptr<Gauge>, std::unique_ptr<Histogram>,
                              std::function<double()>>;
  struct Family {
    std::string_view type;
    std::string help;
    std::map<Labels, Metric> series;
  };

  Metric& find_or_make(std::string_view name, std::string_view help, std::string_view type, const Labels& labels,
                       const std::function<Metric()>& make);
  static void append(std::string& out, const std::string& name, const Labels& labels, const Metric& metric);

  mutable std::mutex mutex_;  // guards families_; the metrics guard themselves
  std::map<std::string, Family, std::less<>> families_;
};

}  // namespace zs::ops
