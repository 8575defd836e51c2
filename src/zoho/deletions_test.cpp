#include "zoho/deletions.hpp"

#include <gtest/gtest.h>

namespace zs::zoho {
namespace {

TEST(Deletions, AreAskedForByModulePageAndTime) {
  EXPECT_EQ(deletions_path(Module::deals, 2), "/crm/v8/Deals/deleted?type=all&per_page=200&page=2");
  EXPECT_EQ(deletions_since(Time{std::chrono::milliseconds{1'750'000'000'750}}), "2025-06-15T15:06:40+00:00");
}

TEST(Deletions, AreReadWithWhetherThereAreMore) {
  const auto page = read_deletions(
      R"({"data":[{"id":"5725767000000524157","type":"recycle"},{"id":"5725767000000524158","type":"permanent","display_name":null}],"info":{"per_page":200,"count":2,"page":1,"more_records":true}})");
  ASSERT_TRUE(page);
  EXPECT_EQ(page->zoho_ids, (std::vector<std::string>{"5725767000000524157", "5725767000000524158"}));
  EXPECT_TRUE(page->more);
}

TEST(Deletions, ThatCannotBeReadAreAnErrorAndNotAnEmptyList) {
  EXPECT_FALSE(read_deletions("<html>"));
  EXPECT_FALSE(read_deletions(R"({"info":{}})"));
}

}  // namespace
}  // namespace zs::zoho
