#pragma once
// From the ledger to the state: the next events into the registers of those they speak of, the links and
// account summaries that follow, and the mark "dirty" on every record that may have to change. All of it,
// and the cursor, in one transaction.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "event/parse.hpp"
#include "store/store.hpp"

namespace zs::engine {

struct FoldOutcome {
  std::size_t events = 0;      // folded now
  std::size_t unreadable = 0;  // of these: passed over, because the ledger's text was no event
  store::Seq cursor = 0;
  bool had_backfill = false;         // not all of them were live
  std::vector<std::string> deleted;  // users that a user.deleted named
};

/// What other modules' records show, by the configuration.
struct ShownElsewhere {
  std::vector<std::string> names;  // fields of accounts: register names
  bool people = false;             // Deals show the people of their account
};

/// Test switches; every one of them breaks a promise, and a test shows that it does.
struct FoldFaults {
  bool arrival_order_wins = false;
};

[[nodiscard]] Result<FoldOutcome> fold(store::Transaction& tx, std::size_t limit, std::int64_t now_ms,
                                       const ShownElsewhere& shown, const FoldFaults& faults = {});

/// Folds live events before their turn; the cursor stays, and when it comes to them they change nothing any more. Left
/// for their turn are those whose subject is not known yet: what a backfill has to tell of a person first (the e-mail
/// above all) decides whether a record of the CRM is taken over.
[[nodiscard]] Result<void> fold_ahead(store::Transaction& tx, const std::vector<store::LedgerEvent>& events,
                                      std::int64_t now_ms, const ShownElsewhere& shown);

/// Whose event it is: the user it is about, or its subscription's.
[[nodiscard]] bool names_user(event::Parser& parser, const store::LedgerEvent& row, std::string_view user);

/// Derives an account's summary anew after somebody was taken out of it.
[[nodiscard]] Result<void> refold_account(store::Transaction& tx, const std::string& account_key, std::int64_t now_ms,
                                          const ShownElsewhere& shown);

}  // namespace zs::engine
