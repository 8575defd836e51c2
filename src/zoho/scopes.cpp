#include "zoho/scopes.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace zs::zoho {
namespace {

constexpr std::string_view k_sync = "to sync";
constexpr std::string_view k_erase = "for `erase` and the clearing up of `doctor --probe`";
constexpr std::string_view k_setup = "for `setup --apply`";
constexpr std::string_view k_doctor = "for `doctor`";

// zoho/crm-api.md 1.1, 2.3, 2.5, 3.1, 4.
constexpr std::array k_needs{
    Need{"ZohoCRM.modules.contacts.READ", k_sync, true},
    Need{"ZohoCRM.modules.contacts.CREATE", k_sync, true},
    Need{"ZohoCRM.modules.contacts.UPDATE", k_sync, true},
    Need{"ZohoCRM.modules.contacts.DELETE", k_erase, false},
    Need{"ZohoCRM.modules.accounts.READ", k_sync, true},
    Need{"ZohoCRM.modules.accounts.CREATE", k_sync, true},
    Need{"ZohoCRM.modules.accounts.UPDATE", k_sync, true},
    Need{"ZohoCRM.modules.accounts.DELETE", k_erase, false},
    Need{"ZohoCRM.modules.deals.READ", k_sync, true},
    Need{"ZohoCRM.modules.deals.CREATE", k_sync, true},
    Need{"ZohoCRM.modules.deals.UPDATE", k_sync, true},
    Need{"ZohoCRM.modules.deals.DELETE", k_erase, false},
    Need{"ZohoCRM.coql.READ", "to find people by e-mail before they are made again", true},
    Need{"ZohoCRM.settings.fields.READ", k_sync, true},
    Need{"ZohoCRM.org.READ", "to know the edition's limits", true},
    Need{"ZohoCRM.settings.fields.CREATE", k_setup, false},
    Need{"ZohoCRM.settings.tags.READ", k_setup, false},
    Need{"ZohoCRM.settings.tags.CREATE", k_setup, false},
    Need{"ZohoCRM.settings.modules.READ", k_doctor, false},
    Need{"ZohoCRM.settings.layouts.READ", k_doctor, false},
    Need{"ZohoCRM.settings.pipeline.READ", k_doctor, false},
    Need{"ZohoCRM.apis.READ", "to know what calls cost", false},
    Need{"ZohoCRM.settings.recycle_bin.DELETE", k_erase, false},
};

constexpr std::array<std::string_view, 12> k_requested{
    "ZohoCRM.modules.contacts.ALL",
    "ZohoCRM.modules.accounts.ALL",
    "ZohoCRM.modules.deals.ALL",
    "ZohoCRM.settings.fields.ALL",
    "ZohoCRM.settings.tags.ALL",
    "ZohoCRM.settings.modules.READ",
    "ZohoCRM.settings.layouts.READ",
    "ZohoCRM.settings.pipeline.READ",
    "ZohoCRM.settings.recycle_bin.DELETE",
    "ZohoCRM.coql.READ",
    "ZohoCRM.org.READ",
    "ZohoCRM.apis.READ",
};

std::vector<std::string> words_of(std::string_view scopes) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : std::string(scopes) + " ") {
    if (c != ' ' && c != ',' && c != '\t' && c != '\n' && c != '\r') {
      word += c;
    } else if (!word.empty()) {
      words.push_back(std::move(word));
      word.clear();
    }
  }
  return words;
}

bool covers(const std::vector<std::string>& granted, std::string_view wanted) {
  const std::string scope = to_lower(wanted);
  const auto has = [&](const std::string& one) { return std::ranges::find(granted, one) != granted.end(); };
  if (has(scope)) return true;
  const std::string parent = scope.substr(0, scope.rfind('.'));
  const bool is_write = scope.ends_with(".create") || scope.ends_with(".update");
  if (is_write && has(parent + ".write")) return true;
  for (std::string above = parent; above.contains('.'); above = above.substr(0, above.rfind('.'))) {
    if (has(above + ".all")) return true;
  }
  return false;
}

}  // namespace

std::span<const Need> needs() { return k_needs; }

std::string comma_separated(std::span<const std::string> scopes) {
  std::string out;
  for (const std::string& scope : scopes) out.append(out.empty() ? "" : ",").append(scope);
  return out;
}

std::string requested_scopes(std::span<const std::string> extra) {
  std::string out;
  for (const std::string_view scope : k_requested) out.append(out.empty() ? "" : ",").append(scope);
  for (const std::string& scope : not_covered(out, comma_separated(extra))) out.append(",").append(scope);
  return out;
}

std::vector<std::string> not_covered(std::string_view granted, std::string_view wanted) {
  const std::vector<std::string> there = words_of(to_lower(granted));
  std::vector<std::string> lacking;
  if (there.empty()) return lacking;
  std::ranges::copy_if(words_of(wanted), std::back_inserter(lacking),
                       [&](const std::string& scope) { return !covers(there, scope); });
  return lacking;
}

std::vector<Need> missing_scopes(std::string_view granted) {
  const std::vector<std::string> words = words_of(to_lower(granted));
  std::vector<Need> missing;
  if (words.empty()) return missing;
  std::ranges::copy_if(k_needs, std::back_inserter(missing),
                       [&](const Need& need) { return !covers(words, need.scope); });
  return missing;
}

std::string listed(std::span<const Need> scopes) {
  std::string out;
  for (const Need& need : scopes) out.append(out.empty() ? "" : ", ").append(need.scope);
  return out;
}

}  // namespace zs::zoho
