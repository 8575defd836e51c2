#include "core/testing.hpp"

namespace zohosim {
namespace {

const Json* field_named(const Answer& answer, std::string_view name) {
  for (const Json& field : answer.json.find("fields")->items) {
    if (field.string_or("api_name", "") == name) return &field;
  }
  return nullptr;
}

TEST_F(ZohoTest, StartsFreshWithoutExternalIdFields) {
  const Answer fields = get("/crm/v8/settings/fields?module=Contacts&");
  EXPECT_EQ(fields.status, 200);
  EXPECT_EQ(field_named(fields, "Platform_User_ID"), nullptr);
  EXPECT_TRUE(field_named(fields, "Last_Name")->true_at("system_mandatory"));
}

TEST_F(ReadyZohoTest, StartsReadyWhereItIsToldTo) {
  const Answer fields = get("/crm/v8/settings/fields?module=Deals");
  const Json* field = field_named(fields, "Platform_Subscription_ID");
  ASSERT_NE(field, nullptr);
  EXPECT_EQ(field->find("unique")->find("case_sensitive")->text, "false");
  EXPECT_EQ(field->find("external")->string_or("type", ""), "org");
}

TEST_F(ZohoTest, DescribesEveryFieldAsTheOfficialSdkWantsIt) {
  for (const std::string module : {"Leads", "Accounts", "Contacts", "Deals", "Tasks", "Products"}) {
    const Answer fields = get("/crm/v8/settings/fields?module=" + module);
    ASSERT_EQ(fields.status, 200);
    for (const Json& field : fields.json.find("fields")->items) {
      for (const std::string_view member :
           {"id", "api_name", "data_type", "json_type", "length", "system_mandatory", "custom_field", "lookup",
            "pick_list_values", "unique", "operation_type", "view_type", "read_only", "external"}) {
        EXPECT_NE(field.find(member), nullptr) << module << " " << field.string_or("api_name", "?") << " " << member;
      }
      EXPECT_GT(field.integer_or("length", 0), 0)
          << "a length of 0 breaks the SDK: " << field.string_or("api_name", "?");
      const std::string_view parent =
          field.find("lookup")->items.empty() ? "" : field.find("lookup")->find("module")->string_or("api_name", "");
      if (!parent.empty()) {
        EXPECT_EQ(get("/crm/v8/settings/fields?module=" + std::string(parent)).status, 200);
      }
    }
  }
}

TEST_F(ZohoTest, CreatesAnExternalFieldWhoseValuesAreUnique) {
  const Answer made = post(
      "/crm/v8/settings/fields?module=Contacts",
      R"({"fields":[{"field_label":"Platform User ID","data_type":"text","length":100,"external":{"type":"org","show":true}}]})");
  EXPECT_EQ(made.status, 201);
  EXPECT_EQ(made.at("fields.0.code"), "SUCCESS");
  const Answer fields = get("/crm/v8/settings/fields?module=Contacts");
  const Json* field = field_named(fields, "Platform_User_ID");
  ASSERT_NE(field, nullptr);
  EXPECT_TRUE(field->true_at("custom_field"));
  EXPECT_EQ(field->integer_or("length", 0), 100);
  insert("Contacts", R"("Last_Name":"A","Platform_User_ID":"u1")");
  EXPECT_EQ(post("/crm/v8/Contacts", R"({"data":[{"Last_Name":"B","Platform_User_ID":"u1"}]})").at("data.0.code"),
            "DUPLICATE_DATA");
}

TEST_F(ZohoTest, CreatesAPicklist) {
  const Answer made = post(
      "/crm/v8/settings/fields?module=Contacts",
      R"({"fields":[{"field_label":"Plan Tier","data_type":"picklist","pick_list_values":[{"display_value":"base"},{"display_value":"pro"}]}]})");
  EXPECT_EQ(made.status, 201);
  EXPECT_EQ(
      get("/crm/v8/Contacts/" + insert("Contacts", R"("Last_Name":"A","Plan_Tier":"pro")")).at("data.0.Plan_Tier"),
      "pro");
  EXPECT_EQ(post("/crm/v8/Contacts", R"({"data":[{"Last_Name":"A","Plan_Tier":"gold"}]})").at("data.0.code"),
            "INVALID_DATA");
}

TEST_F(ZohoTest, RefusesFieldsThatCannotBe) {
  const auto code = [&](const std::string& field) {
    const Answer answer = post("/crm/v8/settings/fields?module=Contacts", "{\"fields\":[" + field + "]}");
    EXPECT_EQ(answer.status, 400) << field;
    return answer.at("fields.0.code");
  };
  EXPECT_EQ(code(R"({"field_label":"Title","data_type":"text"})"), "DUPLICATE_DATA");
  EXPECT_EQ(code(R"({"data_type":"text"})"), "MANDATORY_NOT_FOUND");
  EXPECT_EQ(code(R"({"field_label":"New","data_type":"telepathy"})"), "INVALID_DATA");
  EXPECT_EQ(code(R"({"field_label":"New","data_type":"email","external":{"type":"org"}})"), "INVALID_DATA");
  EXPECT_EQ(code(R"({"field_label":"New","data_type":"text","unique":{"case_sensitive":true}})"), "INVALID_DATA");
  EXPECT_EQ(code(R"({"field_label":"New","data_type":"picklist"})"), "MANDATORY_NOT_FOUND");
}

TEST_F(ZohoTest, AllowsTwoUniqueFieldsOfAModule) {
  const auto make = [&](const std::string& label) {
    return post(
        "/crm/v8/settings/fields?module=Contacts",
        R"({"fields":[{"field_label":")" + label + R"(","data_type":"text","unique":{"case_sensitive":false}}]})");
  };
  EXPECT_EQ(make("One").status, 201);
  EXPECT_EQ(make("Two").status, 201);
  EXPECT_EQ(make("Three").at("fields.0.code"), "LIMIT_EXCEEDED");
}

TEST_F(ZohoTest, ListsModulesWithTheirIds) {
  const Answer modules = get("/crm/v8/settings/modules");
  EXPECT_EQ(modules.at("modules.0.api_name"), "Leads");
  EXPECT_EQ(modules.at("modules.0.api_supported"), "true");
  EXPECT_EQ(get("/crm/v8/settings/modules/Deals").at("modules.0.singular_label"), "Deal");
}

TEST_F(ZohoTest, ShowsThePipelineOfTheDealsLayout) {
  const std::string layout = get("/crm/v8/settings/layouts?module=Deals").at("layouts.0.id");
  const Answer pipeline = get("/crm/v8/settings/pipeline?layout_id=" + layout);
  EXPECT_EQ(pipeline.at("pipeline.0.default"), "true");
  EXPECT_EQ(pipeline.at("pipeline.0.maps.6.display_value"), "Closed Won");
  EXPECT_EQ(pipeline.at("pipeline.0.maps.6.forecast_type"), "Closed Won");
  EXPECT_EQ(get("/crm/v8/settings/pipeline").at("details.param_name"), "layout_id");
}

TEST_F(ZohoTest, DescribesTheOrgItsUsersAndItsPrices) {
  const Answer org = get("/crm/v8/org");
  EXPECT_EQ(org.at("org.0.type"), "production");
  EXPECT_EQ(org.at("org.0.mc_status"), "false");
  EXPECT_EQ(org.at("org.0.license_details.paid_type"), "enterprise");
  EXPECT_EQ(org.at("org.0.license_details.users_license_purchased"), "10");
  EXPECT_EQ(get("/crm/v8/users?type=CurrentUser&").at("users.0.status"), "active");
  EXPECT_EQ(get("/crm/v8/users?type=CurrentUser&").at("info.count"), "1");
  EXPECT_NE(get("/crm/v8/__apis").at("__apis.0.path"), "(none)");
  EXPECT_EQ(get("/crm/v8/Contacts/roles").at("contact_roles.0.sequence_number"), "1");
  EXPECT_EQ(get("/crm/v8/settings/related_lists?module=Accounts").at("related_lists.0.api_name"), "Contacts");
}

TEST_F(ZohoTest, HasACurrencyOnDealsWhereThereAreSeveral) {
  Options options;
  options.multi_currency = true;
  start(std::move(options));
  EXPECT_EQ(get("/crm/v8/org").at("org.0.mc_status"), "true");
  const std::string deal = insert("Deals", R"("Deal_Name":"D","Stage":"Closed Won","Currency":"EUR")");
  EXPECT_EQ(get("/crm/v8/Deals/" + deal).at("data.0.Currency"), "EUR");
}

}  // namespace
}  // namespace zohosim
