#pragma once
// The daemon: builds all parts, owns their lives, and takes them down in order.

#include "config/config.hpp"

namespace zs::daemon {

/// Runs until SIGTERM or SIGINT. The exit code: 0 done, 1 failed, 2 bad configuration, 3 something it needs is
/// not to be had (port, store). The reason is on stderr.
[[nodiscard]] int serve(const config::Config& config);

}  // namespace zs::daemon
