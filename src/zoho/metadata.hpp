#pragma once
// What the settings calls say of the org, read into what the engine and setup work with.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "plan/mapping.hpp"
#include "zoho/crm.hpp"

namespace zs::zoho {

struct FieldMetadata {
  std::string api_name;
  std::string label;
  plan::FieldInfo info;
  std::vector<std::string> values;  // picklist display values, without -None-
  bool api_create = true;           // operation_type; true when not told
  bool api_update = true;
  bool mandatory = false;    // system_mandatory: the API demands a value
  bool is_external = false;  // of the org's kind
};

/// GET /settings/fields?module=…
[[nodiscard]] Result<std::vector<FieldMetadata>> read_fields(std::string_view json);

struct OrgMetadata {
  std::string id;  // zgid
  std::string edition;
  std::string type;  // production, sandbox, developer
  std::int64_t licences = 0;
  bool multi_currency = false;
  std::string currency;  // iso_code
};
/// GET /org
[[nodiscard]] Result<OrgMetadata> read_org(std::string_view json);

struct TagMetadata {
  std::string id;
  std::string name;
  std::string colour;
};
/// GET /settings/tags?module=…
[[nodiscard]] Result<std::vector<TagMetadata>> read_tags(std::string_view json);

/// What these say, where the engine looks for it. `pipeline`: the configured one, else the org's first is taken.
void take_fields(Org& org, plan::Module module, const std::vector<FieldMetadata>& fields, const std::string& pipeline);
void take_org(Org& org, const OrgMetadata& about);

struct ModuleMetadata {
  std::string api_name;
  bool api_supported = true;
  bool creatable = true;
  bool editable = true;
};
/// GET /settings/modules
[[nodiscard]] Result<std::vector<ModuleMetadata>> read_modules(std::string_view json);

/// GET /settings/layouts?module=…
[[nodiscard]] Result<std::vector<std::string>> read_layout_ids(std::string_view json);

struct PipelineMetadata {
  std::string name;
  std::vector<std::string> stages;
};
/// GET /settings/pipeline?layout_id=…
[[nodiscard]] Result<std::vector<PipelineMetadata>> read_pipelines(std::string_view json);

/// GET /Contacts/roles: name -> id. Of an org without roles the answer is empty.
[[nodiscard]] Result<std::map<std::string, std::string, std::less<>>> read_contact_roles(std::string_view json);

/// Calls at once by edition: zoho/crm-api.md 5.3; 10 for an unknown one.
[[nodiscard]] int concurrency_of(std::string_view edition);
/// Credits in 24 hours: zoho/crm-api.md 5.1, without add-ons.
[[nodiscard]] std::int64_t credits_of_edition(std::string_view edition, std::int64_t licences);

}  // namespace zs::zoho
