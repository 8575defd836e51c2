#include "zoho/reactions.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace zs::zoho {
namespace {

using enum Answer::Outcome;
using V = Verdict;

constexpr std::string_view k_ours = "this is a fault of zohosync: please report it with its message, then retry";
constexpr std::string_view k_later = "nothing: it is tried again by itself";
constexpr std::string_view k_edition = "the org's edition or storage does not allow it: extend it in Zoho, then retry";
constexpr std::string_view k_credentials = "see zoho.state in `zohosync status`, mend the credentials, then retry";

constexpr std::array k_reactions{
    // Tokens and rights.
    Reaction{"INVALID_TOKEN", V::retry, stale_token, Side::org, k_credentials},
    Reaction{"AUTHENTICATION_FAILURE", V::retry, stale_token, Side::org, k_credentials},
    Reaction{"OAUTH_SCOPE_MISMATCH", V::hold, not_allowed, Side::org,
             "the refresh token lacks a scope: make one with the scopes that the README lists, then retry"},
    Reaction{"INVALID_HOST", V::hold, not_allowed, Side::org, "set zoho.dc to the org's data centre, then retry"},
    Reaction{"NO_PERMISSION", V::hold, not_allowed, Side::org,
             "give the integration's user the right to edit this record in Zoho, then retry"},
    Reaction{"AUTHORIZATION_FAILED", V::hold, not_allowed, Side::org,
             "give the integration's user the rights that Zoho's message names, then retry"},

    // Requests that are wrong for every record alike.
    Reaction{"INVALID_URL_PATTERN", V::hold, not_allowed, Side::org, k_ours},
    Reaction{"INVALID_REQUEST_METHOD", V::hold, not_allowed, Side::org, k_ours},
    Reaction{"REQUIRED_PARAM_MISSING", V::hold, not_allowed, Side::org, k_ours},
    Reaction{"EXPECTED_FIELD_MISSING", V::hold, not_allowed, Side::org, k_ours},
    Reaction{"PATTERN_NOT_MATCHED", V::hold, not_allowed, Side::org, k_ours},
    Reaction{"AMBIGUITY_DURING_PROCESSING", V::hold, not_allowed, Side::org, k_ours},
    Reaction{"UNABLE_TO_PARSE_DATA_TYPE", V::hold, refused, Side::org, k_ours},
    Reaction{"INVALID_MODULE", V::hold, not_allowed, Side::org,
             "make the module visible to the integration's user in Zoho, then retry"},
    Reaction{"LICENSE_LIMIT_EXCEEDED", V::hold, not_allowed, Side::org, k_edition},
    Reaction{"STORAGE_SPACE_EXCEEDED", V::hold, not_allowed, Side::org, k_edition},
    Reaction{"FEATURE_NOT_SUPPORTED", V::hold, not_allowed, Side::org, k_edition},
    Reaction{"NOT_SUPPORTED", V::hold, not_allowed, Side::org, k_edition},
    Reaction{"API_NOT_SUPPORTED", V::hold, not_allowed, Side::org, k_edition},

    // What a record says.
    Reaction{"INVALID_DATA", V::hold, refused, Side::data,
             "Zoho refuses the value: correct it on the platform or change the mapping, then retry"},
    Reaction{"DUPLICATE_DATA", V::hold, refused, Side::data,
             "another record has this value in a field that must be unique: correct one of the two, then retry"},
    Reaction{"DUPLICATE_LINKING_DATA", V::hold, refused, Side::data,
             "another record links the same two: remove one of them in Zoho, then retry"},
    Reaction{"MULTIPLE_OR_MULTI_ERRORS", V::hold, refused, Side::data,
             "Zoho refuses several values without naming them: see the record's timeline, correct them, then retry"},
    Reaction{"MANDATORY_NOT_FOUND", V::hold, refused, Side::org,
             "the org demands a field that has no value: send it, map it, or make it optional in Zoho"},
    Reaction{"MAPPING_MISMATCH", V::read_schema, refused, Side::org,
             "set [deals.stages] (and [deals] pipeline) to values that the org has, or add them in Zoho"},
    Reaction{"DEPENDENT_FIELD_MISSING", V::hold, refused, Side::org,
             "the org wants another field along with this one: map that one, too, then retry"},
    Reaction{"DEPENDENT_MISMATCH", V::hold, refused, Side::org,
             "the value does not go with the one of the field it depends on: correct the mapping or the dependency in "
             "Zoho, then retry"},
    Reaction{"DEPENDENT_SERVICE_ERROR", V::hold, refused, Side::org,
             "a service that Zoho calls for this record refuses: see Zoho's message, mend it there, then retry"},
    Reaction{"NOT_ALLOWED", V::hold, refused, Side::org,
             "Zoho does not allow the change in the record's present state: see its message"},
    Reaction{"LIMIT_EXCEEDED", V::hold, refused, Side::data,
             "the record has as many tags or values as Zoho allows: remove some in Zoho, then retry"},
    Reaction{"ALREADY_MODIFIED", V::reread, refused, Side::data,
             "the record changes as fast as it is written: find out who writes it, then retry"},
    Reaction{"CONVERTED_RECORD", V::gone, refused, Side::data,
             "the record was converted in Zoho: put the platform id on the one it became, then retry"},
    Reaction{"STOP_PROCESSING", V::hold, refused, Side::data,
             "the person asked in Zoho that their data be processed no more: discard this, unless the mark in Zoho is "
             "wrong"},

    // People's business first.
    Reaction{"RECORD_LOCKED", V::hold_for_now, refused, Side::org,
             "unlock the record in Zoho; it is retried by itself"},
    Reaction{"NOT_APPROVED", V::hold_for_now, refused, Side::org,
             "approve or reject the record in Zoho; it is retried by itself"},
    Reaction{"NOT_REVIEWED", V::hold_for_now, refused, Side::org,
             "finish the review of the record in Zoho; it is retried by itself"},
    Reaction{"RECORD_IN_BLUEPRINT", V::hold_for_now, refused, Side::org,
             "let the record leave the blueprint, or take the field out of it; it is retried by itself"},

    // Bad days at Zoho.
    Reaction{"TOO_MANY_REQUESTS", V::retry, throttled, Side::org, k_later},
    Reaction{"RATE_LIMIT_EXCEEDED", V::retry, throttled, Side::org, k_later},
    Reaction{"INTERNAL_ERROR", V::retry, unknown, Side::org,
             "Zoho fails on this record again and again: ask Zoho's support; it is retried by itself"},
    Reaction{"SERVICE_UNAVAILABLE", V::retry, unknown, Side::org,
             "Zoho fails on this record again and again: ask Zoho's support; it is retried by itself"},

    // Ours: no answer of Zoho's has these.
    Reaction{"ID_TAKEN", V::hold, refused, Side::data,
             "two platform ids lead to one Zoho record (Zoho does not tell A from a in ids): separate them in Zoho or "
             "on the platform, then retry"},
    Reaction{"AMBIGUOUS_CONTACT", V::hold, refused, Side::data,
             "several Contacts have this e-mail: merge them in Zoho, or give one of them the platform id, then retry"},
    Reaction{"FOREIGN_CONTACT", V::hold, refused, Side::data,
             "the Contact with this e-mail carries another platform id: correct it in Zoho, then retry"},
    Reaction{"FOREIGN_ID", V::hold, refused, Side::data,
             "the record that the id map names carries another platform id: put the right id into it in Zoho, then "
             "retry"},
    Reaction{"TWIN_RECORDS", V::hold, refused, Side::data,
             "two records carry one platform id: merge them in Zoho, or take the id from the one that is not the "
             "customer's, then retry"},
    Reaction{"MERGED_CONTACT", V::hold, refused, Side::data,
             "two platform users were merged into one Contact: make one user of them on the platform and discard this, "
             "or separate them in Zoho and retry"},
    Reaction{"PARENT_MISSING", V::hold, refused, Side::data,
             "no event has told of the customer or account that this belongs to yet; it goes on by itself when one "
             "does"},
    Reaction{"PARENT_GONE", V::hold, refused, Side::data,
             "a record that this one refers to was deleted in Zoho: restore it or retry the parent first"},
    Reaction{"RECORD_GONE", V::hold, refused, Side::data,
             "the record was deleted or merged in Zoho: restore it and retry, or retry to have it made anew"},
};

const Reaction* find_reaction(std::string_view code) {
  const auto found = std::ranges::find(k_reactions, code, &Reaction::code);
  return found == k_reactions.end() ? nullptr : &*found;
}

Verdict verdict_of_invalid_data(const ErrorRow& row, Verb verb) {
  if (row.field == "id" || (row.field.empty() && verb != Verb::insert)) return V::gone;
  if (row.on_lookup) return V::parent_gone;
  return row.field.empty() ? V::hold : V::mend;
}

}  // namespace

Verdict verdict_of(const ErrorRow& row, Verb verb) {
  if (row.code == "INVALID_DATA") return verdict_of_invalid_data(row, verb);
  if (row.code == "DUPLICATE_DATA" || row.code == "DUPLICATE_LINKING_DATA") {
    return row.names_record && !row.more_records && !row.other_module ? V::exists : V::hold;
  }
  if (row.code == "DEPENDENT_SERVICE_ERROR" && row.dependency_error == "PROCESSING_ERROR") return V::retry;
  const Reaction* known = find_reaction(row.code);
  if (known == nullptr) return row.status >= 500 ? V::retry : V::hold;
  return known->on_record;
}

Answer::Outcome outcome_of(int status, std::string_view code) {
  if (status == 429) return throttled;
  const Reaction* known = find_reaction(code);
  if (known != nullptr && !(known->on_call == refused && status >= 500)) return known->on_call;
  if (status >= 500) return unknown;
  // A missing scope or right does not heal by a new token (zoho/oauth-and-desk.md 1.8).
  return status == 401 || status == 403 || status == 404 ? not_allowed : refused;
}

bool says_stop_processing(std::string_view message) { return to_lower(message).contains("stop processing"); }

std::string_view name_of(Side side) { return side == Side::data ? "data" : "org"; }

std::optional<Side> parse_side(std::string_view name) {
  if (name == "data") return Side::data;
  if (name == "org") return Side::org;
  return std::nullopt;
}

Side side_of(std::string_view code) {
  const Reaction* known = find_reaction(code);
  return known == nullptr ? Side::org : known->side;
}

std::string mend_of(std::string_view code, std::string_view field) {
  const Reaction* known = find_reaction(code);
  std::string mend = known == nullptr ? "see Zoho's message; correct the cause, then retry" : std::string(known->mend);
  return field.empty() ? mend : std::string(field) + ": " + mend;
}

std::span<const Reaction> reactions() { return k_reactions; }

}  // namespace zs::zoho
