#pragma once
// The OAuth scopes that zohosync needs, what for, and which of them a token lacks (zoho/oauth-and-desk.md 1.8).

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace zs::zoho {

struct Need {
  std::string_view scope;  // "ZohoCRM.modules.contacts.READ"
  std::string_view what_for;
  bool is_required;  // without it nothing is synced; the others are for single verbs
};

/// Everything that any verb needs, one operation a row.
[[nodiscard]] std::span<const Need> needs();

/// What to ask for: the same in few words, and `extra` ones, separated by commas as the consent page and the API
/// console want them.
[[nodiscard]] std::string requested_scopes(std::span<const std::string> extra = {});

/// Those of needs() that `granted` does not cover. `granted` is as token answers have it: separated by blanks or
/// commas, in any case; `X.ALL` covers all below X, `X.WRITE` covers X.CREATE and X.UPDATE. Empty when `granted` is: an
/// answer need not tell.
[[nodiscard]] std::vector<Need> missing_scopes(std::string_view granted);

[[nodiscard]] std::string comma_separated(std::span<const std::string> scopes);

/// Those of `wanted` (separated as `granted`) that `granted` does not cover, as they are spelled; none when `granted`
/// is empty.
[[nodiscard]] std::vector<std::string> not_covered(std::string_view granted, std::string_view wanted);

inline constexpr std::string_view k_mend_extra_scope =
    "write it into zoho.extra_scopes and make a new refresh token with `zohosync auth`";

/// "A, B, C"
[[nodiscard]] std::string listed(std::span<const Need> scopes);

}  // namespace zs::zoho
