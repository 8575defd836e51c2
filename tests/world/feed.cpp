#include "world/feed.hpp"

#include <stdexcept>

namespace zs::world {
namespace {

constexpr std::size_t k_page = 100;

template <class T>
T need(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().text);
  return std::move(*result);
}

}  // namespace

void Follower::hear(const store::MappingChange& change) {
  cursor_ = change.seq;
  const std::string& taken = change.zoho_id.empty() ? change.previous_zoho_id : change.zoho_id;
  std::erase_if(map_, [&](const auto& link) { return link.first.first == change.kind && link.second == taken; });
  if (!change.zoho_id.empty()) map_[{change.kind, change.key}] = change.zoho_id;
}

std::vector<std::string> faults_of_feed(store::Store& store) {
  const auto reader = need(store.reader());
  std::vector<std::string> faults;
  Follower follower;
  for (;;) {
    const auto page = need(reader->mapping_changes(follower.cursor(), k_page));
    if (page.empty()) break;
    for (const store::MappingChange& change : page) {
      const auto known = follower.map().find({change.kind, change.key});
      const std::string before = known == follower.map().end() ? std::string{} : known->second;
      if (change.change != store::Change::erased && before != change.previous_zoho_id) {
        faults.push_back("feed: change " + std::to_string(change.seq) + " of " + change.key + " comes from " +
                         change.previous_zoho_id + ", but it was " + before);
      }
      follower.hear(change);
    }
  }
  Follower::Map map;
  for (const event::Kind kind : {event::Kind::user, event::Kind::account, event::Kind::subscription}) {
    std::string after;
    do {
      const store::EntityPage page = need(reader->page(kind, after, k_page));
      for (const store::Entity& one : page.entities) {
        if (!one.zoho_id.empty()) map[{kind, one.key}] = one.zoho_id;
      }
      after = page.next;
    } while (!after.empty());
  }
  for (const auto& [whose, record] : map) {
    const auto heard = follower.map().find(whose);
    if (heard == follower.map().end() || heard->second != record)
      faults.push_back("feed: " + whose.second + " is linked to " + record + ", and a follower has " +
                       (heard == follower.map().end() ? std::string("nothing") : heard->second));
  }
  for (const auto& [whose, record] : follower.map()) {
    if (!map.contains(whose)) faults.push_back("feed: a follower has " + whose.second + " at " + record);
  }
  return faults;
}

}  // namespace zs::world
