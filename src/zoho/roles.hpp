#pragma once
// Calls about a Deal's contact roles, one Deal each: zoho/crm-api.md 8.

#include <vector>

#include "zoho/crm.hpp"

namespace zs::zoho {

[[nodiscard]] inline bool is_role_write(Verb verb) { return verb == Verb::set_roles || verb == Verb::remove_roles; }
[[nodiscard]] inline bool is_role_call(Verb verb) { return verb == Verb::read_roles || is_role_write(verb); }

/// What read_roles returned: contact id -> the role's name, empty for an entry without one. A role that the org's list
/// does not have, or that the answer does not tell, is "?" and its id: nobody's role but a person's.
[[nodiscard]] plan::Fields roles_in(const std::vector<Record>& records, const plan::Schema& schema);

}  // namespace zs::zoho
