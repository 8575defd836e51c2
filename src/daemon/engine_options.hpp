#pragma once
// From the configuration to what the engine runs on.

#include "config/config.hpp"
#include "engine/engine.hpp"
#include "plan/mapping.hpp"
#include "reconcile/reconciler.hpp"

namespace zs::daemon {

[[nodiscard]] plan::Mapping mapping_of(const config::Config& config);
[[nodiscard]] engine::Options engine_options_of(const config::Config& config);
[[nodiscard]] reconcile::Options reconcile_options_of(const config::Config& config);

}  // namespace zs::daemon
