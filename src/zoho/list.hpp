#pragma once
// Reading a module from end to end: the wire of list, list_ids and count. For this folder's own files.

#include <simdjson.h>

#include <string>

#include "plan/mapping.hpp"
#include "zoho/crm.hpp"
#include "zoho/wire.hpp"

namespace zs::zoho {

[[nodiscard]] bool is_list(Verb verb);
[[nodiscard]] WireRequest write_list(const Call& call, const plan::Mapping& mapping);
/// The page that follows, when the answer tells of one.
void read_list_info(simdjson::dom::element root, Answer& answer);

/// The names of all fields that we may write to a module, and of its tags, as the `fields` of a GET.
[[nodiscard]] std::string asked_fields(plan::Module module, const plan::Mapping& mapping);

}  // namespace zs::zoho
