#pragma once
// Tags: their definitions per module, and putting them on records (crm-api.md 3).

#include "core/call.hpp"

namespace zohosim {

[[nodiscard]] HttpAnswer list_tags(const Call& call);
[[nodiscard]] HttpAnswer create_tags(const Call& call);
[[nodiscard]] HttpAnswer update_tags(const Call& call);
[[nodiscard]] HttpAnswer delete_tag(const Call& call);
/// One tag takes the place of another on every record.
[[nodiscard]] HttpAnswer merge_tags(const Call& call);
[[nodiscard]] HttpAnswer count_tag(const Call& call);
/// add_tags and remove_tags, on one record or on up to 500.
[[nodiscard]] HttpAnswer tag_records(const Call& call);

}  // namespace zohosim
