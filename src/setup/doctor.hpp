#pragma once
// What stands between a configuration and an org, each fault with its mend: a pure function of both. What setup would
// make is setup's to say (plan.hpp); this adds what only a person can change.

#include <string_view>
#include <vector>

#include "config/config.hpp"
#include "setup/examine.hpp"
#include "setup/plan.hpp"

namespace zs::setup {

/// Faults, warnings and what is in order. `scope`: what the token was granted, empty when Zoho did not tell.
[[nodiscard]] std::vector<Note> diagnose(const config::Config& config, const Facts& facts, std::string_view scope);

}  // namespace zs::setup
