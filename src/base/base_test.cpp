#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <simdjson.h>

#include "base/crypto.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "base/time.hpp"

namespace zs {
namespace {

TEST(Rfc3339, ReadsOffsetsAndFractions) {
  EXPECT_EQ(format_rfc3339(*parse_rfc3339("2026-03-02T09:10:11Z")), "2026-03-02T09:10:11Z");
  EXPECT_EQ(format_rfc3339(*parse_rfc3339("2026-03-02T09:10:11.5+02:00")), "2026-03-02T07:10:11.500Z");
  EXPECT_EQ(format_rfc3339(*parse_rfc3339("2026-03-02t00:10:11.1234567891z")), "2026-03-02T00:10:11.123456789Z");
}

TEST(Rfc3339, RefusesWhatIsNotATime) {
  for (const char* text : {"", "2026-03-02", "2026-02-30T00:00:00Z", "2026-03-02T09:10:11", "2026-03-02T24:00:00Z",
                           "2026-03-02T09:10:11.Z", "2026-03-02T09:10:11Zx", "0001-01-01T00:00:00Z",
                           "9999-01-01T00:00:00Z", "2026-03-02T09:10:11+0200"}) {
    EXPECT_FALSE(parse_rfc3339(text)) << text;
  }
}

TEST(Rfc3339, ADateStandsForItsMidnight) {
  EXPECT_EQ(format_rfc3339(*parse_date_or_rfc3339("2026-03-02")), "2026-03-02T00:00:00Z");
  EXPECT_FALSE(parse_date_or_rfc3339("2026-13-02"));
}

RC_GTEST_PROP(Rfc3339, ReadsBackWhatItWrote, ()) {
  const auto nanos = *rc::gen::inRange<std::int64_t>(0, 4'000'000'000'000'000'000);
  RC_ASSERT(parse_rfc3339(format_rfc3339(from_nanos(nanos))) == from_nanos(nanos));
}

RC_GTEST_PROP(JsonString, IsReadBackBySimdjson, ()) {
  std::string bytes;
  for (int i = *rc::gen::inRange(0, 20); i > 0; --i) {
    bytes += *rc::gen::element<std::string>("a", "\"", "\\", "/", "\n", "\x01", std::string(1, '\0'), "é", "€",
                                            "\xF0\x9F\x98\x80", "\x7f");
  }
  simdjson::dom::parser parser;
  const std::string document = "[" + json_quoted(bytes) + "]";
  std::string_view back;
  RC_ASSERT(parser.parse(document).at(0).get(back) == simdjson::SUCCESS);
  RC_ASSERT(back == bytes);
  RC_ASSERT(json_unquoted(json_quoted(bytes)) == bytes);
}

TEST(JsonWriter, PutsCommasWhereTheyBelong) {
  std::string out;
  JsonWriter(out)
      .begin_object()
      .field("a", "x")
      .key("b")
      .begin_array()
      .number(std::int64_t{1})
      .null()
      .end_array()
      .field_bool("c", true)
      .end_object();
  EXPECT_EQ(out, R"({"a":"x","b":[1,null],"c":true})");
}

TEST(Text, ClampsOnWholeCharactersInUtf16Units) {
  EXPECT_EQ(clamp_utf16("aé€", 2), "aé");
  EXPECT_EQ(clamp_utf16("a\xF0\x9F\x98\x80"
                        "b",
                        2),
            "a");  // an emoji takes two units
  EXPECT_EQ(utf16_length("a\xF0\x9F\x98\x80"
                         "b"),
            4U);
}

TEST(Text, PercentEncodingComesBack) {
  bool ok = false;
  EXPECT_EQ(percent_decode(percent_encode("a b/ü'\""), false, ok), "a b/ü'\"");
  EXPECT_TRUE(ok);
  EXPECT_EQ(percent_decode("%zz", false, ok), "%zz");
  EXPECT_FALSE(ok);
}

TEST(Crypto, KnowsTheDigestOfNothing) {
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

}  // namespace
}  // namespace zs
