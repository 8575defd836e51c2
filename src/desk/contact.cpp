#include "desk/contact.hpp"

#include "base/text.hpp"

namespace zs::desk {
namespace {

Choice one_of(std::vector<std::string> ids, Choice::Kind kind) {
  if (ids.empty()) return {};
  if (ids.size() == 1) return {kind, std::move(ids.front()), {}};
  return {Choice::Kind::ambiguous, {}, std::move(ids)};
}

}  // namespace

Choice choose_mapped(const std::vector<ContactHit>& hits, std::string_view crm_contact_id) {
  std::vector<std::string> ids;
  for (const ContactHit& hit : hits) {
    if (hit.crm_id == crm_contact_id) ids.push_back(hit.id);
  }
  return one_of(std::move(ids), Choice::Kind::mapped);
}

Choice choose_by_field(const std::vector<ContactHit>& hits, std::string_view crm_contact_id) {
  std::vector<std::string> ids;
  bool contradicts = false;
  for (const ContactHit& hit : hits) {
    ids.push_back(hit.id);
    contradicts = contradicts || (!hit.crm_id.empty() && hit.crm_id != crm_contact_id);
  }
  if (contradicts) return {Choice::Kind::ambiguous, {}, std::move(ids)};
  return one_of(std::move(ids), Choice::Kind::by_field);
}

Choice choose_unmapped(const std::vector<ContactHit>& hits, std::string_view email) {
  const std::string wanted = to_lower(email);
  std::vector<std::string> ids;
  for (const ContactHit& hit : hits) {
    if (hit.crm_id.empty() && !hit.taken && to_lower(hit.email) == wanted) ids.push_back(hit.id);
  }
  return one_of(std::move(ids), Choice::Kind::unverified);
}

bool is_searchable(std::string_view email) {
  return email.size() >= 3 && email.contains('@') && email.find_first_of(",*${}\" ") == std::string_view::npos;
}

}  // namespace zs::desk
