#pragma once
// What an org is like and how it decides where Zoho's documents leave a doubt. Every switch marked
// "unconfirmed" stands for a question that only a live org can answer; run a client under both values.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace zohosim {

enum class Edition : std::uint8_t { free, standard, professional, enterprise, ultimate };

enum class TagOnUpdate : std::uint8_t { replace, add };
enum class UnlistedPick : std::uint8_t { refuse, accept, drop };
enum class LookupError : std::uint8_t { names_lookup, names_id };
enum class SurplusTags : std::uint8_t { refuse, skip };
enum class ParentDeleted : std::uint8_t { empties, stays, takes_deals };
enum class LengthUnit : std::uint8_t { utf16, code_points };

/// Zoho Desk beside the CRM (oauth-and-desk.md 3).
struct DeskOptions {
  std::vector<std::string> departments{"Support"};
  /// Custom fields that tickets and contacts have.
  std::vector<std::string> custom_fields{"cf_correlation_id", "cf_platform_user_id", "cf_crm_contact_id", "cf_plan",
                                         "cf_lifecycle"};
  std::vector<std::string> mandatory{"subject"};  // of a ticket, by its layout
  std::optional<std::int64_t> daily_credits;      // instead of what edition and licences give
  std::optional<int> concurrency;                 // instead of the edition's
  /// How long a Contact of the CRM takes to be mapped; below 0: there is no integration.
  std::chrono::milliseconds sync_delay{5'000};   // unconfirmed
  std::chrono::milliseconds search_lag{60'000};  // "may take minutes"
  bool email_is_unique = false;                  // unconfirmed: of contacts
  bool ticket_reuses_contact = true;             // unconfirmed: a `contact` with a known e-mail
  bool org_id_may_be_absent = false;             // unconfirmed: a token leads to its portal anyway
};

struct Options {
  std::string client_id = "1000.SIM";
  std::string client_secret = "sim-secret";
  std::string refresh_token = "1000.sim.refresh";
  std::string grant_code = "1000.sim.code";
  /// What the tokens may do; a call outside is refused with OAUTH_SCOPE_MISMATCH.
  std::vector<std::string> scopes{"ZohoCRM.modules.ALL",
                                  "ZohoCRM.settings.ALL",
                                  "ZohoCRM.coql.READ",
                                  "ZohoCRM.org.READ",
                                  "ZohoCRM.users.READ",
                                  "ZohoCRM.apis.READ",
                                  "ZohoSearch.securesearch.READ",
                                  "ZohoCRM.notifications.ALL",
                                  "Desk.tickets.ALL",
                                  "Desk.contacts.ALL",
                                  "Desk.search.READ",
                                  "Desk.basic.READ"};
  /// What this server calls itself in answers to requests without a Host header.
  std::string origin = "http://127.0.0.1:8090";

  Edition edition = Edition::enterprise;
  int user_licences = 10;
  std::optional<std::int64_t> daily_credits;  // instead of what edition and licences give
  std::optional<int> concurrency;             // instead of the edition's

  std::string org_type = "production";  // or sandbox, developer
  bool ready = false;  // starts with unique external id fields, as `zohosync setup --apply` leaves an org
  bool pipelines = false;
  bool multi_currency = false;
  int utc_offset_minutes = 0;  // of the API user, in whose time zone instants are written
  /// Fields that an admin made mandatory in the layout: "Deals.Closing_Date".
  std::vector<std::string> layout_mandatory;

  std::chrono::milliseconds latency{0};
  std::chrono::milliseconds jitter{0};         // uniform, on top of the latency
  std::uint64_t seed = 1;                      // of jitter, tokens and chance faults
  std::chrono::milliseconds search_lag{2000};  // how long a written record stays out of the search index

  TagOnUpdate tag_on_update = TagOnUpdate::replace;      // unconfirmed: `Tag` in an update or upsert body
  bool mixed_is_207 = true;                              // unconfirmed: some rows of a write failed; else 200 or 201
  UnlistedPick unlisted_pick = UnlistedPick::refuse;     // unconfirmed: a picklist value that the field does not list
  LookupError lookup_error = LookupError::names_lookup;  // unconfirmed: `api_name` for an unknown id in a lookup
  bool trims_text = true;                                // unconfirmed
  bool empty_text_clears = true;                         // unconfirmed: "" is stored as null
  bool external_counts_as_unique = true;                 // unconfirmed: of the 2 unique fields a module may have
  bool external_is_checked = true;                       // unconfirmed: it may stand in duplicate_check_fields
  bool deal_contact_must_match = false;                  // unconfirmed: a Deal's Contact must belong to its Account
  bool deal_contact_has_role = false;                    // unconfirmed: Contact_Name makes an entry in Contact_Roles
  bool roles_cost_per_call = false;                      // unconfirmed: contact roles cost 1 a call, else 1 per 10
  bool merge_losers_are_listed = true;                   // unconfirmed: in the deleted list
  /// unconfirmed: what a lookup shows of a parent in the recycle bin, or its Deals lie there beside it
  ParentDeleted parent_deleted = ParentDeleted::empties;
  bool tags_cost_per_50 = false;          // unconfirmed: add/remove tags cost 1 per 50 ids, else 1 per 10
  std::size_t max_ids_characters = 1024;  // unconfirmed: of `ids` in a GET
  bool layout_counts_always = false;      // unconfirmed: layout_mandatory also where no Layout is sent
  bool names_make_accounts = false;       // one report: a Deal's Account_Name by name alone makes an Account
  bool upsert_keeps_order = true;         // unconfirmed: its answers stand in the order of the request, else reversed
  bool upsert_takes_newest = false;       // unconfirmed: of several records that match; else the oldest
  SurplusTags surplus_tags = SurplusTags::refuse;  // unconfirmed: beyond a record's most, a refusal or `not_added_tags`
  bool tags_made_by_name = true;                   // unconfirmed: an unknown name makes the tag, else it is refused
  bool tags_are_searched = false;                  // unconfirmed: Tag in criteria and COQL; else nothing matches
  bool tags_touch_record = false;                  // unconfirmed: a change of tags is a change of the record
  bool emoji_refused = false;                      // unconfirmed: characters beyond the BMP in text
  LengthUnit length_unit = LengthUnit::utf16;      // unconfirmed
  int live_tokens = 10;                            // pages say 10 or 15
  int retry_after_seconds = 0;                     // unconfirmed: `Retry-After` with a 429; 0: none
  bool older_credit_refusal = false;               // in the field: spent credits answer in the shape of older versions

  DeskOptions desk;
};

}  // namespace zohosim
