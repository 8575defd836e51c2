#include "zoho/reactions.hpp"

#include <algorithm>
#include <array>

namespace zs::zoho {
namespace {

struct Row {
  std::string_view code;
  Verdict verdict;
  std::string_view mend;
};

// INVALID_DATA and DUPLICATE_DATA depend on more than the code and are decided in verdict_of.
constexpr std::array k_rows{
    Row{"RECORD_LOCKED", Verdict::retry_slowly, "unlock the record in Zoho; it is retried by itself"},
    Row{"NOT_APPROVED", Verdict::retry_slowly, "approve or reject the record in Zoho; it is retried by itself"},
    Row{"NOT_REVIEWED", Verdict::retry_slowly, "finish the review of the record in Zoho; it is retried by itself"},
    Row{"RECORD_IN_BLUEPRINT", Verdict::hold,
        "let the record leave the blueprint, or take the field out of it, then retry"},
    Row{"DEPENDENT_SERVICE_ERROR", Verdict::retry, "retry later"},
    Row{"INTERNAL_ERROR", Verdict::retry, "retry later"},
    Row{"SERVICE_UNAVAILABLE", Verdict::retry, "retry later"},
    Row{"TOO_MANY_REQUESTS", Verdict::retry, "retry later"},
    Row{"MANDATORY_NOT_FOUND", Verdict::hold,
        "the org demands a field that has no value: send it, map it, or make it optional in Zoho"},
    Row{"MAPPING_MISMATCH", Verdict::hold,
        "set [deals.stages] (and [deals] pipeline) to values that the org has, or add them in Zoho"},
    Row{"LIMIT_EXCEEDED", Verdict::hold,
        "the record has as many tags or values as Zoho allows: remove some in Zoho, then retry"},
    Row{"NO_PERMISSION", Verdict::hold,
        "give the integration's user the right to edit this record in Zoho, then retry"},
    Row{"NOT_ALLOWED", Verdict::hold, "Zoho does not allow the change in the record's present state: see its message"},
    Row{"ID_TAKEN", Verdict::hold,
        "two platform ids lead to one Zoho record (Zoho does not tell A from a in ids): separate them in Zoho or on "
        "the platform, then retry"},
    Row{"AMBIGUOUS_CONTACT", Verdict::hold,
        "several Contacts have this e-mail: merge them in Zoho, or give one of them the platform id, then retry"},
    Row{"FOREIGN_CONTACT", Verdict::hold,
        "the Contact with this e-mail carries another platform id: correct it in Zoho, then retry"},
    Row{"TWIN_RECORDS", Verdict::hold,
        "two records carry one platform id: merge them in Zoho, or take the id from the one that is not the "
        "customer's, then retry"},
    Row{"PARENT_MISSING", Verdict::hold,
        "no event has told of the customer or account that this belongs to yet; it goes on by itself when one does"},
    Row{"PARENT_GONE", Verdict::hold,
        "a record that this one refers to was deleted in Zoho: restore it or retry the parent first"},
    Row{"RECORD_GONE", Verdict::hold,
        "the record was deleted or merged in Zoho: restore it and retry, or retry to have it made anew"},
    Row{"DUPLICATE_DATA", Verdict::hold,
        "another record has this value in a field that must be unique: correct one of the two, then retry"},
    Row{"INVALID_DATA", Verdict::hold,
        "Zoho refuses the value: correct it on the platform or change the mapping, then retry"},
};

const Row* find_row(std::string_view code) {
  const auto found = std::ranges::find(k_rows, code, &Row::code);
  return found == k_rows.end() ? nullptr : &*found;
}

}  // namespace

Verdict verdict_of(const ErrorRow& row, Verb verb) {
  if (row.code == "INVALID_DATA") {
    if (row.field == "id" || (row.field.empty() && verb != Verb::insert)) return Verdict::gone;
    if (row.on_lookup) return Verdict::parent_gone;
    return row.field.empty() ? Verdict::hold : Verdict::drop_field;
  }
  if (row.code == "DUPLICATE_DATA") return row.names_record && !row.more_records ? Verdict::exists : Verdict::hold;
  const Row* known = find_row(row.code);
  return known == nullptr ? Verdict::hold : known->verdict;
}

Answer::Outcome outcome_of(int status, std::string_view code) {
  using enum Answer::Outcome;
  if (status == 429 || code == "TOO_MANY_REQUESTS" || code == "RATE_LIMIT_EXCEEDED") return throttled;
  if (code == "INVALID_TOKEN" || code == "AUTHENTICATION_FAILURE") return stale_token;
  // A missing scope or right does not heal by a new token (zoho/oauth-and-desk.md 1.8).
  if (status == 401 || code == "OAUTH_SCOPE_MISMATCH" || code == "INVALID_HOST" || code == "AUTHORIZATION_FAILED")
    return not_allowed;
  if (status == 403 || status == 404) return not_allowed;
  // Wrong for every call alike: to split the batch or to hold its records would only spread the trouble.
  for (const std::string_view ours :
       {"INVALID_MODULE", "INVALID_URL_PATTERN", "INVALID_REQUEST_METHOD", "API_NOT_SUPPORTED", "FEATURE_NOT_SUPPORTED",
        "LICENSE_LIMIT_EXCEEDED", "STORAGE_SPACE_EXCEEDED", "NOT_SUPPORTED"}) {
    if (code == ours) return not_allowed;
  }
  if (status >= 500) return unknown;
  return refused;
}

std::string mend_of(std::string_view code, std::string_view field) {
  const Row* known = find_row(code);
  std::string mend = known == nullptr ? "see Zoho's message; correct the cause, then retry" : std::string(known->mend);
  return field.empty() ? mend : std::string(field) + ": " + mend;
}

}  // namespace zs::zoho
