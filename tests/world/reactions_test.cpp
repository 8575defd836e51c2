// Every code of Zoho's catalogue (zoho/crm-api.md 6.2) through the whole system: said of one record of a batch, and of
// a whole request. Whoever else is in the batch is never delayed.
#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>

#include "world/stories.hpp"

namespace zs::world {
namespace {

using Intercepted = std::optional<net::ClientResponse>;

enum class End : std::uint8_t {
  written,       // by itself, as it was wanted
  mended,        // by itself, with a part of it cut or left out, and said so
  held,          // until somebody retries
  held_for_now,  // until it goes by itself
};

struct Said {
  std::string code;
  std::string details;
  End end = End::held;
  int times = 1;  // how often Zoho says so

  friend std::ostream& operator<<(std::ostream& out, const Said& said) { return out << said.code << said.details; }
};

/// Two people of one account, both of whose titles change at once; Zoho minds the first one's.
struct OneOfABatch : ::testing::TestWithParam<Said> {
  World world{Settings{}};

  void SetUp() override {
    world.deliver({signup("u1", "a@example.com"), signup("u2", "b@example.com", 2)});
    ASSERT_TRUE(world.run_until_quiet(1h));
    const Said& said = GetParam();
    std::string details = said.details;
    const auto put = [&](std::string_view mark, const std::string& text) {
      if (const std::size_t at = details.find(mark); at != std::string::npos) details.replace(at, mark.size(), text);
    };
    put("$other", id_of("u2"));
    put("$own", id_of("u1"));
    control(world, "faults",
            R"({"on":"update","module":"Contacts","effect":"record_error","field":"Title","value":"CTO","code":")" +
                said.code + R"(","message":"m","times":)" + std::to_string(said.times) + R"(,"details":)" + details +
                "}");
    world.deliver({event("e1", "user.updated", 9, R"({"user":{"id":"u1","title":"CTO"}})"),
                   event("e2", "user.updated", 9, R"({"user":{"id":"u2","title":"CEO"}})")});
    world.run_for(2s);
  }
  std::string id_of(const std::string& user) { return world.entity(event::Kind::user, user)->zoho_id; }
  bool has_title(const std::string& user, const std::string& title) {
    return record(world, "Contacts", id_of(user), "Title").contains("\"" + title + "\"");
  }
};

TEST_P(OneOfABatch, IsDealtWithAndDelaysNobody) {
  const Said& said = GetParam();
  EXPECT_TRUE(has_title("u2", "CEO")) << "two seconds later the other one is in Zoho";
  const bool is_held = said.end == End::held || said.end == End::held_for_now;
  if (!is_held) {
    ASSERT_TRUE(world.run_until_quiet(1h));
    EXPECT_TRUE(world.held().empty());
  }
  if (said.end == End::mended) {
    const auto flags = world.entity(event::Kind::user, "u1")->flags;
    EXPECT_TRUE(std::ranges::any_of(flags, [](const std::string& flag) { return flag.starts_with("Title "); }));
    EXPECT_FALSE(has_title("u1", "CTO"));
    return;
  }
  if (is_held) {
    world.run_for(1min);
    const auto held = world.held();
    ASSERT_EQ(held.size(), 1U);
    EXPECT_EQ(held[0].code, said.code);
    EXPECT_FALSE(held[0].mend.empty());
    EXPECT_EQ(held[0].retry_ms != 0, said.end == End::held_for_now);
    EXPECT_EQ(world.backlog().dirty, 0);
    if (said.end == End::held) {
      world.run_for(24h);
      ASSERT_EQ(world.held().size(), 1U) << "nothing is tried again without a person";
      ASSERT_TRUE(world.engine().retry_held(held[0].id));
    }
    world.run_for(10min);
    EXPECT_TRUE(world.held().empty());
  }
  EXPECT_TRUE(has_title("u1", "CTO"));
  EXPECT_EQ(faults(world), "");
}

INSTANTIATE_TEST_SUITE_P(
    Catalogue, OneOfABatch,
    ::testing::Values(
        Said{"INVALID_TOKEN", "{}", End::written}, Said{"AUTHENTICATION_FAILURE", "{}", End::written},
        Said{"OAUTH_SCOPE_MISMATCH", "{}"}, Said{"INVALID_HOST", "{}"},
        Said{"NO_PERMISSION", R"({"permissions":["Crm_Implied_Edit_Contacts"]})"}, Said{"AUTHORIZATION_FAILED", "{}"},
        Said{"INVALID_URL_PATTERN", "{}"}, Said{"INVALID_REQUEST_METHOD", "{}"}, Said{"INVALID_MODULE", "{}"},
        Said{"REQUIRED_PARAM_MISSING", R"({"param_name":"x"})"}, Said{"EXPECTED_FIELD_MISSING", "{}"},
        Said{"PATTERN_NOT_MATCHED", "{}"}, Said{"AMBIGUITY_DURING_PROCESSING", "{}"},
        Said{"INVALID_DATA", R"({"api_name":"id","id":"$own"})", End::written},
        Said{"INVALID_DATA", R"({"api_name":"Account_Name"})", End::written},
        Said{"INVALID_DATA", R"({"api_name":"Title","maximum_length":2})", End::mended},
        Said{"INVALID_DATA", R"({"api_name":"Title","expected_data_type":"text"})", End::mended},
        Said{"INVALID_DATA", R"({"api_name":"Title","supported_values":["CFO"]})", End::mended},
        Said{"MANDATORY_NOT_FOUND", R"({"api_name":"Department"})"},
        Said{"DUPLICATE_DATA", R"({"api_name":"Email","id":"$other","more_records":false})"},
        Said{"DUPLICATE_DATA", R"({"api_name":"Email","id":"$other","more_records":true})"},
        Said{"MULTIPLE_OR_MULTI_ERRORS", "{}"},
        Said{"MAPPING_MISMATCH", R"({"mapped_field":"Pipeline","api_name":"Stage"})", End::written},
        Said{"MAPPING_MISMATCH", R"({"mapped_field":"Pipeline","api_name":"Stage"})", End::held, 2},
        Said{"DEPENDENT_FIELD_MISSING", "{}"}, Said{"DEPENDENT_MISMATCH", R"({"api_name":"Title"})"},
        Said{"DEPENDENT_SERVICE_ERROR", R"({"dependency_error":"PROCESSING_ERROR"})", End::written},
        Said{"DEPENDENT_SERVICE_ERROR", R"({"dependency_error":"NO_PERMISSION"})"}, Said{"NOT_ALLOWED", "{}"},
        Said{"RECORD_LOCKED", R"({"action":"record_locking"})", End::held_for_now},
        Said{"NOT_APPROVED", R"({"id":"$own"})", End::held_for_now},
        Said{"NOT_REVIEWED", R"({"id":"$own"})", End::held_for_now},
        Said{"RECORD_IN_BLUEPRINT", R"({"api_name":"Title"})", End::held_for_now},
        Said{"CONVERTED_RECORD", R"({"id":"$own"})", End::written},
        Said{"DUPLICATE_LINKING_DATA", R"({"linking_fields":["a","b"],"id":"$other"})"},
        Said{"ALREADY_MODIFIED", R"({"id":"$own"})", End::written}, Said{"LIMIT_EXCEEDED", R"({"api_name":"Tag"})"},
        Said{"LICENSE_LIMIT_EXCEEDED", "{}"}, Said{"STORAGE_SPACE_EXCEEDED", "{}"}, Said{"FEATURE_NOT_SUPPORTED", "{}"},
        Said{"NOT_SUPPORTED", "{}"}, Said{"API_NOT_SUPPORTED", "{}"}, Said{"UNABLE_TO_PARSE_DATA_TYPE", "{}"},
        Said{"TOO_MANY_REQUESTS", "{}", End::written}, Said{"RATE_LIMIT_EXCEEDED", "{}", End::written},
        Said{"INTERNAL_ERROR", "{}", End::written}, Said{"SERVICE_UNAVAILABLE", "{}", End::written},
        Said{"SOMETHING_NEW", "{}"}));

struct OfACall {
  std::string code;
  int status = 400;
  bool pauses = false;  // stop and tell: nobody is held for what is everybody's trouble
  bool passes = false;  // by itself, once Zoho stops saying it

  friend std::ostream& operator<<(std::ostream& out, const OfACall& said) { return out << said.code; }
};

struct AWholeCall : ::testing::TestWithParam<OfACall> {};

TEST_P(AWholeCall, ThatIsRefusedHoldsOnlyWhomItIsAbout) {
  const OfACall& said = GetParam();
  World world{Settings{}};
  world.deliver({signup("u1", "a@example.com"), signup("u2", "b@example.com", 2)});
  ASSERT_TRUE(world.run_until_quiet(1h));
  int refusals = 0;
  world.intercept = [&](const net::ClientRequest& request) -> Intercepted {
    const bool passes_now = (said.passes || said.pauses) && refusals > 0;
    if (request.method != "PUT" || !request.body.contains("CTO") || passes_now) return std::nullopt;
    ++refusals;
    return answered(said.status, "application/json",
                    R"({"code":")" + said.code + R"(","status":"error","message":"m","details":{}})");
  };
  world.deliver({event("e1", "user.updated", 9, R"({"user":{"id":"u1","title":"CTO"}})"),
                 event("e2", "user.updated", 9, R"({"user":{"id":"u2","title":"CEO"}})")});
  world.run_for(1s);
  ASSERT_GT(refusals, 0);
  if (said.pauses) {
    EXPECT_EQ(world.engine().status().state, "misconfigured");
  }
  world.run_for(30min);
  EXPECT_EQ(world.engine().status().state, "ok");
  const bool holds = !said.passes && !said.pauses;
  ASSERT_EQ(world.held().size(), holds ? 1U : 0U);
  if (holds) {
    EXPECT_EQ(world.held()[0].id, world.entity(event::Kind::user, "u1")->id);
    EXPECT_EQ(world.held()[0].code, said.code);
    world.intercept = nullptr;
    ASSERT_TRUE(world.engine().retry_held(world.held()[0].id));
    world.run_for(30min);
  }
  EXPECT_EQ(faults(world), "");
}

INSTANTIATE_TEST_SUITE_P(
    Catalogue, AWholeCall,
    ::testing::Values(
        OfACall{"INVALID_TOKEN", 401, false, true}, OfACall{"AUTHENTICATION_FAILURE", 401, false, true},
        OfACall{"OAUTH_SCOPE_MISMATCH", 401, true, false}, OfACall{"INVALID_HOST", 400, true, false},
        OfACall{"NO_PERMISSION", 403, true, false}, OfACall{"AUTHORIZATION_FAILED", 400, true, false},
        OfACall{"INVALID_URL_PATTERN", 404, true, false}, OfACall{"INVALID_REQUEST_METHOD", 400, true, false},
        OfACall{"INVALID_MODULE", 400, true, false}, OfACall{"REQUIRED_PARAM_MISSING", 400, true, false},
        OfACall{"EXPECTED_FIELD_MISSING", 400, true, false}, OfACall{"PATTERN_NOT_MATCHED", 400, true, false},
        OfACall{"AMBIGUITY_DURING_PROCESSING", 400, true, false}, OfACall{"LICENSE_LIMIT_EXCEEDED", 400, true, false},
        OfACall{"STORAGE_SPACE_EXCEEDED", 400, true, false}, OfACall{"FEATURE_NOT_SUPPORTED", 400, true, false},
        OfACall{"NOT_SUPPORTED", 400, true, false}, OfACall{"API_NOT_SUPPORTED", 400, true, false},
        OfACall{"TOO_MANY_REQUESTS", 429, false, true}, OfACall{"RATE_LIMIT_EXCEEDED", 429, false, true},
        OfACall{"INTERNAL_ERROR", 500, false, true}, OfACall{"SERVICE_UNAVAILABLE", 503, false, true},
        OfACall{"SOMETHING_NEW", 500, false, true}, OfACall{"INVALID_DATA"}, OfACall{"MANDATORY_NOT_FOUND"},
        OfACall{"DUPLICATE_DATA"}, OfACall{"DEPENDENT_FIELD_MISSING"}, OfACall{"DEPENDENT_SERVICE_ERROR"},
        OfACall{"NOT_ALLOWED", 403}, OfACall{"LIMIT_EXCEEDED"}, OfACall{"UNABLE_TO_PARSE_DATA_TYPE"},
        OfACall{"SOMETHING_NEW"}));

TEST(Reactions, OneBadRecordOfAHundredIsFoundByHalvingAndTheOthersArrive) {
  World world{Settings{}};
  world.widen_window();
  world.intercept = [](const net::ClientRequest& request) -> Intercepted {
    if (request.method != "POST" || !request.url.ends_with("/Contacts") || !request.body.contains("p37@"))
      return std::nullopt;
    return answered(400, "application/json",
                    R"({"code":"INVALID_DATA","status":"error","message":"body","details":{}})");
  };
  std::vector<store::NewEvent> events;
  for (int i = 0; i < 100; ++i) {
    const std::string n = std::to_string(i);
    events.push_back(signup("u" + n, "p" + n + "@example.com", 1, "o" + n));
  }
  world.deliver(events);
  world.run_for(20s);
  ASSERT_EQ(world.held().size(), 1U);
  EXPECT_EQ(world.held()[0].id, world.entity(event::Kind::user, "u37")->id);
  EXPECT_EQ(world.backlog().dirty, 0);
  EXPECT_EQ(world.crm().contacts.size(), 99U);
}

TEST(Reactions, WhatNeverStopsFailingIsHeldAndGoesOnByItself) {
  World world{Settings{}};
  world.deliver({signup("u1", "a@example.com")});
  ASSERT_TRUE(world.run_until_quiet(1h));
  control(world, "faults",
          R"({"on":"update","module":"Contacts","effect":"record_error","field":"Title","value":"CTO","times":-1,)"
          R"("code":"INTERNAL_ERROR","message":"m"})");
  world.deliver({event("e1", "user.updated", 9, R"({"user":{"id":"u1","title":"CTO"}})")});
  ASSERT_TRUE(world.run_until_quiet(1h)) << "it does not stay in the backlog for ever";
  ASSERT_EQ(world.held().size(), 1U);
  EXPECT_EQ(world.held()[0].code, "INTERNAL_ERROR");
  zohosim::HttpRequest clear;
  clear.method = "DELETE";
  clear.path = "/control/faults";
  ASSERT_EQ(world.simulator().handle(clear).status, 200);
  world.run_for(1h);
  EXPECT_TRUE(world.held().empty());
  EXPECT_EQ(faults(world), "");
}

TEST(Reactions, WhoAskedInZohoToBeLeftAloneIsNeverTriedAgainByItself) {
  World world{Settings{}};
  world.deliver({signup("u1", "a@example.com")});
  ASSERT_TRUE(world.run_until_quiet(1h));
  control(world, "faults",
          R"({"on":"update","module":"Contacts","effect":"record_error","field":"Title","value":"CTO","times":-1,)"
          R"("code":"RECORD_LOCKED","message":"record is in stop processing"})");
  world.deliver({event("e1", "user.updated", 9, R"({"user":{"id":"u1","title":"CTO"}})")});
  ASSERT_TRUE(world.run_until_quiet(1h));
  ASSERT_EQ(world.held().size(), 1U);
  EXPECT_EQ(world.held()[0].code, "STOP_PROCESSING");
  EXPECT_EQ(world.held()[0].retry_ms, 0);
  const std::size_t updates = world.count_sent("PUT", "/Contacts");
  world.run_for(72h);
  EXPECT_EQ(world.count_sent("PUT", "/Contacts"), updates);
}

TEST(Reactions, ALengthThatZohoTellsIsKeptForEverybodyAndShownOnTheCustomer) {
  World world{Settings{}};
  world.deliver({signup("u1", "a@example.com"), signup("u2", "b@example.com", 2)});
  ASSERT_TRUE(world.run_until_quiet(1h));
  // Four characters outside the BMP are eight UTF-16 units.
  const std::string title = "\U0001F600\U0001F600\U0001F600\U0001F600";
  control(world, "faults",
          R"({"on":"update","module":"Contacts","effect":"record_error","field":"Title","value":")" + title +
              R"(","times":-1,"code":"INVALID_DATA","message":"m","details":{"api_name":"Title","maximum_length":5}})");
  world.deliver({event("e1", "user.updated", 9, R"({"user":{"id":"u1","title":")" + title + R"("}})")});
  ASSERT_TRUE(world.run_until_quiet(1h));
  const auto u1 = world.entity(event::Kind::user, "u1");
  EXPECT_TRUE(record(world, "Contacts", u1->zoho_id, "Title").contains("\"\U0001F600\U0001F600\""));
  EXPECT_EQ(u1->flags, (std::vector<std::string>{"Title clamped to 5 characters"}));
  const auto timeline = *(*world.store().reader())->timeline(u1->id, 100);
  EXPECT_TRUE(std::ranges::any_of(timeline, [](const store::TimelineEntry& one) {
    return one.entry.contains(R"("what":"mend")") && one.entry.contains("cut to 5 characters");
  }));
  // The next one is cut before it goes out.
  const std::size_t updates = world.count_sent("PUT", "/Contacts");
  world.deliver({event("e2", "user.updated", 10, R"({"user":{"id":"u2","title":"abcdefgh"}})")});
  ASSERT_TRUE(world.run_until_quiet(1h));
  EXPECT_EQ(world.count_sent("PUT", "/Contacts"), updates + 1);
  EXPECT_TRUE(record(world, "Contacts", world.entity(event::Kind::user, "u2")->zoho_id, "Title").contains("\"abcde\""));
}

}  // namespace
}  // namespace zs::world
