// Zoho Desk as oauth-and-desk.md 3 has it.
#include <gtest/gtest.h>

#include "core/testing.hpp"

namespace zohosim {
namespace {

using namespace std::chrono_literals;

class DeskTest : public ZohoTest {
 protected:
  DeskTest() { restart({}); }

  void restart(Options options) {
    start(std::move(options));
    org_ = ask("GET", "/api/v1/organizations").at("data.0.id");
    department_ = get_desk("/api/v1/departments").at("data.0.id");
  }

  /// Without the header that names the portal.
  Answer ask(std::string method, std::string_view target, std::string body = {}) {
    return send(std::move(method), target, std::move(body));
  }
  Answer get_desk(std::string_view target) { return send("GET", target, {}, {{"orgid", org_}}); }
  Answer post_desk(std::string_view target, std::string body) {
    return send("POST", target, std::move(body), {{"orgid", org_}});
  }
  std::string ticket_body(const std::string& more) const {
    return R"({"departmentId":")" + department_ +
           R"(","subject":"Help","contact":{"lastName":"Ito","email":"ito@acme.example"})" + more + "}";
  }
  Answer ticket(const std::string& more = "") { return post_desk("/api/v1/tickets", ticket_body(more)); }
  /// Tokens do not live so long.
  void pass(std::chrono::milliseconds time) {
    zoho_->advance(time);
    token_ = mint();
  }

  std::string org_;
  std::string department_;
};

TEST_F(DeskTest, OrganizationsAreFoundWithoutNamingOne) {
  EXPECT_EQ(ask("GET", "/api/v1/organizations").status, 200);
  EXPECT_EQ(ask("GET", "/api/v1/departments").at("errorCode"), "OAUTH_ORG_MISMATCH");
  const Answer wrong = send("GET", "/api/v1/departments", {}, {{"orgid", "1"}});
  EXPECT_EQ(wrong.status, 403);
  EXPECT_EQ(wrong.at("errorCode"), "OAUTH_ORG_MISMATCH");
  EXPECT_EQ(send("GET", "/api/v1/departments", {}, {{"orgid", "mine"}}).status, 500) << "an opaque one";
}

TEST_F(DeskTest, RefusesTokensWithDesksOwnCodes) {
  token_.clear();
  EXPECT_EQ(get_desk("/api/v1/departments").at("errorCode"), "UNAUTHORIZED");
  token_ = "1000.fake";
  EXPECT_EQ(get_desk("/api/v1/departments").at("errorCode"), "INVALID_OAUTH");
  Options options;
  options.scopes = {"ZohoCRM.modules.ALL", "Desk.basic.READ"};
  restart(std::move(options));
  const Answer refused = ticket();
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(refused.at("errorCode"), "SCOPE_MISMATCH");
}

TEST_F(DeskTest, MakesATicketForAContactItFindsOrMakes) {
  const Answer made = ticket(R"(,"priority":"High","cf":{"cf_correlation_id":"k-1"})");
  ASSERT_EQ(made.status, 200) << made.body;
  EXPECT_EQ(made.at("status"), "Open");
  EXPECT_EQ(made.at("statusType"), "Open");
  EXPECT_EQ(made.at("priority"), "High");
  EXPECT_EQ(made.at("cf.cf_correlation_id"), "k-1");
  EXPECT_EQ(made.at("category"), "null");
  EXPECT_TRUE(made.at("createdTime").ends_with("Z"));
  const Answer again = ticket();
  EXPECT_EQ(again.at("contactId"), made.at("contactId")) << "the same e-mail";
  EXPECT_NE(again.at("ticketNumber"), made.at("ticketNumber"));
  EXPECT_EQ(get_desk("/api/v1/tickets/" + made.at("id")).at("subject"), "Help");
  EXPECT_EQ(get_desk("/api/v1/tickets/1").status, 404);
}

TEST_F(DeskTest, NamesEveryMemberThatDoesNotFit) {
  const Answer refused = post_desk("/api/v1/tickets", R"({"departmentId":"12","priority":"Huge","colour":"red",
      "cf":{"cf_unheard_of":"x"},"contactId":"999"})");
  EXPECT_EQ(refused.status, 422);
  EXPECT_EQ(refused.at("errorCode"), "INVALID_DATA");
  for (const auto& [field, type] : {std::pair{"/departmentId", "invalid"},
                                    {"/priority", "invalid"},
                                    {"/colour", "invalid"},
                                    {"/cf/cf_unheard_of", "invalid"},
                                    {"/subject", "missing"}}) {
    const std::string wanted = std::string("\"fieldName\":\"") + field + "\",\"errorType\":\"" + type;
    EXPECT_NE(refused.body.find(wanted), std::string::npos) << wanted << " in " << refused.body;
  }
  EXPECT_EQ(post_desk("/api/v1/tickets", "").at("errorCode"), "EMPTY_PAYLOAD");
  EXPECT_EQ(post_desk("/api/v1/tickets", "[").status, 400);
  const Answer stray =
      post_desk("/api/v1/tickets", R"({"subject":"x","departmentId":")" + department_ + R"(","contactId":"9"})");
  EXPECT_EQ(stray.at("errors.0.fieldName"), "/contactId");
  EXPECT_EQ(stray.at("errors.0.errorType"), "invalid");
}

TEST_F(DeskTest, AdminsMakeFieldsMandatory) {
  Options options;
  options.desk.mandatory = {"subject", "category"};
  restart(std::move(options));
  const Answer refused = ticket();
  EXPECT_EQ(refused.status, 422);
  EXPECT_EQ(refused.at("errors.0.fieldName"), "/category");
  EXPECT_EQ(refused.at("errors.0.errorType"), "missing");
  EXPECT_EQ(ticket(R"(,"category":"Billing")").status, 200);
}

TEST_F(DeskTest, SearchFindsTicketsByCustomFieldOnceTheIndexHasThem) {
  const std::string id = ticket(R"(,"cf":{"cf_correlation_id":"k-1"})").at("id");
  const std::string search = "/api/v1/tickets/search?customField1=cf_correlation_id:k-1";
  EXPECT_EQ(get_desk(search).status, 204);
  pass(options_.desk.search_lag);
  EXPECT_EQ(get_desk(search).at("data.0.id"), id);
  EXPECT_EQ(get_desk("/api/v1/tickets/search?customField1=cf_correlation_id:k-2").status, 204);
  const std::string after = "&createdTimeRange=2000-01-01T00:00:00.000Z,2001-01-01T00:00:00.000Z";
  EXPECT_EQ(get_desk(search + after).status, 204);
}

TEST_F(DeskTest, RefusesParametersThatItDoesNotKnow) {
  EXPECT_EQ(get_desk("/api/v1/contacts/search?crmId=5").at("errorCode"), "UNPROCESSABLE_ENTITY");
  EXPECT_EQ(get_desk("/api/v1/contacts/search?email=a@b.c&limit=101").status, 422);
}

TEST_F(DeskTest, AContactOfTheCrmIsMappedAfterAWhileAndShowsTheCrmsValues) {
  const std::string crm = insert("Contacts", R"("Last_Name":"Ito","Email":"kei@acme.example")");
  const std::string search = "/api/v1/contacts/search?email=kei%40acme.example&limit=100";
  EXPECT_EQ(get_desk(search).status, 204);
  pass(options_.desk.sync_delay + options_.desk.search_lag);
  const Answer found = get_desk(search);
  EXPECT_EQ(found.at("data.0.zohoCRMContact.id"), crm);
  EXPECT_EQ(found.at("data.0.zohoCRMContact.type"), "contacts");
  EXPECT_NE(found.at("data.0.id"), crm) << "Desk has ids of its own";
  put("/crm/v8/Contacts", R"({"data":[{"id":")" + crm + R"(","Last_Name":"Sato"}],"trigger":[]})");
  EXPECT_EQ(get_desk("/api/v1/contacts/" + found.at("data.0.id")).at("lastName"), "Sato");
  send("DELETE", "/crm/v8/Contacts?ids=" + crm);
  EXPECT_EQ(get_desk("/api/v1/contacts/" + found.at("data.0.id")).status, 404);
}

TEST_F(DeskTest, WithoutTheIntegrationNothingIsMapped) {
  Options options;
  options.desk.sync_delay = -1ms;
  restart(std::move(options));
  insert("Contacts", R"("Last_Name":"Ito","Email":"kei@acme.example")");
  pass(24h);
  EXPECT_EQ(get_desk("/api/v1/contacts/search?email=kei%40acme.example").status, 204);
}

TEST_F(DeskTest, MakesContactsAndMayDemandThatEmailsDiffer) {
  const Answer made = post_desk("/api/v1/contacts", R"({"lastName":"Ito","email":"a@acme.example"})");
  EXPECT_EQ(made.status, 200) << made.body;
  EXPECT_EQ(made.at("zohoCRMContact"), "null");
  EXPECT_EQ(post_desk("/api/v1/contacts", R"({"lastName":"Two","email":"a@acme.example"})").status, 200);
  EXPECT_EQ(post_desk("/api/v1/contacts", R"({"email":"b@acme.example"})").at("errors.0.fieldName"), "/lastName");
  EXPECT_EQ(post_desk("/api/v1/contacts", R"({"lastName":"X","zohoCRMContact":{"id":"1"}})").status, 422)
      << "the mapping is read-only";
  Options options;
  options.desk.email_is_unique = true;
  restart(std::move(options));
  post_desk("/api/v1/contacts", R"({"lastName":"Ito","email":"a@acme.example"})");
  EXPECT_EQ(post_desk("/api/v1/contacts", R"({"lastName":"Two","email":"a@acme.example"})").at("errors.0.errorType"),
            "duplicate");
}

TEST_F(DeskTest, TellsTheTwoKindsOfTooManyApart) {
  Options options;
  options.desk.daily_credits = 5;
  options.desk.concurrency = 1;
  restart(std::move(options));  // spends two
  const Answer last = get_desk("/api/v1/contacts");
  EXPECT_EQ(last.status, 204);
  const auto header = [](const Answer& answer, std::string_view name) {
    const auto* found = find_pair(answer.raw.headers, name);
    return found == nullptr ? std::string("(none)") : *found;
  };
  EXPECT_EQ(header(last, "X-Rate-Limit-Request-Weight-v3"), "3");
  EXPECT_EQ(header(last, "X-Rate-Limit-Remaining-v3"), "0");
  const Answer spent = get_desk("/api/v1/departments");
  EXPECT_EQ(spent.status, 429);
  EXPECT_EQ(spent.at("errorCode"), "THRESHOLD_EXCEEDED");
  EXPECT_NE(header(spent, "Retry-After"), "(none)");
  pass(24h);
  const HttpAnswer under_way = zoho_->begin_call(request("GET", "/api/v1/departments", "", {{"orgid", org_}}));
  const Answer crowded = get_desk("/api/v1/departments");
  EXPECT_EQ(crowded.status, 429);
  EXPECT_EQ(crowded.at("errorCode"), "TOO_MANY_REQUESTS");
  EXPECT_EQ(header(crowded, "Retry-After"), "(none)");
  zoho_->end_call(under_way);
  EXPECT_EQ(get_desk("/api/v1/departments").status, 200);
  EXPECT_EQ(get("/crm/v8/org").status, 200) << "the CRM has limits of its own";
}

TEST_F(DeskTest, AnswersCanBeLostAfterTheTicketIsMade) {
  post("/control/faults", R"({"on":"desk_ticket_create","effect":"reset_after","times":1})");
  EXPECT_EQ(ticket(R"(,"cf":{"cf_correlation_id":"k-1"})").raw.cut, HttpAnswer::Cut::reset_after);
  const Answer seen = get("/control/desk");
  EXPECT_EQ(seen.at("tickets.0.cf.cf_correlation_id"), "k-1");
  EXPECT_EQ(seen.at("tickets.1.id"), "(none)");
}

}  // namespace
}  // namespace zohosim
