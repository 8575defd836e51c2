// Contact roles of a deal (crm-api.md 8), and what the documents leave open about them.
#include "core/testing.hpp"

namespace zohosim {
namespace {

class Roles : public ZohoTest {
 protected:
  void build(Options options = {}) {
    start(std::move(options));
    ann_ = insert("Contacts", R"("Last_Name":"Ann")");
    ben_ = insert("Contacts", R"("Last_Name":"Ben")");
    deal_ = insert("Deals", R"("Deal_Name":"D","Stage":"Closed Won","Contact_Name":{"id":")" + ann_ + R"("})");
    const Answer known = get("/crm/v8/Contacts/roles");
    maker_ = known.at("contact_roles.0.id");
    buyer_ = known.at("contact_roles.2.id");
  }
  std::string list() const { return "/crm/v8/Deals/" + deal_ + "/Contact_Roles"; }
  static std::string row(const std::string& contact, const std::string& role) {
    return R"({"id":")" + contact + R"(","Contact_Role":{"id":")" + role + R"("}})";
  }
  Answer set(const std::string& rows) { return put(list(), R"({"data":[)" + rows + "]}"); }
  Answer shown() { return get(list() + "?fields=Last_Name"); }

  std::string ann_, ben_, deal_, maker_, buyer_;
};

TEST_F(Roles, AreSetByPathAndBodyAndListed) {
  build();
  EXPECT_EQ(shown().status, 204);
  const Answer one = put(list() + "/" + ann_, R"({"data":[{"Contact_Role":{"id":")" + maker_ + R"("}}]})");
  EXPECT_EQ(one.status, 200) << one.body;
  EXPECT_EQ(one.at("data.0.details.id"), ann_);
  EXPECT_EQ(one.at("data.0.message"), "relation updated");
  EXPECT_EQ(set(row(ann_, buyer_) + "," + row(ben_, buyer_)).status, 200);
  const Answer both = shown();
  EXPECT_EQ(both.at("data.0.id"), ann_);
  EXPECT_EQ(both.at("data.0.Contact_Role.name"), "Purchasing");
  EXPECT_EQ(both.at("data.1.Last_Name"), "Ben");
  EXPECT_EQ(both.at("info.count"), "2");
  EXPECT_EQ(get(list()).at("code"), "REQUIRED_PARAM_MISSING");
}

TEST_F(Roles, AreRemovedByIds) {
  build();
  ASSERT_EQ(set(row(ann_, maker_) + "," + row(ben_, buyer_)).status, 200);
  EXPECT_EQ(send("DELETE", list() + "?ids=" + ann_).at("data.0.code"), "SUCCESS");
  EXPECT_EQ(shown().at("info.count"), "1");
  EXPECT_EQ(send("DELETE", list() + "?ids=" + ann_).at("data.0.code"), "INVALID_DATA");
  EXPECT_EQ(send("DELETE", list() + "/" + ben_).status, 200);
  EXPECT_EQ(shown().status, 204);
}

TEST_F(Roles, ARowThatIsRefusedLeavesTheOthers) {
  build();
  const Answer answer = set(row(ann_, "1") + "," + row(ben_, buyer_) + R"(,{"id":")" + ann_ + R"("})");
  EXPECT_EQ(answer.status, 207);
  EXPECT_EQ(answer.at("data.0.code"), "INVALID_DATA");
  EXPECT_EQ(answer.at("data.0.details.api_name"), "Contact_Role");
  EXPECT_EQ(answer.at("data.1.code"), "SUCCESS");
  EXPECT_EQ(answer.at("data.2.code"), "MANDATORY_NOT_FOUND");
  EXPECT_EQ(set(row("999", buyer_)).at("data.0.details.api_name"), "id");
  EXPECT_EQ(put("/crm/v8/Deals/999/Contact_Roles", R"({"data":[]})").at("details.resource_path_index"), "1");
  EXPECT_EQ(put(list() + "/999", R"({"data":[{}]})").at("details.resource_path_index"), "3");
}

TEST_F(Roles, TakeAHundredContactsACall) {
  build();
  std::string rows = row(ann_, maker_);
  for (int i = 0; i < 100; ++i) rows += "," + row(ann_, maker_);
  EXPECT_EQ(set(rows).at("code"), "LIMIT_EXCEEDED");
}

TEST_F(Roles, CostByTensOrByCalls) {
  std::string rows;
  for (const bool per_call : {false, true}) {
    Options options;
    options.roles_cost_per_call = per_call;
    build(options);
    rows = row(ann_, maker_);
    for (int i = 0; i < 10; ++i) rows += "," + row(ann_, maker_);
    const std::int64_t before = zoho_->counters().credits;
    ASSERT_EQ(set(rows).status, 200);
    EXPECT_EQ(zoho_->counters().credits - before, per_call ? 1 : 2);
  }
}

TEST_F(Roles, TheDealsContactHasAnEntryOrNot) {
  build();
  EXPECT_EQ(shown().status, 204);
  Options options;
  options.deal_contact_has_role = true;
  build(options);
  EXPECT_EQ(shown().at("data.0.id"), ann_);
  EXPECT_EQ(shown().at("data.0.Contact_Role"), "null");
  put("/crm/v8/Deals/" + deal_, R"({"data":[{"Contact_Name":{"id":")" + ben_ + R"("}}]})");
  EXPECT_EQ(shown().at("data.0.id"), ben_);
  EXPECT_EQ(shown().at("info.count"), "1");
}

TEST_F(Roles, FollowAMergeAndHideWithTheContact) {
  build();
  const std::string cleo = insert("Contacts", R"("Last_Name":"Cleo")");
  ASSERT_EQ(set(row(ann_, maker_) + "," + row(ben_, buyer_)).status, 200);
  post("/control/merge", R"({"master":")" + cleo + R"(","losers":[")" + ben_ + R"("]})");
  EXPECT_EQ(shown().at("data.1.id"), cleo);
  EXPECT_EQ(shown().at("data.1.Contact_Role.name"), "Purchasing");
  post("/control/records/Contacts/" + cleo, R"({"delete":true})");
  EXPECT_EQ(shown().at("info.count"), "1");
  post("/control/records/Contacts/" + cleo, R"({"restore":true})");
  EXPECT_EQ(shown().at("info.count"), "2");
}

TEST_F(Roles, NeedScopesOfBothModules) {
  Options options;
  options.scopes = {"ZohoCRM.modules.deals.ALL", "ZohoCRM.modules.contacts.READ"};
  start(options);
  EXPECT_EQ(put("/crm/v8/Deals/1/Contact_Roles", "{}").at("code"), "OAUTH_SCOPE_MISMATCH");
  EXPECT_EQ(get("/crm/v8/Deals/1/Contact_Roles?fields=id").at("code"), "INVALID_DATA");
}

TEST_F(Roles, AreKeptInASnapshotAndSetByPeople) {
  build();
  EXPECT_EQ(
      post("/control/roles", R"({"deal":")" + deal_ + R"(","contact":")" + ben_ + R"(","role":"Purchasing"})").status,
      200);
  EXPECT_EQ(post("/control/snapshot", get("/control/snapshot").body).status, 200);
  const Answer kept = get("/control/roles?deal=" + deal_);
  EXPECT_EQ(kept.at("roles.0.name"), "Ben");
  EXPECT_EQ(kept.at("roles.0.role"), "Purchasing");
  EXPECT_EQ(kept.at("roles.0.by_person"), "true");
  EXPECT_EQ(post("/control/roles", R"({"deal":")" + deal_ + R"(","contact":")" + ben_ + R"(","role":null})").status,
            200);
  EXPECT_EQ(get("/control/roles?deal=" + deal_).at("roles"), "[]");
  EXPECT_EQ(get("/control/roles?deal=1").status, 404);
}

}  // namespace
}  // namespace zohosim
