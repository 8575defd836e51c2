#pragma once
// A Deal's contact roles on the wire: zoho/crm-api.md 8. One Deal a call; what the documents leave open (the words of a
// refusal beyond its code, what a list shows of an entry without a role) is read so that in doubt nothing is touched.

#include <string>

#include "zoho/crm.hpp"
#include "zoho/json_read.hpp"
#include "zoho/wire.hpp"

namespace zs::zoho {

[[nodiscard]] inline bool is_role_write(Verb verb) { return verb == Verb::set_roles || verb == Verb::remove_roles; }
[[nodiscard]] inline bool is_role_call(Verb verb) { return verb == Verb::read_roles || is_role_write(verb); }

[[nodiscard]] WireRequest write_role_call(const Call& call);

/// Rows in the order of the contacts; when they do not fit, nothing of the answer is believed. `applied`: as wanted, also
/// when an entry that should go was not there. `gone`: the contact is not there. `read_schema`: the role is not.
void read_role_rows(const Call& call, const simdjson::dom::array& rows, int status, Answer& answer);

/// Of a call that was refused as a whole: whether the Deal is gone.
[[nodiscard]] Verdict verdict_of_role_call(const simdjson::dom::element& body, const ItemAnswer& answer);

/// What read_roles returned: contact id -> the role's name, empty for an entry without one. A role that the org's list does
/// not have, or that the answer does not tell, is "?" and its id: nobody's role but a person's.
[[nodiscard]] plan::Fields roles_in(const std::vector<Record>& records, const plan::Schema& schema);

}  // namespace zs::zoho
