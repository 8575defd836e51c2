#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <utility>

#include "base/text.hpp"
#include "config/schema.hpp"
#include "config/suggest.hpp"
#include "event/vocabulary.hpp"

namespace zs::config {
namespace {

struct Derived {
  std::string_view table;  // empty: in every one
  std::string_view field;
  std::string_view why;
};

constexpr std::string_view k_by_name_rule = "is made by the rule for names, never a plain copy";
constexpr std::string_view k_by_zoho = "belongs to Zoho and cannot be copied into";

constexpr std::array k_derived{
    Derived{"contact", "Last_Name", k_by_name_rule},
    Derived{"contact", "Full_Name", "is put together by Zoho from the first and the last name"},
    Derived{"contact", "Account_Name", "is the link to the Account and follows the user's account"},
    Derived{"account", "Account_Name", k_by_name_rule},
    Derived{"account", "Parent_Account", "is a link, which a copied text cannot make"},
    Derived{"deal", "Deal_Name", k_by_name_rule},
    Derived{"deal", "Stage", "follows the subscription's status: see [deals.stages]"},
    Derived{"deal", "Pipeline", "is chosen by deals.pipeline"},
    Derived{"deal", "Closing_Date", "is the first paid day"},
    Derived{"deal", "Account_Name", "is the link to the Account"},
    Derived{"deal", "Contact_Name", "is the link to the Contact"},
    Derived{"", "Tag", "is what [tags] is for"},
    Derived{"", "id", k_by_zoho},
    Derived{"", "Owner", "is a link, which a copied text cannot make"},
    Derived{"", "Layout", "is a link, which a copied text cannot make"},
    Derived{"", "Created_By", k_by_zoho},
    Derived{"", "Created_Time", k_by_zoho},
    Derived{"", "Modified_By", k_by_zoho},
    Derived{"", "Modified_Time", k_by_zoho},
};

constexpr std::array<std::string_view, 4> k_policies{"platform", "if-empty", "create-only", "never"};

/// One of the three tables: whose rules it changes and what they may copy from.
struct Subject {
  std::string_view table;
  std::vector<FieldRule>* rules;
  std::vector<event::Kind> sources;
};

bool is_copied(const event::FieldRule& field) {
  const bool own_id = field.form == event::Form::id && field.name == "id";
  return !own_id && field.form != event::Form::attributes && field.form != event::Form::compliance;
}

std::vector<std::string> sources_of(const Subject& subject) {
  std::vector<std::string> names;
  for (const event::Kind kind : subject.sources) {
    for (const event::FieldRule& field : event::fields_of(kind)) {
      if (is_copied(field)) names.push_back(joined(event::name_of(kind), field.name));
    }
  }
  return names;
}

bool is_attribute(const Subject& subject, std::string_view from) {
  return std::ranges::any_of(subject.sources, [from](event::Kind kind) {
    const std::string prefix = joined(event::name_of(kind), "attributes.");
    return from.starts_with(prefix) && !trim(from.substr(prefix.size())).empty();
  });
}

std::string mend_source(const Subject& subject, std::string_view from, std::span<const std::string_view> known) {
  if (from.ends_with(".id")) return "the ids stand in the fields of [external_ids]";
  if (const std::string_view near = nearest(from, known); !near.empty()) {
    return "did you mean \"" + std::string(near) + "\"?";
  }
  std::string attributes;
  for (const event::Kind kind : subject.sources) {
    attributes += " or " + joined(event::name_of(kind), "attributes.NAME");
  }
  return "choose one of " + listed(known) + attributes;
}

std::optional<std::string> read_source(const Subject& subject, const Value& value, const At& at) {
  auto from = as_text(value, at);
  if (!from) return std::nullopt;
  const std::vector<std::string> names = sources_of(subject);
  if (std::ranges::find(names, *from) != names.end() || is_attribute(subject, *from)) return from;
  const std::vector<std::string_view> known(names.begin(), names.end());
  at.error(value, "cannot come from \"" + *from + "\"", mend_source(subject, *from, known));
  return std::nullopt;
}

Policy policy_called(std::string_view name) {
  const auto found = std::ranges::find(k_policies, name);
  constexpr std::array k_values{Policy::platform, Policy::if_empty, Policy::create_only, Policy::never};
  return k_values[static_cast<std::size_t>(found - k_policies.begin())];
}

void set_rule(const Subject& subject, FieldRule rule) {
  const auto found = std::ranges::find(*subject.rules, rule.field, &FieldRule::field);
  if (found == subject.rules->end()) {
    subject.rules->push_back(std::move(rule));
  } else {
    *found = std::move(rule);
  }
}

/// `{ from = "…", policy = "…" }`; what it leaves out stays as it is by default.
void read_rule_table(const Subject& subject, const Value& value, const At& at, FieldRule rule) {
  const auto read_from = [&](const Value& given, const At& place) {
    if (auto from = read_source(subject, given, place)) rule.from = std::move(*from);
  };
  const auto read_policy = [&](const Value& given, const At& place) {
    if (const auto name = as_choice(given, place, k_policies)) rule.policy = policy_called(*name);
  };
  const std::array members{Shape{"from", Shape::Kind::setting, read_from, {}},
                           Shape{"policy", Shape::Kind::setting, read_policy, {}}};
  read_members(value, at.key, members, at.report);
  if (!rule.from.empty()) {
    set_rule(subject, std::move(rule));
  } else if (value.find("from") == nullptr) {
    at.error(value, "does not say where its value comes from", "add from = \"…\"");
  }
}

void read_rule(const Subject& subject, const std::string& field, const Value& value, const At& at) {
  const auto known = std::ranges::find(*subject.rules, field, &FieldRule::field);
  FieldRule rule = known == subject.rules->end() ? FieldRule{field, "", Policy::platform} : *known;
  const bool off = (value.type == Value::Type::boolean && !value.boolean) ||
                   (value.from_environment && to_lower(trim(value.text)) == "false");
  if (off) {
    std::erase_if(*subject.rules, [&field](const FieldRule& other) { return other.field == field; });
  } else if (value.type == Value::Type::table) {
    read_rule_table(subject, value, at, std::move(rule));
  } else if (value.type == Value::Type::text) {
    if (auto from = read_source(subject, value, at)) set_rule(subject, {field, std::move(*from), Policy::platform});
  } else {
    at.error(value, "must be the name of an event field, a table or false",
             R"(write it like "user.title", { from = "user.title", policy = "if-empty" } or false)");
  }
}

/// The name as Zoho spells it, when `field` differs from a well-known one only in its case.
std::string_view other_case(const Subject& subject, std::string_view field) {
  for (const FieldRule& rule : *subject.rules) {
    if (rule.field != field && to_lower(rule.field) == to_lower(field)) return rule.field;
  }
  return {};
}

void read_fields(const Subject& subject, const Value& table, const At& table_at) {
  for (const Member& member : table.members) {
    const std::string key = joined(table_at.key, member.name);
    const At at{key, table_at.report};
    at.report.saw(key, member.value.where);
    if (const std::string_view why = why_not_mapped(subject.table, member.name); !why.empty()) {
      at.error(member.value, std::string(why), "leave it out");
    } else if (!is_api_name(member.name)) {
      at.error(member.value, "is no API name: letters, digits and underscores, a letter first",
               "copy the name from Zoho's Setup > Developer Hub > APIs > API names");
    } else if (const std::string_view meant = other_case(subject, member.name); !meant.empty()) {
      at.error(member.value, "differs from a default only in its case, and Zoho's names heed it",
               "did you mean " + joined(table_at.key, meant) + "?");
    } else {
      read_rule(subject, member.name, member.value, at);
    }
  }
}

Shape fields_table(Subject subject) {
  std::vector<Shape> known;
  for (const FieldRule& rule : *subject.rules) known.push_back({rule.field, Shape::Kind::setting, {}, {}});
  const std::string name(subject.table);
  return {name, Shape::Kind::open,
          [subject = std::move(subject)](const Value& value, const At& at) { read_fields(subject, value, at); },
          std::move(known)};
}

}  // namespace

std::string_view why_not_mapped(std::string_view table, std::string_view field) {
  const auto found = std::ranges::find_if(k_derived, [&](const Derived& derived) {
    return (derived.table.empty() || derived.table == table) && to_lower(derived.field) == to_lower(field);
  });
  return found == k_derived.end() ? std::string_view{} : found->why;
}

Shape fields_section(Config& config) {
  using event::Kind;
  return table("fields", {fields_table({"contact", &config.contact_fields, {Kind::user, Kind::account}}),
                          fields_table({"account", &config.account_fields, {Kind::account}}),
                          fields_table({"deal", &config.deal_fields, {Kind::subscription, Kind::account}})});
}

}  // namespace zs::config
