#include "core/settings_calls.hpp"

#include <array>

#include "core/limits.hpp"
#include "core/pipeline.hpp"

namespace zohosim {
namespace {

constexpr std::string_view k_created = "2024-05-06T07:08:09+00:00";

void write_profiles(zs::JsonWriter& out) {
  out.key("profiles").begin_array();
  out.begin_object().field("name", "Administrator").field("id", "5725767000000026011").end_object();
  out.begin_object().field("name", "Standard").field("id", "5725767000000026014").end_object();
  out.end_array();
}

void write_module(zs::JsonWriter& out, const ModuleSchema& schema) {
  out.begin_object();
  out.field("id", std::to_string(schema.id)).field("api_name", schema.api_name).field("module_name", schema.plural);
  out.field("singular_label", schema.singular).field("plural_label", schema.plural);
  for (const std::string_view name : {"api_supported", "creatable", "editable", "deletable", "viewable", "visible"}) {
    out.field_bool(name, true);
  }
  out.field("generated_type", "default").field("status", "visible");
  write_profiles(out);
  out.key("modified_time").null().key("modified_by").null();
  out.end_object();
}

/// Stable ids for things that are not kept: the same in every run of the same org.
std::uint64_t derived_id(const Organization& org, std::uint64_t family, std::uint64_t number) {
  return org.zgid() - 200'000 + family * 1000 + number;
}

void write_layout_fields(zs::JsonWriter& out, const ModuleSchema& schema) {
  out.key("sections").begin_array().begin_object();
  out.field("display_label", schema.singular + " Information").field("name", schema.singular + " Information");
  out.field("sequence_number", std::int64_t{1}).key("fields").begin_array();
  for (const Field& field : schema.fields) {
    out.begin_object().field("id", std::to_string(field.id)).field("api_name", field.api_name);
    out.field_bool("required", field.mandatory || field.layout_mandatory)
        .field("data_type", name_of(field.type))
        .end_object();
  }
  out.end_array().end_object().end_array();
}

void write_stage(zs::JsonWriter& out, const Organization& org, const Field& field, const Stage& stage,
                 std::int64_t position) {
  const PickValue* pick = field.pick(stage.name);
  out.begin_object();
  out.field("id", std::to_string(pick == nullptr ? 0 : pick->id));
  out.field("display_value", stage.name).field("actual_value", stage.name).field("sequence_number", position);
  out.field("forecast_type", stage.forecast_type).key("forecast_category").begin_object();
  out.field("name", stage.forecast_category)
      .field("id", std::to_string(derived_id(org, 2, stage.forecast_category.size())));
  out.end_object().field_bool("delete", false).end_object();
}

void write_pipeline(zs::JsonWriter& out, const Call& call, const Field& stage_field, std::size_t number) {
  const Pipeline& pipeline = pipelines()[number];
  out.begin_object();
  out.field("id", std::to_string(derived_id(call.org, 1, number)));
  out.field("display_value", pipeline.name).field("actual_value", pipeline.name).field_bool("default", number == 0);
  out.key("maps").begin_array();
  std::int64_t position = 0;
  for (const Stage& stage : standard_stages()) {
    if (pipeline_has_stage(pipeline.name, stage.name)) write_stage(out, call.org, stage_field, stage, ++position);
  }
  out.end_array().end_object();
}

struct RelatedList {
  std::string_view module;
  std::string_view api_name;
  std::string_view label;
  std::string_view target;
};
constexpr std::array k_related{
    RelatedList{"Accounts", "Contacts", "Contacts", "Contacts"},
    RelatedList{"Accounts", "Deals", "Deals", "Deals"},
    RelatedList{"Contacts", "Deals", "Deals", "Deals"},
    RelatedList{"Deals", "Contact_Roles", "Contact Roles", "Contacts"},
};

std::string_view paid_type(Edition edition) {
  switch (edition) {
    case Edition::free:
      return "free";
    case Edition::standard:
      return "standard";
    case Edition::professional:
      return "professional";
    case Edition::enterprise:
      return "enterprise";
    case Edition::ultimate:
      return "ultimate";
  }
  return "free";
}

/// A zone of this offset the whole year round; their names turn the sign about.
std::string time_zone(int utc_offset_minutes) {
  if (utc_offset_minutes == 0) return "Etc/UTC";
  if (utc_offset_minutes % 60 != 0) return "Asia/Kolkata";
  const int hours = utc_offset_minutes / 60;
  return hours > 0 ? "Etc/GMT-" + std::to_string(hours) : "Etc/GMT+" + std::to_string(-hours);
}

void write_user(zs::JsonWriter& out, const Call& call, const User& user) {
  out.begin_object();
  out.field("id", std::to_string(user.id)).field("zuid", std::to_string(user.zuid)).field("email", user.email);
  out.field("first_name", user.first_name).field("last_name", user.last_name).field("full_name", user.full_name());
  out.field("status", "active").field_bool("confirm", true);
  out.key("role")
      .begin_object()
      .field("name", "CEO")
      .field("id", std::to_string(derived_id(call.org, 3, 1)))
      .end_object();
  out.key("profile").begin_object().field("name", "Administrator").field("id", "5725767000000026011").end_object();
  out.field("time_zone", time_zone(call.options.utc_offset_minutes)).field("language", "en_US");
  out.field("locale", "en_US")
      .field("country", "us")
      .field("created_time", k_created)
      .field("Modified_Time", k_created);
  out.key("created_by").raw(user_ref(call.org.users()[k_api_user])).end_object();
}

}  // namespace

HttpAnswer list_modules(const Call& call) {
  std::string body;
  zs::JsonWriter out(body);
  out.begin_object().key("modules").begin_array();
  std::size_t listed = 0;
  for (const auto& module : call.org.modules()) {
    const ModuleSchema& schema = module->schema;
    if (!call.route.id.empty() && call.route.id != schema.api_name && call.route.id != std::to_string(schema.id))
      continue;
    write_module(out, schema);
    ++listed;
  }
  out.end_array().end_object();
  return listed == 0 ? error_answer(400, {"INVALID_MODULE", "the module name given seems to be invalid",
                                          Members().number("resource_path_index", 2).take()})
                     : json_answer(200, std::move(body));
}

HttpAnswer list_layouts(const Call& call) {
  const auto module = module_parameter(call);
  if (!module) return module.error();
  const ModuleSchema& schema = (*module)->schema;
  if (!call.route.id.empty() && call.route.id != std::to_string(schema.layout_id)) return nothing_there();
  std::string body;
  zs::JsonWriter out(body);
  out.begin_object().key("layouts").begin_array().begin_object();
  out.field("id", std::to_string(schema.layout_id)).field("name", "Standard").field("display_label", "Standard");
  out.field("status", "active").field("generated_type", "system").field_bool("visible", true);
  write_layout_fields(out, schema);
  out.end_object().end_array().end_object();
  return json_answer(200, std::move(body));
}

HttpAnswer list_pipelines(const Call& call) {
  const std::string* layout = find_pair(call.params, "layout_id");
  if (layout == nullptr) return missing_parameter("layout_id");
  const ModuleSchema& deals = call.org.find("Deals")->schema;
  if (*layout != std::to_string(deals.layout_id)) {
    return error_answer(
        400, {"INVALID_DATA", "the id given seems to be invalid", Members().text("param_name", "layout_id").take()});
  }
  std::string body;
  zs::JsonWriter out(body);
  out.begin_object().key("pipeline").begin_array();
  const std::size_t count = call.options.pipelines ? pipelines().size() : 1;
  for (std::size_t number = 0; number < count; ++number) write_pipeline(out, call, *deals.find("Stage"), number);
  out.end_array().end_object();
  return json_answer(200, std::move(body));
}

HttpAnswer list_related_lists(const Call& call) {
  const auto module = module_parameter(call);
  if (!module) return module.error();
  std::string body;
  zs::JsonWriter out(body);
  out.begin_object().key("related_lists").begin_array();
  std::uint64_t number = 0;
  for (const RelatedList& list : k_related) {
    if (list.module != (*module)->schema.api_name) continue;
    const ModuleSchema& target = call.org.find(list.target)->schema;
    ++number;
    out.begin_object().field("id", std::to_string(derived_id(call.org, 4, number)));
    out.field("api_name", list.api_name).field("name", list.label).field("display_label", list.label);
    out.field("href", std::string(list.module) + "/{ENTITYID}/" + std::string(list.api_name));
    out.key("module")
        .begin_object()
        .field("api_name", target.api_name)
        .field("id", std::to_string(target.id))
        .end_object();
    out.field("sequence_number", std::to_string(number)).field("type", "default").key("action").null().end_object();
  }
  out.end_array().end_object();
  return number == 0 ? nothing_there() : json_answer(200, std::move(body));
}

HttpAnswer get_org(const Call& call) {
  const User& primary = call.org.users()[k_api_user];
  std::string body;
  zs::JsonWriter out(body);
  out.begin_object().key("org").begin_array().begin_object();
  out.field("id", std::to_string(call.org.zgid())).field("zgid", std::to_string(call.org.zgid() - 1));
  out.field("primary_zuid", std::to_string(primary.zuid)).field("primary_email", primary.email);
  out.field("company_name", "Simulated Company").field("domain_name", "org" + std::to_string(call.org.zgid()));
  out.field("country_code", "US")
      .field("time_zone", "Etc/UTC")
      .field("currency", "US Dollar")
      .field("currency_symbol", "$");
  out.field("iso_code", "USD").field("currency_locale", "en_US").field("employee_count", "10");
  out.key("license_details").begin_object().field_bool("paid", call.options.edition != Edition::free);
  out.field("paid_type", paid_type(call.options.edition)).key("paid_expiry").null();
  out.field("users_license_purchased", std::int64_t{call.options.user_licences});
  out.key("trial_type").null().key("trial_expiry").null().end_object();
  out.field_bool("mc_status", call.options.multi_currency).field_bool("gapps_enabled", false);
  out.field_bool("privacy_settings", false).field_bool("hipaa_compliance_enabled", false);
  out.field("created_time", k_created).field("type", call.options.org_type).end_object().end_array().end_object();
  return json_answer(200, std::move(body));
}

HttpAnswer list_users(const Call& call) {
  const bool current = pair_or(call.params, "type", "AllUsers") == "CurrentUser";
  std::string body;
  zs::JsonWriter out(body);
  out.begin_object().key("users").begin_array();
  std::int64_t count = 0;
  for (const User& user : call.org.users()) {
    if (current && count == 1) break;
    if (!call.route.id.empty() && call.route.id != std::to_string(user.id)) continue;
    write_user(out, call, user);
    ++count;
  }
  out.end_array().key("info").begin_object();
  out.field("per_page", std::int64_t{200})
      .field("count", count)
      .field("page", std::int64_t{1})
      .field_bool("more_records", false);
  out.end_object().end_object();
  return count == 0 ? nothing_there() : json_answer(200, std::move(body));
}

HttpAnswer list_apis(const Call& call) {
  struct Api {
    std::string_view path;
    std::string_view method;
    std::int64_t minimum;
    std::int64_t maximum;
    std::string_view scope;
  };
  const std::int64_t most_for_tags = call.options.tags_cost_per_50 ? 10 : 50;
  const std::array apis{
      Api{"/crm/v8/{module}", "POST", 1, 10, "ZohoCRM.modules.ALL"},
      Api{"/crm/v8/{module}", "PUT", 1, 10, "ZohoCRM.modules.ALL"},
      Api{"/crm/v8/{module}/upsert", "POST", 1, 10, "ZohoCRM.modules.ALL"},
      Api{"/crm/v8/{module}", "GET", 1, 3, "ZohoCRM.modules.ALL"},
      Api{"/crm/v8/{module}", "DELETE", 1, 1, "ZohoCRM.modules.ALL"},
      Api{"/crm/v8/{module}/{id}", "GET", 1, 1, "ZohoCRM.modules.ALL"},
      Api{"/crm/v8/{module}/search", "GET", 1, 1, "ZohoSearch.securesearch.READ"},
      Api{"/crm/v8/{module}/actions/count", "GET", 1, 1, "ZohoCRM.modules.ALL"},
      Api{"/crm/v8/{module}/{id}/actions/merge", "POST", 50, 50, "ZohoCRM.modules.ALL"},
      Api{"/crm/v8/{module}/deleted", "GET", 2, 2, "ZohoCRM.modules.ALL"},
      Api{"/crm/v8/{module}/actions/add_tags", "POST", 1, most_for_tags, "ZohoCRM.modules.ALL"},
      Api{"/crm/v8/{module}/actions/remove_tags", "POST", 1, most_for_tags, "ZohoCRM.modules.ALL"},
      Api{"/crm/v8/Deals/{id}/Contact_Roles", "GET", 1, 1, "ZohoCRM.modules.ALL"},
      Api{"/crm/v8/Deals/{id}/Contact_Roles", "PUT", 1, call.options.roles_cost_per_call ? 1 : 10,
          "ZohoCRM.modules.ALL"},
      Api{"/crm/v8/Deals/{id}/Contact_Roles", "DELETE", 1, 1, "ZohoCRM.modules.ALL"},
      Api{"/crm/v8/coql", "POST", 1, 3, "ZohoCRM.coql.READ"},
      Api{"/crm/v8/actions/watch", "POST", 1, 1, "ZohoCRM.notifications.ALL"},
      Api{"/crm/v8/settings/tags", "GET", 1, 1, "ZohoCRM.settings.ALL"},
      Api{"/crm/v8/settings/tags", "POST", 1, 1, "ZohoCRM.settings.ALL"},
      Api{"/crm/v8/settings/fields", "GET", 1, 1, "ZohoCRM.settings.ALL"},
      Api{"/crm/v8/settings/fields", "POST", 10, 50, "ZohoCRM.settings.ALL"},
  };
  std::string body;
  zs::JsonWriter out(body);
  out.begin_object().key("__apis").begin_array();
  for (const Api& api : apis) {
    out.begin_object().field("path", api.path).key("operation_types").begin_array().begin_object();
    out.field("method", api.method).field("oauth_scope", api.scope);
    out.field("max_credits", api.maximum).field("min_credits", api.minimum);
    out.end_object().end_array().end_object();
  }
  out.end_array().end_object();
  return json_answer(200, std::move(body));
}

}  // namespace zohosim
