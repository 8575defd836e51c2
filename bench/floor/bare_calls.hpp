#pragma once
// The least that brings a backlog of sign-ups into the CRM: ten connections at once, each with one call after the
// other, all full, and nothing else. No store, no plan, no limits, no look at what comes back but the new ids.

#include <cstdint>
#include <string>

namespace zs::bench {

/// Sign-ups a second: for each hundred of them a call for the Accounts, a look-up by e-mail and a call for the
/// Contacts, tags inside, as zohosync makes them. `origin` is a simulator's whose org has none of them. Throws when a
/// call is refused.
[[nodiscard]] double bare_signups_a_second(const std::string& origin, std::uint64_t customers);

}  // namespace zs::bench
