#include "desk/layout.hpp"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <utility>

#include "desk/json_read.hpp"

namespace zs::desk {
namespace {

namespace dom = simdjson::dom;

std::vector<std::string> values_of(dom::element field) {
  std::vector<std::string> values;
  dom::array allowed;
  if (field["allowedValues"].get(allowed) != simdjson::SUCCESS) return values;
  for (const dom::element one : allowed) {
    std::string_view text;
    std::string value = one.get(text) == simdjson::SUCCESS ? std::string(text) : text_of(one, "value");
    if (!value.empty()) values.push_back(std::move(value));
  }
  return values;
}

std::string quoted(const std::vector<std::string>& values) {
  constexpr std::size_t k_shown = 20;
  std::string out;
  for (std::size_t i = 0; i < values.size() && i < k_shown; ++i) out += (i == 0 ? "\"" : ", \"") + values[i] + "\"";
  return values.size() > k_shown ? out + ", …" : out;
}

// Ours to fill, or Desk's own affair: their absence is never the caller's fault.
constexpr std::array<std::string_view, 4> k_not_asked_for{"contactId", "departmentId", "contactName", "ticketOwner"};

constexpr std::array<std::pair<std::string_view, std::string_view>, 8> k_names{{{"departmentId", "department_id"},
                                                                                {"contactId", "contact"},
                                                                                {"subject", "subject"},
                                                                                {"description", "description"},
                                                                                {"email", "email"},
                                                                                {"phone", "phone"},
                                                                                {"lastName", "contact.last_name"},
                                                                                {"firstName", "contact.first_name"}}};

std::string callers_name(std::string_view desks) {
  if (desks.starts_with('/')) desks.remove_prefix(1);
  if (desks.starts_with("cf/")) return "cf." + std::string(desks.substr(3));
  if (desks.starts_with("cf_")) return "cf." + std::string(desks);
  const auto* const known = std::ranges::find(k_names, desks, &std::pair<std::string_view, std::string_view>::first);
  return std::string(known == k_names.end() ? desks : known->second);
}

std::string mend_of(std::string_view field, std::string_view type, std::string_view correlation_field) {
  if (field == "cf." + std::string(correlation_field)) {
    return "the ticket layout has no such field: make a single-line text field with the API name " +
           std::string(correlation_field) +
           " in Desk (Setup, Layouts and Fields), or name another in "
           "desk.correlation_field";
  }
  if (field == "department_id") return "is no department that these credentials may use: zohosync desk departments";
  if (type == "missing") return "the layout demands it: give it in the request, or map it in [desk.fields]";
  if (type == "duplicate") return "another record in Desk has this value in a unique field: merge the two in Desk";
  if (field.starts_with("cf.")) {
    return "Desk does not take this value, or the layout has no such field: correct it in the request or in "
           "[desk.fields]";
  }
  return "Desk does not take this value: choose one that the layout has";
}

}  // namespace

Result<std::string> read_default_layout(std::string_view body) {
  dom::parser parser;
  dom::array rows;
  if (body.empty()) return std::string{};
  if (parser.parse(body.data(), body.size())["data"].get(rows) != simdjson::SUCCESS)
    return fail(Errc::corrupt, "Desk's answer is no list of layouts");
  std::string id;
  for (const dom::element row : rows) {
    if (id.empty() || bool_of(row, "isDefaultLayout")) id = text_of(row, "id");
  }
  return id;
}

Result<Layout> read_layout(std::string_view body) {
  dom::parser parser;
  dom::array sections;
  if (parser.parse(body.data(), body.size())["sections"].get(sections) != simdjson::SUCCESS)
    return fail(Errc::corrupt, "Desk's answer is no layout");
  Layout layout;
  for (const dom::element section : sections) {
    dom::array fields;
    if (section["fields"].get(fields) != simdjson::SUCCESS) continue;
    for (const dom::element field : fields) {
      std::string name = text_of(field, "apiName");
      if (name.empty()) name = text_of(field, "name");
      if (name.empty()) continue;
      layout.fields.insert_or_assign(std::move(name), LayoutField{bool_of(field, "isMandatory"), values_of(field)});
    }
  }
  return layout;
}

std::vector<FieldTrouble> faults_of(const NewTicket& ticket, const Layout& layout) {
  std::vector<FieldTrouble> faults;
  const auto given = [&](const std::string& name) -> const std::string* {
    const auto& from = name.starts_with("cf_") ? ticket.custom : ticket.fields;
    const auto found = from.find(name);
    return found == from.end() ? nullptr : &found->second;
  };
  for (const auto& [name, field] : layout.fields) {
    if (std::ranges::find(k_not_asked_for, name) != k_not_asked_for.end()) continue;
    if (name == "subject" || name == "description") {
      const bool empty = name == "subject" ? ticket.subject.empty() : ticket.description.empty();
      if (field.is_mandatory && empty) faults.push_back({name, "missing", "the layout demands it"});
      continue;
    }
    const std::string* const value = given(name);
    if (value == nullptr) {
      // A status that is left out is the portal's first one.
      if (!field.is_mandatory || name == "status") continue;
      std::string mend = mend_of("", "missing", "");
      if (!field.values.empty()) mend += "; one of " + quoted(field.values);
      faults.push_back({callers_name(name), "missing", std::move(mend)});
    } else if (!field.values.empty() && std::ranges::find(field.values, *value) == field.values.end()) {
      faults.push_back({callers_name(name), "invalid", "must be one of " + quoted(field.values)});
    }
  }
  return faults;
}

std::vector<FieldTrouble> in_callers_words(const std::vector<FieldTrouble>& fields,
                                           std::string_view correlation_field) {
  std::vector<FieldTrouble> out;
  for (const FieldTrouble& one : fields) {
    std::string name = callers_name(one.field);
    std::string mend = mend_of(name, one.type, correlation_field);
    out.push_back({std::move(name), one.type, std::move(mend)});
  }
  return out;
}

std::string joined(const std::vector<FieldTrouble>& fields) {
  std::string out;
  for (const FieldTrouble& one : fields) out += (out.empty() ? "" : "; ") + one.field + ": " + one.mend;
  return out;
}

}  // namespace zs::desk
