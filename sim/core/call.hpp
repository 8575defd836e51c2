#pragma once
// One call to the CRM while it is being answered, and what the calls on records share.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/envelope.hpp"
#include "core/faults.hpp"
#include "core/http.hpp"
#include "core/json.hpp"
#include "core/organization.hpp"
#include "core/route.hpp"
#include "core/text.hpp"
#include "core/values.hpp"

namespace zohosim {

struct Call {
  const HttpRequest& request;
  const Route& route;
  const Pairs& params;
  const Json* body;  // null when there is none or it is no JSON
  Organization& org;
  const Options& options;
  std::int64_t now_ms;
  const std::vector<Fault*>& row_faults;

  [[nodiscard]] std::string instant(std::int64_t millis) const {
    return format_instant(millis, options.utc_offset_minutes);
  }
};

/// The X-EXTERNAL header: by which field records are addressed, and how lookups name their parents (crm-api.md 1.6).
struct ExternalHeader {
  std::string key;
  ExternalLookups lookups;
};
[[nodiscard]] ExternalHeader parse_external(std::string_view header, std::string_view module);

/// The live record that a path or a list names: by id, or by external value when the header says so.
[[nodiscard]] std::optional<Slot> addressed(const Module& module, const ExternalHeader& external,
                                            std::string_view name);

/// `{"name":…,"id":…}` of a user.
[[nodiscard]] std::string user_ref(const User& user);
/// The module that a query parameter names, or the answer that says what is wrong.
[[nodiscard]] std::expected<Module*, HttpAnswer> module_parameter(const Call& call);

/// The outcome of one row of a write.
struct Row {
  bool ok = false;
  std::string json;
};
[[nodiscard]] Row failed_row(const Refusal& refusal);
/// All rows under one name, with the status for all, some or none of them failed.
[[nodiscard]] HttpAnswer rows_answer(const Options& options, std::string_view list, const std::vector<Row>& rows,
                                     int all_ok);

}  // namespace zohosim
