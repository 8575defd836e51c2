// What `init` writes, and what becomes of it when it is written over.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

#include "base/text.hpp"
#include "config/config.hpp"
#include "config/schema.hpp"

namespace zs::config {
namespace {

using testing::HasSubstr;

const std::string k_digest(64, 'a');

RC_GTEST_PROP(Parse, AnswersWhateverIsSplicedIntoAConfiguration, (const std::string& bytes)) {
  // Single characters matter as much as noise: quotes, brackets and the first letters beyond ASCII.
  const auto piece =
      *rc::gen::elementOf(std::vector<std::string>{bytes, "é", "\u05D0", "\"", "\"\"\"", "'", "[", "\\\n", "="});
  std::string toml = commented_template(k_digest);
  const auto at = *rc::gen::inRange<std::size_t>(0, toml.size());
  const auto gone = *rc::gen::inRange<std::size_t>(0, 80);
  toml.replace(at, gone, piece + *rc::gen::element<std::string>("", "é", "\u2028"));
  for (const Finding& finding : parse(toml, "t.toml", {}).findings) RC_ASSERT(!finding.problem.empty());
}

TEST(Template, IsTheDefaultsAndTheKey) {
  Config expected = defaults();
  expected.keys.push_back({"first", k_digest, {Scope::ingest, Scope::read, Scope::admin}});
  const Loaded loaded = parse(commented_template(k_digest), "t.toml", {});
  EXPECT_TRUE(loaded.usable()) << describe(loaded.findings);
  EXPECT_EQ(loaded.config, expected);
}

/// The template with every setting switched on.
std::string uncommented() {
  const std::string text = commented_template(k_digest);
  std::string out;
  for (std::string_view line : split(text, '\n')) {
    const bool is_setting = line.size() > 1 && line[0] == '#' && line[1] != ' ';
    out += std::string(is_setting ? line.substr(1) : line) + '\n';
  }
  return out;
}

TEST(Template, ShowsOnlyWhatIsKnownAndTrue) {
  const Loaded loaded = parse(uncommented(), "t.toml", {});
  for (const Finding& finding : loaded.findings) {
    if (!finding.is_error) continue;
    EXPECT_THAT(finding.problem, HasSubstr("names /etc/zohosync/")) << finding.key;
  }
  EXPECT_EQ(loaded.config.tags, defaults().tags);
  EXPECT_EQ(loaded.config.deals.stages, defaults().deals.stages);
  EXPECT_EQ(loaded.config.contact_fields, defaults().contact_fields);
  EXPECT_EQ(loaded.config.account_fields, defaults().account_fields);
  EXPECT_EQ(loaded.config.deal_fields, defaults().deal_fields);
  EXPECT_EQ(loaded.config.zoho.linger, defaults().zoho.linger);
  EXPECT_EQ(loaded.config.server.max_backlog, defaults().server.max_backlog);
}

void expect_shown(std::span<const Shape> shapes, const Value& document, const std::string& parent) {
  for (const Shape& shape : shapes) {
    if (shape.kind == Shape::Kind::refused) continue;
    const std::string key = joined(parent, shape.name);
    const Value* value = document.find(shape.name);
    ASSERT_NE(value, nullptr) << key << " is not in the template";
    expect_shown(shape.members, *value, key);
  }
}

TEST(Template, LeavesNothingOut) {
  Report report("t");
  const auto document = read_toml(uncommented(), "t", report);
  ASSERT_TRUE(document);
  Draft draft;
  expect_shown(schema(draft), *document, "");
}

}  // namespace
}  // namespace zs::config
