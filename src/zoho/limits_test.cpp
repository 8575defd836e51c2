#include "zoho/limits.hpp"

#include <gtest/gtest.h>

#include "zoho/crm.hpp"

namespace zs::zoho {
namespace {

TEST(Prices, OfTagCallsAreReadFromTheOrgsTable) {
  const auto prices = read_prices(
      R"({"__apis":[{"path":"/crm/v8/{module}/actions/add_tags","operation_types":[{"method":"POST","max_credits":10}]}]})");
  ASSERT_TRUE(prices.has_value());
  EXPECT_EQ(credits_of(Verb::add_tags, 100, *prices), 2);
}

TEST(Prices, AProbesFindingStandsOverTheTable) {
  const Prices found = with_probe({10}, R"({"mixed_status":"207","tagged_per_credit":"50"})");
  EXPECT_EQ(credits_of(Verb::add_tags, 100, found), 2);
  EXPECT_EQ(credits_of(Verb::remove_tags, 101, found), 3);
}

TEST(Prices, AFindingThatIsNoneChangesNothing) {
  for (const char* found : {"", "{}", "no JSON", R"({"tagged_per_credit":"not settled: refused"})",
                            R"({"tagged_per_credit":"0"})", R"({"tagged_per_credit":"501"})", R"(["50"])"}) {
    EXPECT_EQ(with_probe({10}, found).tagged_per_credit, 10U) << found;
  }
}

}  // namespace
}  // namespace zs::zoho
