#pragma once
// A Deal's contact roles on the wire: zoho/crm-api.md 8. What the documents leave open (the words of a refusal beyond
// its code, what a list shows of an entry without a role) is read so that in doubt nothing is touched.

#include "zoho/json_read.hpp"
#include "zoho/roles.hpp"
#include "zoho/wire.hpp"

namespace zs::zoho {

[[nodiscard]] WireRequest write_role_call(const Call& call);

/// Rows in the order of the contacts; when they do not fit, nothing of the answer is believed. `applied`: as wanted,
/// also when an entry that should go was not there. `gone`: the contact is not there. `read_schema`: the role is not.
void read_role_rows(const Call& call, const simdjson::dom::array& rows, int status, Answer& answer);

/// Of a call that was refused as a whole: whether the Deal is gone.
[[nodiscard]] Verdict verdict_of_role_call(const simdjson::dom::element& body, const ItemAnswer& answer);

}  // namespace zs::zoho
