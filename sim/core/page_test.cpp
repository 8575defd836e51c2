#include "core/page.hpp"

#include <gtest/gtest.h>

#include <array>

#include "core/testing.hpp"

namespace zohosim {
namespace {

/// What stands between quotes after `before`, each time.
std::vector<std::string> quoted_after(std::string_view text, std::string_view before, char quote) {
  std::vector<std::string> out;
  for (std::size_t at = text.find(before); at != std::string_view::npos; at = text.find(before, at + 1)) {
    const std::size_t begin = at + before.size();
    out.emplace_back(text.substr(begin, text.find(quote, begin) - begin));
  }
  return out;
}

TEST(Page, ServesEveryFileThatItNames) {
  const auto page = page_part("/");
  ASSERT_TRUE(page);
  std::vector<std::string> wanted = quoted_after(page->body, "src=\"", '"');
  for (std::string& one : quoted_after(page->body, "href=\"/page/", '"')) wanted.push_back("/page/" + one);
  EXPECT_GE(wanted.size(), 4U);
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const auto part = page_part(wanted[i]);
    ASSERT_TRUE(part) << wanted[i];
    if (!wanted[i].ends_with(".js")) continue;
    for (const std::string& import : quoted_after(part->body, "from './", '\''))
      ASSERT_TRUE(page_part("/page/" + import)) << wanted[i] << " imports " << import;
  }
}

TEST(Page, GivesEachKindOfFileItsType) {
  constexpr std::array k_wanted{std::pair{"/page/index.html", "text/html"},
                                std::pair{"/page/app.js", "text/javascript"}, std::pair{"/page/style.css", "text/css"},
                                std::pair{"/page/icon.svg", "image/svg+xml"}};
  for (const auto& [path, type] : k_wanted) {
    const auto part = page_part(path);
    ASSERT_TRUE(part) << path;
    EXPECT_TRUE(part->content_type.starts_with(type)) << path << " is " << part->content_type;
  }
}

TEST(Page, AllowsNothingFromOutsideAndNoScriptInTheMarkup) {
  const auto page = page_part("/");
  ASSERT_TRUE(page);
  std::string policy;
  for (const auto& [name, value] : page->headers) {
    if (name == "Content-Security-Policy") policy = value;
  }
  EXPECT_NE(policy.find("default-src 'none'"), std::string::npos);
  EXPECT_NE(policy.find("script-src 'self'"), std::string::npos);
  EXPECT_EQ(policy.find("unsafe"), std::string::npos);
  EXPECT_EQ(page->body.find("://"), std::string::npos);
}

TEST(Page, LeavesOtherPathsToTheApi) {
  EXPECT_FALSE(page_part("/page/nothing.js"));
  EXPECT_FALSE(page_part("/page/"));
  EXPECT_FALSE(page_part("/crm/v8/org"));
}

}  // namespace
}  // namespace zohosim
