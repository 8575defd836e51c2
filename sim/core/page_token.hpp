#pragma once
// The opaque token that leads past the 2,000 records which plain pages reach. It is bound to the parameters
// of the listing and expires; it carries its own state, so that a restart does not lose it.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/envelope.hpp"
#include "core/text.hpp"

namespace zohosim {

struct PageToken {
  std::uint64_t bound_to = 0;  // hash of module and parameters
  std::int64_t offset = 0;     // records given out so far
  std::int64_t expires_ms = 0;
};

inline constexpr std::int64_t k_page_token_ms = 24LL * 60 * 60 * 1000;

[[nodiscard]] std::string encode(const PageToken& token);
[[nodiscard]] std::optional<PageToken> decode_page_token(std::string_view text);
/// A hash of what a token is bound to: the module and every parameter but page and page_token.
[[nodiscard]] std::uint64_t listing_hash(std::string_view module, const Pairs& params);

}  // namespace zohosim
