#pragma once
// One table from Zoho's error codes to what we do about them (zoho/crm-api.md 6.2), with the mend in words.

#include <string>
#include <string_view>

#include "zoho/crm.hpp"

namespace zs::zoho {

struct ErrorRow {
  std::string_view code;
  std::string_view field;  // details.api_name
  bool on_lookup = false;  // the field is a lookup of the module
  bool more_records = false;
  bool names_record = false;  // details.id or duplicate_record
};

/// The verdict on one record of an answered write. Unknown codes hold.
[[nodiscard]] Verdict verdict_of(const ErrorRow& row, Verb verb);

/// The outcome of a whole call that was refused with `code` at `status` (flat body, no per-record part).
[[nodiscard]] Answer::Outcome outcome_of(int status, std::string_view code);

/// What a person can do about a held record, one sentence.
[[nodiscard]] std::string mend_of(std::string_view code, std::string_view field);

}  // namespace zs::zoho
