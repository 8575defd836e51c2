#include "core/snapshot.hpp"
#include "core/testing.hpp"

namespace zohosim {
namespace {

TEST_F(ReadyZohoTest, ShowsWhatTheOrgHolds) {
  insert("Contacts", R"("Last_Name":"A","Platform_User_ID":"u1","Tag":[{"name":"plan-pro"}])");
  insert("Deals", R"("Deal_Name":"D","Stage":"Closed Won")");
  const Answer state = get("/control/state");
  EXPECT_EQ(state.at("modules.Contacts.records"), "1");
  EXPECT_EQ(state.at("modules.Contacts.tags.plan-pro"), "1");
  EXPECT_EQ(state.at("deals_by_stage.Closed Won"), "1");
  EXPECT_EQ(state.at("counters.calls.insert"), "2");
  EXPECT_EQ(state.at("counters.credits"), "2");
  EXPECT_EQ(state.at("counters.mints"), "1");
  EXPECT_EQ(state.at("twins"), R"({"Accounts":0,"Contacts":0,"Deals":0})");
}

TEST_F(ZohoTest, CountsTwinsWhereTheIdFieldIsNotUnique) {
  post("/crm/v8/settings/fields?module=Contacts",
       R"({"fields":[{"field_label":"Platform User ID","data_type":"text"}]})");
  insert("Contacts", R"("Last_Name":"A","Platform_User_ID":"u1")");
  const std::string twin = insert("Contacts", R"("Last_Name":"A","Platform_User_ID":"u1")");
  insert("Contacts", R"("Last_Name":"B","Platform_User_ID":"u2")");
  EXPECT_EQ(get("/control/state").at("twins.Contacts"), "1");
  send("DELETE", "/crm/v8/Contacts/" + twin);
  EXPECT_EQ(get("/control/state").at("twins.Contacts"), "0");
  EXPECT_EQ(get("/control/state").at("counters.twins_ever"), "1");
}

TEST_F(ReadyZohoTest, FindsRecordsByTheirExternalValue) {
  const std::string id = insert("Contacts", R"("Last_Name":"A","Platform_User_ID":"u1")");
  insert("Contacts", R"("Last_Name":"B","Platform_User_ID":"u2")");
  EXPECT_EQ(get("/control/records?module=Contacts&external=u1").at("records.0.id"), id);
  EXPECT_EQ(get("/control/records?module=Contacts&limit=1").at("records.0.Last_Name"), "B");
  EXPECT_EQ(get("/control/records?module=Contacts&limit=1").at("total"), "2");
  EXPECT_EQ(get("/control/records?module=Nope").status, 404);
}

TEST_F(ZohoTest, KeepsTheLastCallsWithoutSecrets) {
  insert("Contacts", R"("Last_Name":"A")");
  const Answer calls = get("/control/calls");
  EXPECT_EQ(calls.at("calls.0.kind"), "insert");
  EXPECT_EQ(calls.at("calls.0.status"), "201");
  EXPECT_NE(calls.at("calls.0.request").find("Last_Name"), std::string::npos);
  EXPECT_EQ(calls.at("calls.1.kind"), "token");
  EXPECT_EQ(calls.body.find("sim-secret"), std::string::npos);
  EXPECT_EQ(calls.body.find("1000.sim.refresh"), std::string::npos);
  EXPECT_EQ(calls.body.find(token_), std::string::npos);
}

TEST_F(ZohoTest, MovesItsClock) {
  post("/control/clock", R"({"advance_seconds":3600})");
  EXPECT_EQ(get("/crm/v8/org").at("code"), "INVALID_TOKEN");
  EXPECT_EQ(post("/control/clock", R"({"advance_seconds":-1})").status, 400);
}

TEST_F(ZohoTest, StartsAnew) {
  insert("Contacts", R"("Last_Name":"A")");
  EXPECT_EQ(post("/control/reset", "").status, 200);
  EXPECT_EQ(get("/control/state").at("modules.Contacts.records"), "0");
  EXPECT_EQ(get("/control/state").at("counters.crm_calls"), "0");
}

TEST_F(ZohoTest, KeepsWritesOffRecordsThatPeopleHold) {
  const std::string deal = insert("Deals", R"("Deal_Name":"D","Stage":"Qualification")");
  const std::string path = "/control/records/Deals/" + deal;
  const auto update = [&](const std::string& members) {
    return put("/crm/v8/Deals", R"({"data":[{"id":")" + deal + R"(",)" + members + "}]}").at("data.0.code");
  };
  post(path, R"({"lock":true})");
  EXPECT_EQ(update(R"("Amount":1)"), "RECORD_LOCKED");
  const Answer tags = post("/crm/v8/Deals/actions/add_tags", R"({"tags":[{"name":"x"}],"ids":[")" + deal + R"("]})");
  EXPECT_EQ(tags.at("data.0.code"), "RECORD_LOCKED");
  EXPECT_EQ(tags.at("locked_count"), "1");
  EXPECT_EQ(send("DELETE", "/crm/v8/Deals?ids=" + deal).at("data.0.code"), "RECORD_LOCKED");
  post(path, R"({"lock":false})");
  EXPECT_EQ(update(R"("Amount":1)"), "SUCCESS");
  post(path, R"({"blueprint":true})");
  EXPECT_EQ(update(R"("Stage":"Closed Won")"), "RECORD_IN_BLUEPRINT");
  EXPECT_EQ(update(R"("Amount":2)"), "SUCCESS") << "a blueprint guards its own field";
  post(path, R"({"blueprint":false,"approval":true})");
  EXPECT_EQ(update(R"("Amount":3)"), "NOT_APPROVED");
}

TEST_F(ZohoTest, LetsAPersonEditTagAndDeleteARecord) {
  const std::string id = insert("Contacts", R"("Last_Name":"A","Tag":[{"name":"trial"}])");
  const std::string path = "/control/records/Contacts/" + id;
  const Answer edited = post(path, R"({"fields":{"Title":"Boss"},"add_tags":["vip"],"remove_tags":["trial"]})");
  EXPECT_EQ(edited.at("Title"), "Boss");
  EXPECT_EQ(edited.at("Modified_By.name"), "Ann Sales");
  EXPECT_EQ(edited.at("Tag.0.name"), "vip");
  EXPECT_EQ(post(path, R"({"fields":{"Email":"nonsense"}})").at("code"), "INVALID_DATA");
  post(path, R"({"delete":true})");
  EXPECT_EQ(get("/crm/v8/Contacts/" + id).status, 204);
  EXPECT_EQ(post(path, R"({"restore":true})").status, 200);
  EXPECT_EQ(get("/crm/v8/Contacts/" + id).at("data.0.Title"), "Boss");
}

TEST_F(ZohoTest, LetsAPersonMakeARecord) {
  const Answer made =
      post("/control/records/Contacts", R"({"fields":{"Last_Name":"Old","Email":"old@b.co"},"tags":["vip"]})");
  EXPECT_EQ(made.at("Modified_By.name"), "Ann Sales");
  EXPECT_EQ(get("/crm/v8/Contacts/" + made.at("id")).at("data.0.Tag.0.name"), "vip");
}

TEST_F(ZohoTest, LetsAPersonMergeRecords) {
  const std::string master = insert("Contacts", R"("Last_Name":"A")");
  const std::string loser = insert("Contacts", R"("Last_Name":"B")");
  EXPECT_EQ(
      post("/control/merge", R"({"module":"Contacts","master":")" + master + R"(","losers":[")" + loser + R"("]})")
          .status,
      200);
  EXPECT_EQ(get("/crm/v8/Contacts/" + loser).status, 204);
}

TEST_F(ZohoTest, ChangesWhichRefreshTokensItTakes) {
  post("/control/oauth", R"({"revoke_refresh_token":"1000.sim.refresh","allow_refresh_token":"1000.new"})");
  EXPECT_EQ(get("/crm/v8/org").status, 401);
  EXPECT_EQ(mint(), "(none)");
  options_.refresh_token = "1000.new";
  EXPECT_NE(mint(), "(none)");
}

TEST_F(ReadyZohoTest, KeepsTheWholeOrgInASnapshot) {
  const std::string account = insert("Accounts", R"("Account_Name":"Acme","Platform_Account_ID":"org_1")");
  insert("Contacts", R"("Last_Name":"Itö","Platform_User_ID":"u1","Account_Name":{"id":")" + account +
                         R"("},"Tag":[{"name":"vip"}])");
  const std::string gone = insert("Contacts", R"("Last_Name":"Gone")");
  send("DELETE", "/crm/v8/Contacts/" + gone);
  post(
      "/crm/v8/settings/fields?module=Deals",
      R"({"fields":[{"field_label":"Plan Tier","data_type":"picklist","pick_list_values":[{"display_value":"pro"}]}]})");
  const std::string saved = get("/control/snapshot").body;
  post("/control/reset", "");
  EXPECT_EQ(post("/control/snapshot", saved).status, 200);
  EXPECT_EQ(get("/control/snapshot").body, saved);
  token_ = mint();
  EXPECT_EQ(post("/crm/v8/Contacts", R"({"data":[{"Last_Name":"B","Platform_User_ID":"u1"}]})").at("data.0.code"),
            "DUPLICATE_DATA");
  EXPECT_EQ(get("/crm/v8/Contacts/deleted?type=all").at("data.0.id"), gone);
  EXPECT_EQ(get("/control/state").at("modules.Contacts.tags.vip"), "1");
}

TEST_F(ZohoTest, StartsFromASnapshotThatAPersonWrote) {
  EXPECT_EQ(
      post(
          "/control/snapshot",
          R"({"format":"zohosim-org-1","modules":{"Contacts":{"records":[{"values":{"Last_Name":"Old","Email":"old@b.co"},"tags":["vip"]}]}}})")
          .status,
      200);
  EXPECT_EQ(get("/control/records?module=Contacts&email=OLD@b.co").at("records.0.Tag.0.name"), "vip");
  EXPECT_EQ(post("/control/snapshot", "[1]").status, 400);
  EXPECT_NE(post("/control/snapshot",
                 R"({"format":"zohosim-org-1","modules":{"Contacts":{"records":[{"values":{"Nope":"1"}}]}}})")
                .at("error")
                .find("Nope"),
            std::string::npos);
}

TEST_F(ZohoTest, ShowsAPageThatNeedsNothingFromOutside) {
  const Answer page = get("/");
  EXPECT_EQ(page.raw.content_type, k_html);
  EXPECT_NE(page.body.find("</html>"), std::string::npos);
  EXPECT_EQ(page.body.find("http"), std::string::npos);
}

}  // namespace
}  // namespace zohosim
