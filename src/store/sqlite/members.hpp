#pragma once
// Who is in an account: found by entity_by_account, all but one. Whose key is the account's own, as that of a user
// without a company, is found by that key and has no entry in the index.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "store/sqlite/connection.hpp"
#include "store/store.hpp"

namespace zs::store::sqlite {

/// For a statement: the eid of everybody of a kind ?2 in the account ?1.
#define ZS_MEMBERS                                                                                 \
  "(SELECT eid FROM entity WHERE account_key = ?1 AND kind = ?2 AND account_key <> key UNION ALL " \
  "SELECT eid FROM entity WHERE key = ?1 AND kind = ?2 AND account_key = ?1)"

/// Lives within one snapshot, and no longer than the key.
class Members {
 public:
  [[nodiscard]] static Result<Members> of(Connection& db, std::string_view account_key, Kind kind);

  /// The distinct ones, ascending; without the 0 of those who have none when `only_with_facts`.
  [[nodiscard]] Result<std::vector<std::uint32_t>> facts(bool only_with_facts) const;

  using KeyAndId = std::pair<std::string, EntityId>;
  [[nodiscard]] Result<std::vector<KeyAndId>> first_keys(bool only_with_facts, std::string_view after,
                                                         std::size_t limit) const;

 private:
  struct Namesake {
    std::uint32_t facts = 0;
    EntityId id = 0;
  };

  Members(Connection& db, std::string_view account_key, Kind kind) : db_(&db), account_key_(account_key), kind_(kind) {}
  [[nodiscard]] bool counts_namesake(bool only_with_facts) const {
    return namesake_ && (namesake_->facts != 0 || !only_with_facts);
  }

  Connection* db_;
  std::string_view account_key_;
  Kind kind_;
  std::optional<Namesake> namesake_;
};

}  // namespace zs::store::sqlite
