#include "store/sqlite/members.hpp"

#include <algorithm>
#include <iterator>

#include "store/sqlite/rows.hpp"

namespace zs::store::sqlite {

Result<Members> Members::of(Connection& db, std::string_view account_key, Kind kind) {
  Members members(db, account_key, kind);
  ZS_ASSIGN(auto query, db.query("SELECT facts, eid FROM entity WHERE key = ?1 AND kind = ?2 AND account_key = ?1"));
  ZS_ASSIGN(const bool found, query.bind(account_key, kind).step());
  if (found) members.namesake_ = Namesake{static_cast<std::uint32_t>(query.integer(0)), query.integer(1)};
  return members;
}

Result<std::vector<std::uint32_t>> Members::facts(bool only_with_facts) const {
  std::vector<std::uint32_t> facts;
  for (std::int64_t after = only_with_facts ? 0 : -1;;) {
    ZS_ASSIGN(auto query, db_->query("SELECT facts FROM entity WHERE account_key = ?1 AND kind = ?2 AND facts > ?3 AND "
                                     "account_key <> key ORDER BY facts LIMIT 1"));
    ZS_ASSIGN(const bool found, query.bind(account_key_, kind_, after).step());
    if (!found) break;
    after = query.integer(0);
    facts.push_back(static_cast<std::uint32_t>(after));
  }
  if (!counts_namesake(only_with_facts)) return facts;
  const auto place = std::ranges::lower_bound(facts, namesake_->facts);
  if (place == facts.end() || *place != namesake_->facts) facts.insert(place, namesake_->facts);
  return facts;
}

Result<std::vector<Members::KeyAndId>> Members::first_keys(bool only_with_facts, std::string_view after,
                                                           std::size_t limit) const {
  // The index lies by facts first, so the first keys of an account are among the first keys of each of its facts.
  ZS_ASSIGN(const auto facts, this->facts(only_with_facts));
  std::vector<KeyAndId> keys;
  for (const auto one : facts) {
    ZS_ASSIGN(auto query, db_->query("SELECT key, eid FROM entity WHERE account_key = ?1 AND kind = ?2 AND facts = ?3 "
                                     "AND key > ?5 AND account_key <> key ORDER BY key LIMIT ?4"));
    query.bind(account_key_, kind_, one, limit_of(limit), after);
    ZS_ASSIGN(auto found, rows_of(query, [](const Query& row) { return KeyAndId(row.string(0), row.integer(1)); }));
    keys.insert(keys.end(), std::make_move_iterator(found.begin()), std::make_move_iterator(found.end()));
  }
  if (counts_namesake(only_with_facts) && account_key_ > after) keys.emplace_back(account_key_, namesake_->id);
  std::ranges::sort(keys);
  if (keys.size() > limit) keys.resize(limit);
  return keys;
}

}  // namespace zs::store::sqlite
