#pragma once
// Parts of the views: one entity, one held row, a merged timeline.

#include <vector>

#include "base/json.hpp"
#include "base/result.hpp"
#include "store/store.hpp"

namespace zs::links {

[[nodiscard]] Result<void> describe_entity(store::Reader& reader, const store::Entity& entity, JsonWriter& json);
[[nodiscard]] Result<void> describe_held(store::Reader& reader, const store::Held& held, JsonWriter& json);
/// Events and calls of several entities, newest first.
[[nodiscard]] Result<void> describe_timeline(store::Reader& reader, const std::vector<const store::Entity*>& entities,
                                             JsonWriter& json);

}  // namespace zs::links
