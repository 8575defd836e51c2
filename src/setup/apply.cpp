#include "setup/apply.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/json.hpp"
#include "setup/answers.hpp"

namespace zs::setup {
namespace {

std::string body_of(const CreateField& field) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().key("fields").begin_array().begin_object();
  json.field("field_label", field.label)
      .field("data_type", "text")
      .field("length", static_cast<std::int64_t>(field.length));
  json.key("unique").begin_object().field_bool("case_sensitive", false).end_object();
  json.end_object().end_array().end_object();
  return out;
}

std::string body_of(const CreateTags& step) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().key("tags").begin_array();
  for (const NewTag& tag : step.tags) {
    json.begin_object().field("name", tag.name);
    if (!tag.colour.empty()) json.field("color_code", tag.colour);
    json.end_object();
  }
  json.end_array().end_object();
  return out;
}

std::string path_of(const Step& step) {
  const bool field = std::holds_alternative<CreateField>(step);
  return std::string("/crm/v8/settings/") + (field ? "fields" : "tags") +
         "?module=" + std::string(plan::name_of(module_of(step)));
}

/// Zoho's own words, for the case that what was asked for is not there afterwards.
std::string refusals_in(const Reply& reply) {
  std::string out;
  for (const RowAnswer& row : read_rows(reply.body)) {
    if (row.code == "SUCCESS") continue;
    if (!out.empty()) out += "; ";
    out += row.code;
    if (!row.message.empty()) out += ": " + row.message;
    if (!row.about.empty()) out += " (" + row.about + ")";
  }
  return out;
}

std::string missing_in(const ModuleView& view, const CreateField& step) {
  if (const zoho::FieldMetadata* field = view.field(step.api_name)) {
    return field->info.unique
               ? ""
               : step.api_name +
                     " is there, but Zoho did not make it unique: tick \"Do not allow duplicate values\" in Zoho";
  }
  const auto alike = std::ranges::find(view.fields, step.label, &zoho::FieldMetadata::label);
  if (alike != view.fields.end()) {
    return "Zoho named the new field " + alike->api_name + ", not " + step.api_name +
           ": write that name into the configuration (external_ids)";
  }
  return step.api_name + " is not there afterwards";
}

std::string missing_in(const ModuleView& view, const CreateTags& step) {
  std::string names;
  for (const NewTag& tag : step.tags) {
    if (view.tag(tag.name) == nullptr) names += (names.empty() ? "" : ", ") + tag.name;
  }
  return names.empty() ? "" : "not there afterwards: " + names;
}

Result<Outcome> carry_out(const Step& step, Calls& calls) {
  const std::string body = std::visit([](const auto& one) { return body_of(one); }, step);
  Outcome outcome{step, false, {}};
  std::string said;
  Result<Reply> reply = calls.call("POST", path_of(step), body);
  if (reply) {
    said = refusals_in(*reply);
  } else if (reply.error().code == Errc::conflict || reply.error().code == Errc::outcome_unknown) {
    said = reply.error().text;
  } else {
    return std::unexpected(std::move(reply).error());
  }
  // DUPLICATE_DATA and a lost answer may both mean that all is well: only looking tells.
  ZS_ASSIGN(const ModuleView view, read_module(calls, module_of(step)));
  outcome.trouble = std::visit([&view](const auto& one) { return missing_in(view, one); }, step);
  outcome.done = outcome.trouble.empty();
  if (!outcome.done && !said.empty()) outcome.trouble += ". Zoho said: " + said;
  return outcome;
}

}  // namespace

Result<std::vector<Outcome>> apply(const Plan& plan, Calls& calls, const std::function<void(const Outcome&)>& on_step) {
  std::vector<Outcome> outcomes;
  for (const Step& step : plan.steps) {
    ZS_ASSIGN(Outcome outcome, carry_out(step, calls));
    on_step(outcome);
    outcomes.push_back(std::move(outcome));
  }
  return outcomes;
}

}  // namespace zs::setup
