#include "notify/schedule.hpp"

#include <time.h>

#include <algorithm>
#include <string>

#include "base/text.hpp"

namespace zs::notify {
namespace {

constexpr Duration k_first_pause = 5s;
constexpr std::int32_t k_to_longest = 6;  // 5 s, 20 s, 80 s, 5 min, 21 min, 1 h

}  // namespace

Duration pause_after(std::int32_t failures, Random& random) {
  Duration pause = k_longest_pause;
  if (failures < k_to_longest) pause = k_first_pause * (1 << (2 * std::max(failures - 1, 0)));
  const auto half = static_cast<double>(pause.count()) / 2;
  return pause - Duration{static_cast<std::int64_t>(half * random.unit())};
}

std::optional<Duration> retry_after(std::string_view header, Time now) {
  header = trim(header);
  if (const auto seconds = parse_integer(header); seconds && *seconds >= 0)
    return std::min<Duration>(std::chrono::seconds{std::min<std::int64_t>(*seconds, 1'000'000)}, k_longest_asked);
  tm parts{};
  const std::string text(header);
  const char* const rest = strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  if (rest == nullptr || *rest != '\0') return std::nullopt;
  const Time at{std::chrono::seconds{timegm(&parts)}};
  return std::clamp<Duration>(at - now, Duration{0}, k_longest_asked);
}

}  // namespace zs::notify
