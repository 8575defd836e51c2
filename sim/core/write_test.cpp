#include "core/testing.hpp"

namespace zohosim {
namespace {

using namespace std::chrono_literals;

TEST_F(ZohoTest, InsertsRecordsInTheOrderOfTheRequest) {
  const Answer answer =
      post("/crm/v8/Contacts",
           R"({"data":[{"Last_Name":"Ito","Email":"kei@acme.example"},{"Last_Name":"Ek"}],"trigger":[]})");
  EXPECT_EQ(answer.status, 201);
  EXPECT_EQ(answer.at("data.0.code"), "SUCCESS");
  EXPECT_EQ(answer.at("data.0.message"), "record added");
  EXPECT_EQ(answer.at("data.0.status"), "success");
  EXPECT_EQ(answer.at("data.0.details.$approval_state"), "approved");
  EXPECT_EQ(answer.at("data.0.details.Created_Time"), "2025-10-09T08:53:20+00:00");
  EXPECT_EQ(answer.at("data.0.details.Created_By.name"), "Sync Bot");
  EXPECT_EQ(answer.at("data.0.details.id").size(), 19U);
  EXPECT_LT(answer.at("data.0.details.id"), answer.at("data.1.details.id"));
  EXPECT_EQ(get("/crm/v8/Contacts/" + answer.at("data.1.details.id")).at("data.0.Full_Name"), "Ek");
}

TEST_F(ZohoTest, AnswersAMixedInsertWith207AndOneWithoutASingleGoodRowWith400) {
  const Answer mixed = post("/crm/v8/Contacts", R"({"data":[{"Last_Name":"A"},{"First_Name":"B"}]})");
  EXPECT_EQ(mixed.status, 207);
  EXPECT_EQ(mixed.at("data.0.status"), "success");
  EXPECT_EQ(mixed.at("data.1.code"), "MANDATORY_NOT_FOUND");
  EXPECT_EQ(mixed.at("data.1.message"), "required field not found");
  EXPECT_EQ(mixed.at("data.1.details"), R"({"api_name":"Last_Name","json_path":"$.data[1].Last_Name"})");
  EXPECT_EQ(post("/crm/v8/Contacts", R"({"data":[{"First_Name":"B"}]})").status, 400);
}

TEST_F(ZohoTest, AnswersAMixedWriteWithoutA207WhereItIsToldTo) {
  Options options;
  options.mixed_is_207 = false;
  start(std::move(options));
  EXPECT_EQ(post("/crm/v8/Contacts", R"({"data":[{"Last_Name":"A"},{"First_Name":"B"}]})").status, 201);
  EXPECT_EQ(post("/crm/v8/Contacts/upsert", R"({"data":[{"Last_Name":"A"},{"First_Name":"B"}]})").status, 200);
}

TEST_F(ZohoTest, RefusesRequestsThatMakeNoSense) {
  EXPECT_EQ(post("/crm/v8/Contacts", "{").at("code"), "UNABLE_TO_PARSE_DATA_TYPE");
  EXPECT_EQ(post("/crm/v8/Contacts", R"({"data":[]} x)").at("code"), "UNABLE_TO_PARSE_DATA_TYPE");
  EXPECT_EQ(post("/crm/v8/Contacts", "{}").at("code"), "MANDATORY_NOT_FOUND");
  const Answer module = post("/crm/v8/Nothings", R"({"data":[{}]})");
  EXPECT_EQ(module.status, 400);
  EXPECT_EQ(
      module.body,
      R"({"code":"INVALID_MODULE","details":{"resource_path_index":0},"message":"the module name given seems to be invalid","status":"error"})");
  EXPECT_EQ(get("/crm/v8/Contacts/1/2/3/4/5").at("code"), "INVALID_URL_PATTERN");
  EXPECT_EQ(get("/crm/v8/Contacts/1/2/3/4/5").status, 404);
  EXPECT_EQ(send("PATCH", "/crm/v8/Contacts").at("code"), "INVALID_REQUEST_METHOD");
  EXPECT_EQ(post("/crm/v8/Contacts", R"({"data":[{"Last_Name":"A"}],"trigger":["fireworks"]})").at("details.api_name"),
            "trigger");
}

TEST_F(ZohoTest, TakesAHundredRecordsAndRefusesOneMore) {
  const auto body = [](int count) {
    std::string out = R"({"trigger":[],"data":[)";
    for (int i = 0; i < count; ++i) out.append(i == 0 ? "" : ",").append(R"({"Last_Name":"A"})");
    return out + "]}";
  };
  EXPECT_EQ(post("/crm/v8/Contacts", body(100)).status, 201);
  const Answer refused = post("/crm/v8/Contacts", body(101));
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.at("code"), "LIMIT_EXCEEDED");
  EXPECT_EQ(refused.at("details"), R"({"maximum_length":100,"api_name":"data"})");
}

TEST_F(ZohoTest, RefusesValuesThatDoNotFitTheirFields) {
  const auto details = [&](std::string_view module, const std::string& members) {
    const Answer answer = post("/crm/v8/" + std::string(module), "{\"data\":[{" + members + "}]}");
    EXPECT_EQ(answer.status, 400) << members << answer.body;
    EXPECT_EQ(answer.at("data.0.code"), "INVALID_DATA");
    EXPECT_EQ(answer.at("data.0.message"), "invalid data");
    return answer.at("data.0.details");
  };
  const std::string contact = R"("Last_Name":"A",)";
  EXPECT_EQ(details("Contacts", contact + R"("Email":"no-at-sign")"),
            R"({"api_name":"Email","json_path":"$.data[0].Email","expected_data_type":"email"})");
  EXPECT_EQ(details("Contacts", contact + R"("Email":"a@b.xn--p1ai")").find("expected_data_type") != std::string::npos,
            true);
  EXPECT_EQ(details("Contacts", contact + R"("Phone":"1/2")"),
            R"({"api_name":"Phone","json_path":"$.data[0].Phone","expected_data_type":"phone"})");
  EXPECT_EQ(details("Contacts", contact + R"("First_Name":")" + std::string(41, 'x') + "\""),
            R"({"api_name":"First_Name","json_path":"$.data[0].First_Name","maximum_length":40})");
  EXPECT_EQ(details("Contacts", contact + R"("Email_Opt_Out":"true")"),
            R"({"api_name":"Email_Opt_Out","json_path":"$.data[0].Email_Opt_Out","expected_data_type":"boolean"})");
  EXPECT_EQ(details("Accounts", R"("Account_Name":"A","Employees":"12")"),
            R"({"api_name":"Employees","json_path":"$.data[0].Employees","expected_data_type":"integer"})");
  EXPECT_EQ(details("Accounts", R"("Account_Name":"A","Website":"not a url")"),
            R"({"api_name":"Website","json_path":"$.data[0].Website","expected_data_type":"website"})");
  EXPECT_EQ(details("Accounts", R"("Account_Name":"A","Employees":1234567890)"),
            R"({"api_name":"Employees","json_path":"$.data[0].Employees","maximum_length":9})");
  EXPECT_EQ(details("Deals", R"("Deal_Name":"A","Stage":"Closed Won","Closing_Date":"2026-02-30")"),
            R"({"api_name":"Closing_Date","json_path":"$.data[0].Closing_Date","expected_data_type":"date"})");
  EXPECT_EQ(details("Contacts", contact + R"("Account_Name":"5725767000000411001")"),
            R"({"api_name":"Account_Name","json_path":"$.data[0].Account_Name","expected_data_type":"jsonobject"})");
}

TEST_F(ZohoTest, CountsLengthsInUtf16Units) {
  std::string faces;
  for (int i = 0; i < 21; ++i) faces += "😀";
  EXPECT_EQ(post("/crm/v8/Contacts", R"({"data":[{"Last_Name":"A","First_Name":")" + faces + R"("}]})").status, 400);
}

TEST_F(ZohoTest, DropsNamesThatItDoesNotKnowInSilence) {
  const std::string id = insert(
      "Contacts",
      R"("Last_Name":"A","Favourite_Color":"red","Full_Name":"Someone Else","Created_Time":"2001-01-01T00:00:00+00:00")");
  const Answer record = get("/crm/v8/Contacts/" + id);
  EXPECT_EQ(record.at("data.0.Favourite_Color"), "(none)");
  EXPECT_EQ(record.at("data.0.Full_Name"), "A");
  EXPECT_EQ(record.at("data.0.Created_Time"), "2025-10-09T08:53:20+00:00");
}

TEST_F(ZohoTest, KeepsAmountsExactAndDropsIdleDigits) {
  const std::string id = insert("Deals", R"("Deal_Name":"D","Stage":"Closed Won","Amount":12999.5000)");
  EXPECT_EQ(get("/crm/v8/Deals/" + id).at("data.0.Amount"), "12999.5");
  const std::string big =
      insert("Deals", R"("Deal_Name":"D","Stage":"Closed Won","Amount":1234567890123456.123456789)");
  EXPECT_EQ(get("/crm/v8/Deals/" + big).at("data.0.Amount"), "1234567890123456.123456789");
}

TEST_F(ZohoTest, RefusesAStageOutsideThePicklistAndListsTheGoodOnes) {
  const Answer answer = post("/crm/v8/Deals", R"({"data":[{"Deal_Name":"D","Stage":"Nearly There"}]})");
  EXPECT_EQ(answer.at("data.0.code"), "INVALID_DATA");
  EXPECT_EQ(answer.at("data.0.details.api_name"), "Stage");
  EXPECT_NE(answer.at("data.0.details.supported_values").find("Closed Won"), std::string::npos);
}

TEST_F(ZohoTest, TakesOrDropsUnlistedValuesWhereItIsToldTo) {
  Options options;
  options.unlisted_pick = UnlistedPick::accept;
  start(options);
  EXPECT_EQ(get("/crm/v8/Accounts/" + insert("Accounts", R"("Account_Name":"A","Industry":"Beekeeping")"))
                .at("data.0.Industry"),
            "Beekeeping");
  options.unlisted_pick = UnlistedPick::drop;
  start(options);
  EXPECT_EQ(get("/crm/v8/Accounts/" + insert("Accounts", R"("Account_Name":"A","Industry":"Beekeeping")"))
                .at("data.0.Industry"),
            "null");
}

TEST_F(ZohoTest, DemandsAStageOfTheDealsPipelineWherePipelinesAreOn) {
  Options options;
  options.pipelines = true;
  start(std::move(options));
  EXPECT_EQ(post("/crm/v8/Deals", R"({"data":[{"Deal_Name":"D","Stage":"Closed Won"}]})").at("data.0.details.api_name"),
            "Pipeline");
  const Answer stage =
      post("/crm/v8/Deals", R"({"data":[{"Deal_Name":"D","Pipeline":"Renewals","Stage":"Needs Analysis"}]})");
  EXPECT_EQ(stage.at("data.0.code"), "MAPPING_MISMATCH");
  EXPECT_EQ(stage.at("data.0.details"),
            R"({"api_name":"Stage","json_path":"$.data[0].Stage","mapped_field":"Pipeline"})");
  const Answer pipeline =
      post("/crm/v8/Deals", R"({"data":[{"Deal_Name":"D","Pipeline":"Nope","Stage":"Closed Won"}]})");
  EXPECT_EQ(pipeline.at("data.0.details"),
            R"({"api_name":"Pipeline","json_path":"$.data[0].Pipeline","mapped_field":"Layout"})");
  const std::string id = insert("Deals", R"("Deal_Name":"D","Pipeline":"Renewals","Stage":"Closed Won")");
  EXPECT_EQ(put("/crm/v8/Deals", R"({"data":[{"id":")" + id + R"(","Stage":"Value Proposition"}]})").at("data.0.code"),
            "MAPPING_MISMATCH");
}

TEST_F(ZohoTest, LinksRecordsByIdAndShowsTheParentsName) {
  const std::string account = insert("Accounts", R"("Account_Name":"Acme")");
  const std::string contact = insert("Contacts", R"("Last_Name":"A","Account_Name":{"id":")" + account + "\"}");
  EXPECT_EQ(get("/crm/v8/Contacts/" + contact).at("data.0.Account_Name"), R"({"name":"Acme","id":")" + account + "\"}");
  EXPECT_EQ(put("/crm/v8/Contacts", R"({"data":[{"id":")" + contact + R"(","Account_Name":null}]})").status, 200);
  EXPECT_EQ(get("/crm/v8/Contacts/" + contact).at("data.0.Account_Name"), "null");
}

TEST_F(ZohoTest, RefusesALookupToARecordThatIsNotThere) {
  const Answer answer =
      post("/crm/v8/Contacts", R"({"data":[{"Last_Name":"A","Account_Name":{"id":"5725767000000999999"}}]})");
  EXPECT_EQ(answer.at("data.0.code"), "INVALID_DATA");
  EXPECT_EQ(answer.at("data.0.message"), "the id given seems to be invalid");
  EXPECT_EQ(answer.at("data.0.details.api_name"), "Account_Name");
  EXPECT_EQ(answer.at("data.0.details.json_path"), "$.data[0].Account_Name.id");
  const Answer by_name = post("/crm/v8/Contacts", R"({"data":[{"Last_Name":"A","Account_Name":{"name":"Acme"}}]})");
  EXPECT_EQ(by_name.at("data.0.code"), "MANDATORY_NOT_FOUND");
  EXPECT_EQ(by_name.at("data.0.details.json_path"), "$.data[0].Account_Name.id");
}

TEST_F(ReadyZohoTest, ReportsADuplicateWithTheRecordThatIsThere) {
  const std::string id = insert("Contacts", R"("Last_Name":"A","Platform_User_ID":"u1")");
  const Answer answer = post("/crm/v8/Contacts", R"({"data":[{"Last_Name":"B","Platform_User_ID":"U1"}]})");
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.at("data.0.code"), "DUPLICATE_DATA");
  EXPECT_EQ(answer.at("data.0.message"), "duplicate data");
  EXPECT_EQ(answer.at("data.0.details.id"), id);
  EXPECT_EQ(answer.at("data.0.details.api_name"), "Platform_User_ID");
  EXPECT_EQ(answer.at("data.0.details.json_path"), "$.data[0].Platform_User_ID");
  EXPECT_EQ(answer.at("data.0.details.more_records"), "false");
  EXPECT_EQ(answer.at("data.0.details.duplicate_record.id"), id);
  EXPECT_EQ(answer.at("data.0.details.duplicate_record.module.api_name"), "Contacts");
  EXPECT_EQ(answer.at("data.0.details.duplicate_record.Owner.name"), "Sync Bot");
}

TEST_F(ReadyZohoTest, FindsADuplicateWithinOneRequest) {
  const Answer answer =
      post("/crm/v8/Contacts",
           R"({"data":[{"Last_Name":"A","Platform_User_ID":"u1"},{"Last_Name":"B","Platform_User_ID":"u1"}]})");
  EXPECT_EQ(answer.status, 207);
  EXPECT_EQ(answer.at("data.1.details.id"), answer.at("data.0.details.id"));
}

TEST_F(ZohoTest, MakesTwinsInSilenceWithoutAUniqueField) {
  insert("Contacts", R"("Last_Name":"A","Email":"a@b.co")");
  insert("Contacts", R"("Last_Name":"A","Email":"a@b.co")");
  EXPECT_EQ(zoho_->org().find("Contacts")->records.live_count(), 2);
}

TEST_F(ZohoTest, UpdatesByIdAndTellsWhichIdsAreGone) {
  const std::string id = insert("Deals", R"("Deal_Name":"D","Stage":"Qualification","Amount":5)");
  clock_.advance(61s);
  const Answer answer =
      put("/crm/v8/Deals",
          R"({"data":[{"id":")" + id + R"(","Stage":"Closed Won"},{"id":"999","Stage":"Closed Won"}],"trigger":[]})");
  EXPECT_EQ(answer.status, 207);
  EXPECT_EQ(answer.at("data.0.message"), "record updated");
  EXPECT_EQ(answer.at("data.0.details.Modified_Time"), "2025-10-09T08:54:21+00:00");
  EXPECT_EQ(answer.at("data.0.details.Created_Time"), "2025-10-09T08:53:20+00:00");
  EXPECT_EQ(answer.at("data.0.details.$approval_state"), "(none)");
  EXPECT_EQ(answer.at("data.1.code"), "INVALID_DATA");
  EXPECT_EQ(answer.at("data.1.message"), "the id given seems to be invalid");
  EXPECT_EQ(answer.at("data.1.details"), R"({"id":"999","api_name":"id","json_path":"$.data[1].id"})");
  EXPECT_EQ(get("/crm/v8/Deals/" + id).at("data.0.Stage"), "Closed Won");
  EXPECT_EQ(get("/crm/v8/Deals/" + id).at("data.0.Amount"), "5") << "what is not sent stays";
}

TEST_F(ZohoTest, UpdatesOneRecordByItsPath) {
  const std::string id = insert("Contacts", R"("Last_Name":"A","Title":"CTO")");
  EXPECT_EQ(put("/crm/v8/Contacts/" + id, R"({"data":[{"Title":null}]})").status, 200);
  EXPECT_EQ(get("/crm/v8/Contacts/" + id).at("data.0.Title"), "null");
}

TEST_F(ZohoTest, DoesNotLetAnUpdateTakeAMandatoryValueAway) {
  const std::string id = insert("Contacts", R"("Last_Name":"A")");
  const Answer answer = put("/crm/v8/Contacts", R"({"data":[{"id":")" + id + R"(","Last_Name":null}]})");
  EXPECT_EQ(answer.at("data.0.code"), "MANDATORY_NOT_FOUND");
  EXPECT_EQ(answer.at("data.0.details.id"), id);
}

TEST_F(ZohoTest, RefusesAnUpdateOfARecordThatChangedSince) {
  const std::string id = insert("Contacts", R"("Last_Name":"A")");
  const std::string body = R"({"data":[{"id":")" + id + R"(","Title":"CTO"}]})";
  const Answer stale = put("/crm/v8/Contacts", body, {{"if-unmodified-since", "2025-10-09T08:53:00+00:00"}});
  EXPECT_EQ(stale.status, 412);
  EXPECT_EQ(stale.at("code"), "ALREADY_MODIFIED");
  EXPECT_EQ(put("/crm/v8/Contacts", body, {{"if-unmodified-since", "2025-10-09T08:53:20+00:00"}}).status, 200);
}

TEST_F(ReadyZohoTest, UpsertMatchesTheSystemFieldFirstAndTakesTheRecordOver) {
  const std::string id = insert("Contacts", R"("Last_Name":"A","Email":"a@b.co","Platform_User_ID":"u1")");
  const Answer answer =
      post("/crm/v8/Contacts/upsert", R"({"data":[{"Last_Name":"B","Email":"A@b.co","Platform_User_ID":"u2"}]})");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.at("data.0.action"), "update");
  EXPECT_EQ(answer.at("data.0.duplicate_field"), "Email");
  EXPECT_EQ(get("/crm/v8/Contacts/" + id).at("data.0.Platform_User_ID"), "u2");
}

TEST_F(ReadyZohoTest, UpsertByTheExternalFieldLeavesTheEmailAlone) {
  const std::string id = insert("Contacts", R"("Last_Name":"A","Email":"a@b.co")");
  const Answer answer = post(
      "/crm/v8/Contacts/upsert",
      R"({"data":[{"Last_Name":"B","Email":"a@b.co","Platform_User_ID":"u2"}],"duplicate_check_fields":["Platform_User_ID"]})");
  EXPECT_EQ(answer.at("data.0.action"), "insert");
  EXPECT_EQ(answer.at("data.0.duplicate_field"), "null");
  EXPECT_EQ(answer.at("data.0.message"), "record added");
  EXPECT_NE(answer.at("data.0.details.id"), id);
}

TEST_F(ReadyZohoTest, UpsertComparesUniqueFieldsAlsoWhenTheyAreNotListed) {
  const std::string id = insert("Contacts", R"("Last_Name":"A","Platform_User_ID":"u1")");
  const Answer answer = post(
      "/crm/v8/Contacts/upsert",
      R"({"data":[{"Last_Name":"B","Email":"new@b.co","Platform_User_ID":"u1"}],"duplicate_check_fields":["Email"]})");
  EXPECT_EQ(answer.at("data.0.action"), "update");
  EXPECT_EQ(answer.at("data.0.duplicate_field"), "Platform_User_ID");
  EXPECT_EQ(answer.at("data.0.details.id"), id);
}

TEST_F(ReadyZohoTest, UpsertThatMatchesTwoRecordsBreaksOnTheSecond) {
  insert("Contacts", R"("Last_Name":"A","Email":"a@b.co","Platform_User_ID":"u1")");
  const std::string other = insert("Contacts", R"("Last_Name":"B","Email":"b@b.co","Platform_User_ID":"u2")");
  const Answer answer =
      post("/crm/v8/Contacts/upsert", R"({"data":[{"Last_Name":"C","Email":"a@b.co","Platform_User_ID":"u2"}]})");
  EXPECT_EQ(answer.at("data.0.code"), "DUPLICATE_DATA");
  EXPECT_EQ(answer.at("data.0.details.id"), other);
}

TEST_F(ReadyZohoTest, UpsertTakesOnlySystemAndUniqueFieldsForItsList) {
  const Answer answer =
      post("/crm/v8/Contacts/upsert", R"({"data":[{"Last_Name":"B"}],"duplicate_check_fields":["Phone"]})");
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.at("code"), "INVALID_DATA");
  EXPECT_EQ(answer.at("details.json_path"), "$.duplicate_check_fields[0]");
}

TEST_F(ZohoTest, UpsertWithoutAListCollapsesDealsOfOneName) {
  insert("Deals", R"("Deal_Name":"Acme - pro","Stage":"Closed Won")");
  const Answer answer = post("/crm/v8/Deals/upsert", R"({"data":[{"Deal_Name":"Acme - pro","Stage":"Closed Lost"}]})");
  EXPECT_EQ(answer.at("data.0.action"), "update");
  EXPECT_EQ(answer.at("data.0.duplicate_field"), "Deal_Name");
}

TEST_F(ReadyZohoTest, AddressesRecordsByTheirExternalValue) {
  const std::string id = insert("Contacts", R"("Last_Name":"A","Platform_User_ID":"u1")");
  const Pairs header{{"x-external", "Contacts.Platform_User_ID"}};
  EXPECT_EQ(get("/crm/v8/Contacts/u1", header).at("data.0.id"), id);
  EXPECT_EQ(get("/crm/v8/Contacts?ids=u1,u2&fields=Last_Name", header).at("info.count"), "1");
  EXPECT_EQ(put("/crm/v8/Contacts", R"({"data":[{"Platform_User_ID":"u1","Title":"CTO"}]})", header).status, 200);
  EXPECT_EQ(put("/crm/v8/Contacts/u1", R"({"data":[{"Platform_User_ID":"u9"}]})", header).at("data.0.code"),
            "NOT_ALLOWED");
  const Answer unknown = put("/crm/v8/Contacts", R"({"data":[{"Platform_User_ID":"u2","Title":"CTO"}]})", header);
  EXPECT_EQ(unknown.at("data.0.code"), "INVALID_DATA");
  EXPECT_EQ(unknown.at("data.0.details.api_name"), "Platform_User_ID");
  EXPECT_EQ(get("/crm/v8/Contacts/" + id).at("data.0.Title"), "CTO");
}

TEST_F(ReadyZohoTest, LinksAParentByItsExternalValue) {
  const std::string account = insert("Accounts", R"("Account_Name":"Acme","Platform_Account_ID":"org_77")");
  const Pairs header{{"x-external", "Contacts.Account_Name.Platform_Account_ID"}};
  const Answer linked = post("/crm/v8/Contacts",
                             R"({"data":[{"Last_Name":"A","Account_Name":{"Platform_Account_ID":"org_77"}}]})", header);
  EXPECT_EQ(get("/crm/v8/Contacts/" + linked.at("data.0.details.id")).at("data.0.Account_Name.id"), account);
  EXPECT_EQ(post("/crm/v8/Contacts", R"({"data":[{"Last_Name":"A","Account_Name":{"Platform_Account_ID":"org_78"}}]})",
                 header)
                .at("data.0.code"),
            "INVALID_DATA");
}

TEST_F(ZohoTest, PutsTagsOfAnInsertOnTheRecordAndMakesThemWhereNeeded) {
  const std::string id = insert("Contacts", R"("Last_Name":"A","Tag":[{"name":"plan-pro"},{"name":"vip"}])");
  const Answer record = get("/crm/v8/Contacts/" + id + "?fields=Tag");
  EXPECT_EQ(record.at("data.0.Tag.0.name"), "plan-pro");
  EXPECT_EQ(record.at("data.0.Tag.0.color_code"), "null");
  EXPECT_EQ(record.at("data.0.Tag.1.name"), "vip");
  EXPECT_EQ(get("/crm/v8/settings/tags?module=Contacts").at("info.count"), "2");
  EXPECT_EQ(get("/crm/v8/settings/tags?module=Deals").status, 204) << "tags are per module";
}

TEST_F(ZohoTest, RefusesAnEleventhTagAndABadTagNameWithTheWholeRecord) {
  std::string tags;
  for (int i = 0; i < 11; ++i) tags.append(i == 0 ? "" : ",").append(R"({"name":"t)" + std::to_string(i) + "\"}");
  EXPECT_EQ(post("/crm/v8/Contacts", R"({"data":[{"Last_Name":"A","Tag":[)" + tags + "]}]}").at("data.0.code"),
            "LIMIT_EXCEEDED");
  const Answer name = post("/crm/v8/Contacts", R"({"data":[{"Last_Name":"A","Tag":[{"name":"a,b"}]}]})");
  EXPECT_EQ(name.at("data.0.details.json_path"), "$.data[0].Tag[0].name");
  EXPECT_EQ(get("/crm/v8/settings/tags?module=Contacts").status, 204) << "a refused record leaves no tags behind";
}

TEST_F(ZohoTest, ReplacesTheTagsOnAnUpdateOrAddsToThemAsItIsTold) {
  for (const TagOnUpdate way : {TagOnUpdate::replace, TagOnUpdate::add}) {
    Options options;
    options.tag_on_update = way;
    start(std::move(options));
    const std::string id = insert("Contacts", R"("Last_Name":"A","Tag":[{"name":"old"}])");
    put("/crm/v8/Contacts", R"({"data":[{"id":")" + id + R"(","Tag":[{"name":"new"}]}]})");
    const Answer record = get("/crm/v8/Contacts/" + id);
    EXPECT_EQ(record.at("data.0.Tag.0.name"), way == TagOnUpdate::replace ? "new" : "old");
    EXPECT_EQ(record.at("data.0.Tag.1.name"), way == TagOnUpdate::replace ? "(none)" : "new");
    put("/crm/v8/Contacts", R"({"data":[{"id":")" + id + R"(","Tag":null}]})");
    EXPECT_EQ(get("/crm/v8/Contacts/" + id).at("data.0.Tag"), "[]");
  }
}

TEST_F(ZohoTest, TellsAutomationsApartFromSilentWrites) {
  post("/crm/v8/Contacts", R"({"data":[{"Last_Name":"A"},{"Last_Name":"B"}]})");
  insert("Contacts", R"("Last_Name":"C")");
  EXPECT_EQ(zoho_->counters().rows_with_automation, 2);
  EXPECT_EQ(zoho_->counters().rows_silent, 1);
  EXPECT_EQ(zoho_->log().calls()[1].trigger, "\"all\"");
  EXPECT_EQ(zoho_->log().calls()[2].trigger, "[]");
}

TEST_F(ZohoTest, KeepsInstantsAndShowsThemInTheUsersZone) {
  Options options;
  options.utc_offset_minutes = 330;
  start(std::move(options));
  post("/crm/v8/settings/fields?module=Contacts", R"({"fields":[{"field_label":"Seen At","data_type":"datetime"}]})");
  const std::string id = insert("Contacts", R"("Last_Name":"A","Seen_At":"2026-03-02T09:10:11+00:00")");
  EXPECT_EQ(get("/crm/v8/Contacts/" + id).at("data.0.Seen_At"), "2026-03-02T14:40:11+05:30");
  EXPECT_EQ(post("/crm/v8/Contacts", R"({"data":[{"Last_Name":"A","Seen_At":"2026-03-02T09:10:11.5+00:00"}]})")
                .at("data.0.details.expected_data_type"),
            "datetime");
}

}  // namespace
}  // namespace zohosim
