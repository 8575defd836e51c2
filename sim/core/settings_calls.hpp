#pragma once
// What a client may ask about the org itself: modules, layouts, pipelines, related lists, users, limits.

#include "core/call.hpp"

namespace zohosim {

[[nodiscard]] HttpAnswer list_modules(const Call& call);
[[nodiscard]] HttpAnswer list_layouts(const Call& call);
[[nodiscard]] HttpAnswer list_pipelines(const Call& call);
[[nodiscard]] HttpAnswer list_related_lists(const Call& call);
[[nodiscard]] HttpAnswer get_org(const Call& call);
[[nodiscard]] HttpAnswer list_users(const Call& call);
[[nodiscard]] HttpAnswer list_apis(const Call& call);

}  // namespace zohosim
