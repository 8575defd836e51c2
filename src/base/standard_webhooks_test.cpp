#include "base/standard_webhooks.hpp"

#include <gtest/gtest.h>

namespace zs {
namespace {

TEST(Base64, GivesBackWhatItWasGivenWithAndWithoutPadding) {
  // RFC 4648, section 10.
  EXPECT_EQ(to_base64(""), "");
  EXPECT_EQ(to_base64("f"), "Zg==");
  EXPECT_EQ(to_base64("fo"), "Zm8=");
  EXPECT_EQ(to_base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(to_base64("\xFB\xFF\xFE"), "+//+");
  for (const std::string text : {"", "f", "fo", "foo", "\xFF\xFE\xFD\xFC"})
    EXPECT_EQ(from_base64(to_base64(text)), text);
  EXPECT_EQ(from_base64("Zg"), "f");
  EXPECT_FALSE(from_base64("Z-g="));
}

TEST(WebhookDigest, IsThatOfTheSpecification) {
  const auto key = webhook_key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  ASSERT_TRUE(key);
  EXPECT_EQ(to_base64(webhook_digest(*key, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", R"({"test": 2432232314})")),
            "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(WebhookKey, MayStandWithoutItsPrefixAndIsNeverEmpty) {
  EXPECT_EQ(webhook_key("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), webhook_key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));
  EXPECT_FALSE(webhook_key("whsec_"));
  EXPECT_FALSE(webhook_key("whsec_no base64"));
}

}  // namespace
}  // namespace zs
