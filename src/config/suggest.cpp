#include "config/suggest.hpp"

#include <algorithm>
#include <cstddef>

#include "base/text.hpp"

namespace zs::config {

std::string_view nearest(std::string_view word, std::span<const std::string_view> known) {
  std::string_view best;
  std::size_t best_distance = 0;
  const std::string lower = to_lower(word);
  for (const std::string_view candidate : known) {
    const std::size_t distance = edit_distance(lower, to_lower(candidate));
    const std::size_t longer = std::max(word.size(), candidate.size());
    // A third of the letters may differ; with every letter different two short words are merely short.
    if (distance > std::max<std::size_t>(2, longer / 3) || distance >= longer) continue;
    if (best.empty() || distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

std::string listed(std::span<const std::string_view> words) {
  std::string out;
  for (const std::string_view word : words) {
    if (!out.empty()) out += ", ";
    out += word;
  }
  return out;
}

}  // namespace zs::config
