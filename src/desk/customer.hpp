#pragma once
// The user that a ticket is for, as the store knows it: names, the CRM contact, and what may be passed into the ticket.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "store/store.hpp"

namespace zs::desk {

struct Customer {
  std::string user_id;
  std::string crm_contact_id;  // empty: not in the CRM yet
  bool is_held = false;        // and will not be before somebody mends it
  std::string first_name;
  std::string last_name;
  std::string email;  // empty where it is none
  std::string plan;
  std::int64_t synced_ms = 0;                             // when all of it was last in the CRM
  std::map<std::string, std::string, std::less<>> facts;  // by the names of [desk.fields]
};

/// A field of a ticket or contact and the fact that fills it.
struct FieldSource {
  std::string field;
  std::string from;
};

/// Empty for a user that no event has told of, and for one that was erased.
[[nodiscard]] Result<std::optional<Customer>> load_customer(store::Reader& reader, std::string_view user_id);

/// The values for these fields; what is not known is left out.
[[nodiscard]] std::map<std::string, std::string> values_for(const std::vector<FieldSource>& sources,
                                                            const Customer& customer);

}  // namespace zs::desk
