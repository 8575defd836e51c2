#include "store/sqlite/identity_index.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <mutex>
#include <string>

#include "base/crypto.hpp"
#include "store/sqlite/rows.hpp"

namespace zs::store::sqlite {
namespace {

/// A commit files at least so many, and twice what it added, so that a run is filed long before the next is full.
constexpr std::size_t k_least_part = 64;

std::int64_t column_of(std::uint64_t hash) { return std::bit_cast<std::int64_t>(hash); }

Result<bool> is_at(Connection& db, Seq seq, std::string_view source, std::string_view id) {
  ZS_ASSIGN(auto query, db.query("SELECT 1 FROM event WHERE seq = ?1 AND id = ?2 AND source = ?3"));
  return query.bind(seq, id, source).step();
}

}  // namespace

std::uint64_t identity_hash(std::string_view source, std::string_view id) {
  std::string bytes = std::to_string(source.size());
  bytes.reserve(bytes.size() + 1 + source.size() + id.size());
  bytes += ':';
  bytes += source;
  bytes += id;
  const auto digest = sha256(bytes);
  std::uint64_t hash = 0;
  std::memcpy(&hash, digest.data(), sizeof(hash));
  return hash;
}

Result<void> IdentityIndex::load(Connection& db) {
  const std::unique_lock lock(mutex_);
  Seq through = 0;
  {
    ZS_ASSIGN(auto query, db.query("SELECT last_seq, filter FROM identity_run ORDER BY run"));
    for (;;) {
      ZS_ASSIGN(const bool more, query.step());
      if (!more) break;
      through = query.integer(0);
      filed_runs_.add(query.blob(1));
    }
  }
  ZS_ASSIGN(auto query, db.query("SELECT seq, source, id FROM event WHERE seq > ?1"));
  query.bind(through);
  for (;;) {
    ZS_ASSIGN(const bool more, query.step());
    if (!more) return {};
    recent_.emplace(identity_hash(query.text(1), query.text(2)), query.integer(0));
  }
}

Result<Seq> IdentityIndex::find(Connection& db, std::uint64_t hash, std::string_view source,
                                std::string_view id) const {
  std::vector<Seq> places;
  std::vector<std::size_t> runs;
  look_up(hash, places, runs);
  for (const auto run : runs) {
    ZS_ASSIGN(auto query, db.query("SELECT seq FROM identity WHERE run = ?1 AND hash = ?2"));
    query.bind(static_cast<std::int64_t>(run), column_of(hash));
    ZS_ASSIGN(const auto found, rows_of(query, [](const Query& row) -> Seq { return row.integer(0); }));
    places.insert(places.end(), found.begin(), found.end());
  }
  std::ranges::sort(places);
  for (const auto seq : places) {
    ZS_ASSIGN(const bool here, is_at(db, seq, source, id));
    if (here) return seq;
  }
  return 0;
}

void IdentityIndex::look_up(std::uint64_t hash, std::vector<Seq>& places, std::vector<std::size_t>& runs) const {
  const std::shared_lock lock(mutex_);
  const auto [begin, end] = recent_.equal_range(hash);
  for (auto at = begin; at != end; ++at) places.push_back(at->second);
  for (auto at = std::ranges::lower_bound(filing_, hash, {}, &Identity::hash); at != filing_.end() && at->hash == hash;
       ++at) {
    places.push_back(at->seq);
  }
  runs = filed_runs_.candidates(hash);
}

void IdentityIndex::note(std::uint64_t hash, Seq seq) {
  noted_.push_back({hash, seq});
  const std::unique_lock lock(mutex_);
  recent_.emplace(hash, seq);
}

void IdentityIndex::forget(std::size_t all_but) {
  if (noted_.size() <= all_but) return;
  const std::unique_lock lock(mutex_);
  for (; noted_.size() > all_but; noted_.pop_back()) {
    const auto [begin, end] = recent_.equal_range(noted_.back().hash);
    const auto own = std::find_if(begin, end, [&](const auto& one) { return one.second == noted_.back().seq; });
    if (own != end) recent_.erase(own);
  }
}

// Only the writer changes what it reads here without the lock.
Result<void> IdentityIndex::file(Connection& db) {
  filed_now_ = filed_;
  if (filing_.empty() || noted_.empty()) return {};
  const auto end = std::min(filing_.size(), filed_ + std::max(k_least_part, 2 * noted_.size()));
  for (; filed_now_ < end; ++filed_now_) {
    if (is_dropped(filing_[filed_now_])) continue;
    const auto& [hash, seq] = filing_[filed_now_];
    ZS_ASSIGN(auto query, db.query("INSERT INTO identity (run, hash, seq) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING"));
    ZS_TRY(query.bind(static_cast<std::int64_t>(filed_runs_.size()), column_of(hash), seq).run());
  }
  return filed_now_ == filing_.size() ? finish_run(db) : Result<void>();
}

Result<void> IdentityIndex::finish_run(Connection& db) {
  std::vector<std::uint64_t> hashes;
  hashes.reserve(filing_.size());
  for (const auto& one : filing_) {
    if (!is_dropped(one)) hashes.push_back(one.hash);
  }
  finished_filter_ = RunFilter::filter_of(hashes);
  ZS_ASSIGN(auto query, db.query("INSERT INTO identity_run (run, last_seq, filter) VALUES (?1, ?2, ?3)"));
  return query.bind(static_cast<std::int64_t>(filed_runs_.size()), filing_through_, Blob{finished_filter_}).run();
}

void IdentityIndex::committed(Connection& db) {
  noted_.clear();
  filed_ = filed_now_;
  const std::unique_lock lock(mutex_);
  forget_dropped();
  if (!finished_filter_.empty()) {
    filed_runs_.add(finished_filter_);
    finished_filter_.clear();
    filing_.clear();
    filed_ = 0;
  }
  if (!filing_.empty() || recent_.size() < run_events_) return;
  // Between two transactions everything noted is committed, and nothing else is in the ledger.
  const auto last = db.integer("SELECT max(seq) FROM event");
  if (!last) return;  // the next commit tries again
  for (const auto& [hash, seq] : recent_) filing_.push_back({hash, seq});
  std::ranges::sort(filing_);
  recent_.clear();
  filing_through_ = *last;
}

void IdentityIndex::rolled_back() {
  forget(0);
  dropped_.clear();
  finished_filter_.clear();
}

bool IdentityIndex::is_dropped(const Identity& one) const { return std::ranges::find(dropped_, one) != dropped_.end(); }

void IdentityIndex::forget_dropped() {
  for (const auto& one : dropped_) {
    const auto [begin, end] = recent_.equal_range(one.hash);
    const auto own = std::find_if(begin, end, [&](const auto& entry) { return entry.second == one.seq; });
    if (own != end) recent_.erase(own);
    const auto at = std::ranges::lower_bound(filing_, one);
    if (at == filing_.end() || *at != one) continue;
    if (static_cast<std::size_t>(at - filing_.begin()) < filed_) --filed_;
    filing_.erase(at);
  }
  dropped_.clear();
}

Result<Seq> find_without_index(Connection& db, std::string_view source, std::string_view id) {
  std::vector<Seq> places;
  {
    ZS_ASSIGN(auto query, db.query("SELECT identity.seq FROM identity_run CROSS JOIN identity ON identity.run = "
                                   "identity_run.run AND identity.hash = ?1"));
    query.bind(column_of(identity_hash(source, id)));
    ZS_ASSIGN(places, rows_of(query, [](const Query& row) -> Seq { return row.integer(0); }));
  }
  std::ranges::sort(places);
  for (const auto seq : places) {
    ZS_ASSIGN(const bool here, is_at(db, seq, source, id));
    if (here) return seq;
  }
  ZS_ASSIGN(auto query,
            db.query("SELECT seq FROM event WHERE seq > coalesce((SELECT max(last_seq) FROM identity_run), 0) "
                     "AND id = ?1 AND source = ?2 ORDER BY seq LIMIT 1"));
  ZS_ASSIGN(const bool found, query.bind(id, source).step());
  return found ? query.integer(0) : 0;
}

}  // namespace zs::store::sqlite
