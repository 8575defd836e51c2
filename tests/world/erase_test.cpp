// The right to be forgotten against the simulated Zoho: whatever happens on the way, nothing of the person is left.
#include <gtest/gtest.h>

#include <set>

#include "base/json.hpp"
#include "world/stories.hpp"

namespace zs::world {
namespace {

using engine::ErasureState;
using event::Kind;

constexpr const char* k_email = "ann@forgotten.example";

store::NewEvent ann_signs_up(const std::string& account = "") {
  const std::string more = account.empty() ? "" : R"(,"account":{"id":")" + account + R"("})";
  return event("evt-ann-1", "user.signed_up", 1,
               R"({"user":{"id":"usr_ann","email":")" + std::string(k_email) +
                   R"(","first_name":"Annabel","last_name":"Forgotten","phone":"+15550001","source":"website"})" +
                   more + "}");
}

store::NewEvent ann_pays(const std::string& more = "") {
  return event("evt-ann-2", "subscription.activated", 2,
               R"({"subscription":{"id":"sub_1","user_id":"usr_ann","plan":"pro","status":"active","amount":"49.00")" +
                   more + "}}");
}

store::NewEvent bob_signs_up(int second = 1) {
  return event("evt-bob-1", "user.signed_up", second,
               R"({"user":{"id":"usr_bob","email":"bob@kept.example","last_name":"Kept"},"account":{"id":"org_7"}})");
}

/// All that the CRM shows of live records, its recycle bin and its lists of deleted ones but for ids.
std::string everything(World& world) {
  std::string out;
  for (const char* module : {"Contacts", "Accounts", "Deals"}) {
    const std::string path = std::string("/crm/v8/") + module;
    out += world.ask("GET", path +
                                "?fields=Last_Name,First_Name,Email,Phone,Account_Name,Deal_Name,Contact_Name,"
                                "Platform_User_ID,Platform_Account_ID,Platform_Subscription_ID");
  }
  return out + world.ask("GET", "/crm/v8/settings/recycle_bin");
}

bool shows_ann(const std::string& text) {
  for (const char* trace : {k_email, "Annabel", "Forgotten", "+15550001", "usr_ann", "evt-ann"}) {
    if (text.contains(trace)) return true;
  }
  return false;
}

/// All rows of the store that could show her.
std::string rows(World& world) {
  const auto reader = *world.store().reader();
  std::string out;
  for (const Kind kind : {Kind::user, Kind::account, Kind::subscription}) {
    const store::EntityPage page = *reader->page(kind, "", 1'000);
    for (const store::Entity& one : page.entities) {
      out += one.key + " " + one.account_key + " " + one.user_key + " " + one.registers.encode() + " " +
             one.summary.encode() + " " + one.synced.encode();
      for (const std::string& flag : one.flags) out += " " + flag;
      const auto timeline = *reader->timeline(one.id, 1'000);
      for (const auto& entry : timeline) out += " " + entry.entry;
      if (const auto held = *reader->held(one.id)) out += " " + held->message + held->detail;
      out += "\n";
    }
  }
  const auto events = *reader->events_after(0, 1'000);
  for (const auto& one : events) out += one.source + one.id + one.data + "\n";
  return out;
}

ErasureState state_of(World& world, const std::string& user = "usr_ann") {
  const auto report = world.engine().erase(user);
  EXPECT_TRUE(report) << (report ? "" : report.error().text);
  return report ? report->state : ErasureState::held;
}

/// The insert is applied, and the daemon dies before its answer: nobody here knows the record's id.
void make_contact_of_unknown_id(World& world, const std::vector<store::NewEvent>& events) {
  bool was_made = false;
  world.before_apply = [&](const net::ClientRequest& request) {
    if (was_made || request.method != "POST" || !request.url.ends_with("/Contacts")) return;
    was_made = true;
    world.kill_at(World::Boundary::before_commit, 1);
  };
  world.deliver(events);
  while (!world.was_killed()) world.run_for(std::chrono::milliseconds{100});
  world.before_apply = nullptr;
  ASSERT_EQ(world.crm().contacts.size(), 1U);
  ASSERT_TRUE(world.entity(Kind::user, "usr_ann")->zoho_id.empty());
}

class Forgetting : public testing::Test {
 protected:
  void settle() { ASSERT_TRUE(world_.run_until_quiet(std::chrono::hours{2})); }
  void erase_and_settle() {
    ASSERT_NE(state_of(world_), ErasureState::held);
    settle();
    EXPECT_EQ(state_of(world_), ErasureState::erased);
    EXPECT_FALSE(shows_ann(everything(world_))) << everything(world_);
    EXPECT_FALSE(shows_ann(rows(world_))) << rows(world_);
  }
  std::string only_deal() {
    const auto deals = world_.crm().deals;
    EXPECT_EQ(deals.size(), 1U);
    return deals.empty() ? "" : world_.ask("GET", "/crm/v8/Deals/" + deals.front().zoho_id);
  }

  World world_{Settings{}};
};

TEST_F(Forgetting, TakesThePersonOutOfZohoAndOutOfTheStore) {
  world_.deliver({ann_signs_up(), ann_pays()});
  settle();
  ASSERT_TRUE(shows_ann(everything(world_)));
  erase_and_settle();
  EXPECT_TRUE(world_.crm().contacts.empty());
  EXPECT_TRUE(world_.crm().accounts.empty()) << "nobody else was in it";
  const std::string deal = only_deal();
  EXPECT_TRUE(deal.contains(R"("Deal_Name":"sub_1 - pro")")) << deal;
  EXPECT_TRUE(deal.contains(R"("Contact_Name":null)")) << deal;
  EXPECT_TRUE(deal.contains(R"("Account_Name":null)")) << deal;
  EXPECT_FALSE(world_.entity(Kind::user, "usr_ann"));
  EXPECT_FALSE(world_.entity(Kind::subscription, "sub_1"));
}

TEST_F(Forgetting, LateEventsOfThePersonAreRefusedAndRepetitionsHarmless) {
  world_.deliver({ann_signs_up(), ann_pays()});
  settle();
  erase_and_settle();
  world_.deliver(
      {event("evt-ann-3", "user.updated", 9, R"({"user":{"id":"usr_ann","first_name":"Annabel"}})"),
       event("evt-ann-4", "subscription.renewed", 9, R"({"subscription":{"id":"sub_1","user_id":"usr_ann"}})"),
       event("evt-ann-5", "account.updated", 9, R"({"account":{"id":"usr_ann","name":"Annabel"}})")});
  EXPECT_EQ(world_.turned_away(), 3U);
  world_.deliver({ann_signs_up(), ann_pays()});
  EXPECT_EQ(world_.turned_away(), 3U) << "known events are duplicates, not news";
  const std::size_t calls = world_.sent().size();
  settle();
  EXPECT_EQ(world_.sent().size(), calls);
  EXPECT_FALSE(shows_ann(everything(world_)));
}

TEST_F(Forgetting, AnAccountThatOthersAreInStaysWithItsDeals) {
  world_.deliver({ann_signs_up("org_7"), bob_signs_up(), ann_pays()});
  settle();
  erase_and_settle();
  const auto crm = world_.crm();
  ASSERT_EQ(crm.contacts.size(), 1U);
  ASSERT_EQ(crm.accounts.size(), 1U);
  EXPECT_EQ(crm.accounts.front().fields.at("Account_Name"), R"("Kept")") << "it is named for whom it has";
  const std::string deal = only_deal();
  EXPECT_TRUE(deal.contains(R"("Deal_Name":"Kept - pro")")) << deal;
  EXPECT_TRUE(deal.contains(crm.accounts.front().zoho_id)) << deal;
  EXPECT_TRUE(deal.contains(R"("Contact_Name":null)")) << deal;
  // The subscription lives on with its account.
  world_.deliver(
      {event("evt-7", "subscription.canceled", 20, R"({"subscription":{"id":"sub_1","account_id":"org_7"}})")});
  settle();
  EXPECT_TRUE(only_deal().contains("Closed Lost"));
}

TEST_F(Forgetting, TheNameThatAnAccountHadFromThePersonGoesAlsoWhenItWasNotYetCorrected) {
  world_.deliver({ann_signs_up("org_7"), ann_pays(R"(,"account_id":"org_7")"),
                  event("evt-8", "subscription.activated", 3,
                        R"({"subscription":{"id":"sub_2","account_id":"org_7","plan":"base","status":"active"}})")});
  settle();
  ASSERT_TRUE(everything(world_).contains(R"("Account_Name":"Annabel Forgotten")"));
  world_.deliver({bob_signs_up()});
  erase_and_settle();
  EXPECT_EQ(world_.crm().accounts.size(), 1U);
  EXPECT_EQ(world_.crm().deals.size(), 2U);
}

TEST_F(Forgetting, AnAccountOfTheirOwnThatTheyLeftGoesToo) {
  world_.deliver({ann_signs_up()});
  settle();
  world_.deliver(
      {bob_signs_up(), event("evt-ann-9", "user.updated", 5, R"({"user":{"id":"usr_ann","account_id":"org_7"}})")});
  settle();
  ASSERT_EQ(world_.crm().accounts.size(), 2U);
  erase_and_settle();
  EXPECT_EQ(world_.crm().accounts.size(), 1U);
}

TEST_F(Forgetting, EventsOfASubscriptionThatHasPassedToSomebodyElseGoTooAndTheSubscriptionStays) {
  world_.deliver({ann_signs_up("org_7"), bob_signs_up(), ann_pays()});
  settle();
  world_.deliver({event("evt-9", "subscription.updated", 9, R"({"subscription":{"id":"sub_1","user_id":"usr_bob"}})"),
                  event("evt-ann-old", "subscription.updated", 3,
                        R"({"subscription":{"id":"sub_1","user_id":"usr_ann","interval":"month"}})")});
  settle();
  erase_and_settle();
  EXPECT_TRUE(only_deal().contains(world_.crm().contacts.front().zoho_id)) << only_deal();
}

TEST_F(Forgetting, WhatAPersonDeletedInZohoIsPurgedAndWhatIsPurgedIsLeft) {
  world_.deliver({ann_signs_up()});
  settle();
  const auto crm = world_.crm();
  world_.ask("DELETE", "/crm/v8/Contacts?ids=" + crm.contacts.front().zoho_id);
  world_.ask("DELETE", "/crm/v8/Accounts?ids=" + crm.accounts.front().zoho_id);
  world_.ask("DELETE", "/crm/v8/settings/recycle_bin?ids=" + crm.accounts.front().zoho_id);
  ASSERT_TRUE(shows_ann(everything(world_))) << "the bin shows names";
  erase_and_settle();
}

TEST_F(Forgetting, AContactThatThePersonsWasMergedIntoGoesToo) {
  world_.deliver({ann_signs_up()});
  settle();
  const std::string first = world_.crm().contacts.front().zoho_id;
  // The survivor has another id and took over the platform's.
  world_.ask("DELETE", "/crm/v8/Contacts?ids=" + first);
  world_.ask("POST", "/crm/v8/Contacts",
             R"({"data":[{"Last_Name":"Forgotten","Platform_User_ID":"usr_ann"}],"trigger":[]})");
  ASSERT_EQ(world_.crm().contacts.size(), 1U);
  erase_and_settle();
  EXPECT_TRUE(world_.crm().contacts.empty());
}

TEST_F(Forgetting, SomebodyWhoIsOnTheWayIntoZohoIsFoundThereByThePlatformsId) {
  make_contact_of_unknown_id(world_, {ann_signs_up()});
  erase_and_settle();
  EXPECT_TRUE(world_.crm().contacts.empty());
}

TEST_F(Forgetting, SomebodyWhomNobodyToldOfIsRefusedFromNowOn) {
  EXPECT_EQ(state_of(world_), ErasureState::erasing);
  settle();
  EXPECT_EQ(state_of(world_), ErasureState::erased);
  world_.deliver({ann_signs_up()});
  EXPECT_EQ(world_.turned_away(), 1U);
  settle();
  EXPECT_TRUE(world_.crm().contacts.empty());
}

TEST_F(Forgetting, EventsAcceptedBeforeAndNotYetFoldedAreErasedAsWell) {
  world_.deliver({ann_signs_up(), ann_pays()});
  EXPECT_EQ(state_of(world_), ErasureState::erasing);
  settle();
  EXPECT_EQ(state_of(world_), ErasureState::erased);
  EXPECT_FALSE(shows_ann(rows(world_))) << rows(world_);
  EXPECT_FALSE(shows_ann(everything(world_)));
}

TEST_F(Forgetting, SomebodyWhoJoinsTheAccountMeanwhileFindsItMadeAnew) {
  world_.deliver({ann_signs_up("org_7"), ann_pays()});
  settle();
  bool has_joined = false;
  world_.before_apply = [&](const net::ClientRequest& request) {
    if (has_joined || request.method != "DELETE") return;
    has_joined = true;
    world_.deliver({bob_signs_up(30)});
  };
  erase_and_settle();
  ASSERT_TRUE(has_joined);
  const auto crm = world_.crm();
  ASSERT_EQ(crm.accounts.size(), 1U);
  ASSERT_EQ(crm.contacts.size(), 1U);
  EXPECT_EQ(crm.accounts.front().fields.at("Account_Name"), R"("Kept")");
  EXPECT_TRUE(
      world_.ask("GET", "/crm/v8/Contacts/" + crm.contacts.front().zoho_id).contains(crm.accounts.front().zoho_id));
  EXPECT_TRUE(only_deal().contains(crm.accounts.front().zoho_id)) << only_deal();
}

TEST_F(Forgetting, ARefusalIsHeldWithItsMendAndGoesOnOnceMended) {
  world_.deliver({ann_signs_up()});
  settle();
  world_.intercept = [](const net::ClientRequest& request) -> std::optional<net::ClientResponse> {
    if (!request.url.contains("recycle_bin")) return std::nullopt;
    return answered(401, "application/json",
                    R"({"code":"OAUTH_SCOPE_MISMATCH","details":{},"message":"invalid oauth scope","status":"error"})");
  };
  ASSERT_EQ(state_of(world_), ErasureState::erasing);
  world_.run_for(std::chrono::minutes{1});
  ASSERT_EQ(state_of(world_), ErasureState::held);
  const auto held = world_.held();
  ASSERT_EQ(held.size(), 1U);
  EXPECT_EQ(held.front().code, "OAUTH_SCOPE_MISMATCH");
  EXPECT_TRUE(held.front().message.contains("recycle bin")) << held.front().message;
  EXPECT_EQ(world_.engine().status().state, "ok") << "the others are not kept waiting";
  world_.intercept = nullptr;
  ASSERT_TRUE(world_.engine().retry_held(held.front().id));
  erase_and_settle();
  EXPECT_TRUE(world_.held().empty());
}

TEST_F(Forgetting, AHoldThatEndsByItselfIsNoticed) {
  world_.deliver({ann_signs_up()});
  settle();
  bool is_locked = true;
  world_.intercept = [&](const net::ClientRequest& request) -> std::optional<net::ClientResponse> {
    if (!is_locked || request.method != "DELETE" || !request.url.contains("/Contacts")) return std::nullopt;
    const std::string id = world_.entity(Kind::user, "usr_ann")->zoho_id;
    return answered(
        400, "application/json",
        R"({"data":[{"code":"RECORD_LOCKED","status":"error","message":"record is locked","details":{"id":")" + id +
            R"("}}]})");
  };
  ASSERT_EQ(state_of(world_), ErasureState::erasing);
  world_.run_for(std::chrono::minutes{1});
  ASSERT_EQ(state_of(world_), ErasureState::held);
  is_locked = false;
  world_.run_for(std::chrono::minutes{15});
  EXPECT_EQ(state_of(world_), ErasureState::erased);
  EXPECT_FALSE(shows_ann(everything(world_)));
}

TEST_F(Forgetting, NothingIsLostOfItWhileZohoIsAwayOrTheCreditsAreSpent) {
  world_.deliver({ann_signs_up()});
  settle();
  bool is_away = true;
  world_.intercept = [&](const net::ClientRequest&) -> std::optional<net::ClientResponse> {
    return is_away ? std::optional(broken(net::Exchange::not_sent)) : std::nullopt;
  };
  ASSERT_EQ(state_of(world_), ErasureState::erasing);
  world_.run_for(std::chrono::hours{30});
  EXPECT_EQ(state_of(world_), ErasureState::erasing);
  EXPECT_GT(world_.backlog().dirty, 0) << "it counts as waiting";
  world_.deliver({event("evt-ann-3", "user.updated", 9, R"({"user":{"id":"usr_ann","first_name":"A"}})")});
  EXPECT_EQ(world_.turned_away(), 1U) << "refused from the first moment";
  world_.crash();
  is_away = false;
  erase_and_settle();
}

TEST(ForgettingTheDeleted, UserDeletedErasesWhenConfiguredSo) {
  Settings settings;
  settings.tune = [](engine::Options& options) { options.erase_deleted_users = true; };
  World world(settings);
  world.deliver({ann_signs_up(), ann_pays(), bob_signs_up()});
  ASSERT_TRUE(world.run_until_quiet(std::chrono::hours{1}));
  world.deliver({event("evt-ann-3", "user.deleted", 9, R"({"user":{"id":"usr_ann"}})")});
  ASSERT_TRUE(world.run_until_quiet(std::chrono::hours{1}));
  EXPECT_FALSE(shows_ann(everything(world))) << everything(world);
  EXPECT_FALSE(shows_ann(rows(world))) << rows(world);
  EXPECT_EQ(world.crm().contacts.size(), 1U);
  world.deliver({event("evt-ann-3", "user.deleted", 9, R"({"user":{"id":"usr_ann"}})")});
  EXPECT_EQ(world.turned_away(), 0U) << "the deletion repeated is a repetition";
}

TEST(ForgettingTheDeleted, KeepIsTheDefault) {
  World world(Settings{});
  world.deliver({ann_signs_up(), event("evt-ann-3", "user.deleted", 9, R"({"user":{"id":"usr_ann"}})")});
  ASSERT_TRUE(world.run_until_quiet(std::chrono::hours{1}));
  EXPECT_EQ(world.crm().contacts.size(), 1U);
}

/// What must be true in the end, whatever happened on the way.
void expect_forgotten(World& world, const std::string& when) {
  world.calm();
  ASSERT_TRUE(world.run_until_quiet(std::chrono::hours{6})) << when;
  ASSERT_EQ(state_of(world), ErasureState::erased) << when;
  EXPECT_FALSE(shows_ann(everything(world))) << when << everything(world);
  EXPECT_FALSE(shows_ann(rows(world))) << when << rows(world);
  const auto crm = world.crm();
  EXPECT_EQ(crm.contacts.size(), 1U) << when << ": Bob stays";
  EXPECT_EQ(crm.accounts.size(), 1U) << when;
  EXPECT_LE(crm.deals.size(), 1U) << when << ": no twin";
}

TEST(ForgettingKilled, AtEveryCommitAndCallItIsTakenUpAgain) {
  using enum World::Boundary;
  for (const auto boundary : {before_commit, after_commit, call_not_sent, call_applied}) {
    bool was_killed = true;
    std::size_t kills = 0;
    for (std::size_t n = 1; was_killed; ++n) {
      Settings settings;
      settings.seed = n;
      World world(settings);
      world.deliver({ann_signs_up(), ann_pays(), bob_signs_up()});
      ASSERT_TRUE(world.run_until_quiet(std::chrono::hours{1}));
      ASSERT_EQ(state_of(world), ErasureState::erasing);
      world.kill_at(boundary, n);
      expect_forgotten(world, "killed at " + std::to_string(static_cast<int>(boundary)) + "." + std::to_string(n));
      if (testing::Test::HasFailure()) return;
      was_killed = world.was_killed();
      kills += was_killed ? 1U : 0U;
      ASSERT_LT(n, 200U);
    }
    const bool is_commit = boundary == before_commit || boundary == after_commit;
    EXPECT_GE(kills, is_commit ? 1U : 7U)
        << "what goes out: a deal, and delete, purge and two looks for each of two records";
  }
}

TEST(ForgettingKilled, ARecordThatWasOnlyFoundThereIsPurgedAlsoWhenItsDeletionWasTheLastThingDone) {
  // Once it is in the recycle bin, no query finds it: its id must have been kept.
  using enum World::Boundary;
  for (const auto boundary : {before_commit, after_commit, call_not_sent, call_applied}) {
    bool was_killed = true;
    for (std::size_t n = 1; was_killed; ++n) {
      Settings settings;
      settings.seed = n;
      World world(settings);
      make_contact_of_unknown_id(world, {ann_signs_up()});
      ASSERT_EQ(state_of(world), ErasureState::erasing);
      world.kill_at(boundary, n);
      ASSERT_TRUE(world.run_until_quiet(std::chrono::hours{6}));
      was_killed = world.was_killed();
      const std::string left = everything(world);
      ASSERT_FALSE(shows_ann(left)) << "killed at " << static_cast<int>(boundary) << "." << n << left;
    }
  }
}

TEST(ForgettingInBadWeather, SeedsEndWithoutATrace) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    Settings settings;
    settings.seed = seed;
    settings.weather = {.not_sent = 0.05,
                        .lost_before = 0.05,
                        .lost_answer = 0.1,
                        .server_error = 0.05,
                        .error_after = 0.05,
                        .throttled = 0.05,
                        .stale_token = 0.05,
                        .crash = 0.05};
    World world(settings);
    world.deliver({ann_signs_up(), ann_pays(), bob_signs_up()});
    // From before the first call to long after the last.
    world.run_for(std::chrono::milliseconds{world.random().below(20'000)});
    ASSERT_NE(state_of(world), ErasureState::held);
    world.deliver_over({event("evt-ann-3", "user.updated", 9, R"({"user":{"id":"usr_ann","first_name":"Annabel"}})"),
                        ann_signs_up(), ann_pays()},
                       std::chrono::seconds{30});
    world.run_for(std::chrono::seconds{60});
    expect_forgotten(world, "seed " + std::to_string(seed));
    if (testing::Test::HasFailure()) return;
    EXPECT_EQ(world.turned_away(), 1U);
  }
}

}  // namespace
}  // namespace zs::world
