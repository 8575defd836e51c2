#pragma once
// When a message that was not taken is sent again.

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/random.hpp"
#include "base/time.hpp"

namespace zs::notify {

/// The longest pause that we choose: an endpoint that is back hears of it within the hour.
inline constexpr Duration k_longest_pause = 1h;
/// The longest that an endpoint may ask for.
inline constexpr Duration k_longest_asked = 24h;

/// After so many failures in a row (1 or more): from 5 s fourfold up to an hour, less up to half of it by chance.
[[nodiscard]] Duration pause_after(std::int32_t failures, Random& random);

/// What a Retry-After header asks for, as seconds or as a date; at most a day. Empty when it is neither.
[[nodiscard]] std::optional<Duration> retry_after(std::string_view header, Time now);

}  // namespace zs::notify
