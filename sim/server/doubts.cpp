#include "server/doubts.hpp"

#include <CLI/CLI.hpp>
#include <string>
#include <utility>
#include <vector>

namespace zohosim {
namespace {

constexpr const char* k_group = "What Zoho's documents leave open (the first word is the default)";

/// An option that takes one of a few words; the first stands for the default.
template <class Value>
void add_words(CLI::App& app, const std::string& name, Value& value, std::vector<std::pair<std::string, Value>> words,
               const std::string& help) {
  std::vector<std::string> known;
  std::string shown;
  for (const auto& [word, meaning] : words) {
    known.push_back(word);
    shown.append(shown.empty() ? "" : "|").append(word);
  }
  app.add_option_function<std::string>(
         name,
         [&value, words = std::move(words)](const std::string& given) {
           for (const auto& [word, meaning] : words) {
             if (word == given) value = meaning;
           }
         },
         help)
      ->check(CLI::IsMember(known))
      ->type_name(shown)
      ->group(k_group);
}

void add_doubts_of_writes(CLI::App& app, Options& options) {
  add_words<bool>(app, "--mixed-status", options.mixed_is_207, {{"207", true}, {"200", false}},
                  "Status of a write of which some rows failed; 200 stands for the status of success");
  add_words<bool>(app, "--upsert-order", options.upsert_keeps_order, {{"request", true}, {"reversed", false}},
                  "Order of an upsert's answers");
  add_words<bool>(app, "--upsert-takes", options.upsert_takes_newest, {{"oldest", false}, {"newest", true}},
                  "Which of several records that share a value an upsert updates");
  add_words<UnlistedPick>(
      app, "--unlisted-pick", options.unlisted_pick,
      {{"refuse", UnlistedPick::refuse}, {"accept", UnlistedPick::accept}, {"drop", UnlistedPick::drop}},
      "A value outside a picklist");
  add_words<LookupError>(app, "--lookup-error", options.lookup_error,
                         {{"lookup", LookupError::names_lookup}, {"id", LookupError::names_id}},
                         "What api_name says of an unknown parent");
  add_words<bool>(app, "--account-by-name", options.names_make_accounts, {{"refuse", false}, {"make", true}},
                  "A deal's account given by name alone");
  add_words<bool>(app, "--trim-text", options.trims_text, {{"true", true}, {"false", false}},
                  "Blanks around text are cut off");
  add_words<bool>(app, "--empty-clears", options.empty_text_clears, {{"true", true}, {"false", false}},
                  "Empty text is stored as null");
  add_words<bool>(app, "--emoji", options.emoji_refused, {{"accept", false}, {"refuse", true}},
                  "Characters beyond the BMP in text");
  add_words<LengthUnit>(app, "--length-unit", options.length_unit,
                        {{"utf16", LengthUnit::utf16}, {"codepoints", LengthUnit::code_points}},
                        "What the length of a text counts");
  add_words<bool>(app, "--layout-counts", options.layout_counts_always, {{"when-sent", false}, {"always", true}},
                  "Whether --mandatory fields are asked for also where a record names no Layout");
  add_words<bool>(app, "--external-counts", options.external_counts_as_unique, {{"true", true}, {"false", false}},
                  "External fields count towards a module's two unique ones");
  add_words<bool>(app, "--check-external", options.external_is_checked, {{"true", true}, {"false", false}},
                  "External fields may stand in duplicate_check_fields");
  add_words<bool>(app, "--deal-contact", options.deal_contact_must_match, {{"any", false}, {"of-account", true}},
                  "Which contacts a deal may have beside its account");
  add_words<bool>(app, "--deal-contact-role", options.deal_contact_has_role, {{"none", false}, {"entry", true}},
                  "Whether a deal's Contact_Name has an entry, without a role, among its contact roles");
  add_words<bool>(app, "--list-merged", options.merge_losers_are_listed, {{"true", true}, {"false", false}},
                  "Merged records stand in the deleted list and are told of");
  add_words<ParentDeleted>(
      app, "--parent-deleted", options.parent_deleted,
      {{"empties", ParentDeleted::empties},
       {"stays", ParentDeleted::stays},
       {"takes-deals", ParentDeleted::takes_deals}},
      "A deal whose account or contact is deleted: the field is empty, still names it, or the deal is deleted, too");
}

void add_doubts_of_tags(CLI::App& app, Options& options) {
  add_words<TagOnUpdate>(app, "--tag-on-update", options.tag_on_update,
                         {{"replace", TagOnUpdate::replace}, {"add", TagOnUpdate::add}}, "Tags in an update's body");
  add_words<SurplusTags>(app, "--surplus-tags", options.surplus_tags,
                         {{"refuse", SurplusTags::refuse}, {"skip", SurplusTags::skip}},
                         "add_tags beyond what a record may have: a refusal, or not_added_tags");
  add_words<bool>(app, "--unknown-tag", options.tags_made_by_name, {{"make", true}, {"refuse", false}},
                  "A tag name that the module does not have yet");
  add_words<bool>(app, "--tags-touch", options.tags_touch_record, {{"false", false}, {"true", true}},
                  "A change of tags moves Modified_Time and is told of");
  add_words<bool>(app, "--search-tags", options.tags_are_searched, {{"false", false}, {"true", true}},
                  "Search criteria and COQL find records by Tag");
  add_words<bool>(app, "--roles-per-credit", options.roles_cost_per_call, {{"10", false}, {"call", true}},
                  "Contact roles of a deal set for one credit");
  add_words<bool>(app, "--tags-per-credit", options.tags_cost_per_50, {{"10", false}, {"50", true}},
                  "Records tagged for one credit");
}

void add_doubts_of_limits(CLI::App& app, Options& options) {
  add_words<int>(app, "--live-tokens", options.live_tokens, {{"10", 10}, {"15", 15}},
                 "Access tokens that live at once; one more ends the oldest");
  add_words<bool>(app, "--credit-refusal", options.older_credit_refusal, {{"envelope", false}, {"older", true}},
                  "Shape of the 429 once the day's credits are spent");
  app.add_option("--max-ids-length", options.max_ids_characters, "Characters that `ids` of a GET may have")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str()
      ->group(k_group);
  app.add_option("--retry-after", options.retry_after_seconds, "Seconds in a Retry-After header with each 429; 0: none")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str()
      ->group(k_group);
}

}  // namespace

void add_doubts(CLI::App& app, Options& options) {
  add_doubts_of_writes(app, options);
  add_doubts_of_tags(app, options);
  add_doubts_of_limits(app, options);
}

}  // namespace zohosim
