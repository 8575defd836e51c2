#include "plan/drift.hpp"

#include "base/json.hpp"
#include "base/text.hpp"
#include "base/time.hpp"

namespace zs::plan {

bool means_the_same(std::string_view a, std::string_view b, const FieldInfo* info) {
  if (a == b) return true;
  const std::string left = json_unquoted(a);
  const std::string right = json_unquoted(b);
  if (left.empty() || right.empty()) return false;
  if (info != nullptr && info->type == "datetime") {
    const auto one = parse_date_or_rfc3339(left);
    const auto other = parse_date_or_rfc3339(right);
    return one && other && *one == *other;
  }
  return trim(left) == trim(right);
}

Synced synced_of_read(const Fields& fields, const Tags& tags, const Desired& desired, const Synced& believed,
                      const Mapping& mapping, Module module, const Schema& schema) {
  Synced out;
  out.refused = believed.refused;
  // A record's fields do not show its contact roles.
  out.roles = believed.roles;
  out.roles_doubt = believed.roles_doubt;
  out.roles_theirs = believed.roles_theirs;
  out.fields = fields;
  for (const auto& [field, value] : desired.fields) {
    const auto read = out.fields.find(field);
    const bool is_unknown = read == out.fields.end();
    if (is_unknown || means_the_same(read->second, value, schema.find(module, field)))
      out.fields.insert_or_assign(field, value);
  }
  for (const std::string& tag : mapping.managed_tags(module)) {
    if (tags.contains(tag)) out.tags.insert(tag);
  }
  return out;
}

}  // namespace zs::plan
