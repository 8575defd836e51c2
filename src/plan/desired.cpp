#include "plan/desired.hpp"

#include "base/json.hpp"
#include "base/text.hpp"
#include "plan/form.hpp"

namespace zs::plan {
namespace {

using event::Kind;
using event::Value;

const FieldInfo k_plain_text{"text", 255, false};

/// Puts a value into a field if the org has it.
class RecordBuilder {
 public:
  RecordBuilder(Module module, const Mapping& mapping, const Schema& schema, Desired& out)
      : module_(module), mapping_(mapping), schema_(schema), out_(out) {}

  void put(std::string_view field, const Value& value) {
    const FieldInfo* info = schema_.find(module_, field);
    if (info == nullptr) return;
    put(field, value, *info);
  }
  /// A field that the module cannot be without: never null, never left out.
  void put_mandatory(std::string_view field, std::string_view text, std::string_view fallback) {
    const FieldInfo* info = schema_.find(module_, field);
    const FieldInfo as_text{"text", info == nullptr ? 0 : info->length, false};
    Formed formed = form(Value::of_text(text), as_text);
    if (formed.json == "null") formed = form(Value::of_text(fallback), as_text);
    note(field, formed);
    out_.fields.insert_or_assign(std::string(field), *formed.json);
  }
  void put_id(std::string_view field, std::string_view text) {
    out_.fields.insert_or_assign(std::string(field), json_quoted(text));
  }
  void put_lookup(std::string_view field, std::string_view zoho_id) {
    if (schema_.find(module_, field) == nullptr || zoho_id.empty()) return;
    out_.fields.insert_or_assign(std::string(field), "{\"id\":" + json_quoted(zoho_id) + "}");
  }
  /// The plain copies of the mapping; `subject` is read as of its deletion.
  void put_mapped(Kind subject_kind, const state::Registers& subject, const state::Registers& account) {
    for (const FieldRule& rule : mapping_.fields[static_cast<std::size_t>(module_)]) {
      if (rule.policy == Policy::never) continue;
      const Value* value = rule.from == subject_kind ? state::find_alive(subject, rule.name) : account.find(rule.name);
      if (value != nullptr) put(rule.field, *value);
    }
  }
  /// The one value of an exclusive axis, empty for none: as a tag, and in the field that mirrors the axis.
  void tag_exclusive(Axis axis, std::string_view value) {
    tag(axis, value);
    const auto mirror = mapping_.mirrors.find(axis);
    if (mirror != mapping_.mirrors.end()) put(mirror->second, value.empty() ? Value{} : Value::of_text(value));
  }
  void tag(Axis axis, std::string_view value) {
    for (const TagRule& rule : mapping_.tags) {
      if (rule.axis == axis && rule.value == value && rule.on[static_cast<std::size_t>(module_)])
        out_.tags.insert(rule.name);
    }
  }
  void tag_compliance(const state::Compliance& compliance) {
    if (compliance.gdpr) tag(Axis::compliance, "gdpr");
    if (compliance.ccpa) tag(Axis::compliance, "ccpa");
  }

 private:
  void put(std::string_view field, const Value& value, const FieldInfo& info) {
    Formed formed = form(value, info);
    note(field, formed);
    if (formed.json) out_.fields.insert_or_assign(std::string(field), std::move(*formed.json));
  }
  void note(std::string_view field, const Formed& formed) {
    if (!formed.flag.empty()) out_.flags.push_back(std::string(field) + " " + formed.flag);
  }

  Module module_;
  const Mapping& mapping_;
  const Schema& schema_;
  Desired& out_;
};

}  // namespace

Desired desired_link(const Mapping& mapping, Module module, std::string_view key, const Synced& synced) {
  Desired out;
  out.wanted = true;
  out.fields.emplace(mapping.external_id[static_cast<std::size_t>(module)], json_quoted(key));
  out.tags = synced.tags;
  return out;
}

Desired desired_account(const Mapping& mapping, const Schema& schema, std::string_view account_id,
                        const state::Registers& account, const state::AccountSummary& summary) {
  Desired out;
  out.wanted = summary.exists;
  if (!out.wanted) return out;
  RecordBuilder record(Module::accounts, mapping, schema, out);
  record.put_mapped(Kind::account, account, account);
  record.put_mandatory("Account_Name", summary.name, account_id);
  record.put_id(mapping.external_id[static_cast<std::size_t>(Module::accounts)], account_id);
  record.tag_exclusive(Axis::lifecycle, name_of(summary.lifecycle));
  record.tag_exclusive(Axis::plan, name_of(summary.plan));
  record.tag_compliance(summary.compliance);
  return out;
}

Desired desired_contact(const Mapping& mapping, const Schema& schema, std::string_view user_id,
                        const state::Registers& user, const state::Registers& account, const AccountView& view) {
  Desired out;
  out.wanted = state::user_facts(user).known;
  if (!out.wanted) return out;
  RecordBuilder record(Module::contacts, mapping, schema, out);
  record.put_mapped(Kind::user, user, account);
  record.put_mandatory("Last_Name", state::last_name(user, user_id), user_id);
  record.put_lookup("Account_Name", view.zoho_id);
  record.put_id(mapping.external_id[static_cast<std::size_t>(Module::contacts)], user_id);
  const bool gone = state::is_deleted(user);
  record.tag_exclusive(Axis::lifecycle, name_of(gone ? state::Lifecycle::churned : view.summary.lifecycle));
  record.tag_exclusive(Axis::plan, name_of(gone ? state::Plan::none : view.summary.plan));
  const Value* source = state::find_alive(user, "source");
  record.tag_exclusive(Axis::source, source == nullptr ? std::string_view{} : std::string_view(source->text));
  record.tag_compliance(state::compliance_of(user));
  return out;
}

Desired desired_deal(const Mapping& mapping, const Schema& schema, std::string_view subscription_id,
                     const state::Registers& subscription, const state::Registers& account, const AccountView& view,
                     std::string_view contact_id) {
  Desired out;
  const auto paid = state::first_paid(subscription);
  out.wanted = paid.has_value();
  if (!out.wanted) return out;
  const state::SubscriptionFacts facts = state::subscription_facts(subscription);
  RecordBuilder record(Module::deals, mapping, schema, out);
  record.put_mapped(Kind::subscription, subscription, account);
  record.put_mandatory("Deal_Name", state::deal_name(view.summary, facts.plan), subscription_id);
  const auto stage = mapping.stages.find(facts.status);
  if (stage != mapping.stages.end()) record.put_mandatory("Stage", stage->second, stage->second);
  if (!schema.pipeline.empty()) record.put_mandatory("Pipeline", schema.pipeline, schema.pipeline);
  // Sent even where the org does not have it as mandatory: zoho/crm-api.md 1.7.
  out.fields.insert_or_assign("Closing_Date", json_quoted(format_date(*paid)));
  record.put_lookup("Account_Name", view.zoho_id);
  record.put_lookup("Contact_Name", contact_id);
  record.put_id(mapping.external_id[static_cast<std::size_t>(Module::deals)], subscription_id);
  if (!schema.multi_currency) out.fields.erase("Currency");
  record.tag_exclusive(Axis::plan, name_of(facts.plan));
  return out;
}

}  // namespace zs::plan
