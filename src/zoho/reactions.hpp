#pragma once
// One table from Zoho's error codes to what we do about them (zoho/crm-api.md 6.2), with whose business it is and the
// mend in words. What the token endpoint says is in token_reactions.hpp.

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "zoho/crm.hpp"

namespace zs::zoho {

struct ErrorRow {
  std::string_view code;
  std::string_view field;             // details.api_name
  std::string_view dependency_error;  // details.dependency_error
  int status = 0;                     // HTTP
  bool on_lookup = false;             // the field is a lookup of the module
  bool more_records = false;
  bool names_record = false;  // details.id or duplicate_record
  bool other_module = false;  // the record that it names is of another module
};

/// The verdict on one record of an answered write. Of unknown codes, those of a 5xx are tried again, others hold.
[[nodiscard]] Verdict verdict_of(const ErrorRow& row, Verb verb);

/// The outcome of a whole call that was refused with `code` at `status` (flat body, no per-record part).
[[nodiscard]] Answer::Outcome outcome_of(int status, std::string_view code);

/// The person whose record it is has asked that their data be processed no more (zoho/crm-api.md 9).
[[nodiscard]] bool says_stop_processing(std::string_view message);

/// Whose business a held record is: something about this one customer, on the platform or in the CRM; or the org's
/// settings, rights and processes, our configuration, or a fault of ours.
enum class Side : std::uint8_t { data, org };
[[nodiscard]] std::string_view name_of(Side side);
[[nodiscard]] std::optional<Side> parse_side(std::string_view name);
[[nodiscard]] Side side_of(std::string_view code);

/// Which of the held; what is empty matches all.
struct HeldFilter {
  std::string code;
  std::optional<Side> side;

  [[nodiscard]] bool matches(std::string_view held_code) const {
    return (code.empty() || code == held_code) && (!side || *side == side_of(held_code));
  }
};

/// What a person can do about a held record, one sentence.
[[nodiscard]] std::string mend_of(std::string_view code, std::string_view field);

/// One line of the table.
struct Reaction {
  std::string_view code;
  Verdict on_record;        // INVALID_DATA, DUPLICATE_DATA and DEPENDENT_SERVICE_ERROR: unless verdict_of knows better
  Answer::Outcome on_call;  // when it refuses the request as a whole
  Side side;
  std::string_view mend;
};
[[nodiscard]] std::span<const Reaction> reactions();

}  // namespace zs::zoho
