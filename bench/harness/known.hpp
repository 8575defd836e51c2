#pragma once
// Customers of the past: a store as a daemon leaves it behind that has synced so many of them, without the Zoho calls.

#include <cstdint>
#include <string>
#include <unordered_set>

#include "event/event.hpp"

namespace zs::bench {

/// So many customers, and others whose ids lie in between: what comes later meets the store's indexes anywhere.
class Population {
 public:
  explicit Population(std::uint64_t size) : size_(size) {}
  [[nodiscard]] std::uint64_t size() const { return size_; }
  /// The nth of them, in the order of their ids.
  [[nodiscard]] std::uint64_t known(std::uint64_t n) const { return k_first + n * k_gap; }
  /// The place of the ith to arrive. Keys that come in no order leave the pages of an index seven tenths full; in order
  /// they would be full, and each newcomer split one. So two in seven come after the others, each time in order, which
  /// is quick.
  [[nodiscard]] std::uint64_t arrival(std::uint64_t i) const;
  /// The place of the ith of them in no order; all differ for i < size.
  [[nodiscard]] std::uint64_t any(std::uint64_t i) const { return i % size_ * k_stride % size_; }
  /// The ith who is not one of them.
  [[nodiscard]] std::uint64_t newcomer(std::uint64_t i) const { return known(any(i)) + 1 + i / size_; }

 private:
  static constexpr std::uint64_t k_first = 1'000'000'000'000'000;
  static constexpr std::uint64_t k_gap = 10'000;
  static constexpr std::uint64_t k_stride = 7'368'787;  // a prime: shares no divisor with a round number
  std::uint64_t size_;
};

/// The id that a customer's record is given in Zoho. Nineteen digits, as Zoho's are.
[[nodiscard]] std::string zoho_id(event::Kind kind, std::uint64_t customer);

struct Fill {
  std::unordered_set<std::uint64_t> but = {};  // customers that are there already
  bool have_subscriptions = false;
  std::string what;  // for the progress
};

/// Into the store at `path`, which no daemon has open: their sign-ups in the ledger, folded and synced.
void fill_store(const std::string& path, const Population& population, const Fill& fill);
/// What an older version left behind is made what this one reads; minutes for millions of customers.
void bring_up_to_date(const std::string& path);

}  // namespace zs::bench
