#include "core/testing.hpp"

namespace zohosim {
namespace {

class WatchTest : public ZohoTest {
 protected:
  Answer watch(std::string_view members) {
    return post("/crm/v8/actions/watch",
                R"({"watch":[{"channel_id":"10","events":["Contacts.all"],"notify_url":"http://me.example/z")" +
                    std::string(members) + "}]}");
  }
  /// "module operation ids" of each push since.
  std::string pushed() {
    std::string out;
    for (const Push& push : zoho_->take_pushes()) {
      const auto body = parse_json(push.body);
      out += std::string(body->string_or("module", "")) + " " + std::string(body->string_or("operation", "")) + " " +
             std::to_string(body->find("ids")->items.size()) + ";";
    }
    return out;
  }
};

TEST_F(WatchTest, TellsWhatHappensAndByWhichChannel) {
  EXPECT_EQ(watch(R"(,"token":"opaque")").status, 201);
  const std::string id = insert("Contacts", R"("Last_Name":"A")");
  const std::vector<Push> pushes = zoho_->take_pushes();
  ASSERT_EQ(pushes.size(), 1U);
  EXPECT_EQ(pushes[0].url, "http://me.example/z");
  const auto body = parse_json(pushes[0].body);
  EXPECT_EQ(body->string_or("operation", ""), "insert");
  EXPECT_EQ(body->string_or("channel_id", ""), "10");
  EXPECT_EQ(body->string_or("token", ""), "opaque");
  EXPECT_EQ(body->find("ids")->items.at(0).text, id);
  EXPECT_EQ(body->integer_or("server_time", 0), zoho_->now_ms());
}

TEST_F(WatchTest, TellsOfEveryWayToChangeARecordOnce) {
  const std::string id = insert("Contacts", R"("Last_Name":"A")");
  const std::string other = insert("Contacts", R"("Last_Name":"B")");
  watch("");
  put("/crm/v8/Contacts", R"({"data":[{"id":")" + id + R"(","Title":"x"},{"id":")" + other + R"(","Title":"y"}]})");
  EXPECT_EQ(pushed(), "Contacts update 2;");
  post("/control/records/Contacts/" + id, R"({"fields":{"Title":"by hand"}})");
  EXPECT_EQ(pushed(), "Contacts update 1;");
  send("DELETE", "/crm/v8/Contacts?ids=" + id);
  EXPECT_EQ(pushed(), "Contacts delete 1;");
  post("/crm/v8/settings/recycle_bin/actions/restore", R"({"ids":[")" + id + R"("]})");
  EXPECT_EQ(pushed(), "Contacts insert 1;");
  post("/control/merge", R"({"module":"Contacts","master":")" + id + R"(","losers":[")" + other + R"("]})");
  EXPECT_EQ(pushed(), "Contacts delete 1;Contacts update 1;");
  post("/crm/v8/Contacts", R"({"data":[{"First_Name":"refused"}]})");
  insert("Accounts", R"("Account_Name":"Acme")");
  EXPECT_EQ(pushed(), "") << "nothing happened to a Contact";
}

TEST_F(WatchTest, TellsOnlyOfTheEventsThatAreWanted) {
  post(
      "/crm/v8/actions/watch",
      R"({"watch":[{"channel_id":"10","events":["Contacts.delete","Deals.create"],"notify_url":"http://me.example/z"}]})");
  const std::string id = insert("Contacts", R"("Last_Name":"A")");
  insert("Deals", R"("Deal_Name":"D","Stage":"Qualification")");
  EXPECT_EQ(pushed(), "Deals insert 1;");
  send("DELETE", "/crm/v8/Contacts/" + id);
  EXPECT_EQ(pushed(), "Contacts delete 1;");
}

TEST_F(WatchTest, EndsAfterAnHourUnlessItIsToldOtherwiseAndAWeekIsTheMost) {
  watch("");
  zoho_->advance(std::chrono::minutes{61});
  token_ = mint();
  insert("Contacts", R"("Last_Name":"A")");
  EXPECT_EQ(pushed(), "");
  EXPECT_EQ(get("/crm/v8/actions/watch").status, 204);
  const auto until = [&](std::int64_t hours) {
    return watch(R"(,"channel_expiry":")" + format_instant(zoho_->now_ms() + hours * 3'600'000, 0) + "\"").status;
  };
  EXPECT_EQ(until(7 * 24), 201);
  EXPECT_EQ(until(7 * 24 + 1), 400);
  EXPECT_EQ(until(-1), 400);
  zoho_->advance(std::chrono::hours{150});
  token_ = mint();
  insert("Contacts", R"("Last_Name":"A")");
  EXPECT_EQ(pushed(), "Contacts insert 1;");
}

TEST_F(WatchTest, ChangesEventsOfAChannelAndDropsSomeOfThem) {
  watch("");
  const auto change = [&](const char* method, std::string_view members) {
    return send(method, "/crm/v8/actions/watch", R"({"watch":[{"channel_id":"10",)" + std::string(members) + "}]}");
  };
  EXPECT_EQ(change("PUT", R"("events":["Deals.create","Deals.delete"])").at("watch.0.message"),
            "Successfully updated the subscribe details");
  EXPECT_EQ(get("/crm/v8/actions/watch").at("watch.0.events"), R"(["Deals.create","Deals.delete"])");
  EXPECT_EQ(change("PATCH", R"("events":["Deals.create"],"_delete_events":true)").at("watch.0.message"),
            "Successfully removed the subscribe details");
  EXPECT_EQ(get("/crm/v8/actions/watch").at("watch.0.events"), R"(["Deals.delete"])");
  change("PATCH", R"("events":["Deals.delete"],"_delete_events":true)");
  EXPECT_EQ(get("/crm/v8/actions/watch").status, 204) << "a channel without events is none";
  EXPECT_EQ(change("PUT", R"("events":["Deals.create"])").at("watch.0.code"), "NOT_SUBSCRIBED");
}

TEST_F(WatchTest, RefusesWhatIsNoSubscription) {
  const auto code = [&](std::string_view row) {
    const Answer answer = post("/crm/v8/actions/watch", "{\"watch\":[{" + std::string(row) + "}]}");
    return answer.at("watch.0.code") + " " + answer.at("watch.0.details.api_name");
  };
  EXPECT_EQ(code(R"("events":["Contacts.all"],"notify_url":"http://a.b/")"), "MANDATORY_NOT_FOUND channel_id");
  EXPECT_EQ(code(R"("channel_id":"x","events":["Contacts.all"],"notify_url":"http://a.b/")"),
            "INVALID_DATA channel_id");
  EXPECT_EQ(code(R"("channel_id":"1","events":["Nope.all"],"notify_url":"http://a.b/")"), "INVALID_DATA events");
  EXPECT_EQ(code(R"("channel_id":"1","events":["Contacts.frob"],"notify_url":"http://a.b/")"), "INVALID_DATA events");
  EXPECT_EQ(code(R"("channel_id":"1","events":["Contacts.all"])"), "MANDATORY_NOT_FOUND notify_url");
  EXPECT_EQ(code(R"("channel_id":"1","events":["Contacts.all"],"notify_url":"ftp://a.b/")"), "INVALID_DATA notify_url");
  EXPECT_EQ(code(R"("channel_id":"1","events":["Contacts.all"],"notify_url":"http://a.b/","token":")" +
                 std::string(51, 't') + "\""),
            "INVALID_DATA token");
  EXPECT_EQ(post("/crm/v8/actions/watch", "{}").at("code"), "MANDATORY_NOT_FOUND");
  EXPECT_EQ(send("DELETE", "/crm/v8/actions/watch").at("code"), "REQUIRED_PARAM_MISSING");
}

TEST_F(ZohoTest, MergesATagIntoAnother) {
  const std::string id = insert("Contacts", R"("Last_Name":"A","Tag":[{"name":"old"},{"name":"other"}])");
  const std::string both = insert("Contacts", R"("Last_Name":"B","Tag":[{"name":"old"},{"name":"new"}])");
  const Answer tags = get("/crm/v8/settings/tags?module=Contacts");
  const std::string old_id = tags.at("tags.0.id");
  const std::string new_id = tags.at("tags.2.id");
  const std::string merge = "/crm/v8/settings/tags/" + new_id + "/actions/merge";
  EXPECT_EQ(post(merge, R"({"tags":[{"conflict_id":"1"}]})").at("tags.0.code"), "INVALID_DATA");
  EXPECT_EQ(post(merge, R"({"tags":[{"conflict_id":")" + old_id + R"("}]})").at("tags.0.code"), "SUCCESS");
  EXPECT_EQ(get("/crm/v8/Contacts/" + id).at("data.0.Tag.1.name"), "new");
  EXPECT_EQ(get("/crm/v8/Contacts/" + both).at("data.0.Tag.1.name"), "(none)");
  EXPECT_EQ(get("/crm/v8/settings/tags/" + new_id + "/actions/records_count?module=Contacts").at("count"), "2");
  EXPECT_EQ(get("/crm/v8/settings/tags/" + old_id + "/actions/records_count?module=Contacts").status, 400);
}

TEST_F(ZohoTest, RestoresRecordsFromTheRecycleBin) {
  const std::string id = insert("Contacts", R"("Last_Name":"A")");
  send("DELETE", "/crm/v8/Contacts/" + id);
  const Answer restored =
      post("/crm/v8/settings/recycle_bin/actions/restore", R"({"recycle_bin":[{"id":")" + id + R"("},{"id":"1"}]})");
  EXPECT_EQ(restored.status, 207);
  EXPECT_EQ(restored.at("recycle_bin.0.code"), "SUCCESS");
  EXPECT_EQ(restored.at("recycle_bin.1.code"), "INVALID_DATA");
  EXPECT_EQ(get("/crm/v8/Contacts/" + id).status, 200);
  EXPECT_EQ(get("/crm/v8/Contacts/deleted?type=all").status, 204);
}

}  // namespace
}  // namespace zohosim
