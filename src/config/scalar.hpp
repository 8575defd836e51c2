#pragma once
// A value as the type that its key wants. From the file the type must be right; from the environment
// everything is text: true/false/1/0/yes/no/on/off, digits, lists with commas ("[]" is the empty list).
// A value that does not fit is reported and comes back empty.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/report.hpp"
#include "config/value.hpp"

namespace zs::config {

/// The key that is being read, and where complaints about it go.
struct At {
  const std::string& key;
  Report& report;

  void error(const Value& value, std::string problem, std::string mend) const;
};

[[nodiscard]] std::optional<std::string> as_text(const Value& value, const At& at);
[[nodiscard]] std::optional<bool> as_boolean(const Value& value, const At& at);
[[nodiscard]] std::optional<std::int64_t> as_integer(const Value& value, const At& at, std::int64_t low,
                                                     std::int64_t high);
[[nodiscard]] std::optional<double> as_real(const Value& value, const At& at, double low, double high);
/// One of `known`, as it is spelled there.
[[nodiscard]] std::optional<std::string> as_choice(const Value& value, const At& at,
                                                   std::span<const std::string_view> known);
/// Distinct ones of `known`, in the order given.
[[nodiscard]] std::optional<std::vector<std::string>> as_choices(const Value& value, const At& at,
                                                                 std::span<const std::string_view> known);
/// Distinct texts that `is_good`, in the order given; `problem` and `mend` are for one that is not.
[[nodiscard]] std::optional<std::vector<std::string>> as_words(const Value& value, const At& at,
                                                               bool (*is_good)(std::string_view),
                                                               std::string_view problem, std::string_view mend);
/// A name that Zoho's API gives to a field: letters, digits and underscores, a letter first.
[[nodiscard]] bool is_api_name(std::string_view text);
[[nodiscard]] std::optional<std::string> as_api_name(const Value& value, const At& at);

}  // namespace zs::config
