#pragma once
// What the store keeps for Zoho Desk: which Desk contact a user is, and the tickets that are being made or were.

#include <cstdint>
#include <string>

namespace zs::store {

/// Desk's contacts are not the CRM's and have ids of their own.
struct DeskContact {
  std::string user_key;
  std::string contact_id;
  std::string crm_contact_id;  // the one it was found for; a user with another one by now has to be looked up again
  bool verified = true;        // false: nothing but the e-mail says that it is the same person
  std::int64_t found_ms = 0;
};

/// How far a ticket is on its way. What was sent may have been applied; the numbers are stored.
enum class DeskPhase : std::uint8_t { contact_sent = 1, ticket_sent = 2, done = 3 };

/// One Idempotency-Key: the intent before the first call that writes, the answer after the last.
struct DeskTicket {
  std::string key;
  std::string fingerprint;  // of the request: the same key with another one is refused
  std::string user_key;
  std::string correlation;  // what the ticket carries in a field of its own, so that it can be found
  DeskPhase phase = DeskPhase::ticket_sent;
  std::string contact_id;  // Desk's; empty before ticket_sent
  std::string order;       // the request as JSON; empty once done
  std::string answer;      // the answer as JSON; empty until done
  std::int64_t created_ms = 0;
  std::int64_t phase_ms = 0;  // when this phase began, the latest sending included
};

}  // namespace zs::store
