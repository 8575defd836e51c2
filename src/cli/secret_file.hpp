#pragma once
// Writing a secret so that there is always a whole one, and only its owner reads it.

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace zs::cli {

/// Mode 0600, written beside the old one, synced, then renamed over it. As root the file keeps its owner, a new one
/// gets that of its directory: whoever runs the daemon must be able to read it.
[[nodiscard]] Result<void> write_secret(const std::string& path, std::string_view secret);

/// Whether write_secret would get as far as its temporary file: to be asked before what cannot be had twice.
[[nodiscard]] Result<void> may_write_secret(const std::string& path);

}  // namespace zs::cli
