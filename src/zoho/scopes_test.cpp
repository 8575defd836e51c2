#include "zoho/scopes.hpp"

#include <gtest/gtest.h>

namespace zs::zoho {
namespace {

TEST(Scopes, WhatIsAskedForCoversEveryNeed) { EXPECT_EQ(listed(missing_scopes(requested_scopes())), ""); }

TEST(Scopes, AWiderScopeCoversItsParts) {
  const std::string wide =
      "ZohoCRM.modules.ALL ZohoCRM.settings.ALL ZohoCRM.coql.READ ZohoCRM.org.READ ZohoCRM.apis.READ";
  EXPECT_EQ(listed(missing_scopes(wide)), "");
}

TEST(Scopes, WriteIsNeitherReadNorDelete) {
  std::string granted = requested_scopes();
  const std::string all = "ZohoCRM.modules.contacts.ALL";
  granted.replace(granted.find(all), all.size(), "ZohoCRM.modules.contacts.WRITE");
  EXPECT_EQ(listed(missing_scopes(granted)), "ZohoCRM.modules.contacts.READ, ZohoCRM.modules.contacts.DELETE");
}

TEST(Scopes, AreReadInAnyCaseAndWithAnySeparator) {
  std::string granted = requested_scopes();
  for (char& c : granted) c = c == ',' ? '\n' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  EXPECT_EQ(listed(missing_scopes(granted)), "");
}

TEST(Scopes, EachThatIsTakenAwayIsNamed) {
  for (const Need& taken : needs()) {
    std::string granted;
    for (const Need& need : needs()) {
      if (need.scope != taken.scope) granted.append(need.scope).append(",");
    }
    EXPECT_EQ(listed(missing_scopes(granted)), taken.scope);
  }
}

TEST(Scopes, AnAnswerThatTellsNoScopesLacksNone) { EXPECT_TRUE(missing_scopes(" ").empty()); }

TEST(Scopes, ALongerNameIsNotCoveredByAShorterOne) {
  EXPECT_NE(listed(missing_scopes("ZohoCRM.modules.contact.ALL")).find("ZohoCRM.modules.contacts.READ"),
            std::string::npos);
}

}  // namespace
}  // namespace zs::zoho
