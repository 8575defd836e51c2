// What Zoho's documents leave open: each switch of options.hpp under both of its values.
#include "core/testing.hpp"

namespace zohosim {
namespace {

class Doubt : public ZohoTest {
 protected:
  /// Begins anew with one switch turned.
  template <class Turn>
  void with(const Turn& turn) {
    Options options;
    options.ready = true;
    turn(options);
    start(std::move(options));
  }
  Answer upsert(std::string_view rows, std::string_view check = "Email") {
    return post("/crm/v8/Contacts/upsert",
                "{\"data\":[" + std::string(rows) + R"(],"duplicate_check_fields":[")" + std::string(check) + "\"]}");
  }
};

TEST_F(Doubt, AnswersOfAnUpsertStandInTheOrderOfTheRequestOrNot) {
  for (const bool keeps : {true, false}) {
    with([&](Options& options) { options.upsert_keeps_order = keeps; });
    const Answer answer = upsert(R"({"Last_Name":"A"},{"First_Name":"no last name"})");
    EXPECT_EQ(answer.at(keeps ? "data.0.code" : "data.1.code"), "SUCCESS");
    EXPECT_EQ(answer.at(keeps ? "data.1.details.json_path" : "data.0.details.json_path"), "$.data[1].Last_Name");
  }
}

TEST_F(Doubt, AnUpsertTakesTheOldestOrTheNewestOfThoseThatMatch) {
  for (const bool newest : {false, true}) {
    with([&](Options& options) { options.upsert_takes_newest = newest; });
    const std::string older = insert("Contacts", R"("Last_Name":"A","Email":"a@b.co")");
    const std::string newer = insert("Contacts", R"("Last_Name":"B","Email":"a@b.co")");
    EXPECT_EQ(upsert(R"({"Last_Name":"C","Email":"a@b.co"})").at("data.0.details.id"), newest ? newer : older);
  }
}

TEST_F(Doubt, TagsBeyondTheMostAreRefusedOrNamed) {
  for (const SurplusTags way : {SurplusTags::refuse, SurplusTags::skip}) {
    with([&](Options& options) {
      options.surplus_tags = way;
      options.edition = Edition::standard;
    });
    const std::string id =
        insert("Contacts", R"("Last_Name":"A","Tag":[{"name":"1"},{"name":"2"},{"name":"3"},{"name":"4"}])");
    const Answer answer =
        post("/crm/v8/Contacts/actions/add_tags", R"({"tags":[{"name":"5"},{"name":"6"}],"ids":[")" + id + R"("]})");
    const bool refused = way == SurplusTags::refuse;
    EXPECT_EQ(answer.at("data.0.code"), refused ? "LIMIT_EXCEEDED" : "SUCCESS");
    EXPECT_EQ(answer.at("data.0.details.not_added_tags.0.name"), refused ? "(none)" : "6");
    EXPECT_EQ(get("/crm/v8/Contacts/" + id).at("data.0.Tag.4.name"), refused ? "(none)" : "5");
  }
}

TEST_F(Doubt, AnUnknownTagNameMakesTheTagOrIsRefused) {
  for (const bool makes : {true, false}) {
    with([&](Options& options) { options.tags_made_by_name = makes; });
    const std::string id = insert("Contacts", R"("Last_Name":"A")");
    const Answer answer =
        post("/crm/v8/Contacts/actions/add_tags", R"({"tags":[{"name":"new"}],"ids":[")" + id + R"("]})");
    EXPECT_EQ(answer.status, makes ? 200 : 400);
    post("/crm/v8/settings/tags?module=Contacts", R"({"tags":[{"name":"made"}]})");
    EXPECT_EQ(post("/crm/v8/Contacts/actions/add_tags", R"({"tags":[{"name":"made"}],"ids":[")" + id + R"("]})").status,
              200);
  }
}

TEST_F(Doubt, AChangeOfTagsIsAChangeOfTheRecordOrNot) {
  for (const bool touches : {false, true}) {
    with([&](Options& options) { options.tags_touch_record = touches; });
    const std::string id = insert("Contacts", R"("Last_Name":"A")");
    post("/crm/v8/actions/watch",
         R"({"watch":[{"channel_id":"1","events":["Contacts.edit"],"notify_url":"http://a.b/"}]})");
    const std::string before = get("/crm/v8/Contacts/" + id).at("data.0.Modified_Time");
    clock_.advance(std::chrono::seconds{10});
    post("/crm/v8/Contacts/actions/add_tags", R"({"tags":[{"name":"x"}],"ids":[")" + id + R"("]})");
    EXPECT_EQ(get("/crm/v8/Contacts/" + id).at("data.0.Modified_Time") != before, touches);
    EXPECT_EQ(zoho_->take_pushes().size(), touches ? 1U : 0U);
  }
}

TEST_F(Doubt, EmojiInTextAreTakenOrRefused) {
  for (const bool refused : {false, true}) {
    with([&](Options& options) { options.emoji_refused = refused; });
    EXPECT_EQ(post("/crm/v8/Contacts", R"({"data":[{"Last_Name":"A 🚀"}]})").status, refused ? 400 : 201);
    EXPECT_EQ(post("/crm/v8/Contacts", R"({"data":[{"Last_Name":"Itö 漢字"}]})").status, 201);
  }
}

TEST_F(Doubt, ALengthCountsUtf16UnitsOrCodePoints) {
  std::string rockets;
  for (int i = 0; i < 41; ++i) rockets += "🚀";
  for (const LengthUnit unit : {LengthUnit::utf16, LengthUnit::code_points}) {
    with([&](Options& options) { options.length_unit = unit; });
    EXPECT_EQ(post("/crm/v8/Contacts", R"({"data":[{"Last_Name":")" + rockets + R"("}]})").status,
              unit == LengthUnit::utf16 ? 400 : 201);
  }
}

TEST_F(Doubt, EmptyTextClearsAFieldOrIsKept) {
  for (const bool clears : {true, false}) {
    with([&](Options& options) { options.empty_text_clears = clears; });
    const std::string id = insert("Contacts", R"("Last_Name":"A","Title":"x")");
    put("/crm/v8/Contacts/" + id, R"({"data":[{"Title":""}]})");
    EXPECT_EQ(get("/crm/v8/Contacts/" + id).at("data.0.Title"), clears ? "null" : "");
  }
}

TEST_F(Doubt, BlanksAroundTextAreCutOffOrKept) {
  for (const bool trims : {true, false}) {
    with([&](Options& options) { options.trims_text = trims; });
    const std::string id = insert("Contacts", R"("Last_Name":" A ")");
    EXPECT_EQ(get("/crm/v8/Contacts/" + id).at("data.0.Last_Name"), trims ? "A" : " A ");
  }
}

TEST_F(Doubt, ALayoutsMandatoryFieldCountsWhenTheLayoutIsSentOrAlways) {
  for (const bool always : {false, true}) {
    with([&](Options& options) {
      options.layout_mandatory = {"Deals.Closing_Date"};
      options.layout_counts_always = always;
    });
    EXPECT_EQ(post("/crm/v8/Deals", R"({"data":[{"Deal_Name":"D","Stage":"Qualification"}]})").status,
              always ? 400 : 201);
    const std::string layout = get("/crm/v8/settings/layouts?module=Deals").at("layouts.0.id");
    const auto with_layout = [&](const std::string& id, std::string_view more) {
      return post("/crm/v8/Deals", R"({"data":[{"Deal_Name":"D","Stage":"Qualification","Layout":{"id":")" + id +
                                       "\"}" + std::string(more) + "}]}")
          .at("data.0.code");
    };
    EXPECT_EQ(with_layout(layout, ""), "MANDATORY_NOT_FOUND");
    EXPECT_EQ(with_layout(layout, R"(,"Closing_Date":"2026-03-31")"), "SUCCESS");
    EXPECT_EQ(with_layout("1", R"(,"Closing_Date":"2026-03-31")"), "INVALID_DATA");
  }
}

TEST_F(Doubt, ContactsOfAnotherAccountAreTakenForADealOrRefused) {
  for (const bool must_match : {false, true}) {
    with([&](Options& options) { options.deal_contact_must_match = must_match; });
    const std::string acme = insert("Accounts", R"("Account_Name":"Acme")");
    const std::string other = insert("Accounts", R"("Account_Name":"Other")");
    const std::string contact = insert("Contacts", R"("Last_Name":"A","Account_Name":{"id":")" + acme + "\"}");
    const Answer deal =
        post("/crm/v8/Deals", R"({"data":[{"Deal_Name":"D","Stage":"Qualification","Account_Name":{"id":")" + other +
                                  R"("},"Contact_Name":{"id":")" + contact + R"("}}]})");
    EXPECT_EQ(deal.at("data.0.code"), must_match ? "INVALID_DATA" : "SUCCESS");
  }
}

TEST_F(Doubt, AnUnknownParentIsReportedOnTheLookupOrOnItsId) {
  for (const LookupError way : {LookupError::names_lookup, LookupError::names_id}) {
    with([&](Options& options) { options.lookup_error = way; });
    const Answer answer = post("/crm/v8/Contacts", R"({"data":[{"Last_Name":"A","Account_Name":{"id":"1"}}]})");
    EXPECT_EQ(answer.at("data.0.details.api_name"), way == LookupError::names_lookup ? "Account_Name" : "id");
    EXPECT_EQ(answer.at("data.0.details.json_path"), "$.data[0].Account_Name.id");
  }
}

TEST_F(Doubt, ADealsAccountByNameIsRefusedOrMade) {
  for (const bool makes : {false, true}) {
    with([&](Options& options) { options.names_make_accounts = makes; });
    insert("Accounts", R"("Account_Name":"Known")");
    const auto deal = [&](const std::string& name) {
      return post("/crm/v8/Deals",
                  R"({"data":[{"Deal_Name":"D","Stage":"Qualification","Account_Name":{"name":")" + name + R"("}}]})")
          .at("data.0.code");
    };
    EXPECT_EQ(deal("New"), makes ? "SUCCESS" : "MANDATORY_NOT_FOUND");
    EXPECT_EQ(deal("Known"), makes ? "SUCCESS" : "MANDATORY_NOT_FOUND");
    EXPECT_EQ(get("/crm/v8/Accounts/actions/count").at("count"), makes ? "2" : "1");
    EXPECT_EQ(
        post("/crm/v8/Contacts", R"({"data":[{"Last_Name":"A","Account_Name":{"name":"Known"}}]})").at("data.0.code"),
        "MANDATORY_NOT_FOUND");
  }
}

TEST_F(Doubt, MergedRecordsStandInTheDeletedListOrNot) {
  for (const bool listed : {true, false}) {
    with([&](Options& options) { options.merge_losers_are_listed = listed; });
    const std::string master = insert("Contacts", R"("Last_Name":"A")");
    const std::string loser = insert("Contacts", R"("Last_Name":"B")");
    post("/control/merge", R"({"module":"Contacts","master":")" + master + R"(","losers":[")" + loser + R"("]})");
    EXPECT_EQ(get("/crm/v8/Contacts/deleted?type=all").status, listed ? 200 : 204);
  }
}

TEST_F(Doubt, ADealOfADeletedParentNamesNobodyOrStillNamesItOrIsDeletedToo) {
  for (const ParentDeleted way : {ParentDeleted::empties, ParentDeleted::stays, ParentDeleted::takes_deals}) {
    with([&](Options& options) { options.parent_deleted = way; });
    const bool stays = way == ParentDeleted::stays;
    const bool goes = way == ParentDeleted::takes_deals;
    for (const auto& [module, name, lookup] : {std::tuple{"Accounts", "Account_Name", "Account_Name"},
                                               std::tuple{"Contacts", "Last_Name", "Contact_Name"}}) {
      const std::string parent = insert(module, "\"" + std::string(name) + R"(":"Acme")");
      const std::string deal = insert("Deals", R"("Deal_Name":"D","Stage":"Qualification",")" + std::string(lookup) +
                                                   R"(":{"id":")" + parent + "\"}");
      const std::string other = insert("Deals", R"("Deal_Name":"E","Stage":"Qualification")");
      EXPECT_EQ(send("DELETE", "/crm/v8/" + std::string(module) + "/" + parent).status, 200);
      EXPECT_EQ(get("/crm/v8/Deals/" + deal).status, goes ? 204 : 200);
      EXPECT_EQ(get("/crm/v8/Deals/" + other).status, 200) << "nobody's child";
      const std::string shown = get("/crm/v8/Deals/" + deal).at("data.0." + std::string(lookup) + ".id");
      EXPECT_EQ(shown == parent, stays) << shown;
      send("DELETE", "/crm/v8/settings/recycle_bin/" + parent);
      EXPECT_NE(get("/crm/v8/Deals/" + deal).at("data.0." + std::string(lookup) + ".id"), parent) << "purged";
    }
  }
}

TEST_F(Doubt, ExternalFieldsStandInTheListOfDuplicateChecksOrNot) {
  for (const bool checked : {true, false}) {
    with([&](Options& options) { options.external_is_checked = checked; });
    post("/crm/v8/settings/fields?module=Contacts",
         R"({"fields":[{"field_label":"Other ID","data_type":"text","length":50,"external":{"type":"org"}}]})");
    const Answer answer = upsert(R"({"Last_Name":"A","Other_ID":"x"})", "Other_ID");
    EXPECT_EQ(answer.status, checked ? 200 : 400) << answer.body;
    EXPECT_EQ(upsert(R"({"Last_Name":"A","Email":"a@b.co"})").status, 200);
  }
}

TEST_F(Doubt, RecordsAreFoundByTheirTagsOrNot) {
  for (const bool searched : {false, true}) {
    with([&](Options& options) {
      options.tags_are_searched = searched;
      options.search_lag = std::chrono::milliseconds{0};
    });
    const std::string id = insert("Contacts", R"("Last_Name":"A","Tag":[{"name":"vip"},{"name":"trial"}])");
    insert("Contacts", R"("Last_Name":"B","Tag":[{"name":"vip-not"}])");
    clock_.advance(std::chrono::seconds{5});
    const Answer found = get("/crm/v8/Contacts/search?criteria=(Tag:equals:vip)");
    EXPECT_EQ(found.status, searched ? 200 : 204);
    EXPECT_EQ(found.at("info.count"), searched ? "1" : "(none)");
    const Answer queried =
        post("/crm/v8/coql", R"q({"select_query":"select id from Contacts where Tag in ('trial','x')"})q");
    EXPECT_EQ(queried.status, searched ? 200 : 400) << queried.body;
    EXPECT_EQ(queried.at("data.0.id"), searched ? id : "(none)");
  }
}

TEST_F(Doubt, SoManyIdsAsTheirTextIsAllowedAreReadAtOnce) {
  for (const std::size_t most : {std::size_t{1024}, std::size_t{40}}) {
    with([&](Options& options) { options.max_ids_characters = most; });
    const std::string a = insert("Contacts", R"("Last_Name":"A")");
    const std::string b = insert("Contacts", R"("Last_Name":"B")");
    const std::string c = insert("Contacts", R"("Last_Name":"C")");
    EXPECT_EQ(get("/crm/v8/Contacts?fields=Last_Name&ids=" + a + "," + b).status, 200);
    const Answer three = get("/crm/v8/Contacts?fields=Last_Name&ids=" + a + "," + b + "," + c);
    EXPECT_EQ(three.status, most == 40 ? 400 : 200);
    EXPECT_EQ(three.at("details.maximum_length"), most == 40 ? "40" : "(none)");
  }
}

TEST_F(Doubt, ExternalFieldsCountTowardsTheTwoUniqueOnesOrNot) {
  for (const bool counts : {true, false}) {
    with([&](Options& options) {
      options.ready = false;
      options.external_counts_as_unique = counts;
    });
    const auto create = [&](const std::string& label, std::string_view members) {
      return post("/crm/v8/settings/fields?module=Contacts",
                  R"({"fields":[{"field_label":")" + label + R"(","data_type":"text",)" + std::string(members) + "}]}")
          .status;
    };
    EXPECT_EQ(create("Key", R"("external":{"type":"org"})"), 201);
    EXPECT_EQ(create("One", R"("unique":{"case_sensitive":false})"), 201);
    EXPECT_EQ(create("Two", R"("unique":{"case_sensitive":false})"), counts ? 400 : 201);
  }
}

TEST_F(Doubt, TaggingCostsACreditForTenRecordsOrForFifty) {
  for (const bool fifty : {false, true}) {
    with([&](Options& options) { options.tags_cost_per_50 = fifty; });
    std::string ids;
    for (int i = 1; i <= 50; ++i) ids.append(ids.empty() ? "\"" : ",\"").append(std::to_string(i)).append("\"");
    post("/crm/v8/Contacts/actions/remove_tags", R"({"tags":[{"name":"x"}],"ids":[)" + ids + "]}");
    EXPECT_EQ(zoho_->log().calls().back().credits, fifty ? 1 : 5);
  }
}

TEST_F(Doubt, TenOrFifteenAccessTokensLiveAtOnce) {
  for (const int most : {10, 15}) {
    with([&](Options& options) { options.live_tokens = most; });
    for (int i = 1; i < most; ++i) {
      if (i % 5 == 0) clock_.advance(std::chrono::minutes{10});
      (void)mint();
    }
    EXPECT_EQ(get("/crm/v8/org").status, 200);
    (void)mint();
    EXPECT_EQ(get("/crm/v8/org").status, 401);
  }
}

TEST_F(Doubt, ARefusalForWantOfCreditsHasTheUsualOrTheOlderShapeAndSaysWhenToComeBackWhereItIsToldTo) {
  for (const bool older : {false, true}) {
    with([&](Options& options) {
      options.daily_credits = 0;
      options.older_credit_refusal = older;
      options.retry_after_seconds = older ? 0 : 30;
    });
    const Answer refused = get("/crm/v8/org");
    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(refused.at("code"), older ? "429" : "TOO_MANY_REQUESTS");
    EXPECT_EQ(refused.at("error"), older ? "TOO_MANY_REQUESTS" : "(none)");
    const bool says = std::ranges::any_of(refused.raw.headers, [](const auto& one) {
      return one == std::pair(std::string("Retry-After"), std::string("30"));
    });
    EXPECT_EQ(says, !older);
  }
}

// What is not in doubt but was never pinned down beside it.

TEST_F(Doubt, AppendsToAMultiSelectFieldWhereItIsAskedTo) {
  with([](Options&) {});
  post(
      "/crm/v8/settings/fields?module=Contacts",
      R"({"fields":[{"field_label":"Topics","data_type":"multiselectpicklist","pick_list_values":[{"display_value":"a"},{"display_value":"b"},{"display_value":"c"}]}]})");
  const std::string id = insert("Contacts", R"("Last_Name":"A","Topics":["a","b"])");
  const auto topics = [&] { return get("/crm/v8/Contacts/" + id).at("data.0.Topics"); };
  put("/crm/v8/Contacts/" + id, R"({"data":[{"Topics":["b","c"],"$append_values":{"Topics":true}}]})");
  EXPECT_EQ(topics(), R"(["a","b","c"])");
  put("/crm/v8/Contacts/" + id, R"({"data":[{"Topics":["c"],"$append_values":{"Topics":false}}]})");
  EXPECT_EQ(topics(), R"(["c"])");
  EXPECT_EQ(put("/crm/v8/Contacts/" + id, R"({"data":[{"Topics":["z"],"$append_values":{"Topics":true}}]})").status,
            400);
  put("/crm/v8/Contacts/" + id, R"({"data":[{"Topics":["a"]}]})");
  EXPECT_EQ(topics(), R"(["a"])");
}

TEST_F(Doubt, MakesARecordThatAwaitsApproval) {
  with([](Options&) {});
  const Answer made = post("/crm/v8/Contacts", R"({"data":[{"Last_Name":"A","$approved":false}]})");
  EXPECT_EQ(made.at("data.0.details.$approval_state"), "pending");
  const std::string id = made.at("data.0.details.id");
  EXPECT_EQ(put("/crm/v8/Contacts/" + id, R"({"data":[{"Title":"x"}]})").at("data.0.code"), "NOT_APPROVED");
}

TEST_F(Doubt, KeepsAnUpsertOffARecordThatChangedSince) {
  with([](Options&) {});
  insert("Contacts", R"("Last_Name":"A","Email":"a@b.co")");
  const auto since = [&](std::int64_t seconds) {
    return post("/crm/v8/Contacts/upsert",
                R"({"data":[{"Last_Name":"B","Email":"a@b.co"}],"duplicate_check_fields":["Email"]})",
                {{"if-unmodified-since", format_instant(zoho_->now_ms() + seconds * 1000, 0)}});
  };
  const Answer refused = since(-10);
  EXPECT_EQ(refused.status, 412);
  EXPECT_EQ(refused.at("code"), "ALREADY_MODIFIED");
  EXPECT_EQ(since(10).status, 200);
}

TEST_F(Doubt, ServesThePricesThatItCharges) {
  for (const bool fifty : {false, true}) {
    with([&](Options& options) { options.tags_cost_per_50 = fifty; });
    const Answer apis = get("/crm/v8/__apis");
    const Json* list = apis.json.find("__apis");
    ASSERT_NE(list, nullptr);
    // The least and the most of each call, as `price` has it.
    const auto priced = [&](std::string_view method, std::string path, int rows) {
      for (const auto& [from, to] : {std::pair{std::string("{module}"), "Contacts"}, {"{id}", "5725767000000524157"}}) {
        if (const auto at = path.find(from); at != std::string::npos) path.replace(at, from.size(), to);
      }
      std::string body;
      if (path.ends_with("/coql")) {
        body = R"({"select_query":"select id from Contacts where Email is not null limit )" +
               std::to_string(rows == 1 ? 1 : 2000) + "\"}";
      } else {
        body = "{";
        for (const std::string_view name : {"data", "ids", "fields"}) {
          const int most = name == "fields" ? 5 : name == "ids" ? 500 : 100;
          body.append(body.size() > 1 ? "," : "").append("\"").append(name).append("\":[0");
          for (int i = 1; i < (rows == 1 ? 1 : most); ++i) body += ",0";
          body += "]";
        }
        body += "}";
      }
      const auto json = parse_json(body);
      Pairs params;
      if (rows > 1) params.emplace_back("sort_by", "id");
      return price(parse_route(method, path), params, &*json, zoho_->org(), options_);
    };
    for (const Json& api : list->items) {
      const Json& type = api.find("operation_types")->items.at(0);
      const std::string path(api.string_or("path", ""));
      const std::string_view method = type.string_or("method", "");
      EXPECT_EQ(priced(method, path, 1), type.integer_or("min_credits", 0)) << method << " " << path;
      EXPECT_EQ(priced(method, path, 2), type.integer_or("max_credits", 0)) << method << " " << path;
    }
  }
}

}  // namespace
}  // namespace zohosim
