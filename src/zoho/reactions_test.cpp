#include "zoho/reactions.hpp"

#include <gtest/gtest.h>

#include <array>

#include "zoho/token_reactions.hpp"
#include "zoho/wire.hpp"

namespace zs::zoho {
namespace {

using Outcome = Answer::Outcome;

/// One line of the catalogue as it arrives: on one record of an update, and as a refusal of the whole call.
struct Line {
  std::string_view code;
  std::string_view details;
  Verdict on_record;
  int status;
  Outcome on_call;
};

// zoho/crm-api.md 6.2, line by line.
constexpr std::array k_catalogue{
    Line{"INVALID_TOKEN", "{}", Verdict::retry, 401, Outcome::stale_token},
    Line{"AUTHENTICATION_FAILURE", "{}", Verdict::retry, 401, Outcome::stale_token},
    Line{"OAUTH_SCOPE_MISMATCH", "{}", Verdict::hold, 401, Outcome::not_allowed},
    Line{"INVALID_HOST", "{}", Verdict::hold, 400, Outcome::not_allowed},
    Line{"NO_PERMISSION", R"({"permissions":["Crm_Implied_Edit_Contacts"]})", Verdict::hold, 403, Outcome::not_allowed},
    Line{"AUTHORIZATION_FAILED", "{}", Verdict::hold, 400, Outcome::not_allowed},
    Line{"INVALID_URL_PATTERN", "{}", Verdict::hold, 404, Outcome::not_allowed},
    Line{"INVALID_REQUEST_METHOD", "{}", Verdict::hold, 400, Outcome::not_allowed},
    Line{"INVALID_MODULE", "{}", Verdict::hold, 400, Outcome::not_allowed},
    Line{"REQUIRED_PARAM_MISSING", R"({"param_name":"x"})", Verdict::hold, 400, Outcome::not_allowed},
    Line{"EXPECTED_FIELD_MISSING", R"({"param_name":"x"})", Verdict::hold, 400, Outcome::not_allowed},
    Line{"PATTERN_NOT_MATCHED", R"({"param_name":"x"})", Verdict::hold, 400, Outcome::not_allowed},
    Line{"INVALID_DATA", R"({"api_name":"id","id":"100","json_path":"$.data[0].id"})", Verdict::gone, 400,
         Outcome::refused},
    Line{"INVALID_DATA", R"({"api_name":"Account_Name","json_path":"$.data[0].Account_Name.id"})", Verdict::parent_gone,
         400, Outcome::refused},
    Line{"INVALID_DATA", R"({"api_name":"Title","maximum_length":100,"json_path":"$.data[0].Title"})", Verdict::mend,
         400, Outcome::refused},
    Line{"INVALID_DATA", R"({"api_name":"Email","expected_data_type":"email","json_path":"$.data[0].Email"})",
         Verdict::mend, 400, Outcome::refused},
    Line{"INVALID_DATA", R"({"api_name":"Title","supported_values":["A"],"json_path":"$.data[0].Title"})",
         Verdict::mend, 400, Outcome::refused},
    Line{"MANDATORY_NOT_FOUND", R"({"api_name":"Last_Name","json_path":"$.data[0].Last_Name"})", Verdict::hold, 400,
         Outcome::refused},
    Line{"DUPLICATE_DATA", R"({"api_name":"Email","id":"900","more_records":false})", Verdict::exists, 400,
         Outcome::refused},
    Line{"DUPLICATE_DATA", R"({"api_name":"Email","id":"900","more_records":true})", Verdict::hold, 400,
         Outcome::refused},
    Line{"DUPLICATE_DATA",
         R"({"api_name":"Email","duplicate_record":{"id":"900","module":{"api_name":"Leads","id":"1"}}})",
         Verdict::hold, 400, Outcome::refused},
    Line{"MAPPING_MISMATCH", R"({"mapped_field":"Pipeline","api_name":"Stage"})", Verdict::read_schema, 400,
         Outcome::refused},
    Line{"DEPENDENT_FIELD_MISSING", R"({"dependee":"x"})", Verdict::hold, 400, Outcome::refused},
    Line{"DEPENDENT_MISMATCH", R"({"dependee":"x","api_name":"Title"})", Verdict::hold, 400, Outcome::refused},
    Line{"DEPENDENT_SERVICE_ERROR", R"({"dependency_error":"PROCESSING_ERROR"})", Verdict::retry, 400,
         Outcome::refused},
    Line{"DEPENDENT_SERVICE_ERROR", R"({"dependency_error":"NO_PERMISSION"})", Verdict::hold, 400, Outcome::refused},
    Line{"DEPENDENT_SERVICE_ERROR", R"({"dependency_error":"LIMIT_EXCEEDED"})", Verdict::hold, 400, Outcome::refused},
    Line{"DEPENDENT_SERVICE_ERROR", R"({"dependency_error":"CANNOT_PROCESS"})", Verdict::hold, 400, Outcome::refused},
    Line{"NOT_ALLOWED", "{}", Verdict::hold, 403, Outcome::refused},
    Line{"RECORD_LOCKED", R"({"api_name":"Title","action":"record_locking"})", Verdict::hold_for_now, 400,
         Outcome::refused},
    Line{"NOT_APPROVED", R"({"id":"100"})", Verdict::hold_for_now, 400, Outcome::refused},
    Line{"NOT_REVIEWED", R"({"id":"100"})", Verdict::hold_for_now, 400, Outcome::refused},
    Line{"RECORD_IN_BLUEPRINT", R"({"api_name":"Stage"})", Verdict::hold_for_now, 400, Outcome::refused},
    Line{"CONVERTED_RECORD", R"({"id":"100"})", Verdict::gone, 400, Outcome::refused},
    Line{"DUPLICATE_LINKING_DATA", R"({"linking_fields":["a","b"],"id":"900"})", Verdict::exists, 400,
         Outcome::refused},
    Line{"ALREADY_MODIFIED", R"({"id":"100","Modified_Time":"2026-01-15T15:26:49+00:00"})", Verdict::reread, 412,
         Outcome::refused},
    Line{"LIMIT_EXCEEDED", R"({"maximum_length":100,"api_name":"data"})", Verdict::hold, 400, Outcome::refused},
    Line{"LICENSE_LIMIT_EXCEEDED", "{}", Verdict::hold, 400, Outcome::not_allowed},
    Line{"STORAGE_SPACE_EXCEEDED", "{}", Verdict::hold, 400, Outcome::not_allowed},
    Line{"FEATURE_NOT_SUPPORTED", "{}", Verdict::hold, 400, Outcome::not_allowed},
    Line{"NOT_SUPPORTED", "{}", Verdict::hold, 400, Outcome::not_allowed},
    Line{"API_NOT_SUPPORTED", "{}", Verdict::hold, 400, Outcome::not_allowed},
    Line{"UNABLE_TO_PARSE_DATA_TYPE", "{}", Verdict::hold, 400, Outcome::refused},
    Line{"TOO_MANY_REQUESTS", "{}", Verdict::retry, 429, Outcome::throttled},
    Line{"RATE_LIMIT_EXCEEDED", "{}", Verdict::retry, 429, Outcome::throttled},
    Line{"INTERNAL_ERROR", "{}", Verdict::retry, 500, Outcome::unknown},
    Line{"SERVICE_UNAVAILABLE", "{}", Verdict::retry, 503, Outcome::unknown},
    Line{"AMBIGUITY_DURING_PROCESSING", R"({"param_names":["a","b"]})", Verdict::hold, 400, Outcome::not_allowed},
    Line{"SOMETHING_NEW", "{}", Verdict::hold, 400, Outcome::refused},
    Line{"SOMETHING_NEW", "{}", Verdict::retry, 500, Outcome::unknown},
};

std::string body_of(const Line& line) {
  return R"({"code":")" + std::string(line.code) + R"(","status":"error","message":"m","details":)" +
         std::string(line.details) + "}";
}

Answer read(const Line& line, const std::string& body) {
  const Call call{1, Verb::update, Module::contacts, {{"100", {{"Title", "\"T\""}}, {}, ""}}, {}, {}};
  return from_answer(call, {line.status, "application/json", body});
}

TEST(Reactions, EveryCodeOfTheCatalogueHasItsVerdictOnARecord) {
  for (const Line& line : k_catalogue) {
    const Answer answer = read(line, R"({"data":[)" + body_of(line) + "]}");
    ASSERT_EQ(answer.outcome, Outcome::answered) << line.code;
    EXPECT_EQ(answer.items[0].verdict, line.on_record) << line.code << " " << line.details;
    EXPECT_EQ(answer.items[0].code, line.code);
  }
}

TEST(Reactions, EveryCodeOfTheCatalogueHasItsOutcomeForAWholeCall) {
  for (const Line& line : k_catalogue) {
    const Answer answer = read(line, body_of(line));
    EXPECT_EQ(answer.outcome, line.on_call) << line.code;
    EXPECT_EQ(answer.code, line.code);
    EXPECT_EQ(answer.items.size(), line.on_call == Outcome::refused ? 1U : 0U) << line.code;
  }
}

TEST(Reactions, ARefusalOfAWholeCallSaysWhatItMeansForTheOneRecordInIt) {
  const Line locked{"RECORD_LOCKED", "{}", Verdict::hold_for_now, 400, Outcome::refused};
  EXPECT_EQ(read(locked, body_of(locked)).items.at(0).verdict, Verdict::hold_for_now);
  // Without a word of a record, "invalid data" is no proof that one is gone.
  const Line vague{"INVALID_DATA", "{}", Verdict::hold, 400, Outcome::refused};
  EXPECT_EQ(read(vague, body_of(vague)).items.at(0).verdict, Verdict::hold);
}

TEST(Reactions, SayTheLengthThatAFieldTakes) {
  const Line line{"INVALID_DATA", R"({"api_name":"Title","maximum_length":40})", Verdict::mend, 400, Outcome::refused};
  const ItemAnswer one = read(line, R"({"data":[)" + body_of(line) + "]}").items.at(0);
  EXPECT_EQ(one.field, "Title");
  EXPECT_EQ(one.max_length, 40U);
}

TEST(Reactions, WhoAskedToBeLeftAloneIsHeldWhateverTheCode) {
  for (const std::string_view code : {"NOT_ALLOWED", "INVALID_DATA", "RECORD_LOCKED", "SOMETHING_NEW"}) {
    const std::string body =
        R"({"data":[{"code":")" + std::string(code) +
        R"(","status":"error","message":"record is in Stop Processing","details":{"api_name":"id","id":"100"}}]})";
    const ItemAnswer one = read({code, "{}", Verdict::hold, 400, Outcome::answered}, body).items.at(0);
    EXPECT_EQ(one.verdict, Verdict::hold) << code;
    EXPECT_EQ(one.code, "STOP_PROCESSING");
  }
}

TEST(Reactions, EachHasAMendAndOneOfTwoSides) {
  for (const Reaction& reaction : reactions()) EXPECT_GT(reaction.mend.size(), 10U) << reaction.code;
  EXPECT_EQ(side_of("DUPLICATE_DATA"), Side::data);
  EXPECT_EQ(side_of("MANDATORY_NOT_FOUND"), Side::org);
  EXPECT_EQ(side_of("SOMETHING_NEW"), Side::org) << "what we do not know is ours to look at";
  EXPECT_EQ(mend_of("SOMETHING_NEW", "Title").substr(0, 7), "Title: ");
}

TEST(Reactions, EveryRefusalOfTheTokenEndpointHasItsState) {
  // zoho/oauth-and-desk.md 1.4; most of them come as HTTP 200.
  EXPECT_EQ(token_state_of(200, "invalid_code", ""), TokenState::revoked);
  EXPECT_EQ(token_state_of(200, "invalid_grant", ""), TokenState::revoked);
  EXPECT_EQ(token_state_of(200, "invalid_client", ""), TokenState::misconfigured);
  EXPECT_EQ(token_state_of(200, "invalid_client_secret", ""), TokenState::misconfigured);
  EXPECT_EQ(token_state_of(200, "invalid_redirect_uri", ""), TokenState::misconfigured);
  EXPECT_EQ(token_state_of(400, "invalid_scope", ""), TokenState::misconfigured);
  EXPECT_EQ(token_state_of(200, "missing_org_info", ""), TokenState::misconfigured);
  EXPECT_EQ(token_state_of(400, "Access Denied", "You have made too many requests continuously."),
            TokenState::throttled);
  EXPECT_EQ(token_state_of(400, "Access Denied", "go away"), TokenState::misconfigured);
  EXPECT_EQ(token_state_of(200, "access_denied", ""), TokenState::throttled);
  EXPECT_EQ(token_state_of(200, "general_error", ""), TokenState::unreachable);
  EXPECT_EQ(token_state_of(200, "", ""), TokenState::unreachable);
  EXPECT_EQ(token_state_of(500, "something_new", ""), TokenState::unreachable);
  EXPECT_EQ(token_state_of(200, "something_new", ""), TokenState::misconfigured);
  for (const TokenReaction& reaction : token_reactions()) {
    const bool waits = reaction.state == TokenState::throttled || reaction.state == TokenState::unreachable;
    EXPECT_EQ(reaction.mend.empty(), waits) << reaction.error;
  }
}

}  // namespace
}  // namespace zs::zoho
