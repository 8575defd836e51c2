// `[deals.roles]` through the real programs: what plan says, what the CRM then holds, and where it is shown.
#include <gtest/gtest.h>

#include "process/system.hpp"

namespace zs::process {
namespace {

constexpr std::string_view k_team =
    R"({"specversion":"1.0","id":"1","source":"/app","type":"user.signed_up","time":"2026-03-01T00:00:00Z","data":{"user":{"id":"u1","email":"ann@example.com"},"account":{"id":"org","name":"Acme"}}})"
    "\n"
    R"({"specversion":"1.0","id":"2","source":"/app","type":"user.signed_up","time":"2026-03-01T00:00:01Z","data":{"user":{"id":"u2","email":"bo@example.com"},"account":{"id":"org"}}})"
    "\n"
    R"({"specversion":"1.0","id":"3","source":"/app","type":"subscription.activated","time":"2026-03-01T00:00:02Z","data":{"subscription":{"id":"s","user_id":"u1","account_id":"org","plan":"pro","amount":"10"}}})"
    "\n";

TEST(ContactRoles, ArePlannedWrittenAndShown) {
  const std::map<std::string, std::string> roles{{"ZOHOSYNC_DEALS_ROLES_ENABLED", "true"},
                                                 {"ZOHOSYNC_DEALS_ROLES_OTHERS", "Purchasing"}};
  System system({{"--ready"}, roles, true});
  ASSERT_EQ(system.post_events(std::string(k_team)).status, 202);
  ASSERT_TRUE(system.wait_until_synced(std::chrono::seconds{60}));
  const auto customer = system.cli({"customer", "u1"}, roles);
  EXPECT_EQ(customer.code, 0) << customer.output;
  EXPECT_TRUE(customer.output.contains("contact role")) << customer.output;
  EXPECT_TRUE(customer.output.contains("Decision Maker")) << customer.output;
  EXPECT_TRUE(customer.output.contains("Purchasing")) << customer.output;
  EXPECT_EQ(system.cli({"reconcile"}, roles).code, 0);
  EXPECT_TRUE(system.cli({"plan", "u1"}, roles).output.contains("Nothing to write"));
}

TEST(ContactRoles, OfANameThatTheOrgLacksAreDoctorsFault) {
  const std::map<std::string, std::string> roles{{"ZOHOSYNC_DEALS_ROLES_ENABLED", "true"},
                                                 {"ZOHOSYNC_DEALS_ROLES_OTHERS", "Nobodys"}};
  System system({{"--ready"}, roles, false});
  const auto doctor = system.cli({"doctor"}, roles);
  EXPECT_EQ(doctor.code, 1) << doctor.output;
  EXPECT_TRUE(doctor.output.contains("\"Nobodys\" (deals.roles.others)")) << doctor.output;
  EXPECT_TRUE(doctor.output.contains("Decision Maker")) << doctor.output;
}

}  // namespace
}  // namespace zs::process
