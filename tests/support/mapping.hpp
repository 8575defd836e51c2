#pragma once
// The default taxonomy and field mapping, as users get it.

#include "config/config.hpp"
#include "daemon/engine_options.hpp"

namespace zs::test {

[[nodiscard]] inline plan::Mapping default_mapping() { return daemon::mapping_of(config::defaults()); }

}  // namespace zs::test
