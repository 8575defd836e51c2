#include <gtest/gtest.h>

#include "config/config.hpp"

namespace zs::config {
namespace {

const Environment k_secret{{"ZOHOSYNC_WEBHOOK_OUT_CRM_COPY_SECRETS", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}};

Loaded read(const std::string& members, const Environment& environment = k_secret) {
  return parse("[[webhooks]]\nname = \"crm-copy\"\n" + members, "zohosync.toml", environment);
}

std::string errors_of(const Loaded& loaded) {
  std::string out;
  for (const Finding& one : loaded.findings) {
    if (one.is_error) out += one.key + " " + one.problem + ": " + one.mend + "\n";
  }
  return out;
}

TEST(Webhooks, AreReadWithSecretsFromTheEnvironment) {
  const Loaded loaded = read(
      "url = \"https://copy.example.com/hooks?from=zohosync\"\nchanges = [\"merged\", \"erased\"]\ntimeout_seconds = "
      "5\n"
      "[mappings]\nkeep_changes_days = 7\n",
      {{"ZOHOSYNC_WEBHOOK_OUT_CRM_COPY_SECRETS",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSx"}});
  EXPECT_EQ(errors_of(loaded), "");
  ASSERT_EQ(loaded.config.outgoing_webhooks.size(), 1U);
  const OutgoingWebhook& one = loaded.config.outgoing_webhooks.front();
  EXPECT_EQ(one.url, "https://copy.example.com/hooks?from=zohosync");
  EXPECT_EQ(one.changes, (std::vector<std::string>{"merged", "erased"}));
  EXPECT_EQ(one.secrets.size(), 2U);
  EXPECT_EQ(one.timeout.count(), 5);
  EXPECT_EQ(loaded.config.keep_changes.count(), 7);
}

TEST(Webhooks, KeepChangesNinetyDaysUnlessToldOtherwise) {
  EXPECT_EQ(defaults().keep_changes.count(), 90);
  EXPECT_TRUE(defaults().outgoing_webhooks.empty());
}

TEST(Webhooks, GoInPlainTextToThisMachineOnly) {
  EXPECT_EQ(errors_of(read("url = \"http://127.0.0.1:9000/hook\"\n")), "");
  EXPECT_TRUE(errors_of(read("url = \"http://copy.example.com/hook\"\n")).contains("webhooks[0].url"));
  EXPECT_TRUE(errors_of(read("url = \"copy.example.com\"\n")).contains("webhooks[0].url"));
  EXPECT_TRUE(errors_of(read("url = \"https://user:word@copy.example.com/\"\n")).contains("webhooks[0].url"));
  EXPECT_TRUE(errors_of(read("url = \"https://copy.example.com/a b\"\n")).contains("webhooks[0].url"));
}

TEST(Webhooks, WithoutASecretOrWithAWeakOneAreRefused) {
  EXPECT_TRUE(errors_of(read("url = \"https://a.example/\"\n", {})).contains("ZOHOSYNC_WEBHOOK_OUT_CRM_COPY_SECRETS"));
  EXPECT_TRUE(
      errors_of(read("url = \"https://a.example/\"\n", {{"ZOHOSYNC_WEBHOOK_OUT_CRM_COPY_SECRETS", "whsec_YWJj"}}))
          .contains("24 to 64 bytes"));
  EXPECT_TRUE(errors_of(read("url = \"https://a.example/\"\nsecret = \"whsec_x\"\n")).contains("secrets_file"))
      << "a secret in the file's text";
}

TEST(Webhooks, ThatLackAUrlOrShareANameAreRefused) {
  EXPECT_TRUE(errors_of(read("")).contains("webhooks[0].url is missing"));
  EXPECT_TRUE(errors_of(read("url = \"https://a.example/\"\n[[webhooks]]\nname = \"crm-copy\"\nurl = "
                             "\"https://b.example/\"\n"))
                  .contains("has the name of another webhook"));
  EXPECT_TRUE(errors_of(read("url = \"https://a.example/\"\nchanges = [\"linkd\"]\n")).contains("webhooks[0].changes"));
}

TEST(Webhooks, ThatNeverHearOfErasuresAreWarnedOf) {
  const Loaded loaded = read("url = \"https://a.example/\"\nchanges = [\"linked\"]\n");
  EXPECT_EQ(errors_of(loaded), "");
  EXPECT_TRUE(describe(loaded.findings).contains("erased"));
}

}  // namespace
}  // namespace zs::config
