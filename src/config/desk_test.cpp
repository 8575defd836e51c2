// The [desk] section, right and wrong.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/config.hpp"

namespace zs::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

std::string fault_of(const std::string& toml) {
  const Loaded loaded = parse("[desk]\n" + toml, "t.toml", {});
  EXPECT_FALSE(loaded.usable()) << toml;
  return describe(loaded.findings);
}

TEST(DeskSection, IsReadWhole) {
  const Loaded loaded = parse(R"(
[desk]
enabled = true
org_id = "4241905"
department_id = "1892000000006907"
correlation_field = "cf_key"
crm_contact_field = "cf_crm"
on_unsynced = "refuse"
wait_seconds = 0
contact_sync_seconds = 120
index_lag_seconds = 60
keep_hours = 48
[desk.fields]
cf_plan = "plan"
category = "account.attributes.segment"
[desk.priority]
pro = "High"
)",
                              "t.toml", {{"ZOHOSYNC_DESK_PLATFORM_USER_FIELD", "cf_user"}});
  ASSERT_TRUE(loaded.usable()) << describe(loaded.findings);
  const Desk& desk = loaded.config.desk;
  EXPECT_TRUE(desk.enabled);
  EXPECT_EQ(desk.org_id, "4241905");
  EXPECT_EQ(desk.department_id, "1892000000006907");
  EXPECT_EQ(desk.correlation_field, "cf_key");
  EXPECT_EQ(desk.crm_contact_field, "cf_crm");
  EXPECT_EQ(desk.platform_user_field, "cf_user");
  EXPECT_EQ(desk.on_unsynced, "refuse");
  EXPECT_EQ(desk.wait, std::chrono::seconds{0});
  EXPECT_EQ(desk.contact_sync, std::chrono::seconds{120});
  EXPECT_EQ(desk.index_lag, std::chrono::seconds{60});
  EXPECT_EQ(desk.keep, std::chrono::hours{48});
  EXPECT_THAT(desk.fields, ElementsAre(Pair("category", "account.attributes.segment"), Pair("cf_plan", "plan")));
  EXPECT_THAT(desk.priority, ElementsAre(Pair("pro", "High")));
}

TEST(DeskSection, SaysWhatIsWrongAndWhatInstead) {
  EXPECT_THAT(fault_of("org_id = \"support\""), HasSubstr("zohosync desk departments"));
  EXPECT_THAT(fault_of("correlation_field = \"\""), HasSubstr("cf_"));
  EXPECT_THAT(fault_of("crm_contact_field = \"Crm\""), HasSubstr("cf_"));
  EXPECT_THAT(fault_of("keep_hours = 1"), HasSubstr("24"));
  EXPECT_THAT(fault_of("on_unsynced = \"never\""), HasSubstr("refuse"));
  EXPECT_THAT(fault_of("departmentid = \"1\""), HasSubstr("did you mean desk.department_id?"));
  EXPECT_THAT(fault_of("[desk.fields]\ncf_plan = \"plans\""), HasSubstr("did you mean \"plan\"?"));
  EXPECT_THAT(fault_of("[desk.fields]\npriorty = \"plan\""), HasSubstr("did you mean desk.fields.priority?"));
  EXPECT_THAT(fault_of("[desk.fields]\ncf_x = \"user.nothing\""), HasSubstr("user.phone"));
  EXPECT_THAT(fault_of("[desk.priority]\ngold = \"High\""), HasSubstr("known here: base, plus, pro"));
}

}  // namespace
}  // namespace zs::config
