#include "setup/org.hpp"

#include <algorithm>

#include "setup/answers.hpp"

namespace zs::setup {

const zoho::FieldMetadata* ModuleView::field(std::string_view api_name) const {
  const auto found = std::ranges::find(fields, api_name, &zoho::FieldMetadata::api_name);
  return found == fields.end() ? nullptr : &*found;
}

const zoho::TagMetadata* ModuleView::tag(std::string_view name) const {
  const auto found = std::ranges::find(tags, name, &zoho::TagMetadata::name);
  return found == tags.end() ? nullptr : &*found;
}

Result<ModuleView> read_module(Calls& calls, plan::Module module) {
  const std::string query = "?module=" + std::string(plan::name_of(module));
  ModuleView view;
  ZS_ASSIGN(const Reply fields, calls.call("GET", "/crm/v8/settings/fields" + query, ""));
  ZS_ASSIGN(view.fields, zoho::read_fields(fields.body));
  ZS_ASSIGN(const Reply tags, calls.call("GET", "/crm/v8/settings/tags" + query, ""));
  ZS_ASSIGN(view.tags, zoho::read_tags(tags.body));
  view.tags_allowed = read_allowed_tags(tags.body);
  return view;
}

Result<OrgView> read_org(Calls& calls) {
  OrgView view;
  ZS_ASSIGN(const Reply org, calls.call("GET", "/crm/v8/org", ""));
  ZS_ASSIGN(view.org, zoho::read_org(org.body));
  for (const plan::Module module : plan::k_modules) {
    ZS_ASSIGN(view.modules[static_cast<std::size_t>(module)], read_module(calls, module));
  }
  return view;
}

}  // namespace zs::setup
