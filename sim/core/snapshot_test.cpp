#include "core/snapshot.hpp"

#include <spanstream>

#include "core/json_cutter.hpp"
#include "core/testing.hpp"

namespace zohosim {
namespace {

std::string refused(std::string_view document) {
  const auto loaded = load_snapshot(document, {}, 0);
  return loaded ? "(taken)" : loaded.error().text;
}

std::string with_contacts(std::string_view members) {
  return R"({"format":"zohosim-org-1","modules":{"Contacts":{)" + std::string(members) + "}}}";
}

TEST(Snapshot, SaysWhatIsWrongWithADocument) {
  EXPECT_NE(refused("").find("expected {"), std::string::npos);
  EXPECT_NE(refused("[1]").find("expected {"), std::string::npos);
  EXPECT_NE(refused(R"({"format":"other-1","modules":{}})").find("zohosim-org-1"), std::string::npos);
  EXPECT_NE(refused(R"({"format":"zohosim-org-1"})").find("modules"), std::string::npos);
  EXPECT_NE(refused(R"({"format":"zohosim-org-1","modules":{"Nope":{}}})").find("no module Nope"), std::string::npos);
  EXPECT_NE(refused(with_contacts("") + "x").find("follows"), std::string::npos);
  EXPECT_NE(refused(with_contacts(R"("records":[{"values":{"Nope":"1"}}])")).find("no field Nope"), std::string::npos);
  EXPECT_NE(refused(with_contacts(R"("records":[{"id":"2"},{"id":"1"}])")).find("order of their ids"),
            std::string::npos);
  EXPECT_NE(refused(with_contacts(R"("fields":[{"field_label":"X","data_type":"nope"}])")).find("field of Contacts"),
            std::string::npos);
}

TEST(Snapshot, RefusesADocumentThatIsCutOffAnywhere) {
  const std::string whole =
      with_contacts(R"("tags":[{"name":"v\"ip"}],"records":[{"values":{"Last_Name":"A"},"tags":["v\"ip"]}])");
  ASSERT_EQ(refused(whole), "(taken)");
  for (std::size_t length = 0; length < whole.size(); ++length)
    EXPECT_NE(refused(whole.substr(0, length)), "(taken)") << length;
}

TEST(Snapshot, TakesTheMembersOfADocumentInAnyOrder) {
  const auto loaded = load_snapshot(
      R"({"modules":{"Contacts":{"deletions":[{"id":"7","at_ms":5000,"listed":true}],
          "records":[{"id":"7","life":"recycled","tags":["vip"],"values":{"Plan":"pro"}}],
          "note":{"anything":["else",{"is":"passed over"}]},
          "tags":[{"id":"3","name":"vip","color_code":"#57B1FD"}],
          "fields":[{"api_name":"Plan","field_label":"Plan","data_type":"text"}]}},"format":"zohosim-org-1"})",
      {}, 0);
  ASSERT_TRUE(loaded) << loaded.error().text;
  const Module& contacts = *loaded->org.find("Contacts");
  ASSERT_EQ(contacts.deletions.size(), 1U);
  EXPECT_EQ(contacts.records.at(contacts.deletions.front().slot).id, 7U);
  EXPECT_EQ(contacts.tags.at(*contacts.tags.by_name("vip")).color, "#57B1FD");
  EXPECT_EQ(loaded->latest_ms, 5000);
}

TEST(Snapshot, ReadsValuesThatLieAcrossItsBuffersEdge) {
  std::string records;
  for (int i = 0; i < 3000; ++i) {
    records.append(records.empty() ? "" : ",").append(R"({"values":{"Last_Name":"Name )");
    records.append(std::to_string(i)).append(R"( \"\\ü","Description":")").append(150, 'd').append("\"}}");
  }
  const auto loaded = load_snapshot(with_contacts("\"records\":[" + records + "]"), {}, 0);
  ASSERT_TRUE(loaded) << loaded.error().text;
  const Module& contacts = *loaded->org.find("Contacts");
  ASSERT_EQ(contacts.records.live_count(), 3000);
  const Field& name = *contacts.schema.find("Last_Name");
  for (Slot slot = 0; slot < 3000; ++slot)
    ASSERT_EQ(contacts.records.at(slot).values.get(name.number), "Name " + std::to_string(slot) + " \"\\ü");
}

TEST(Snapshot, IsHandedOverInPieces) {
  Organization org{Options{}};
  Module& contacts = *org.find("Contacts");
  for (int i = 0; i < 2000; ++i) {
    Record record;
    record.id = org.ids().next();
    record.values.set(contacts.schema.find("Last_Name")->number, "A");
    org.add_record(contacts, std::move(record));
  }
  std::string all;
  std::size_t largest = 0;
  write_snapshot(org, [&](std::string_view piece) {
    largest = std::max(largest, piece.size());
    all += piece;
  });
  EXPECT_EQ(all, save_snapshot(org));
  EXPECT_GT(all.size(), 200'000U);
  EXPECT_LT(largest, 70'000U);
}

TEST(JsonCutter, CutsValuesOfEveryKind) {
  const std::string text = R"( {"a": [1, "b]}\"", {"c": null}] , "d" : true, "e":-1.5e3} )";
  std::ispanstream in(std::span<const char>(text.data(), text.size()));
  JsonCutter cutter(in);
  std::string seen;
  const auto read = cutter.each_member([&](const std::string& name) -> zs::Result<> {
    ZS_ASSIGN(const Json value, cutter.value());
    seen += name + "=" + (value.is_array() ? value.items.at(1).text : value.text) + ";";
    return {};
  });
  ASSERT_TRUE(read) << read.error().text;
  EXPECT_TRUE(cutter.end());
  EXPECT_EQ(seen, "a=b]}\";d=true;e=-1.5e3;");
}

TEST(JsonCutter, RefusesWhatOnlyLooksLikeAValue) {
  for (const std::string text : {"[nul]", "[1 2]", "[,1]", "[1,]", "[\"a]", "{1:2}", "{\"a\" 1}", "{\"a\":}", "[1}"}) {
    std::ispanstream in(std::span<const char>(text.data(), text.size()));
    JsonCutter cutter(in);
    auto take = [&cutter]() -> zs::Result<> {
      ZS_ASSIGN(const Json value, cutter.value());
      return {};
    };
    const auto read = text.front() == '['
                          ? cutter.each_item(take)
                          : cutter.each_member([&](const std::string&) -> zs::Result<> { return take(); });
    EXPECT_FALSE(read) << text;
  }
}

TEST_F(ZohoTest, AnOrgFromASnapshotIsNotAheadOfTheClock) {
  const std::string saved = with_contacts(R"("records":[{"modified_ms":4000000000000,"values":{"Last_Name":"A"}}])");
  EXPECT_EQ(post("/control/snapshot", saved).status, 200);
  EXPECT_GE(zoho_->now_ms(), 4'000'000'000'000);
}

TEST_F(ZohoTest, ResetGivesBackTheWorldOfTheStart) {
  const auto setup = [](Simulator& simulator) -> zs::Result<> {
    ZS_ASSIGN(auto loaded, load_snapshot(with_contacts(R"("records":[{"values":{"Last_Name":"First"}}])"),
                                         simulator.options(), simulator.now_ms()));
    simulator.replace_org(std::move(loaded.org));
    ZS_ASSIGN(const Json rule, parse_json(R"({"on":"org","status":500})"));
    return simulator.faults().add(rule);
  };
  ASSERT_TRUE(zoho_->start_with(setup));
  insert("Contacts", R"("Last_Name":"Second")");
  EXPECT_EQ(get("/crm/v8/org").status, 500);
  send("DELETE", "/control/faults");
  EXPECT_EQ(post("/control/reset", "").status, 200);
  EXPECT_EQ(get("/control/state").at("modules.Contacts.records"), "1");
  EXPECT_EQ(get("/control/records?module=Contacts").at("records.0.Last_Name"), "First");
  token_ = mint();
  EXPECT_EQ(get("/crm/v8/org").status, 500) << "the faults of the start are back too";
}

}  // namespace
}  // namespace zohosim
