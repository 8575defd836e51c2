#pragma once
// Field metadata: reading it in the shape that Zoho's own SDKs want (simulator-fidelity.md 8), and creating
// custom fields (crm-api.md 4).

#include "core/call.hpp"

namespace zohosim {

[[nodiscard]] HttpAnswer list_fields(const Call& call);
[[nodiscard]] HttpAnswer create_fields(const Call& call);

/// Makes a custom field of `{"field_label", "data_type", …}`; also used for fields of a snapshot.
[[nodiscard]] Checked<Field> read_new_field(const Options& options, const Module& module, const Json& given,
                                            std::size_t index);

}  // namespace zohosim
