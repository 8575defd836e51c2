#pragma once
// How a customer's state becomes records: which field comes from what, which tags and stages there are.
// The rules come from the configuration, the forms that fields must have from the org.

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "event/event.hpp"
#include "plan/roles.hpp"
#include "plan/synced.hpp"
#include "state/derive.hpp"

namespace zs::plan {

/// In the order in which records depend on each other.
enum class Module : std::uint8_t { accounts, contacts, deals };
inline constexpr std::array k_modules{Module::accounts, Module::contacts, Module::deals};
[[nodiscard]] std::string_view name_of(Module module);
[[nodiscard]] Module module_of(event::Kind kind);
[[nodiscard]] event::Kind kind_of(Module module);

enum class Policy : std::uint8_t { platform, if_empty, create_only, never };

struct FieldRule {
  std::string field;  // Zoho's api name
  event::Kind from = event::Kind::user;
  std::string name;  // the register: "email", "attributes.seats"
  Policy policy = Policy::platform;
};

enum class Axis : std::uint8_t { lifecycle, plan, source, compliance };

struct TagRule {
  Axis axis = Axis::lifecycle;
  std::string value;  // "trial"
  std::string name;   // "lifecycle-trial"
  std::string colour;
  std::array<bool, 3> on{};  // by Module
};

struct Mapping {
  std::array<std::vector<FieldRule>, 3> fields;  // by Module
  std::vector<TagRule> tags;
  std::map<Axis, std::string> mirrors;  // picklist fields that repeat an exclusive axis, for Zoho's workflow rules
  std::array<std::string, 3> external_id{"Platform_Account_ID", "Platform_User_ID", "Platform_Subscription_ID"};
  std::map<state::Status, std::string> stages;
  RoleRules roles;

  /// All names of the taxonomy on a module: what we may add and remove.
  [[nodiscard]] Tags managed_tags(Module module) const;
  [[nodiscard]] Policy policy_of(Module module, std::string_view field) const;
  /// A mirror is written after the tags it repeats, so that a rule that it fires sees them.
  [[nodiscard]] bool is_mirror(std::string_view field) const;
};

/// What the org says of a field (GET /settings/fields).
struct FieldInfo {
  std::string type;        // Zoho's data_type
  std::size_t length = 0;  // 0: not known
  bool unique = false;     // unique or org-wide external: a repeated value is refused
};

struct Schema {
  std::array<std::map<std::string, FieldInfo, std::less<>>, 3> fields;  // by Module
  bool multi_currency = false;
  std::map<std::string, std::string, std::less<>> roles{};  // contact roles: name -> id; read when they are in use
  std::string pipeline;                                     // the value that Deals need; empty when pipelines are off

  [[nodiscard]] const FieldInfo* find(Module module, std::string_view field) const;
};

}  // namespace zs::plan
