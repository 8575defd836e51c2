#pragma once
// Records and values as JSON, in the forms of the read calls.

#include <string>
#include <vector>

#include "base/json.hpp"
#include "core/call.hpp"

namespace zohosim {

/// One field's value; a field without one is null.
void write_field(zs::JsonWriter& out, const Call& call, const Module& module, const Record& record, const Field& field);
/// `{"Last_Name":…,"id":…}`: the named fields, or all with the `$` members when `fields` is null.
void write_record(zs::JsonWriter& out, const Call& call, const Module& module, const Record& record,
                  const std::vector<const Field*>* fields);
void write_tags(zs::JsonWriter& out, const Module& module, const std::vector<TagNumber>& tags);
/// A stored value that is neither a lookup nor kept by the system.
void write_stored(zs::JsonWriter& out, const Field& field, std::string_view value, int utc_offset_minutes);
/// The record that a lookup points to; none when it is deleted, unless the org names such ones still.
[[nodiscard]] const Record* parent_of(const Organization& org, const Record& record, const Field& lookup);

}  // namespace zohosim
