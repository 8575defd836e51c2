#pragma once
// Reads the whole CRM through its own API and holds it against what is expected.

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "plan/mapping.hpp"
#include "support/oracle.hpp"

namespace zs::test {

struct CrmRecord {
  std::string zoho_id;
  plan::Fields fields;
  plan::Tags tags;
};

/// GET of a path below /crm/v8, with a token; the body, empty for 204.
using Get = std::function<std::string(const std::string& path)>;

struct CrmContent {
  std::vector<CrmRecord> accounts, contacts, deals;
};
[[nodiscard]] CrmContent read_crm(const Get& get, const plan::Mapping& mapping);

/// Differences in words; none when the CRM holds just what is expected, each once. Records without a platform
/// id are people's own. Fields that `expected` does not name are not looked at.
[[nodiscard]] std::vector<std::string> compare(const Expected& expected, const CrmContent& crm,
                                               const plan::Mapping& mapping);

}  // namespace zs::test
