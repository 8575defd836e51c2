#include <algorithm>
#include <array>
#include <utility>

#include "base/text.hpp"
#include "config/schema.hpp"
#include "config/suggest.hpp"
#include "event/vocabulary.hpp"

namespace zs::config {
namespace {

constexpr std::int64_t k_max_wait_seconds = 60;
constexpr std::int64_t k_max_lag_seconds = 3'600;
constexpr std::int64_t k_min_keep_hours = 24;
constexpr std::int64_t k_max_keep_hours = 24 * 90;

// What a ticket has beside its custom fields and can take as text (zoho/oauth-and-desk.md 3.2).
constexpr std::array<std::string_view, 9> k_ticket_fields{
    "priority", "status", "channel", "category", "subCategory", "classification", "language", "email", "phone"};
constexpr std::array<std::string_view, 6> k_facts{"user_id",     "contact_id", "account_id",
                                                  "account_key", "plan",       "lifecycle"};
constexpr std::array<std::string_view, 3> k_plans{"base", "plus", "pro"};

bool is_custom(std::string_view field) { return field.starts_with("cf_") && is_api_name(field); }

/// "user.phone", "account.attributes.seats"
bool is_register(std::string_view from) {
  for (const event::Kind kind : {event::Kind::user, event::Kind::account}) {
    const std::string prefix = std::string(event::name_of(kind)) + '.';
    if (!from.starts_with(prefix)) continue;
    const std::string_view name = from.substr(prefix.size());
    if (name.starts_with("attributes.")) return name.size() > std::string_view("attributes.").size();
    return std::ranges::any_of(event::fields_of(kind), [&](const event::FieldRule& rule) {
      return rule.name == name && rule.form != event::Form::attributes && rule.form != event::Form::compliance;
    });
  }
  return false;
}

void read_fields(std::map<std::string, std::string>& fields, const Value& table, const At& table_at) {
  for (const Member& member : table.members) {
    const std::string key = joined(table_at.key, member.name);
    const At at{key, table_at.report};
    at.report.saw(key, member.value.where);
    const auto from = as_text(member.value, at);
    if (!from) continue;
    if (!is_custom(member.name) && std::ranges::find(k_ticket_fields, member.name) == k_ticket_fields.end()) {
      const std::string_view near = nearest(member.name, k_ticket_fields);
      at.error(member.value, "is no field of a ticket that can be filled",
               near.empty() ? "take a custom field, cf_…, or one of " + listed(k_ticket_fields)
                            : "did you mean " + joined(table_at.key, near) + "?");
    } else if (std::ranges::find(k_facts, *from) == k_facts.end() && !is_register(*from)) {
      const std::string_view near = nearest(*from, k_facts);
      at.error(member.value, "cannot come from \"" + *from + "\"",
               near.empty() ? "choose one of " + listed(k_facts) +
                                  ", or a field of the user or account: user.phone, "
                                  "account.attributes.seats"
                            : "did you mean \"" + std::string(near) + "\"?");
    } else {
      fields.insert_or_assign(member.name, *from);
    }
  }
}

Shape custom_field(std::string_view name, std::string& target, bool may_be_empty) {
  return setting(name, [&target, may_be_empty](const Value& value, const At& at) {
    const auto field = as_text(value, at);
    if (!field) return;
    if (is_custom(*field) || (may_be_empty && field->empty())) {
      target = *field;
    } else {
      at.error(value, "is no API name of a custom field", "write it as Desk does: cf_…");
    }
  });
}

Shape desk_id(std::string_view name, std::string& target) {
  return setting(name, [&target](const Value& value, const At& at) {
    const auto id = as_text(value, at);
    if (!id) return;
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    if (std::ranges::all_of(*id, is_digit) && id->size() <= 20) {
      target = *id;
    } else {
      at.error(value, "is no id of Zoho Desk", "write its digits in quotes; zohosync desk departments lists them");
    }
  });
}

template <class Unit>
Shape duration(std::string_view name, Unit& target, std::int64_t low, std::int64_t high) {
  return setting(name, [&target, low, high](const Value& value, const At& at) {
    if (const auto number = as_integer(value, at, low, high)) target = Unit{*number};
  });
}

}  // namespace

Shape desk_section(Desk& desk) {
  std::vector<Shape> priorities;
  for (const std::string_view plan : k_plans) {
    priorities.push_back(setting(plan, [&desk, plan](const Value& value, const At& at) {
      const auto priority = as_text(value, at);
      if (priority && !trim(*priority).empty()) desk.priority.insert_or_assign(std::string(plan), trim(*priority));
    }));
  }
  const auto read = [&desk](const Value& value, const At& at) { read_fields(desk.fields, value, at); };
  return table("desk", {boolean("enabled", desk.enabled), desk_id("org_id", desk.org_id),
                        desk_id("department_id", desk.department_id),
                        custom_field("correlation_field", desk.correlation_field, false),
                        custom_field("crm_contact_field", desk.crm_contact_field, true),
                        custom_field("platform_user_field", desk.platform_user_field, true),
                        choice("on_unsynced", desk.on_unsynced, {"wait", "refuse"}),
                        duration("wait_seconds", desk.wait, 0, k_max_wait_seconds),
                        duration("contact_sync_seconds", desk.contact_sync, 0, k_max_lag_seconds),
                        duration("index_lag_seconds", desk.index_lag, 1, k_max_lag_seconds),
                        duration("keep_hours", desk.keep, k_min_keep_hours, k_max_keep_hours),
                        Shape{"fields", Shape::Kind::open, read, {}}, table("priority", std::move(priorities))});
}

}  // namespace zs::config
