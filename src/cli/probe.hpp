#pragma once
// `doctor --probe`: what the documents leave open, tried out in the org and kept in the store.

#include "cli/command.hpp"
#include "config/config.hpp"
#include "setup/calls.hpp"

namespace zs::cli {

[[nodiscard]] Exit probe_org(const Options& options, const config::Config& config, setup::Calls& calls);

}  // namespace zs::cli
