#pragma once
// The redirect flow's other end: a listener on loopback that waits for the browser to bring the code.

#include <cstdint>
#include <string>

#include "base/result.hpp"
#include "config/config.hpp"

namespace zs::cli {

[[nodiscard]] std::string redirect_uri(std::uint16_t port);

/// Tells `on_ready` the address to open, waits for the answer to it, and gives its code. Answers that nobody asked for
/// are turned away and waited past; ten minutes at most.
[[nodiscard]] Result<std::string> await_consent(const config::Zoho& zoho, std::uint16_t port,
                                                void (*on_ready)(const std::string& url, const std::string& redirect));

}  // namespace zs::cli
