#pragma once
// Which runs of the identity index may hold a hash: one Bloom filter a run, of one size, laid side by side so that a
// word holds the same bit of 64 runs. Seven words ANDed answer for 64 runs at once, where asking each in turn would
// cost a cache miss a run. 16 bits an identity: about one run in 1,500 is asked in vain; 2 bytes of memory an event.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace zs::store::sqlite {

class RunFilter {
 public:
  /// Identities that a run's filter is made for; more only make it less sharp.
  static constexpr std::size_t k_identities = 32'768;
  static constexpr std::size_t k_bits = k_identities * 16;
  static constexpr std::size_t k_bytes = k_bits / 8;

  /// One run's filter as it is stored: k_bytes.
  [[nodiscard]] static std::string filter_of(std::span<const std::uint64_t> hashes);

  /// Adds the filter of the next run; runs count from 0.
  void add(std::string_view filter);
  [[nodiscard]] std::size_t size() const { return runs_; }
  /// Runs that may hold the hash, ascending. Every run that does is among them.
  [[nodiscard]] std::vector<std::size_t> candidates(std::uint64_t hash) const;

 private:
  using Bank = std::vector<std::uint64_t>;  // k_bits words: bit n of each belongs to the bank's n-th run

  std::vector<Bank> banks_;
  std::size_t runs_ = 0;
};

}  // namespace zs::store::sqlite
