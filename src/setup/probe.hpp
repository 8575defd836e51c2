#pragma once
// `doctor --probe`: what Zoho's documents leave open (zoho/crm-api.md 12), tried out on throwaway Contacts. All of them
// carry k_throwaway in their name, fire no automation, and are deleted and purged at the end, however it ends; what a
// killed run left is removed by the next.

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "config/config.hpp"
#include "setup/calls.hpp"

namespace zs::setup {

inline constexpr std::string_view k_throwaway = "zohosync-probe-";

struct Question {
  std::string_view key;
  std::string_view words;
};
/// In the order in which they are settled.
[[nodiscard]] const std::vector<Question>& questions();

/// Answers by key: "replaces", "207", "yes", …; "not settled: …" where Zoho would not let it be tried.
using Answers = std::map<std::string, std::string, std::less<>>;

/// The org may be written to for a trial: it says that it is a sandbox or a developer's, or production is allowed.
[[nodiscard]] Result<void> may_probe(std::string_view org_type, bool allow_production);

/// `run` makes the names of this run's records differ from another's. `stop` is asked between the trials. An error ends
/// the trials, after the clearing up; trouble with that is in its text.
[[nodiscard]] Result<Answers> probe(const config::Config& config, Calls& calls, std::string_view run,
                                    const std::function<bool()>& stop);

/// As they stand in the store, under zoho::probe_key(org).
[[nodiscard]] std::string to_json(const Answers& answers);

}  // namespace zs::setup
