#include "core/testing.hpp"

namespace zohosim {
namespace {

using namespace std::chrono_literals;

TEST_F(ZohoTest, DemandsFieldsOfAListAndGivesOnlyThose) {
  insert("Contacts", R"("Last_Name":"A","Title":"CTO")");
  const Answer refused = get("/crm/v8/Contacts");
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.at("code"), "REQUIRED_PARAM_MISSING");
  EXPECT_EQ(refused.at("details.param_name"), "fields");
  const Answer list = get("/crm/v8/Contacts?fields=Last_Name,Nonsense&");
  EXPECT_EQ(list.status, 200);
  EXPECT_EQ(list.at("data.0.Last_Name"), "A");
  EXPECT_EQ(list.at("data.0.Title"), "(none)");
  EXPECT_EQ(list.at("info.count"), "1");
  EXPECT_EQ(list.at("info.more_records"), "false");
  EXPECT_EQ(list.at("info.next_page_token"), "null");
  EXPECT_EQ(list.at("info.sort_by"), "id");
}

TEST_F(ZohoTest, AnswersNothingWith204AndAnEmptyBody) {
  EXPECT_EQ(get("/crm/v8/Contacts?fields=Last_Name").status, 204);
  EXPECT_EQ(get("/crm/v8/Contacts/999").status, 204);
  EXPECT_EQ(get("/crm/v8/Contacts/999").body, "");
}

TEST_F(ZohoTest, ShowsARecordWithAllItsFieldsAndNullForWhatIsNotSet) {
  const std::string id = insert("Contacts", R"("Last_Name":"Ito","First_Name":"Kei")");
  const Answer answer = get("/crm/v8/Contacts/" + id);
  EXPECT_EQ(answer.at("data.0.id"), id);
  EXPECT_EQ(answer.at("data.0.Full_Name"), "Kei Ito");
  EXPECT_EQ(answer.at("data.0.Email"), "null");
  EXPECT_EQ(answer.at("data.0.Tag"), "[]");
  EXPECT_EQ(answer.at("data.0.Owner.email"), "sync.bot@zohosim.example");
  EXPECT_EQ(answer.at("data.0.$approval_state"), "approved");
  EXPECT_EQ(answer.at("info"), "(none)");
}

TEST_F(ZohoTest, ListsNewestFirstInPages) {
  for (int i = 0; i < 5; ++i) insert("Contacts", "\"Last_Name\":\"P" + std::to_string(i) + "\"");
  const Answer first = get("/crm/v8/Contacts?fields=Last_Name&per_page=2");
  EXPECT_EQ(first.at("data.0.Last_Name"), "P4");
  EXPECT_EQ(first.at("info.more_records"), "true");
  EXPECT_EQ(get("/crm/v8/Contacts?fields=Last_Name&per_page=2&page=3").at("data.0.Last_Name"), "P0");
  const std::string token = first.at("info.next_page_token");
  EXPECT_EQ(get("/crm/v8/Contacts?fields=Last_Name&per_page=2&page_token=" + token).at("data.0.Last_Name"), "P2");
  EXPECT_EQ(get("/crm/v8/Contacts?fields=Title&per_page=2&page_token=" + token).at("code"),
            "TOKEN_BOUND_DATA_MISMATCH");
  EXPECT_EQ(get("/crm/v8/Contacts?fields=Last_Name&per_page=2&page=2&page_token=" + token).at("code"),
            "AMBIGUITY_DURING_PROCESSING");
  EXPECT_EQ(get("/crm/v8/Contacts?fields=Last_Name&page=11").at("code"), "DISCRETE_PAGINATION_LIMIT_EXCEEDED");
  clock_.advance(24h);
  token_ = mint();
  EXPECT_EQ(get("/crm/v8/Contacts?fields=Last_Name&per_page=2&page_token=" + token).at("code"), "EXPIRED_VALUE");
}

TEST_F(ZohoTest, SortsByTimeOfChange) {
  const std::string first = insert("Contacts", R"("Last_Name":"A")");
  insert("Contacts", R"("Last_Name":"B")");
  clock_.advance(5s);
  put("/crm/v8/Contacts", R"({"data":[{"id":")" + first + R"(","Title":"CTO"}]})");
  EXPECT_EQ(get("/crm/v8/Contacts?fields=Last_Name&sort_by=Modified_Time&sort_order=desc").at("data.0.Last_Name"), "A");
  EXPECT_EQ(get("/crm/v8/Contacts?fields=Last_Name&sort_by=Last_Name").status, 400);
}

TEST_F(ZohoTest, AnswersNotModifiedSince) {
  insert("Contacts", R"("Last_Name":"A")");
  EXPECT_EQ(get("/crm/v8/Contacts?fields=Last_Name", {{"if-modified-since", "2025-10-09T08:53:20+00:00"}}).status, 304);
  EXPECT_EQ(get("/crm/v8/Contacts?fields=Last_Name", {{"if-modified-since", "2025-10-09T08:53:00+00:00"}}).status, 200);
}

TEST_F(ZohoTest, TakesNoMoreIdsThanFitThatParameter) {
  std::string ids = insert("Contacts", R"("Last_Name":"A")");
  EXPECT_EQ(get("/crm/v8/Contacts?fields=Last_Name&ids=" + ids + ",999").at("info.count"), "1");
  while (ids.size() <= 1024) ids += ",5725767000000524157";
  EXPECT_EQ(get("/crm/v8/Contacts?fields=Last_Name&ids=" + ids).at("code"), "LIMIT_EXCEEDED");
}

TEST_F(ZohoTest, FindsAWrittenRecordInTheSearchIndexOnlyLater) {
  insert("Contacts", R"("Last_Name":"Ito","Email":"kei@acme.example")");
  EXPECT_EQ(get("/crm/v8/Contacts/search?email=KEI%40acme.example").status, 204);
  clock_.advance(2s);
  const Answer found = get("/crm/v8/Contacts/search?email=KEI%40acme.example&fields=Email");
  EXPECT_EQ(found.status, 200);
  EXPECT_EQ(found.at("data.0.Email"), "kei@acme.example");
  EXPECT_EQ(found.at("info.more_records"), "false");
}

TEST_F(ZohoTest, UnderstandsSearchCriteria) {
  insert("Contacts", R"("Last_Name":"Burns","First_Name":"Mia","Email":"mia@a.co","Phone":"+4912")");
  insert("Contacts", R"("Last_Name":"Burnside","First_Name":"Max","Email":"max@a.co")");
  insert("Contacts", R"x("Last_Name":"Smith (Jr)","First_Name":"Moe")x");
  clock_.advance(2s);
  const auto count = [&](std::string_view criteria) {
    const Answer answer = get("/crm/v8/Contacts/search?fields=Last_Name&criteria=" + zs::percent_encode(criteria));
    return answer.status == 204 ? "0" : answer.at("info.count");
  };
  EXPECT_EQ(count("(Last_Name:equals:Burns)"), "2") << "equals on text behaves like contains";
  EXPECT_EQ(count("(Email:equals:MIA@a.co)"), "1");
  EXPECT_EQ(count("((Last_Name:starts_with:Burn)and(First_Name:equals:Max))"), "1");
  EXPECT_EQ(count("((Last_Name:starts_with:Smith)or(Phone:equals:+4912))"), "2");
  EXPECT_EQ(count(R"x((Last_Name:equals:Smith \(Jr\)))x"), "1");
  EXPECT_EQ(count("(Email:in:mia@a.co,max@a.co)"), "2");
  EXPECT_EQ(count("(Created_Time:greater_than:2025-10-09T08:53:00+00:00)"), "3");
  for (const std::string_view broken :
       {"Last_Name:equals:A", "(Nope:equals:A)", "(Last_Name:resembles:A)", "((Last_Name:equals:A)"}) {
    EXPECT_EQ(get("/crm/v8/Contacts/search?criteria=" + zs::percent_encode(broken)).at("code"), "INVALID_QUERY")
        << broken;
  }
  EXPECT_EQ(get("/crm/v8/Contacts/search").at("code"), "EXPECTED_PARAM_MISSING");
  EXPECT_EQ(get("/crm/v8/Contacts/search?word=smith").at("info.count"), "1");
  EXPECT_EQ(get("/crm/v8/Contacts/actions/count").at("count"), "3");
}

TEST_F(ZohoTest, DeletesRecordsAndListsThem) {
  const std::string a = insert("Contacts", R"("Last_Name":"A")");
  const std::string b = insert("Contacts", R"("Last_Name":"B")");
  const Answer answer = send("DELETE", "/crm/v8/Contacts?ids=" + a + ",999&wf_trigger=false");
  EXPECT_EQ(answer.status, 207);
  EXPECT_EQ(
      answer.body,
      R"({"data":[{"code":"SUCCESS","details":{"id":")" + a +
          R"("},"message":"record deleted","status":"success"},{"code":"INVALID_DATA","details":{"id":"999"},"message":"record not deleted","status":"error"}]})");
  EXPECT_EQ(get("/crm/v8/Contacts/" + a).status, 204);
  EXPECT_EQ(put("/crm/v8/Contacts", R"({"data":[{"id":")" + a + R"(","Title":"X"}]})").at("data.0.code"),
            "INVALID_DATA");
  EXPECT_EQ(send("DELETE", "/crm/v8/Contacts/" + b).status, 200);
  const Answer again = send("DELETE", "/crm/v8/Contacts/" + b);
  EXPECT_EQ(again.status, 400);
  EXPECT_EQ(again.at("details"), R"({"resource_path_index":1})");
  const Answer deleted = get("/crm/v8/Contacts/deleted?type=all");
  EXPECT_EQ(deleted.at("data.0.id"), b);
  EXPECT_EQ(deleted.at("data.0.type"), "recycle");
  EXPECT_EQ(deleted.at("data.0.display_name"), "B");
  EXPECT_EQ(deleted.at("data.1.id"), a);
}

TEST_F(ZohoTest, PurgesARecordFromTheRecycleBinSoThatOnlyItsIdIsLeft) {
  const std::string id = insert("Contacts", R"("Last_Name":"A","Email":"a@b.co")");
  send("DELETE", "/crm/v8/Contacts/" + id);
  EXPECT_EQ(get("/crm/v8/settings/recycle_bin").at("recycle_bin.0.id"), id);
  EXPECT_EQ(send("DELETE", "/crm/v8/settings/recycle_bin?ids=" + id).status, 200);
  EXPECT_EQ(get("/crm/v8/settings/recycle_bin").status, 204);
  const Answer deleted = get("/crm/v8/Contacts/deleted?type=permanent");
  EXPECT_EQ(deleted.at("data.0.id"), id);
  EXPECT_EQ(deleted.at("data.0.display_name"), "null");
  EXPECT_EQ(send("DELETE", "/crm/v8/settings/recycle_bin/" + id).status, 400);
}

TEST_F(ReadyZohoTest, MergesWithoutLeavingARedirect) {
  const std::string master = insert("Contacts", R"("Last_Name":"A","Platform_User_ID":"u1")");
  const std::string loser = insert("Contacts", R"("Last_Name":"B","Platform_User_ID":"u2")");
  const std::string deal =
      insert("Deals", R"("Deal_Name":"D","Stage":"Closed Won","Contact_Name":{"id":")" + loser + "\"}");
  EXPECT_EQ(post("/crm/v8/Contacts/" + master + "/actions/merge", R"({"merge":[{"data":[{"id":")" + loser + R"("}]}]})")
                .status,
            200);
  EXPECT_EQ(get("/crm/v8/Contacts/" + loser).status, 204);
  EXPECT_EQ(get("/crm/v8/Contacts/" + master).at("data.0.Platform_User_ID"), "u1");
  EXPECT_EQ(get("/crm/v8/Deals/" + deal).at("data.0.Contact_Name.id"), master);
  EXPECT_EQ(get("/crm/v8/Contacts/deleted?type=all").at("data.0.id"), loser);
}

TEST_F(ReadyZohoTest, AnAddressThatIsNoTextIsRefusedInAnAnswerThatIs) {
  for (const char* target : {"/crm/v8/Contacts/search?criteria=(%FF:equals:x)", "/crm/v8/Contacts/%FF"}) {
    const Answer answer = get(target);
    EXPECT_EQ(answer.status, 400) << target;
    EXPECT_TRUE(parse_json(answer.body)) << target;
  }
}

}  // namespace
}  // namespace zohosim
