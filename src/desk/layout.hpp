#pragma once
// What a department's ticket layout demands: mandatory fields and picklists, held against a ticket before it is sent,
// so that the caller is told all at once and nothing is half made.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "desk/wire.hpp"

namespace zs::desk {

struct LayoutField {
  bool is_mandatory = false;
  std::vector<std::string> values;  // of a picklist; empty: any text
};

struct Layout {
  std::map<std::string, LayoutField, std::less<>> fields;  // by API name
};

/// GET /layouts: the id of the department's default layout, else of its first; empty when there is none.
[[nodiscard]] Result<std::string> read_default_layout(std::string_view body);
/// GET /layouts/{id}. What it does not say restricts nothing.
[[nodiscard]] Result<Layout> read_layout(std::string_view body);

/// What the layout has against the ticket.
[[nodiscard]] std::vector<FieldTrouble> faults_of(const NewTicket& ticket, const Layout& layout);

/// Desk's refusal of a ticket or contact in the caller's words: "/departmentId" is department_id, "/cf/cf_x" is
/// cf.cf_x.
[[nodiscard]] std::vector<FieldTrouble> in_callers_words(const std::vector<FieldTrouble>& fields,
                                                         std::string_view correlation_field);
/// "priority: …; cf.cf_plan: …"
[[nodiscard]] std::string joined(const std::vector<FieldTrouble>& fields);

}  // namespace zs::desk
