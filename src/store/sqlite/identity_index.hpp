#pragma once
// Which events are in the ledger, by source and id, at a cost that does not grow with the ledger.
//
// One index over all identities is the obvious way, and was measured: identities come in no order, so each event
// dirties a page of its own, 4 KB written twice for 20 bytes of news, and appending slowed from 93,000 to 38,000 events
// a second on the way to a million. So the newest identities stay in memory; a run of them is sorted and filed page by
// page, in order, alongside the commits that follow it; and a filter tells the few older runs worth asking from all
// others. Memory is derived from what is on disk: it is read again at the opening, and what it says is always verified
// there.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <shared_mutex>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "store/sqlite/connection.hpp"
#include "store/sqlite/run_filter.hpp"
#include "store/store.hpp"

namespace zs::store::sqlite {

/// Eight bytes of a digest over source and id, the source's length in front so that no two pairs read alike.
[[nodiscard]] std::uint64_t identity_hash(std::string_view source, std::string_view id);

/// Written by the writer, read by every reader in the process.
class IdentityIndex {
 public:
  /// `run_events`: identities a run; small in tests.
  explicit IdentityIndex(std::size_t run_events) : run_events_(run_events) {}

  [[nodiscard]] Result<void> load(Connection& db);

  /// The first event with this source and id that `db` sees; 0: none.
  [[nodiscard]] Result<Seq> find(Connection& db, std::uint64_t hash, std::string_view source,
                                 std::string_view id) const;

  /// Writer: an event was added in the present transaction.
  void note(std::uint64_t hash, Seq seq);
  /// Writer: how many were; and taking back all but the first so many, whose job was undone.
  [[nodiscard]] std::size_t noted() const { return noted_.size(); }
  void forget(std::size_t all_but);
  /// Writer: an event lost its identity in the present transaction; how many did, and taking back all but so many.
  void drop(std::uint64_t hash, Seq seq) { dropped_.push_back({hash, seq}); }
  [[nodiscard]] std::size_t dropped() const { return dropped_.size(); }
  void keep(std::size_t all_but) { dropped_.resize(std::min(all_but, dropped_.size()), Identity{}); }
  /// Writer, before its commit: files some of a full run in the same transaction.
  [[nodiscard]] Result<void> file(Connection& db);
  /// Writer, after its commit.
  void committed(Connection& db);
  /// Writer, after the transaction came to nothing.
  void rolled_back();

 private:
  struct Identity {
    std::uint64_t hash;
    Seq seq;
    auto operator<=>(const Identity&) const = default;
  };

  /// Where in the ledger the hash may stand, and which runs on disk may know more.
  void look_up(std::uint64_t hash, std::vector<Seq>& places, std::vector<std::size_t>& runs) const;
  Result<void> finish_run(Connection& db);
  [[nodiscard]] bool is_dropped(const Identity& one) const;
  /// After their commit.
  void forget_dropped();

  const std::size_t run_events_;

  // The writer's alone.
  std::vector<Identity> noted_;    // in the present transaction
  std::vector<Identity> dropped_;  // in the present transaction
  std::size_t filed_ = 0;          // of filing_, in committed transactions
  std::size_t filed_now_ = 0;      // of filing_, with the present transaction
  Seq filing_through_ = 0;         // the last event that filing_ covers
  std::string finished_filter_;    // of filing_, when its last part is in the present transaction

  mutable std::shared_mutex mutex_;
  std::unordered_multimap<std::uint64_t, Seq> recent_;  // mutex_
  std::vector<Identity> filing_;                        // mutex_; sorted
  RunFilter filed_runs_;                                // mutex_
};

/// For a reader without an index, in another process: asks every run, then walks the events that are in none yet.
[[nodiscard]] Result<Seq> find_without_index(Connection& db, std::string_view source, std::string_view id);

}  // namespace zs::store::sqlite
