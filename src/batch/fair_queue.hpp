#pragma once
// A line in which every party has its turn: the tenth of one party stands behind the first of any other, however
// early it came. One party alone is served in the order of arrival.

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace zs::batch {

class FairQueue {
 public:
  using Id = std::int64_t;

  void push(Id id, std::string_view party);
  /// Before all that wait, in the given order: for what was taken and could not go.
  void push_front(const std::vector<Id>& ids);
  /// The next ones, without taking them.
  [[nodiscard]] std::vector<Id> peek(std::size_t count) const;
  /// Takes the next ones.
  void drop(std::size_t count);
  void erase(Id id) {
    erase_if([id](Id one) { return one == id; });
  }
  template <class Predicate>
  void erase_if(Predicate predicate) {
    std::erase_if(line_, [&](const auto& entry) { return predicate(entry.second); });
    if (line_.empty()) turns_.clear();
  }

  [[nodiscard]] std::size_t size() const { return line_.size(); }
  [[nodiscard]] bool empty() const { return line_.empty(); }

 private:
  using Turn = std::int64_t;
  std::map<std::pair<Turn, std::int64_t>, Id> line_;  // by turn, then by arrival
  std::unordered_map<std::string, Turn> turns_;       // of each party's last one
  static constexpr std::size_t k_few = 1'000;
  std::size_t sweep_at_ = k_few;  // parties; then those whose turn is over are forgotten
  Turn now_ = 0;                  // the turn that is being served
  std::int64_t arrivals_ = 0;
};

}  // namespace zs::batch
