#pragma once
// Whoever follows the feed of changes, as docs/changes.md tells them to: what their copy of the id map holds.

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "store/store.hpp"

namespace zs::world {

/// A copy of the id map, kept by its rules: a link takes its record away from whoever had it, `unlinked` and `erased`
/// drop the record that they name.
class Follower {
 public:
  using Map = std::map<std::pair<event::Kind, std::string>, std::string>;

  void hear(const store::MappingChange& change);
  [[nodiscard]] const Map& map() const { return map_; }
  [[nodiscard]] store::ChangeSeq cursor() const { return cursor_; }

 private:
  Map map_;
  store::ChangeSeq cursor_ = 0;
};

/// Where the feed, played from its beginning, gives another map than the store has.
[[nodiscard]] std::vector<std::string> faults_of_feed(store::Store& store);

}  // namespace zs::world
