#pragma once
// Which of the Desk contacts that a search brought is the CRM contact we mean: zoho/oauth-and-desk.md 3.3. Desk tells
// it for sure only where its CRM integration has mapped the two; nothing here guesses between several.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace zs::desk {

struct ContactHit {
  std::string id;
  std::string email;
  std::string crm_id;  // zohoCRMContact.id; empty: not mapped
  bool taken = false;  // known to be another user's
};

struct Choice {
  enum class Kind : std::uint8_t {
    mapped,      // Desk says that it is this CRM contact
    by_field,    // our own field on it says so
    unverified,  // the only one with this e-mail, and nobody else's
    none,
    ambiguous,  // several: `candidates` has their ids
  };
  Kind kind = Kind::none;
  std::string id{};
  std::vector<std::string> candidates{};
};

/// The hits of a search by e-mail that Desk maps to this CRM contact.
[[nodiscard]] Choice choose_mapped(const std::vector<ContactHit>& hits, std::string_view crm_contact_id);
/// The hits of a search by the field that carries the CRM contact's id. One that Desk maps to another CRM contact
/// contradicts itself: ambiguous.
[[nodiscard]] Choice choose_by_field(const std::vector<ContactHit>& hits, std::string_view crm_contact_id);
/// Exactly one hit with this very e-mail that is mapped to nobody and is no other user's.
[[nodiscard]] Choice choose_unmapped(const std::vector<ContactHit>& hits, std::string_view email);

/// Whether an e-mail can be searched for: Desk reads commas, stars and ${…} as operators (3.3).
[[nodiscard]] bool is_searchable(std::string_view email);

}  // namespace zs::desk
