#include "store/sqlite/run_filter.hpp"

#include <array>
#include <bit>

namespace zs::store::sqlite {
namespace {

constexpr std::size_t k_probes = 7;
constexpr std::size_t k_runs_a_bank = 64;
static_assert(std::has_single_bit(RunFilter::k_bits));

/// The hash is half of a digest already: its two halves serve as the two hashes of double hashing.
std::array<std::size_t, k_probes> probes_of(std::uint64_t hash) {
  std::array<std::size_t, k_probes> probes{};
  std::uint64_t at = hash;
  const std::uint64_t stride = (hash >> 32U) | 1U;
  for (auto& probe : probes) {
    probe = at % RunFilter::k_bits;
    at += stride;
  }
  return probes;
}

}  // namespace

std::string RunFilter::filter_of(std::span<const std::uint64_t> hashes) {
  std::array<unsigned char, k_bytes> bits{};
  for (const auto hash : hashes) {
    for (const auto probe : probes_of(hash))
      bits[probe / 8] = static_cast<unsigned char>(bits[probe / 8] | 1U << probe % 8);
  }
  return {reinterpret_cast<const char*>(bits.data()), bits.size()};
}

void RunFilter::add(std::string_view filter) {
  if (runs_ % k_runs_a_bank == 0) banks_.emplace_back(k_bits);
  auto& bank = banks_.back();
  const std::uint64_t own = std::uint64_t{1} << runs_ % k_runs_a_bank;
  for (std::size_t byte = 0; byte < filter.size() && byte < k_bytes; ++byte) {
    for (unsigned bits = static_cast<unsigned char>(filter[byte]); bits != 0; bits &= bits - 1) {
      bank[byte * 8 + static_cast<std::size_t>(std::countr_zero(bits))] |= own;
    }
  }
  ++runs_;
}

std::vector<std::size_t> RunFilter::candidates(std::uint64_t hash) const {
  std::vector<std::size_t> runs;
  const auto probes = probes_of(hash);
  for (std::size_t b = 0; b < banks_.size(); ++b) {
    std::uint64_t common = ~std::uint64_t{0};
    for (const auto probe : probes) common &= banks_[b][probe];
    for (; common != 0; common &= common - 1) {
      runs.push_back(b * k_runs_a_bank + static_cast<std::size_t>(std::countr_zero(common)));
    }
  }
  return runs;
}

}  // namespace zs::store::sqlite
