#pragma once
// Records going away: DELETE, the recycle bin, merging (crm-api.md 2.5 to 2.7).

#include "core/call.hpp"

namespace zohosim {

[[nodiscard]] HttpAnswer delete_records(const Call& call);
[[nodiscard]] HttpAnswer list_recycle_bin(const Call& call);
[[nodiscard]] HttpAnswer purge_records(const Call& call);
[[nodiscard]] HttpAnswer restore_records(const Call& call);
[[nodiscard]] HttpAnswer merge_call(const Call& call);

}  // namespace zohosim
