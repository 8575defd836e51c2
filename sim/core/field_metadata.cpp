#include "core/field_calls.hpp"

namespace zohosim {
namespace {

constexpr std::string_view k_profiles =
    R"([{"permission_type":"read_write","name":"Administrator","id":"5725767000000026011"},)"
    R"({"permission_type":"read_write","name":"Standard","id":"5725767000000026014"}])";

void write_picks(zs::JsonWriter& out, const Field& field) {
  out.key("pick_list_values").begin_array();
  std::int64_t position = 0;
  for (const PickValue& pick : field.picks) {
    out.begin_object();
    out.field("display_value", pick.display).field("actual_value", pick.display).field("reference_value", pick.display);
    out.field("sequence_number", ++position).field("id", std::to_string(pick.id)).field("type", "used");
    out.key("colour_code").null().end_object();
  }
  out.end_array();
}

void write_lookup(zs::JsonWriter& out, const Call& call, const Field& field) {
  out.key("lookup").begin_object();
  if (const Module* parent = call.org.find(field.lookup_module)) {
    out.field("display_label", parent->schema.plural)
        .field("api_name", field.api_name)
        .field("id", std::to_string(field.id));
    out.key("module").begin_object().field("api_name", parent->schema.api_name);
    out.field("id", std::to_string(parent->schema.id)).end_object();
    out.key("query_details").begin_object().end_object();
    out.field_bool("revalidate_filter_during_edit", false);
  }
  out.end_object();
}

void write_external(zs::JsonWriter& out, const Field& field) {
  out.key("external");
  if (field.external == External::none) {
    out.null();
  } else {
    out.begin_object()
        .field("type", field.external == External::org ? "org" : "user")
        .field_bool("show", true)
        .end_object();
  }
}

void write_flags(zs::JsonWriter& out, const Field& field) {
  const bool writable = !field.read_only;
  out.field_bool("system_mandatory", field.mandatory).field_bool("custom_field", field.custom);
  out.field_bool("read_only", field.read_only).field_bool("field_read_only", field.read_only);
  out.field_bool("visible", true).field_bool("searchable", true).field_bool("sortable", true);
  out.field_bool("filterable", true).field_bool("mass_update", writable).field_bool("webhook", true);
  out.field_bool("virtual_field", false).field_bool("businesscard_supported", true);
  out.key("view_type").begin_object().field_bool("view", true).field_bool("edit", writable);
  out.field_bool("create", writable).field_bool("quick_create", false).end_object();
  out.key("operation_type").begin_object().field_bool("web_update", writable).field_bool("api_create", writable);
  out.field_bool("web_create", writable).field_bool("api_update", writable).end_object();
}

void write_empty_parts(zs::JsonWriter& out) {
  for (const std::string_view name :
       {"formula", "rollup_summary", "multiselectlookup", "multi_module_lookup", "auto_number"}) {
    out.key(name).begin_object().end_object();
  }
  for (const std::string_view name :
       {"associated_module", "crypt", "history_tracking", "hipaa_compliance", "private"}) {
    out.key(name).null();
  }
  out.key("layout_associations").begin_array().end_array();
}

std::string_view json_type(const Field& field) {
  return field.system == SystemField::tag ? "jsonarray" : json_type_of(field.type);
}

void write_field_entry(zs::JsonWriter& out, const Call& call, const Field& field) {
  out.begin_object();
  out.field("id", std::to_string(field.id)).field("api_name", field.api_name);
  out.field("field_label", field.label).field("display_label", field.label);
  out.field("data_type", name_of(field.type)).field("json_type", json_type(field));
  out.field("length", std::int64_t{field.length}).key("decimal_place");
  if (field.type == DataType::currency || field.type == DataType::decimal) {
    out.number(std::int64_t{2});
  } else {
    out.null();
  }
  write_flags(out, field);
  out.key("unique").begin_object();
  if (field.unique) out.field_bool("case_sensitive", false);
  out.end_object();
  write_external(out, field);
  write_picks(out, field);
  write_lookup(out, call, field);
  out.key("currency").begin_object();
  if (field.type == DataType::currency) out.field("rounding_option", "normal").field("precision", std::int64_t{2});
  out.end_object();
  out.key("tooltip");
  if (field.tooltip.empty()) {
    out.null();
  } else {
    out.begin_object().field("name", "static_text").field("value", field.tooltip).end_object();
  }
  write_empty_parts(out);
  out.field("type", "used").field("ui_type", std::int64_t{1}).field("display_type", std::int64_t{-1});
  out.field("created_source", field.custom ? "crm" : "default").key("profiles").raw(k_profiles);
  out.end_object();
}

}  // namespace

HttpAnswer list_fields(const Call& call) {
  const auto module = module_parameter(call);
  if (!module) return module.error();
  const auto wanted = parse_id(call.route.id);
  std::string body;
  zs::JsonWriter out(body);
  out.begin_object().key("fields").begin_array();
  std::size_t listed = 0;
  for (const Field& field : (*module)->schema.fields) {
    if (!call.route.id.empty() && field.id != wanted) continue;
    write_field_entry(out, call, field);
    ++listed;
  }
  out.end_array().end_object();
  return listed == 0 ? nothing_there() : json_answer(200, std::move(body));
}

}  // namespace zohosim
