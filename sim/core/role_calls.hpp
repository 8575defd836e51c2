#pragma once
// Contact roles: their names, and the related list Contact_Roles of a deal (crm-api.md 8).

#include "core/call.hpp"

namespace zohosim {

class Simulator;

[[nodiscard]] HttpAnswer list_contact_roles(const Call& call);
[[nodiscard]] HttpAnswer list_deal_roles(const Call& call);
/// One contact named in the path, or up to 100 in the body.
[[nodiscard]] HttpAnswer set_deal_roles(const Call& call);
[[nodiscard]] HttpAnswer remove_deal_roles(const Call& call);

/// GET /control/roles?deal=ID, and POST {"deal", "contact", "role": NAME or null} as a person does it.
[[nodiscard]] HttpAnswer control_roles(const Simulator& simulator, const Pairs& params);
[[nodiscard]] HttpAnswer change_roles_as_person(Simulator& simulator, const Json& body);

}  // namespace zohosim
