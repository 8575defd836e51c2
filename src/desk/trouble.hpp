#pragma once
// Why there is no ticket, as the HTTP interface says it: a status, a code for programs, words for people that name the
// field and the mend. No personal data.

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace zs::desk {

/// One field that was refused, by Desk or by us before Desk saw it.
struct FieldTrouble {
  std::string field;  // as the caller names it: "priority", "cf.cf_plan", "contact"
  std::string type;   // invalid, missing, duplicate
  std::string mend;

  bool operator==(const FieldTrouble&) const = default;
};

struct Trouble {
  int status = 503;
  std::string code;
  std::string detail;
  std::int64_t retry_after_seconds = 0;  // 0: do not just repeat
  std::vector<FieldTrouble> fields{};
};

template <class T>
using Outcome = std::expected<T, Trouble>;

[[nodiscard]] inline std::unexpected<Trouble> refuse(int status, std::string code, std::string detail,
                                                     std::int64_t retry_after_seconds = 0) {
  return std::unexpected(Trouble{status, std::move(code), std::move(detail), retry_after_seconds, {}});
}

}  // namespace zs::desk
