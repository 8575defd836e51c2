// Rules of Zoho's documents that meet in a record: its types, its parents, what is kept of it once it is gone.
#include "core/testing.hpp"

namespace zohosim {
namespace {

using namespace std::chrono_literals;

class Rules : public ReadyZohoTest {
 protected:
  void make_field(std::string_view label, std::string_view members) {
    const Answer made =
        post("/crm/v8/settings/fields?module=Contacts",
             R"({"fields":[{"field_label":")" + std::string(label) + "\"," + std::string(members) + "}]}");
    EXPECT_EQ(made.status, 201) << made.body;
  }
  /// What becomes of a value: as it is read back, or what was expected in its place.
  std::string kept(std::string_view field, std::string_view value) {
    const Answer made = post(
        "/crm/v8/Contacts", R"({"data":[{"Last_Name":"A",")" + std::string(field) + "\":" + std::string(value) + "}]}");
    if (made.status == 201)
      return get("/crm/v8/Contacts/" + made.at("data.0.details.id")).at("data.0." + std::string(field));
    const std::string longest = made.at("data.0.details.maximum_length");
    return longest == "(none)" ? "not " + made.at("data.0.details.expected_data_type") : "over " + longest;
  }
};

TEST_F(Rules, TakeTheValuesOfEveryTypeAndNoOthers) {
  make_field("Big", R"("data_type":"bigint")");
  make_field("Part", R"("data_type":"percent")");
  make_field("At", R"("data_type":"datetime")");
  make_field("On", R"("data_type":"date")");
  make_field("Agreed", R"("data_type":"boolean")");
  make_field("Page", R"("data_type":"website")");
  make_field("Topics", R"("data_type":"multiselectpicklist","pick_list_values":[{"display_value":"a"}])");
  EXPECT_EQ(kept("Big", R"("123456789012345678")"), "123456789012345678");
  EXPECT_EQ(kept("Big", R"("1234567890123456789")"), "over 18");
  EXPECT_EQ(kept("Big", "12"), "not bigint") << "long integers travel as text";
  EXPECT_EQ(kept("Part", "12.5"), "12.5");
  EXPECT_EQ(kept("Part", "123456"), "over 5");
  EXPECT_EQ(kept("At", R"("2026-03-02T09:10:11+02:00")"), "2026-03-02T07:10:11+00:00");
  EXPECT_EQ(kept("At", R"("2026-03-02T09:10:11.123+00:00")"), "not datetime");
  EXPECT_EQ(kept("At", R"("2026-03-02")"), "not datetime");
  EXPECT_EQ(kept("On", R"("2028-02-29")"), "2028-02-29");
  EXPECT_EQ(kept("On", R"("2026-02-29")"), "not date");
  EXPECT_EQ(kept("Agreed", "true"), "true");
  EXPECT_EQ(kept("Agreed", "1"), "not boolean");
  EXPECT_EQ(kept("Page", R"("https://a.example/b")"), "https://a.example/b");
  EXPECT_EQ(kept("Page", R"("no page")"), "not website");
  EXPECT_EQ(kept("Topics", R"(["a"])"), R"(["a"])");
  EXPECT_EQ(kept("Topics", R"("a")"), "not jsonarray");
  EXPECT_EQ(kept("Phone", R"("+49 (30) 12-34,5;6#7")"), "+49 (30) 12-34,5;6#7");
  EXPECT_EQ(kept("Phone", "\"" + std::string(31, '1') + "\""), "over 30");
  EXPECT_EQ(kept("Phone", R"("-1")"), "not phone");
  EXPECT_EQ(kept("Email", R"("é.b@example.com")"), "é.b@example.com");
  EXPECT_EQ(kept("Email", R"("\"a b\"@example.com")"), "not email");
  EXPECT_EQ(kept("Email", "\"" + std::string(96, 'a') + "@b.co\""), "over 100");
}

TEST_F(Rules, AllowAsManyCustomFieldsAsTheEditionDoes) {
  Options options;
  options.edition = Edition::standard;
  start(std::move(options));
  for (int i = 0; i < 10; ++i) make_field("F" + std::to_string(i), R"("data_type":"text")");
  const Answer refused =
      post("/crm/v8/settings/fields?module=Contacts", R"({"fields":[{"field_label":"One more","data_type":"text"}]})");
  EXPECT_EQ(refused.at("fields.0.code"), "LIMIT_EXCEEDED");
  EXPECT_EQ(refused.at("fields.0.details.maximum_length"), "10");
}

TEST_F(Rules, RefuseAParentByName) {
  insert("Accounts", R"("Account_Name":"Acme")");
  const Answer refused = post("/crm/v8/Contacts", R"({"data":[{"Last_Name":"A","Account_Name":{"name":"Acme"}}]})");
  EXPECT_EQ(refused.at("data.0.code"), "MANDATORY_NOT_FOUND");
  EXPECT_EQ(refused.at("data.0.details.json_path"), "$.data[0].Account_Name.id");
}

TEST_F(Rules, PreferTheParentsExternalValueOnlyWhereTheHeaderAsksForIt) {
  const std::string first = insert("Accounts", R"("Account_Name":"First","Platform_Account_ID":"org_1")");
  const std::string second = insert("Accounts", R"("Account_Name":"Second","Platform_Account_ID":"org_2")");
  const auto parent = [&](const Pairs& headers) {
    const Answer made =
        post("/crm/v8/Contacts",
             R"({"data":[{"Last_Name":"A","Account_Name":{"id":")" + first + R"(","Platform_Account_ID":"org_2"}}]})",
             headers);
    return get("/crm/v8/Contacts/" + made.at("data.0.details.id")).at("data.0.Account_Name.id");
  };
  EXPECT_EQ(parent({}), first);
  EXPECT_EQ(parent({{"x-external", "Contacts.Account_Name.Platform_Account_ID"}}), second);
}

TEST_F(Rules, KeepARecordInTheBinForSixtyDaysAndItsIdForOneHundredAndTwenty) {
  const std::string id = insert("Contacts", R"("Last_Name":"A")");
  send("DELETE", "/crm/v8/Contacts/" + id);
  const auto listed = [&] {
    token_ = mint();
    return get("/crm/v8/Contacts/deleted?type=all").at("data.0.type");
  };
  clock_.advance(24h * 59);
  EXPECT_EQ(listed(), "recycle");
  clock_.advance(48h);
  EXPECT_EQ(listed(), "permanent");
  EXPECT_EQ(post("/crm/v8/settings/recycle_bin/actions/restore", R"({"ids":[")" + id + R"("]})").status, 400);
  EXPECT_EQ(get("/crm/v8/settings/recycle_bin").status, 204);
  clock_.advance(24h * 60);
  EXPECT_EQ(listed(), "(none)");
}

TEST_F(Rules, GiveTwoThousandRowsToAQueryAndAsManyToASearch) {
  std::string rows;
  for (int i = 0; i < 100; ++i) rows.append(i == 0 ? "" : ",").append(R"({"Last_Name":"Many"})");
  for (int i = 0; i < 21; ++i) EXPECT_EQ(post("/crm/v8/Contacts", "{\"data\":[" + rows + "]}").status, 201);
  clock_.advance(5s);
  const auto ask = [&](std::string_view limit) {
    return post("/crm/v8/coql",
                R"({"select_query":"select id from Contacts where Last_Name = 'Many')" + std::string(limit) + "\"}");
  };
  EXPECT_EQ(ask("").at("info.count"), "200") << "as many as nobody asked for";
  EXPECT_EQ(ask(" limit 2000").at("info.count"), "2000");
  EXPECT_EQ(ask(" limit 2000").at("info.more_records"), "true");
  EXPECT_EQ(ask(" limit 2000, 2000").at("info.count"), "100");
  const auto search = [&](int page) {
    return get("/crm/v8/Contacts/search?word=many&fields=id&per_page=200&page=" + std::to_string(page));
  };
  EXPECT_EQ(search(10).at("info.count"), "200");
  EXPECT_EQ(search(11).at("code"), "LIMIT_REACHED");
}

TEST_F(Rules, BoundTheConditionsOfASearchAndOfAQuery) {
  const auto criteria = [&](int count) {
    std::string all = "(Last_Name:equals:A)";
    for (int i = 1; i < count; ++i) all = "(" + all + "or(Last_Name:equals:A))";
    return get("/crm/v8/Contacts/search?criteria=" + zs::percent_encode(all)).status;
  };
  EXPECT_EQ(criteria(10), 204);
  EXPECT_EQ(criteria(11), 400);
  const auto query = [&](int count) {
    std::string all = "Last_Name = 'A'";
    for (int i = 1; i < count; ++i) all = "(" + all + " or Last_Name = 'A')";
    return post("/crm/v8/coql", R"({"select_query":"select id from Contacts where )" + all + "\"}").status;
  };
  EXPECT_EQ(query(25), 204);
  EXPECT_EQ(query(26), 400);
}

TEST_F(Rules, LeaveNoTraceOfARowThatIsRefused) {
  const std::string id = insert("Contacts", R"("Last_Name":"A","Title":"Boss")");
  put("/crm/v8/Contacts/" + id, R"({"data":[{"Title":"Other","Tag":[{"name":"new"}],"Email":"nonsense"}]})");
  post("/crm/v8/Contacts", R"({"data":[{"Tag":[{"name":"newer"}]}]})");
  EXPECT_EQ(get("/crm/v8/Contacts/" + id).at("data.0.Title"), "Boss");
  EXPECT_EQ(get("/crm/v8/settings/tags?module=Contacts").status, 204);
}

}  // namespace
}  // namespace zohosim
