#pragma once
// GET of records: one, a list, a search, a count, the deleted ones (crm-api.md 2).

#include "core/call.hpp"

namespace zohosim {

[[nodiscard]] HttpAnswer get_record(const Call& call);
[[nodiscard]] HttpAnswer list_records(const Call& call);
[[nodiscard]] HttpAnswer search_records(const Call& call);
[[nodiscard]] HttpAnswer count_records(const Call& call);
[[nodiscard]] HttpAnswer list_deleted(const Call& call);

}  // namespace zohosim
