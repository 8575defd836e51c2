#include "core/testing.hpp"

namespace zohosim {
namespace {

class CoqlTest : public ReadyZohoTest {
 protected:
  CoqlTest() {
    acme_ = insert("Accounts",
                   R"("Account_Name":"Acme","Website":"acme.example","Platform_Account_ID":"org_1","Employees":12)");
    insert("Accounts", R"("Account_Name":"Zeta","Platform_Account_ID":"org_2","Employees":7)");
    kei_ = insert("Contacts",
                  R"("Last_Name":"Ito","Email":"kei@acme.example","Platform_User_ID":"u1","Account_Name":{"id":")" +
                      acme_ + "\"}");
    insert("Contacts", R"("Last_Name":"O'Hara","Email":"meg@acme.example")");
    insert("Contacts", R"("Last_Name":"Ek")");
  }

  Answer ask(std::string_view query) {
    return post("/crm/v8/coql", "{\"select_query\":" + zs::json_quoted(query) + "}");
  }

  /// The last names that a condition selects, in order.
  std::string names(const std::string& rest) {
    const Answer answer = ask("select Last_Name from Contacts where " + rest);
    if (answer.status == 204) return "";
    std::string out;
    for (const Json& row : answer.json.find("data")->items)
      out.append(out.empty() ? "" : " ").append(row.string_or("Last_Name", "?"));
    return out;
  }

  std::string acme_;
  std::string kei_;
};

TEST_F(CoqlTest, GivesTheNamedColumnsAndTheId) {
  const Answer answer =
      ask("select Last_Name, Account_Name, Account_Name.Website from Contacts where Email = 'kei@acme.example' limit "
          "0, 200");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, R"({"data":[{"Last_Name":"Ito","Account_Name":{"id":")" + acme_ +
                             R"("},"Account_Name.Website":"acme.example","id":")" + kei_ +
                             R"("}],"info":{"count":1,"more_records":false}})");
}

TEST_F(CoqlTest, SeesWhatWasWrittenAMomentAgo) {
  insert("Contacts", R"("Last_Name":"New","Platform_User_ID":"u9")");
  EXPECT_EQ(names("Platform_User_ID in ('u9','u10')"), "New");
}

TEST_F(CoqlTest, AnswersNoHitWith204) {
  EXPECT_EQ(ask("select id from Contacts where Email = 'nobody@x.co'").status, 204);
}

TEST_F(CoqlTest, UnderstandsItsOperators) {
  EXPECT_EQ(names("Last_Name != 'Ito' order by Last_Name"), "Ek O'Hara");
  EXPECT_EQ(names("Last_Name = 'O\\'Hara'"), "O'Hara");
  EXPECT_EQ(names("Email is null"), "Ek");
  EXPECT_EQ(names("Email is not null order by Last_Name desc"), "O'Hara Ito");
  EXPECT_EQ(names("Email like '%@acme.example' order by Last_Name"), "Ito O'Hara");
  EXPECT_EQ(names("Last_Name not in ('Ito','Ek')"), "O'Hara");
  EXPECT_EQ(names("Last_Name not like 'I%' order by Last_Name"), "Ek O'Hara");
  EXPECT_EQ(names("Last_Name between 'F' and 'K'"), "Ito");
  EXPECT_EQ(names("Created_Time >= '2025-10-09T08:53:20+00:00' order by Last_Name"), "Ek Ito O'Hara");
  EXPECT_EQ(names("Created_Time < '2025-10-09T08:53:20+00:00'"), "");
  EXPECT_EQ(names("Account_Name = '" + acme_ + "'"), "Ito");
  EXPECT_EQ(names("Account_Name.Platform_Account_ID = 'org_1'"), "Ito");
  EXPECT_EQ(names("id = '" + kei_ + "'"), "Ito");
  EXPECT_EQ(ask("select Account_Name from Accounts where Employees > 10").at("info.count"), "1");
}

TEST_F(CoqlTest, JoinsConditionsInPairsOnly) {
  EXPECT_EQ(names("Last_Name = 'Ito' or Last_Name = 'Ek' order by Last_Name"), "Ek Ito");
  EXPECT_EQ(names("((Last_Name = 'Ito' or Last_Name = 'Ek') and Email is null)"), "Ek");
  const Answer three = ask("select id from Contacts where Last_Name = 'A' or Last_Name = 'B' or Last_Name = 'C'");
  EXPECT_EQ(three.status, 400);
  EXPECT_EQ(three.at("code"), "SYNTAX_ERROR");
  EXPECT_EQ(three.at("details.near"), "or");
}

TEST_F(CoqlTest, TellsTheLimitAndWhatIsBeyondIt) {
  EXPECT_EQ(ask("select id from Contacts where id > 0 limit 2").at("info.more_records"), "true");
  EXPECT_EQ(ask("select id from Contacts where id > 0 limit 2, 2").at("info.count"), "1");
  EXPECT_EQ(ask("select id from Contacts where id > 0 limit 2 offset 2").at("info.count"), "1");
  EXPECT_EQ(ask("select id from Contacts where id > 0 limit 2001").at("code"), "LIMIT_EXCEEDED");
}

TEST_F(CoqlTest, TakesAHundredValuesInAListAndRefusesOneMore) {
  std::string list = "'a0@b.co'";
  for (int i = 1; i < 100; ++i) list += ",'a" + std::to_string(i) + "@b.co'";
  EXPECT_EQ(ask("select id from Contacts where Email in (" + list + ")").status, 204);
  EXPECT_EQ(ask("select id from Contacts where Email in (" + list + ",'x@b.co')").at("code"), "LIMIT_EXCEEDED");
}

TEST_F(CoqlTest, SaysWhatIsWrongWithAQuery) {
  const auto code = [&](std::string_view query) {
    const Answer answer = ask(query);
    EXPECT_EQ(answer.status, 400) << query;
    return answer.at("code");
  };
  EXPECT_EQ(code("selct id from Contacts where id = 1"), "SYNTAX_ERROR");
  EXPECT_EQ(ask("select id from Contacts").at("details"), R"({"clause":"where"})");
  EXPECT_EQ(code("select id from Nothings where id = 1"), "INVALID_QUERY");
  EXPECT_EQ(code("select Nope from Contacts where id = 1"), "INVALID_QUERY");
  EXPECT_EQ(ask("select Nope from Contacts where id = 1").at("details.column_name"), "Nope");
  EXPECT_EQ(code("select id, id from Contacts where id = 1"), "DUPLICATE_DATA");
  EXPECT_EQ(code("select id from Contacts where Email = 'unclosed"), "SYNTAX_ERROR");
  EXPECT_EQ(code("select id from Contacts where Email in ()"), "SYNTAX_ERROR");
  EXPECT_EQ(code("select id from Contacts where id = 1 limit ten"), "SYNTAX_ERROR");
  EXPECT_EQ(code("select id from Accounts where Employees = 'many'"), "INVALID_QUERY");
  EXPECT_EQ(post("/crm/v8/coql", "{}").at("code"), "MANDATORY_NOT_FOUND");
}

TEST_F(CoqlTest, CostsByItsLimit) {
  const auto cost = [&](std::string_view limit) {
    ask("select id from Contacts where id = 1 limit " + std::string(limit));
    return zoho_->log().calls().back().credits;
  };
  EXPECT_EQ(cost("200"), 1);
  EXPECT_EQ(cost("1000"), 2);
  EXPECT_EQ(cost("2000"), 3);
}

}  // namespace
}  // namespace zohosim
