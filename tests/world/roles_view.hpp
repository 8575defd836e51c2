#pragma once
// Contact roles as the simulated CRM has them, and as people change them.

#include <map>
#include <string>
#include <vector>

#include "support/oracle.hpp"
#include "world/world.hpp"

namespace zs::world {

inline constexpr std::string_view k_primary = "Decision Maker";
inline constexpr std::string_view k_other = "Purchasing";
[[nodiscard]] inline plan::RoleRules roles_on(std::size_t most = 20) {
  return {true, std::string(k_primary), std::string(k_other), most};
}

struct ShownRole {
  std::string role;  // empty: an entry without one
  bool by_person = false;
  bool operator==(const ShownRole&) const = default;
};

/// Of a Deal, by contact id; contacts in the recycle bin are not shown.
[[nodiscard]] std::map<std::string, ShownRole> roles_of(World& world, const std::string& deal);
/// As a person does it; an empty role takes the entry away. False when the CRM refuses.
bool give_role(World& world, const std::string& deal, const std::string& contact, const std::string& role);

/// What the accepted events say of each Deal, by platform ids: Deal -> user -> role. Found from the expected records
/// alone.
[[nodiscard]] std::map<std::string, std::map<std::string, std::string>> expected_roles(World& world,
                                                                                       const plan::RoleRules& rules);

}  // namespace zs::world
