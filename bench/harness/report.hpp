#pragma once
// What a row prints: figures with their spread, and the ratio that travels between machines.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace zs::bench {

/// The same thing measured several times.
class Samples {
 public:
  void add(double value) { values_.push_back(value); }
  [[nodiscard]] double median() const;
  [[nodiscard]] double least() const;
  [[nodiscard]] double greatest() const;
  [[nodiscard]] bool empty() const { return values_.empty(); }
  [[nodiscard]] const std::vector<double>& values() const { return values_; }

 private:
  std::vector<double> values_;
};

/// Round by round, so that what disturbs a round disturbs both sides of its ratio.
[[nodiscard]] Samples ratio(const Samples& one, const Samples& other);
/// The value that so many of a hundred do not exceed.
[[nodiscard]] double percentile(std::vector<double> values, double percent);

enum class Wanted { at_least, at_most };

/// What design and peers ask of a figure.
struct Reach {
  Wanted wanted = Wanted::at_least;
  double bound = 0;
};

void print_heading(std::string_view row, std::string_view what);
void print_figure(std::string_view name, const Samples& samples, std::string_view unit);
/// With the verdict, when something is to be reached.
void print_verdict(std::string_view name, const Samples& samples, std::string_view unit, const Reach& reach);
void print_note(std::string_view text);
/// One line that is overwritten, for whoever waits; nothing when nobody sees it.
void show_progress(std::string_view text);

}  // namespace zs::bench
