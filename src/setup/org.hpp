#pragma once
// What the org has of what zohosync needs: read once, planned on, and read again to verify.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "plan/mapping.hpp"
#include "setup/calls.hpp"
#include "zoho/metadata.hpp"

namespace zs::setup {

struct ModuleView {
  std::vector<zoho::FieldMetadata> fields;
  std::vector<zoho::TagMetadata> tags;
  std::int64_t tags_allowed = 0;  // 0: not told

  [[nodiscard]] const zoho::FieldMetadata* field(std::string_view api_name) const;
  [[nodiscard]] const zoho::TagMetadata* tag(std::string_view name) const;
};

struct OrgView {
  zoho::OrgMetadata org;
  std::array<ModuleView, 3> modules;  // by plan::Module

  [[nodiscard]] const ModuleView& of(plan::Module module) const { return modules[static_cast<std::size_t>(module)]; }
};

/// Seven calls, seven credits.
inline constexpr std::int64_t k_credits_to_look = 7;
[[nodiscard]] Result<OrgView> read_org(Calls& calls);
[[nodiscard]] Result<ModuleView> read_module(Calls& calls, plan::Module module);

}  // namespace zs::setup
