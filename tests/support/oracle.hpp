#pragma once
// What the CRM must hold after a set of events, found the simple way: sort by time, apply one after the
// other, derive. No registers race here, no store, no order of arrival.

#include <map>
#include <set>
#include <string>
#include <vector>

#include "plan/desired.hpp"
#include "plan/mapping.hpp"
#include "store/store.hpp"

namespace zs::test {

/// A record as it must be, with lookups by platform id instead of Zoho's: "Account_Name" → "account:org_7".
struct ExpectedRecord {
  plan::Fields fields;
  plan::Tags tags;
};

struct Expected {
  std::map<std::string, ExpectedRecord> accounts, contacts, deals;  // by platform id
  /// What was right before a later-arriving fact and is not unmade: an account that somebody was in
  /// for a while; the records of a user of whom all that is known happened after its deletion. They may be there or
  /// not.
  std::set<std::string> maybe_accounts, maybe_contacts, maybe_deals;
};

[[nodiscard]] Expected expect(const std::vector<store::NewEvent>& accepted, const plan::Mapping& mapping,
                              const plan::Schema& schema);

}  // namespace zs::test
