#pragma once
// /crm/v8/actions/watch: subscribing to notifications, renewing, listing, ending.

#include "core/call.hpp"

namespace zohosim {

[[nodiscard]] HttpAnswer enable_watch(const Call& call);
[[nodiscard]] HttpAnswer update_watch(const Call& call);
[[nodiscard]] HttpAnswer list_watch(const Call& call);
[[nodiscard]] HttpAnswer disable_watch(const Call& call);

}  // namespace zohosim
