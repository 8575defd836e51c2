#include <gtest/gtest.h>

#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>

#include "core/coql.hpp"
#include "core/criteria.hpp"
#include "core/json.hpp"
#include "core/page_token.hpp"
#include "core/record_store.hpp"
#include "core/text.hpp"

namespace zohosim {
namespace {

const Field& key_field() {
  static const Field field = [] {
    Field out;
    out.number = 3;
    return out;
  }();
  return field;
}

struct Step {
  int act;
  std::uint32_t slot;
  std::string value;
};

void take(RecordStore& store, const Step& step, std::uint64_t id) {
  const Slot slot = store.slots() == 0 ? 0 : step.slot % store.slots();
  const bool live = store.slots() > 0 && store.at(slot).life == Life::live;
  if (step.act == 0) {
    Record record;
    record.id = id;
    record.values.set(key_field().number, step.value);
    store.add(std::move(record));
  } else if (step.act == 1 && live) {
    store.set(slot, key_field().number, step.value);
  } else if (step.act == 2 && live) {
    store.erase(slot, key_field().number);
  } else if (step.act == 3 && live) {
    store.recycle(slot);
  } else if (step.act == 4 && store.slots() > 0 && store.at(slot).life == Life::recycled) {
    store.restore(slot);
  } else if (step.act == 5 && live) {
    store.purge(slot);
  }
}

/// What the indexes must know, found by looking at every record.
std::map<std::string, std::vector<Slot>> by_scan(const RecordStore& store) {
  std::map<std::string, std::vector<Slot>> out;
  for (Slot slot = 0; slot < store.slots(); ++slot) {
    const auto value = store.at(slot).values.get(key_field().number);
    if (store.at(slot).life == Life::live && value) out[std::string(*value)].push_back(slot);
  }
  return out;
}

RC_GTEST_PROP(RecordStore, KeepsItsIndexAndItsCountOfTwinsTrueThroughAnyHistory, ()) {
  RecordStore store;
  store.index(key_field());
  store.watch_twins(key_field());
  const auto steps = *rc::gen::container<std::vector<Step>>(rc::gen::construct<Step>(
      rc::gen::inRange(0, 6), rc::gen::arbitrary<std::uint32_t>(), rc::gen::element<std::string>("a", "b", "c")));
  std::uint64_t id = 1;
  for (const Step& step : steps) take(store, step, id++);

  const auto expected = by_scan(store);
  std::int64_t twins = 0;
  for (const std::string value : {"a", "b", "c"}) {
    const auto at = expected.find(value);
    const auto slots = at == expected.end() ? std::vector<Slot>{} : at->second;
    RC_ASSERT(store.find(key_field().number, value) == slots);
    twins += std::max<std::int64_t>(0, static_cast<std::int64_t>(slots.size()) - 1);
  }
  RC_ASSERT(store.twins() == twins);
}

RC_GTEST_PROP(PackedValues, HoldWhatWasSetLast, (const std::vector<std::pair<std::uint8_t, std::string>>& writes)) {
  PackedValues values;
  std::map<std::uint16_t, std::string> expected;
  for (const auto& [field, value] : writes) {
    values.set(field, value);
    expected[field] = value;
  }
  std::map<std::uint16_t, std::string> held;
  values.for_each([&](std::uint16_t field, std::string_view value) { held.emplace(field, value); });
  RC_ASSERT(held == expected);
}

/// Text made of the pieces that the grammars know, so that parsers are led deep before they are led astray.
rc::Gen<std::string> likely_text() {
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
                          "select ", "id", " from ", "Contacts", " where ", "(", ")", "Email", " in ", "'a'", "'", ",",
                          " and ", " or ", " is ", "not ", "null", " limit ", "5", ".", ":", "equals", "\\", "=",
                          "between ", "\xC3", "{", "}", "[", "\"")),
                      [](const std::vector<std::string>& pieces) {
                        std::string out;
                        for (const auto& piece : pieces) out += piece;
                        return out;
                      });
}

RC_GTEST_PROP(Parsers, RefuseWhatTheyDoNotUnderstandAndNeverCrash, ()) {
  static const Organization org{Options{}};
  const std::string text = *likely_text();
  if (const auto query = parse_coql(text, org)) RC_ASSERT(query->module != nullptr);
  if (const auto query = parse_coql("select id from Contacts where " + text, org)) RC_ASSERT(query->module != nullptr);
  if (const auto criteria = parse_criteria(text, *org.find("Contacts")))
    RC_ASSERT(criteria->field != nullptr || !criteria->parts.empty());
  if (const auto json = parse_json(text)) RC_ASSERT(json->is_object() || json->is_array());
  RC_ASSERT(!decode_page_token(text));
}

TEST(Json, KeepsTheDigitsOfNumbers) {
  const auto json = parse_json(R"({"a":12999.5000,"b":12345678901234567890123,"c":-0.1e3 , "d":[true,null,"x"]})");
  ASSERT_TRUE(json.has_value());
  EXPECT_EQ(json->find("a")->text, "12999.5000");
  EXPECT_EQ(json->find("b")->text, "12345678901234567890123");
  EXPECT_EQ(json->find("c")->text, "-0.1e3");
}

TEST(Json, RefusesBrokenDocuments) {
  for (const std::string_view text : {"", "x", "1", R"({"a":tru})", R"({"a":1)", R"({"a":1}})", R"([1,2] 3)",
                                      R"({"a":01})", R"({"a":nul})", "[nul]", "{\"a\":\"\xC3\"}"}) {
    EXPECT_FALSE(parse_json(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace zohosim
