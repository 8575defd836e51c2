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

TEST(Scopes, ExtraOnesAreAskedForUnlessOursCoverThem) {
  const std::vector<std::string> extra{"Desk.tickets.READ", "ZohoCRM.modules.contacts.READ"};
  EXPECT_EQ(requested_scopes(extra), requested_scopes() + ",Desk.tickets.READ");
}

TEST(Scopes, WhatASiblingWantsIsComparedAsItIsSpelled) {
  EXPECT_TRUE(not_covered("desk.tickets.all,ZohoCRM.org.READ", "Desk.tickets.CREATE ZohoCRM.org.read").empty());
  EXPECT_EQ(not_covered("Desk.tickets.READ", "Desk.tickets.CREATE, Desk.Basic.READ,Desk.tickets.READ"),
            (std::vector<std::string>{"Desk.tickets.CREATE", "Desk.Basic.READ"}));
  EXPECT_TRUE(not_covered("", "Desk.tickets.CREATE").empty()) << "nobody knows what was granted";
}

TEST(Scopes, ALongerNameIsNotCoveredByAShorterOne) {
  EXPECT_NE(listed(missing_scopes("ZohoCRM.modules.contact.ALL")).find("ZohoCRM.modules.contacts.READ"),
            std::string::npos);
}

}  // namespace
}  // namespace zs::zoho
