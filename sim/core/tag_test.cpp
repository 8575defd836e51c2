#include "core/testing.hpp"

namespace zohosim {
namespace {

TEST_F(ZohoTest, CreatesTagsPerModule) {
  const Answer made = post("/crm/v8/settings/tags?module=Contacts",
                           R"({"tags":[{"name":"trial","color_code":"#57B1FD"},{"name":"churned"}]})");
  EXPECT_EQ(made.status, 201);
  EXPECT_EQ(made.at("tags.0.message"), "tags created successfully");
  EXPECT_EQ(made.at("tags.0.details.color_code"), "#57B1FD");
  EXPECT_EQ(made.at("tags.1.details.color_code"), "null");
  const Answer list = get("/crm/v8/settings/tags?module=Contacts");
  EXPECT_EQ(list.at("tags.0.name"), "trial");
  EXPECT_EQ(list.at("tags.0.id"), made.at("tags.0.details.id"));
  EXPECT_EQ(list.at("info"), R"({"count":2,"allowed_count":100})");
  EXPECT_EQ(get("/crm/v8/settings/tags?module=Deals").status, 204);
  EXPECT_EQ(get("/crm/v8/settings/tags").at("code"), "REQUIRED_PARAM_MISSING");
  EXPECT_EQ(
      get("/crm/v8/settings/tags?module=Nope").body,
      R"({"code":"INVALID_MODULE","details":{},"message":"the module name given seems to be invalid","status":"error"})");
}

TEST_F(ZohoTest, RefusesTagsThatAreThereOrThatAreNoTags) {
  const std::string id =
      post("/crm/v8/settings/tags?module=Contacts", R"({"tags":[{"name":"trial"}]})").at("tags.0.details.id");
  const Answer mixed = post("/crm/v8/settings/tags?module=Contacts", R"({"tags":[{"name":"Trial"},{"name":"other"}]})");
  EXPECT_EQ(mixed.status, 207);
  EXPECT_EQ(mixed.at("tags.0.code"), "DUPLICATE_DATA");
  EXPECT_EQ(mixed.at("tags.0.details.id"), id);
  EXPECT_EQ(mixed.at("tags.0.details.api_name"), "name");
  const auto refused = [&](const std::string& tag) {
    return post("/crm/v8/settings/tags?module=Contacts", "{\"tags\":[" + tag + "]}");
  };
  EXPECT_EQ(refused(R"({"name":"a-name-of-twenty-six-marks"})").at("tags.0.details"),
            R"({"api_name":"name","json_path":"$.tags[0].name","maximum_length":25})");
  EXPECT_EQ(refused(R"({"name":"a<b"})").at("tags.0.code"), "INVALID_DATA");
  EXPECT_EQ(refused(R"({"name":"party 🎉"})").at("tags.0.code"), "INVALID_DATA");
  EXPECT_EQ(refused(R"({"color_code":"#57B1FD"})").at("tags.0.code"), "MANDATORY_NOT_FOUND");
  EXPECT_EQ(refused(R"({"name":"ok","color_code":"#123456"})").at("tags.0.details.api_name"), "color_code");
  EXPECT_EQ(refused(R"({"name":"a<b"})").status, 400);
}

TEST_F(ZohoTest, AllowsAsManyTagsOfAModuleAsTheEditionDoes) {
  Options options;
  options.edition = Edition::standard;
  start(std::move(options));
  std::string tags;
  for (int i = 0; i < 21; ++i) tags.append(i == 0 ? "" : ",").append(R"({"name":"t)" + std::to_string(i) + "\"}");
  const Answer made = post("/crm/v8/settings/tags?module=Contacts", "{\"tags\":[" + tags + "]}");
  EXPECT_EQ(made.status, 207);
  EXPECT_EQ(made.at("tags.19.code"), "SUCCESS");
  EXPECT_EQ(made.at("tags.20.code"), "LIMIT_EXCEEDED");
}

TEST_F(ZohoTest, RenamesAndRecoloursATag) {
  const std::string id =
      post("/crm/v8/settings/tags?module=Contacts", R"({"tags":[{"name":"trial","color_code":"#57B1FD"}]})")
          .at("tags.0.details.id");
  EXPECT_EQ(
      put("/crm/v8/settings/tags/" + id + "?module=Contacts", R"({"tags":[{"name":"testing"}]})").at("tags.0.message"),
      "tags updated successfully");
  EXPECT_EQ(get("/crm/v8/settings/tags?module=Contacts").at("tags.0.name"), "testing");
  EXPECT_EQ(get("/crm/v8/settings/tags?module=Contacts").at("tags.0.color_code"), "null")
      << "a colour left out is a colour taken away";
}

TEST_F(ZohoTest, DeletingATagTakesItOffTheRecords) {
  const std::string record = insert("Contacts", R"("Last_Name":"A","Tag":[{"name":"trial"}])");
  const std::string tag = get("/crm/v8/settings/tags?module=Contacts").at("tags.0.id");
  EXPECT_EQ(send("DELETE", "/crm/v8/settings/tags/" + tag).at("tags.0.message"), "tags deleted successfully");
  EXPECT_EQ(get("/crm/v8/Contacts/" + record).at("data.0.Tag"), "[]");
}

TEST_F(ZohoTest, AddsTagsToManyRecordsAndGivesBackAllTheyHave) {
  const std::string a = insert("Contacts", R"("Last_Name":"A","Tag":[{"name":"vip"}])");
  const std::string b = insert("Contacts", R"("Last_Name":"B")");
  const Answer answer = post("/crm/v8/Contacts/actions/add_tags",
                             R"({"tags":[{"name":"plan-pro"}],"ids":[")" + a + R"(",")" + b + R"(","999"]})");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.at("data.0.message"), "tags updated successfully");
  EXPECT_EQ(answer.at("data.0.details.id"), a);
  EXPECT_EQ(answer.at("data.0.details.tags.0.name"), "vip");
  EXPECT_EQ(answer.at("data.0.details.tags.1.name"), "plan-pro");
  EXPECT_EQ(answer.at("data.2.code"), "INVALID_DATA");
  EXPECT_EQ(answer.at("wf_scheduler"), "false");
  EXPECT_TRUE(answer.json.find("success_count")->is_string());
  EXPECT_EQ(answer.at("success_count"), "2");
  EXPECT_EQ(answer.at("locked_count"), "0");
}

TEST_F(ZohoTest, RemovesTagsByNameAndMindsNotThoseThatAreNotThere) {
  const std::string id = insert("Contacts", R"("Last_Name":"A","Tag":[{"name":"vip"},{"name":"trial"}])");
  const Answer answer =
      post("/crm/v8/Contacts/" + id + "/actions/remove_tags", R"({"tags":[{"name":"trial"},{"name":"unheard-of"}]})");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.at("data.0.details.tags.0.name"), "vip");
  EXPECT_EQ(answer.at("data.0.details.tags.1"), "(none)");
  EXPECT_EQ(get("/crm/v8/settings/tags?module=Contacts").at("info.count"), "2") << "a tag to be removed is not created";
}

TEST_F(ZohoTest, OverwriteWipesTheTagsOfPeopleToo) {
  const std::string id = insert("Contacts", R"("Last_Name":"A","Tag":[{"name":"vip"}])");
  const Answer answer =
      post("/crm/v8/Contacts/" + id + "/actions/add_tags", R"({"tags":[{"name":"trial"}],"over_write":true})");
  EXPECT_EQ(answer.at("data.0.details.tags.0.name"), "trial");
  EXPECT_EQ(answer.at("data.0.details.tags.1"), "(none)");
}

TEST_F(ZohoTest, HasRoomForTenTagsOnARecord) {
  std::string ten;
  for (int i = 0; i < 10; ++i) ten.append(i == 0 ? "" : ",").append(R"({"name":"t)" + std::to_string(i) + "\"}");
  const std::string id = insert("Contacts", R"("Last_Name":"A","Tag":[)" + ten + "]");
  const Answer full = post("/crm/v8/Contacts/" + id + "/actions/add_tags", R"({"tags":[{"name":"one-more"}]})");
  EXPECT_EQ(full.status, 400);
  EXPECT_EQ(full.at("data.0.code"), "LIMIT_EXCEEDED");
  EXPECT_EQ(post("/crm/v8/Contacts/" + id + "/actions/add_tags", R"({"tags":[{"name":"t3"}]})").status, 200)
      << "one it has is no more";
}

TEST_F(ZohoTest, TakesFiveHundredIdsAndRefusesOneMore) {
  std::string ids = "\"1\"";
  for (int i = 1; i < 501; ++i) ids += ",\"1\"";
  EXPECT_EQ(post("/crm/v8/Contacts/actions/add_tags", R"({"tags":[{"name":"x"}],"ids":[)" + ids + "]}").at("details"),
            R"({"maximum_length":500,"api_name":"ids"})");
}

TEST_F(ZohoTest, CountsTheRecordsOfATag) {
  const std::string id = insert("Contacts", R"("Last_Name":"A","Tag":[{"name":"trial"}])");
  insert("Contacts", R"("Last_Name":"B","Tag":[{"name":"trial"}])");
  EXPECT_EQ(get("/control/state").at("modules.Contacts.tags.trial"), "2");
  send("DELETE", "/crm/v8/Contacts/" + id);
  EXPECT_EQ(get("/control/state").at("modules.Contacts.tags.trial"), "1");
}

}  // namespace
}  // namespace zohosim
