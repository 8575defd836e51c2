#pragma once
// A store in memory that holds what the customers in question need of the real one, so that a plan can fold, link and
// settle as the daemon would, and nothing of it ever touches the disk.
//
// Chosen over a copy of the whole file: that would cost as much as the store is large whatever was asked, and would lay
// customers' data onto the disk a second time. It costs the closure: whoever's records depend on each other through
// their accounts come along.

#include <deque>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "event/parse.hpp"
#include "store/store.hpp"

namespace zs::forecast {

class Copy {
 public:
  /// `users`: only what concerns these; none: everybody.
  [[nodiscard]] static Result<std::unique_ptr<Copy>> of(store::Reader& from, const std::vector<std::string>& users);

  /// Of the real store: the entities that wait.
  [[nodiscard]] Result<void> take_backlog();
  /// Of the real store: the events that are not in its state yet.
  [[nodiscard]] Result<void> take_unfolded();
  /// As if these had been accepted; those that the ledger knows are left out. How many were taken.
  [[nodiscard]] Result<std::size_t> take_events(const std::vector<store::NewEvent>& events, std::int64_t now_ms);

  /// After the last of these, before the copy is used: entities go in the order in which the real store has them, which
  /// is the order in which they are written.
  [[nodiscard]] Result<void> complete();
  /// A Contact that a look-up found: whoever it belongs to must be known here, too.
  [[nodiscard]] Result<void> take_owner(const std::string& zoho_id, const std::string& platform_id);

  [[nodiscard]] store::Store& store() { return *store_; }
  [[nodiscard]] store::Reader& from() { return from_; }

 private:
  using Key = std::pair<store::Kind, std::string>;

  Copy(store::Reader& from, std::unique_ptr<store::Store> store) : from_(from), store_(std::move(store)) {}
  [[nodiscard]] Result<void> choose(const std::vector<std::string>& users);
  /// Lists an entity, and all that its record or a summary that it goes into depends on, to be copied.
  [[nodiscard]] Result<void> pull(store::Kind kind, std::string_view key);
  [[nodiscard]] Result<void> copy(store::Transaction& tx, const store::Entity& entity);
  [[nodiscard]] Result<void> queue_related(const store::Entity& entity);
  /// Appends an event if it concerns those in question, with all that it touches.
  [[nodiscard]] Result<bool> take(store::Transaction& tx, const store::NewEvent& event, std::int64_t received_ms);
  [[nodiscard]] bool concerns(const event::Event& event);

  store::Reader& from_;
  std::unique_ptr<store::Store> store_;
  event::Parser parser_;
  bool all_ = true;
  bool only_to_know_ = false;  // what is copied now is not part of the plan
  std::set<Key> chosen_;       // when not all: these entities and those that events tie to them
  std::set<Key> there_;        // copied, or known not to be in the real store
  std::deque<Key> to_pull_;
  std::set<store::EntityId> to_copy_;  // the real store's
};

}  // namespace zs::forecast
