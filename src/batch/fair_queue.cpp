#include "batch/fair_queue.hpp"

#include <algorithm>

namespace zs::batch {

void FairQueue::push(Id id, std::string_view party) {
  // A party that has had nothing here for a while joins the turn that is being served: it gathers no claim by waiting.
  const auto [turn, is_first] = turns_.try_emplace(std::string(party), now_);
  if (!is_first) turn->second = std::max(now_, turn->second + 1);
  line_.emplace(std::pair{turn->second, arrivals_++}, id);
  // Parties whose last turn is over are forgotten now and then: not before there are twice as many as were left the
  // last time, or a turn with many parties would be walked for each of them.
  if (turns_.size() > sweep_at_) {
    std::erase_if(turns_, [this](const auto& entry) { return entry.second < now_; });
    sweep_at_ = 2 * turns_.size() + k_few;
  }
}

void FairQueue::push_front(const std::vector<Id>& ids) {
  const Turn turn = line_.empty() ? now_ : line_.begin()->first.first - 1;
  for (const Id id : ids) line_.emplace(std::pair{turn, arrivals_++}, id);
}

std::vector<FairQueue::Id> FairQueue::peek(std::size_t count) const {
  std::vector<Id> ids;
  for (auto at = line_.begin(); at != line_.end() && ids.size() < count; ++at) ids.push_back(at->second);
  return ids;
}

void FairQueue::drop(std::size_t count) {
  for (; count > 0 && !line_.empty(); --count) {
    now_ = std::max(now_, line_.begin()->first.first);
    line_.erase(line_.begin());
  }
  if (line_.empty()) turns_.clear();
}

}  // namespace zs::batch
