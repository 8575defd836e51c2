#include "core/testing.hpp"

namespace zohosim {
namespace {

class Looking : public ReadyZohoTest {
 protected:
  Looking() {
    acme_ = insert("Accounts", R"("Account_Name":"Acme Works")");
    ada_ = insert("Contacts", R"("Last_Name":"Lovelace","First_Name":"Ada","Email":"ada@b.co","Account_Name":{"id":")" +
                                  acme_ + R"("},"Tag":[{"name":"vip"}])");
    bob_ = insert("Contacts", R"("Last_Name":"Stone","Title":"Boss")");
  }
  std::string found(std::string_view query) {
    const Answer answer = get("/control/records?module=Contacts&" + std::string(query));
    std::string out;
    for (std::size_t i = 0; answer.at("records." + std::to_string(i)) != "(none)"; ++i)
      out += answer.at("records." + std::to_string(i) + ".Last_Name") + " ";
    return out + "of " + answer.at("found");
  }
  std::string acme_;
  std::string ada_;
  std::string bob_;
};

TEST_F(Looking, FindsATextInAnyValueInTheFullNameTheIdAndTheParentsName) {
  EXPECT_EQ(found("search=LOVE"), "Lovelace of 1");
  EXPECT_EQ(found("search=ada%20lovelace"), "Lovelace of 1");
  EXPECT_EQ(found("search=acme"), "Lovelace of 1");
  EXPECT_EQ(found("search=" + bob_), "Stone of 1");
  EXPECT_EQ(found("search=nobody"), "of 0");
  EXPECT_EQ(found("search=" + acme_), "of 0") << "a parent's id is not what people look for";
}

TEST_F(Looking, JoinsTagFieldAndSearch) {
  EXPECT_EQ(found("tag=vip"), "Lovelace of 1");
  EXPECT_EQ(found("tag=vip&search=stone"), "of 0");
  EXPECT_EQ(found("field=Title&value=boss"), "Stone of 1");
  EXPECT_EQ(found("field=Title&value="), "Lovelace of 1") << "an empty value finds those without one";
}

TEST_F(Looking, GivesPagesNewestFirstAndSaysHowManyThereAre) {
  EXPECT_EQ(found("limit=1"), "Stone of 2");
  EXPECT_EQ(found("limit=1&offset=1"), "Lovelace of 2");
  EXPECT_EQ(found("limit=1&offset=2"), "of 2");
  EXPECT_EQ(found("limit=1&search=o"), "Stone of 2");
}

TEST_F(Looking, ShowsTheRecycleBinApart) {
  send("DELETE", "/crm/v8/Contacts/" + bob_);
  EXPECT_EQ(found("deleted=true"), "Stone of 1");
  EXPECT_EQ(found(""), "Lovelace of 1");
}

TEST_F(ZohoTest, FindsTheTwinsOnly) {
  post("/crm/v8/settings/fields?module=Contacts",
       R"({"fields":[{"field_label":"Platform User ID","data_type":"text"}]})");
  insert("Contacts", R"("Last_Name":"A","Platform_User_ID":"u1")");
  insert("Contacts", R"("Last_Name":"B","Platform_User_ID":"u1")");
  insert("Contacts", R"("Last_Name":"C","Platform_User_ID":"u2")");
  insert("Contacts", R"("Last_Name":"D")");
  const Answer twins = get("/control/records?module=Contacts&twins=true");
  EXPECT_EQ(twins.at("found"), "2");
  EXPECT_EQ(twins.at("records.0.Last_Name"), "B");
  EXPECT_EQ(twins.at("records.1.Last_Name"), "A");
  EXPECT_EQ(get("/control/records?module=Leads&twins=true").status, 404) << "nothing tells twins of a Lead";
}

TEST_F(Looking, SaysWhichModuleTagOrFieldIsNotThere) {
  EXPECT_EQ(get("/control/records").status, 404);
  EXPECT_EQ(get("/control/records?module=Contacts&tag=none").status, 404);
  const Answer field = get("/control/records?module=Contacts&field=Nope");
  EXPECT_EQ(field.status, 404);
  EXPECT_EQ(field.at("error"), "Contacts has no field Nope");
  EXPECT_EQ(get("/control/fields?module=Nope").status, 404);
}

TEST_F(Looking, DescribesFieldsAsAFormNeedsThem) {
  const Answer fields = get("/control/fields?module=Contacts");
  const Json* list = fields.json.find("fields");
  ASSERT_NE(list, nullptr);
  std::string seen;
  for (const Json& field : list->items) {
    if (field.string_or("api_name", "") == "Last_Name" && field.true_at("mandatory")) seen += "mandatory ";
    if (field.string_or("api_name", "") == "Account_Name" && field.string_or("lookup", "") == "Accounts")
      seen += "lookup ";
    if (field.string_or("api_name", "") == "Platform_User_ID" && field.true_at("unique") && field.true_at("custom"))
      seen += "own ";
    if (field.string_or("api_name", "") == "Full_Name" && field.true_at("read_only")) seen += "read_only ";
  }
  EXPECT_NE(seen.find("mandatory "), std::string::npos);
  EXPECT_NE(seen.find("lookup "), std::string::npos);
  EXPECT_NE(seen.find("own "), std::string::npos);
  EXPECT_NE(seen.find("read_only "), std::string::npos);
}

TEST_F(ZohoTest, FiltersTheCallsByKindTroubleAndText) {
  insert("Contacts", R"("Last_Name":"Lovelace")");
  post("/crm/v8/Contacts", R"({"data":[{"First_Name":"x"}]})");
  get("/crm/v8/org");
  const auto kinds = [&](std::string_view query) {
    const Answer answer = get("/control/calls?" + std::string(query));
    std::string out;
    for (std::size_t i = 0; answer.at("calls." + std::to_string(i)) != "(none)"; ++i)
      out +=
          answer.at("calls." + std::to_string(i) + ".kind") + answer.at("calls." + std::to_string(i) + ".status") + " ";
    return out;
  };
  EXPECT_EQ(kinds("kind=insert"), "insert400 insert201 ");
  EXPECT_EQ(kinds("failed=true"), "insert400 ");
  EXPECT_EQ(kinds("search=Lovelace"), "insert201 ");
  EXPECT_EQ(kinds("search=MANDATORY_NOT_FOUND"), "insert400 ");
  EXPECT_EQ(kinds("limit=1"), "org200 ");
}

TEST_F(ZohoTest, CountsACallThatAFaultMetAsTrouble) {
  post("/control/faults", R"({"on":"org","effect":"reset_after"})");
  get("/crm/v8/org");
  EXPECT_EQ(get("/control/calls?failed=true").at("calls.0.fault"), "reset_after");
}

TEST_F(ZohoTest, GivesOneCallByItsNumberAndListsWithoutBodies) {
  insert("Contacts", R"("Last_Name":"Lovelace")");
  const Answer list = get("/control/calls?bodies=false&limit=1");
  EXPECT_EQ(list.at("calls.0.request"), "(none)");
  const Answer one = get("/control/calls/" + list.at("calls.0.number"));
  EXPECT_NE(one.at("request").find("Lovelace"), std::string::npos);
  EXPECT_EQ(one.at("trigger"), "[]");
  EXPECT_EQ(get("/control/calls/999").status, 404);
}

TEST_F(ZohoTest, RecordsThatAnAbsentTriggerMeansAll) {
  post("/crm/v8/Contacts", R"({"data":[{"Last_Name":"A"}]})");
  EXPECT_EQ(get("/control/calls?limit=1").at("calls.0.trigger"), "all");
}

TEST_F(ZohoTest, RefusesAPersonsEditAsAWhole) {
  const std::string id = insert("Contacts", R"("Last_Name":"A","Tag":[{"name":"trial"}])");
  const std::string path = "/control/records/Contacts/" + id;
  const Answer member = post(path, R"({"fields":{"Title":"Boss"},"frobnicate":true})");
  EXPECT_EQ(member.status, 400);
  EXPECT_NE(member.at("message").find("frobnicate"), std::string::npos);
  EXPECT_NE(post(path, R"({"fields":{"Title":"Boss","Nope":1}})").at("message").find("Nope"), std::string::npos);
  EXPECT_EQ(post(path, R"({"fields":{"Title":"Boss"},"add_tags":["a,b"]})").status, 400);
  EXPECT_EQ(post(path, "{").status, 400);
  const Answer record = get("/crm/v8/Contacts/" + id);
  EXPECT_EQ(record.at("data.0.Title"), "null");
  EXPECT_EQ(record.at("data.0.Tag.0.name"), "trial");
  EXPECT_EQ(post(path, R"({"tags":["a","b"]})").at("Tag.1.name"), "b");
}

}  // namespace
}  // namespace zohosim
