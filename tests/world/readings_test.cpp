// Zoho's documents can be read in more than one way where they are silent. The whole system ends in the state that
// the facts say under each reading that could matter to it, over a bad network and with people at work beside it.
#include <gtest/gtest.h>
#include <simdjson.h>

#include "support/histories.hpp"
#include "world/stories.hpp"

namespace zs::world {
namespace {

struct Reading {
  const char* name;
  void (*turn)(zohosim::Options& org);
};

void PrintTo(const Reading& reading, std::ostream* out) { *out << reading.name; }

constexpr Reading k_readings[] = {
    {"MixedWritesAnswer200", [](zohosim::Options& org) { org.mixed_is_207 = false; }},
    {"AnUnknownParentIsReportedOnItsId",
     [](zohosim::Options& org) { org.lookup_error = zohosim::LookupError::names_id; }},
    {"TagsInAnUpdateAdd", [](zohosim::Options& org) { org.tag_on_update = zohosim::TagOnUpdate::add; }},
    {"TagsTouchTheRecord", [](zohosim::Options& org) { org.tags_touch_record = true; }},
    {"SurplusTagsAreSkipped", [](zohosim::Options& org) { org.surplus_tags = zohosim::SurplusTags::skip; }},
    {"UnknownTagNamesAreRefused", [](zohosim::Options& org) { org.tags_made_by_name = false; }},
    {"TaggingFiftyCostsOneCredit", [](zohosim::Options& org) { org.tags_cost_per_50 = true; }},
    {"TextIsKeptAsItIs",
     [](zohosim::Options& org) {
       org.trims_text = false;
       org.empty_text_clears = false;
     }},
    {"LengthsCountCodePoints", [](zohosim::Options& org) { org.length_unit = zohosim::LengthUnit::code_points; }},
    {"UnlistedValuesAreTaken", [](zohosim::Options& org) { org.unlisted_pick = zohosim::UnlistedPick::accept; }},
    {"UnlistedValuesAreDropped", [](zohosim::Options& org) { org.unlisted_pick = zohosim::UnlistedPick::drop; }},
    {"ClosingDatesAreMandatory",
     [](zohosim::Options& org) {
       org.layout_mandatory = {"Deals.Closing_Date"};
       org.layout_counts_always = true;
     }},
    {"MergedRecordsAreNotListed", [](zohosim::Options& org) { org.merge_losers_are_listed = false; }},
    {"ThrottledCallsSayWhenToComeBack",
     [](zohosim::Options& org) {
       org.retry_after_seconds = 2;
       org.concurrency = 3;
     }},
    {"SpentCreditsAnswerInTheOlderShape",
     [](zohosim::Options& org) {
       org.older_credit_refusal = true;
       org.daily_credits = 60;
     }},
    {"FifteenAccessTokensLive", [](zohosim::Options& org) { org.live_tokens = 15; }},
    {"TheUserLivesElsewhere", [](zohosim::Options& org) { org.utc_offset_minutes = 330; }},
    {"TheSearchIndexLagsAnHour", [](zohosim::Options& org) { org.search_lag = std::chrono::hours{1}; }},
    {"AllAtOnce",
     [](zohosim::Options& org) {
       org.mixed_is_207 = false;
       org.lookup_error = zohosim::LookupError::names_id;
       org.tag_on_update = zohosim::TagOnUpdate::add;
       org.tags_touch_record = true;
       org.surplus_tags = zohosim::SurplusTags::skip;
       org.trims_text = false;
       org.empty_text_clears = false;
       org.utc_offset_minutes = -210;
     }},
};

class Readings : public ::testing::TestWithParam<Reading> {};

/// On every Contact that is there a person leaves a note and a tag.
std::vector<std::string> people_work(World& world) {
  // Not by the API: what people see and do costs none of its credits.
  std::vector<std::string> touched;
  simdjson::dom::parser parser;
  const std::string contacts = world.ask("GET", "/control/records?module=Contacts&limit=1000");
  for (const auto record : parser.parse(contacts)["records"]) {
    touched.emplace_back(std::string_view(record["id"]));
    world.ask("POST", "/control/records/Contacts/" + touched.back(),
              R"({"fields":{"Description":"by hand"},"add_tags":["VIP"]})");
  }
  return touched;
}

/// As `zohosync setup --apply` leaves an org.
void make_tags(World& world) {
  for (const char* module : {"Contacts", "Accounts", "Deals"}) {
    world.ask("POST", std::string("/crm/v8/settings/tags?module=") + module,
              R"({"tags":[{"name":"lifecycle-trial"},{"name":"lifecycle-active"},{"name":"lifecycle-churned"},
                          {"name":"plan-base"},{"name":"plan-plus"},{"name":"plan-pro"},{"name":"source-website"},
                          {"name":"source-whatsapp"},{"name":"source-referral"},{"name":"compliance-gdpr"},
                          {"name":"compliance-ccpa"}]})");
  }
}

TEST_P(Readings, EndInTheStateThatTheFactsSay) {
  std::size_t touched_ever = 0;
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Settings settings;
    settings.seed = seed;
    GetParam().turn(settings.org);
    settings.weather.lost_answer = settings.weather.lost_before = 0.02;
    settings.weather.server_error = settings.weather.throttled = settings.weather.stale_token = 0.02;
    World world(settings);
    make_tags(world);
    SeededRandom random(seed * 104'729);
    world.deliver_over(test::disturb(test::make_history(random, {12, true}), random), std::chrono::seconds{60});
    world.run_for(std::chrono::seconds{20});
    const std::vector<std::string> touched = people_work(world);
    world.run_for(std::chrono::seconds{120});
    world.calm();
    ASSERT_TRUE(world.run_until_quiet(std::chrono::hours{60})) << world.engine().status().last_error;
    world.run_for(std::chrono::hours{24});  // to look at it all takes credits, too
    EXPECT_EQ(faults(world), "");
    for (const auto& held : world.held()) EXPECT_EQ(held.code, "PARENT_MISSING") << held.field << " " << held.message;
    touched_ever += touched.size();
    for (const std::string& id : touched) {
      const std::string body = world.ask("GET", "/crm/v8/Contacts/" + id + "?fields=Description,Tag");
      EXPECT_TRUE(body.contains("by hand") && body.contains("VIP")) << body;
    }
  }
  EXPECT_GT(touched_ever, 0U);
}

INSTANTIATE_TEST_SUITE_P(Org, Readings, ::testing::ValuesIn(k_readings),
                         [](const auto& reading) { return std::string(reading.param.name); });

}  // namespace
}  // namespace zs::world
