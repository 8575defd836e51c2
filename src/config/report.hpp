#pragma once
// Collects the findings of one pass over a configuration, and where each key was given, so that a
// check across several keys can still point at a line.

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.hpp"

namespace zs::config {

class Report {
 public:
  /// `document` stands for the place of keys that were not given.
  explicit Report(std::string_view document) : document_(document) {}

  void error(std::string_view where, std::string_view key, std::string problem, std::string mend);
  void warn(std::string_view where, std::string_view key, std::string problem, std::string mend);

  void saw(std::string_view key, std::string_view where) { seen_.insert_or_assign(std::string(key), where); }
  [[nodiscard]] bool has_seen(std::string_view key) const { return seen_.contains(key); }
  [[nodiscard]] std::string where(std::string_view key) const;

  [[nodiscard]] std::vector<Finding> take() { return std::move(findings_); }

 private:
  std::string document_;
  std::map<std::string, std::string, std::less<>> seen_;
  std::vector<Finding> findings_;
};

}  // namespace zs::config
