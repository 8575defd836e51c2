#include "config/report.hpp"

#include <algorithm>
#include <utility>

namespace zs::config {

void Report::error(std::string_view where, std::string_view key, std::string problem, std::string mend) {
  findings_.push_back({true, std::string(where), std::string(key), std::move(problem), std::move(mend)});
}

void Report::warn(std::string_view where, std::string_view key, std::string problem, std::string mend) {
  findings_.push_back({false, std::string(where), std::string(key), std::move(problem), std::move(mend)});
}

std::string Report::where(std::string_view key) const {
  const auto found = seen_.find(key);
  return found == seen_.end() ? document_ : found->second;
}

bool Loaded::usable() const {
  return std::ranges::none_of(findings, [](const Finding& finding) { return finding.is_error; });
}

std::string describe(const std::vector<Finding>& findings) {
  std::string out;
  for (const bool errors : {true, false}) {
    for (const Finding& finding : findings) {
      if (finding.is_error != errors) continue;
      out += errors ? "error: " : "warning: ";
      if (!finding.where.empty()) out += finding.where + ": ";
      if (!finding.key.empty()) out += finding.key + ' ';
      out += finding.problem;
      if (!finding.mend.empty()) out += "; " + finding.mend;
      out += '\n';
    }
  }
  return out;
}

}  // namespace zs::config
