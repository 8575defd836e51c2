// What a plan says against what is then written: fields, tags, calls and credits.
#include <gtest/gtest.h>
#include <simdjson.h>

#include <algorithm>
#include <map>

#include "base/json.hpp"
#include "forecast/forecast.hpp"
#include "support/histories.hpp"
#include "world/roles_view.hpp"
#include "world/stories.hpp"
#include "zoho/metadata.hpp"
#include "zoho/wire.hpp"

namespace zs::world {
namespace {

using forecast::Copy;
using forecast::Forecast;
using forecast::Planned;

/// Look-ups straight at the simulator, as the command makes them.
class AskReads final : public forecast::Reads {
 public:
  explicit AskReads(World& world) : world_(world) {}

  Result<zoho::Answer> ask(const zoho::Call& call) override {
    const zoho::WireRequest request = zoho::to_request(call, world_.mapping());
    const std::string body = world_.ask(request.method, request.path, request.body);
    return zoho::from_answer(call, {body.empty() ? 204 : 200, "application/json", body});
  }
  Result<zoho::Org> describe() override {
    zoho::Org org;
    for (const plan::Module module : plan::k_modules) {
      const auto fields =
          zoho::read_fields(world_.ask("GET", "/crm/v8/settings/fields?module=" + std::string(plan::name_of(module))));
      if (!fields) return std::unexpected(fields.error());
      zoho::take_fields(org, module, *fields, "");
    }
    const auto about = zoho::read_org(world_.ask("GET", "/crm/v8/org"));
    if (!about) return std::unexpected(about.error());
    zoho::take_org(org, *about);
    if (world_.mapping().roles.enabled) {
      const auto roles = zoho::read_contact_roles(world_.ask("GET", "/crm/v8/Contacts/roles"));
      if (!roles) return std::unexpected(roles.error());
      org.schema.roles = *roles;
    }
    return org;
  }

 private:
  World& world_;
};

struct Written {
  plan::Fields fields;
  plan::Tags add;
  plan::Tags remove;
  bool operator==(const Written&) const = default;
};
using AllWritten = std::map<std::string, Written>;  // by "Contacts u1"

std::string show(const AllWritten& all) {
  std::string out;
  for (const auto& [whose, one] : all) {
    out += whose + "\n";
    for (const auto& [field, value] : one.fields) out += "    " + field + " = " + value + "\n";
    for (const std::string& tag : one.add) out += "    + " + tag + "\n";
    for (const std::string& tag : one.remove) out += "    - " + tag + "\n";
  }
  return out;
}

struct PlanThenRun : ::testing::Test {
  explicit PlanThenRun(Settings how = settings()) : world(std::move(how)) {}
  World world;
  std::size_t sent_before = 0;
  std::int64_t credits_before = 0;

  static Settings settings() {
    Settings out;
    out.round_trip = std::chrono::milliseconds{100};
    out.tune = [](engine::Options& options) {
      options.fold_batch = 5'000;
      options.window = 5'000;
    };
    return out;
  }
  void settle() { ASSERT_TRUE(world.run_until_quiet(std::chrono::hours{1})) << world.engine().status().state; }

  Forecast plan(const std::vector<store::NewEvent>& imported = {}, const std::vector<std::string>& users = {},
                bool online = true) {
    const auto reader = world.store().reader();
    auto copy = Copy::of(**reader, users);
    EXPECT_TRUE(copy);
    if (imported.empty()) {
      EXPECT_TRUE((*copy)->take_backlog());
    }
    EXPECT_TRUE((*copy)->take_unfolded());
    EXPECT_TRUE((*copy)->take_events(imported, to_millis(world.clock().now())));
    AskReads reads(world);
    engine::Options options;
    options.mapping = world.mapping();
    auto made = forecast::forecast(**copy, online ? &reads : nullptr, options, world.clock().now());
    EXPECT_TRUE(made) << made.error().text;
    sent_before = world.sent().size();
    credits_before = world.credits_by_daemon();
    return made ? std::move(*made) : Forecast{};
  }

  std::string key_of(plan::Module module, const std::string& zoho_id) {
    const auto entity = *(*world.store().reader())->find_by_zoho_id(plan::kind_of(module), zoho_id);
    return std::string(plan::name_of(module)) + " " + (entity ? entity->key : "? " + zoho_id);
  }
  /// All that was sent since the plan, by record.
  AllWritten written() {
    AllWritten out;
    simdjson::dom::parser parser;
    for (std::size_t i = sent_before; i < world.sent().size(); ++i) {
      const World::Sent& one = world.sent()[i];
      if (one.method == "GET" || one.path.contains("/coql") || one.path.contains("/Contact_Roles")) continue;
      const simdjson::dom::element body = parser.parse(one.body);
      for (const plan::Module module : plan::k_modules) {
        if (!one.path.starts_with("/crm/v8/" + std::string(plan::name_of(module)))) continue;
        if (one.path.contains("/actions/")) {
          for (const std::string_view id : simdjson::dom::array(body["ids"])) {
            Written& record = out[key_of(module, std::string(id))];
            for (const simdjson::dom::element tag : simdjson::dom::array(body["tags"]))
              (one.path.contains("add_tags") ? record.add : record.remove).emplace(std::string_view(tag["name"]));
          }
          continue;
        }
        for (const simdjson::dom::object item : simdjson::dom::array(body["data"])) {
          std::string_view id;
          std::string whose;
          if (item["id"].get(id) == simdjson::SUCCESS) {
            whose = key_of(module, std::string(id));
          } else {
            const std::string& external = world.mapping().external_id[static_cast<std::size_t>(module)];
            whose = std::string(plan::name_of(module)) + " " + std::string(std::string_view(item[external]));
          }
          for (const auto& [name, value] : item) {
            if (name == "Tag") {
              for (const simdjson::dom::element tag : simdjson::dom::array(value))
                out[whose].add.emplace(std::string_view(tag["name"]));
            } else if (name != "id") {
              out[whose].fields[std::string(name)] = simdjson::minify(value);
            }
          }
        }
      }
    }
    return out;
  }
  /// The same as it was planned; records that were new have their ids by now.
  AllWritten planned(const Forecast& forecast) {
    AllWritten out;
    for (const Planned& record : forecast.records) {
      if (record.fields.empty() && record.add.empty() && record.remove.empty()) continue;  // nothing but roles
      Written& one = out[std::string(plan::name_of(record.module)) + " " + record.key];
      one.add = record.add;
      one.remove = record.remove;
      for (const auto& [field, value] : record.fields) {
        std::string now = value;
        for (const plan::Module module : {plan::Module::accounts, plan::Module::contacts}) {
          // {"id":"new:Accounts:org_7"}
          constexpr std::size_t k_before = 6;
          const std::string mark = forecast::new_record(module, "");
          const std::string id =
              value.starts_with("{\"id\":") ? json_unquoted(value.substr(k_before, value.size() - k_before - 1)) : "";
          if (!id.starts_with(mark)) continue;
          const std::string key = id.substr(mark.size());
          const auto entity = world.entity(plan::kind_of(module), key);
          now = "{\"id\":" + json_quoted(entity ? entity->zoho_id : "? " + key) + "}";
        }
        one.fields[field] = now;
      }
    }
    return out;
  }
  void expect_as_planned(const Forecast& forecast) {
    settle();
    EXPECT_EQ(show(planned(forecast)), show(written()));
    // What the daemon asks for by itself, now and then: how the org is, what its calls cost, what people deleted.
    std::int64_t calls = 0;
    std::int64_t looks = 0;  // credits of these
    for (std::size_t i = sent_before; i < world.sent().size(); ++i) {
      const std::string& path = world.sent()[i].path;
      const bool is_deleted_list = path.contains("/deleted?");
      const bool is_look = path.contains("/settings/fields") || path.ends_with("/org") || path.contains("__apis") ||
                           path.ends_with("/Contacts/roles");
      if (is_deleted_list || is_look) {
        looks += is_deleted_list ? 2 : 1;
      } else {
        ++calls;
      }
    }
    EXPECT_EQ(forecast.total_calls, calls);
    EXPECT_EQ(forecast.total_credits, world.credits_by_daemon() - credits_before - looks) << "by the simulator's count";
  }
};

TEST_F(PlanThenRun, NewCustomersAreWrittenAsPlanned) {
  SeededRandom random(7);
  world.deliver(test::make_history(random, {30, true}));
  const Forecast forecast = plan();
  EXPECT_GT(forecast.records.size(), 60U);
  expect_as_planned(forecast);
  EXPECT_EQ(faults(world), "");
}

TEST_F(PlanThenRun, ChangesOfThoseThatAreThereAreWrittenAsPlanned) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    SeededRandom random(seed);
    const auto history = test::make_history(random, {25, true});
    const auto half = history.begin() + static_cast<std::ptrdiff_t>(history.size() / 2);
    std::vector<store::NewEvent> first(history.begin(), half);
    std::vector<store::NewEvent> second(half, history.end());
    for (auto* part : {&first, &second}) {
      for (store::NewEvent& event : *part) event.id += "-" + std::to_string(seed);
    }
    world.deliver(first);
    settle();
    world.deliver(second);
    const Forecast forecast = plan();
    expect_as_planned(forecast);
  }
}

TEST_F(PlanThenRun, AnImportIsWrittenAsPlanned) {
  world.deliver({signup("there", "there@example.com")});
  settle();
  SeededRandom random(9);
  auto history = test::make_history(random, {30, true});
  for (store::NewEvent& event : history) event.lane = store::Lane::backfill;
  const Forecast forecast = plan(history);
  world.deliver(history);
  expect_as_planned(forecast);
}

TEST_F(PlanThenRun, PeopleAreLookedUpAndTheirRecordsAdoptedAsPlanned) {
  world.ask(
      "POST", "/crm/v8/Contacts",
      R"({"data":[{"Last_Name":"By Hand","Email":"ann@example.com","Tag":[{"name":"lifecycle-churned"}]}],"trigger":[]})");
  world.deliver({signup("u1", "ann@example.com"), signup("u2", "bo@example.com", 2)});
  const Forecast forecast = plan();
  EXPECT_TRUE(forecast.looked_up);
  const auto adopted = std::ranges::find(forecast.records, "u1", &Planned::key);
  ASSERT_NE(adopted, forecast.records.end());
  EXPECT_TRUE(adopted->is_adopted);
  EXPECT_EQ(adopted->was.at("Last_Name"), "\"By Hand\"");
  EXPECT_EQ(adopted->remove, (plan::Tags{"lifecycle-churned"}));
  expect_as_planned(forecast);
}

TEST_F(PlanThenRun, WhatWouldBeHeldIsSaid) {
  for (int i = 0; i < 2; ++i)
    world.ask("POST", "/crm/v8/Contacts", R"({"data":[{"Last_Name":"Twin","Email":"ann@example.com"}],"trigger":[]})");
  world.deliver({signup("u1", "ann@example.com")});
  const Forecast forecast = plan();
  ASSERT_EQ(forecast.held.size(), 1U);
  EXPECT_EQ(forecast.held[0].key, "u1");
  EXPECT_EQ(forecast.held[0].held.code, "AMBIGUOUS_CONTACT");
  expect_as_planned(forecast);
  EXPECT_EQ(world.held().size(), 1U);
}

struct PlanThenRunWithRoles : PlanThenRun {
  static Settings with_roles() {
    Settings out = settings();
    out.roles = roles_on();
    return out;
  }
  PlanThenRunWithRoles() : PlanThenRun(with_roles()) {}

  /// By user, as planned for the one Deal; an empty role takes it away.
  std::map<std::string, std::string> planned_roles(const Forecast& forecast) {
    const auto deal = std::ranges::find(forecast.records, plan::Module::deals, &Planned::module);
    if (deal == forecast.records.end()) return {};
    const std::string mark = forecast::new_record(plan::Module::contacts, "");
    const auto user = [&](const std::string& contact) {
      if (contact.starts_with(mark)) return contact.substr(mark.size());
      const auto entity = *(*world.store().reader())->find_by_zoho_id(event::Kind::user, contact);
      return entity ? entity->key : "? " + contact;
    };
    std::map<std::string, std::string> out;
    for (const auto& [contact, role] : deal->roles) out[user(contact)] = role;
    for (const std::string& contact : deal->roles_gone) out[user(contact)] = "";
    return out;
  }
  std::map<std::string, std::string> roles_there() {
    std::map<std::string, std::string> out;
    for (const auto& [contact, shown] : roles_of(world, world.entity(event::Kind::subscription, "s")->zoho_id))
      out[(*(*world.store().reader())->find_by_zoho_id(event::Kind::user, contact))->key] = shown.role;
    return out;
  }
};

TEST_F(PlanThenRunWithRoles, RolesAreGivenAndTakenAsPlannedAndForThePlannedPrice) {
  world.deliver({signup("u1", "ann@example.com", 1), signup("u2", "bo@example.com", 2),
                 signup("u3", "cy@example.com", 3),
                 event("s1", "subscription.activated", 5,
                       R"({"subscription":{"id":"s","user_id":"u1","account_id":"org","plan":"pro","amount":"10"}})")});
  const Forecast first = plan();
  const std::map<std::string, std::string> all{
      {"u1", std::string(k_primary)}, {"u2", std::string(k_other)}, {"u3", std::string(k_other)}};
  EXPECT_EQ(planned_roles(first), all);
  expect_as_planned(first);
  EXPECT_EQ(roles_there(), all);
  EXPECT_EQ(world.count_sent("GET", "/Contact_Roles"), 0U) << "a Deal that was made just now has none";

  world.deliver({event("e9", "user.updated", 9, R"({"user":{"id":"u2","account_id":"elsewhere"}})")});
  const Forecast second = plan();
  EXPECT_EQ(planned_roles(second), (std::map<std::string, std::string>{{"u2", ""}}));
  EXPECT_TRUE(forecast::forecast_json(second).contains("\"contact_roles\":{"));
  expect_as_planned(second);
  EXPECT_EQ(roles_there(),
            (std::map<std::string, std::string>{{"u1", std::string(k_primary)}, {"u3", std::string(k_other)}}));
}

TEST_F(PlanThenRun, NothingIsWrittenByLookingAtIt) {
  world.deliver({signup("u1", "ann@example.com")});
  settle();
  world.deliver({event("e2", "user.updated", 9, R"({"user":{"id":"u1","title":"CTO"}})")});
  const auto before = world.entity(event::Kind::user, "u1");
  const Forecast forecast = plan({signup("u2", "bo@example.com", 3)});
  EXPECT_FALSE(forecast.records.empty());
  EXPECT_EQ(world.crm().contacts.size(), 1U);
  EXPECT_EQ((*world.store().reader())->last_seq(), 2);
  EXPECT_FALSE(world.entity(event::Kind::user, "u2"));
  EXPECT_EQ(world.entity(event::Kind::user, "u1")->synced, before->synced);
}

TEST_F(PlanThenRun, OnlyWhoIsNamedIsInIt) {
  world.deliver({signup("u1", "ann@example.com", 1, "one"), signup("u2", "bo@example.com", 2, "two"),
                 event("s1", "subscription.activated", 5,
                       R"({"subscription":{"id":"s","user_id":"u1","plan":"pro","amount":"10"}})")});
  std::vector<std::string> keys;
  for (const Planned& record : plan({}, {"u1"}).records) keys.push_back(record.key);
  EXPECT_EQ(keys, (std::vector<std::string>{"one", "u1", "s"}));
}

TEST_F(PlanThenRun, WithoutAskingZohoEverybodyCountsAsNew) {
  world.ask("POST", "/crm/v8/Contacts", R"({"data":[{"Last_Name":"By Hand","Email":"ann@example.com"}],"trigger":[]})");
  world.deliver({signup("u1", "ann@example.com")});
  const Forecast forecast = plan({}, {}, false);
  EXPECT_FALSE(forecast.looked_up);
  EXPECT_EQ(forecast.spent_credits, 0);
  EXPECT_EQ(forecast.records.size(), 2U);
  EXPECT_TRUE(forecast.records[1].zoho_id.empty());
}

TEST_F(PlanThenRun, AKnownEventWithOtherContentCountsForNothing) {
  world.deliver({signup("u1", "ann@example.com")});
  settle();
  store::NewEvent other = signup("u1", "other@example.com");
  EXPECT_TRUE(plan({other}).records.empty());
}

TEST_F(PlanThenRun, TheDaysCreditsDoNotEndAPlan) {
  SeededRandom random(7);
  world.deliver(test::make_history(random, {30, true}));
  const std::size_t ample = plan().records.size();
  const auto reader = world.store().reader();
  const auto copy = Copy::of(**reader, {});
  ASSERT_TRUE((*copy)->take_unfolded());
  engine::Options options;
  options.mapping = world.mapping();
  options.daily_credits = 15;
  AskReads reads(world);
  const auto tight = forecast::forecast(**copy, &reads, options, world.clock().now());
  ASSERT_TRUE(tight) << tight.error().text;
  EXPECT_EQ(tight->records.size(), ample) << "days later it is all written";
}

TEST(Plan, AnOrgThatIsNotSetUpIsSaidAtOnce) {
  Settings settings;
  settings.send_external_id = false;
  World world(settings);
  world.deliver({signup("u1", "ann@example.com")});
  const auto reader = world.store().reader();
  const auto copy = Copy::of(**reader, {});
  ASSERT_TRUE((*copy)->take_unfolded());
  engine::Options options;
  options.mapping = world.mapping();
  AskReads reads(world);
  const auto made = forecast::forecast(**copy, &reads, options, world.clock().now());
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, Errc::invalid);
  EXPECT_TRUE(made.error().text.contains("setup --apply")) << made.error().text;
}

}  // namespace
}  // namespace zs::world
