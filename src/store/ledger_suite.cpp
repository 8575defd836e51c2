// Promises about events, entities, timeline and meta.
#include <gmock/gmock.h>

#include "store/store_suite.hpp"

namespace zs::store::suite {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> keys(const std::vector<Entity>& entities) {
  std::vector<std::string> out;
  for (const auto& one : entities) out.push_back(one.key);
  return out;
}

std::vector<std::string> ids(const std::vector<LedgerEvent>& events) {
  std::vector<std::string> out;
  for (const auto& one : events) out.push_back(one.id);
  return out;
}

TEST_P(StoreTest, GivesAnEventBackAsItCame) {
  auto sent = event("it's \"1\"/2", "a\\b'c", R"({"user":{"id":"ü\u0000"}})");
  sent.lane = Lane::backfill;
  commit([&](Transaction& tx) -> Result<void> {
    EXPECT_TRUE(value(tx.append(sent, 77)));
    return {};
  });
  const auto found = value(reader().find_event(sent.source, sent.id));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->seq, 1);
  EXPECT_EQ(found->source, sent.source);
  EXPECT_EQ(found->id, sent.id);
  EXPECT_EQ(found->type, sent.type);
  EXPECT_EQ(found->time, sent.time);
  EXPECT_EQ(found->data, sent.data);
  EXPECT_EQ(found->lane, Lane::backfill);
  EXPECT_EQ(found->received_ms, 77);
  EXPECT_FALSE(value(reader().find_event(sent.source, "other")));
}

TEST_P(StoreTest, KeepsTheFirstOfTwoEventsWithOneIdentity) {
  std::vector<bool> added;
  commit([&](Transaction& tx) -> Result<void> {
    added.push_back(value(tx.append(event("1", "app", R"({"first":1})"), 1)));
    added.push_back(value(tx.append(event("1", "app", R"({"second":2})"), 2)));
    return {};
  });
  commit([&](Transaction& tx) -> Result<void> {
    added.push_back(value(tx.append(event("1", "app", R"({"third":3})"), 3)));
    return {};
  });
  EXPECT_THAT(added, ElementsAre(true, false, false));
  EXPECT_EQ(value(reader().find_event("app", "1"))->data, R"({"first":1})");
  EXPECT_EQ(value(reader().last_seq()), 1);
}

TEST_P(StoreTest, TellsIdentitiesApartWhereverSourceEndsAndIdBegins) {
  commit([&](Transaction& tx) -> Result<void> {
    for (const auto& [source, id] : {std::pair{"ab", "c"}, {"a", "bc"}, {"", "abc"}, {"1:a", "bc"}, {"AB", "c"}}) {
      EXPECT_TRUE(value(tx.append(event(id, source), 1))) << source << " " << id;
    }
    return {};
  });
  EXPECT_EQ(value(reader().last_seq()), 5);
}

TEST_P(StoreTest, LetsRepeatedEventsInOnlyWhenDedupeIsSwitchedOff) {
  open(false);
  for (int i = 0; i < 3; ++i) {
    commit([&](Transaction& tx) -> Result<void> {
      EXPECT_TRUE(value(tx.append(event("1", "app", std::to_string(i)), 1)));
      return {};
    });
  }
  EXPECT_EQ(value(reader().last_seq()), 3);
  EXPECT_EQ(value(reader().find_event("app", "1"))->data, "0");
}

TEST_P(StoreTest, NumbersEventsWithoutGapsAndPagesThroughThem) {
  commit([&](Transaction& tx) -> Result<void> {
    for (const char* id : {"a", "b", "b", "c", "d"}) ZS_TRY(tx.append(event(id), 1));
    return {};
  });
  const auto page = value(reader().events_after(1, 2));
  EXPECT_THAT(ids(page), ElementsAre("b", "c"));
  EXPECT_EQ(page.at(0).seq, 2);
  EXPECT_EQ(page.at(1).seq, 3);
  EXPECT_THAT(ids(value(reader().events_after(4, 10))), IsEmpty());
  EXPECT_EQ(value(reader().last_seq()), 4);
}

TEST_P(StoreTest, FindsLiveEventsPastABackfill) {
  commit([&](Transaction& tx) -> Result<void> {
    for (const char* id : {"b1", "b2", "l1", "b3", "l2"}) {
      NewEvent one = event(id);
      one.lane = *id == 'l' ? Lane::live : Lane::backfill;
      ZS_TRY(tx.append(one, 1));
    }
    return {};
  });
  EXPECT_THAT(ids(value(reader().live_events_after(0, 1))), ElementsAre("l1"));
  EXPECT_THAT(ids(value(reader().live_events_after(3, 10))), ElementsAre("l2"));
  EXPECT_THAT(ids(value(reader().live_events_after(5, 10))), IsEmpty());
}

TEST_P(StoreTest, CountsWhatTheFoldHasNotReached) {
  EXPECT_EQ(backlog().unfolded, 0);
  commit([&](Transaction& tx) -> Result<void> {
    for (const char* id : {"a", "b", "c"}) ZS_TRY(tx.append(event(id), 1));
    return {};
  });
  EXPECT_EQ(backlog().unfolded, 3);
  commit([](Transaction& tx) { return tx.set_fold_cursor(2); });
  EXPECT_EQ(value(reader().fold_cursor()), 2);
  EXPECT_EQ(backlog().unfolded, 1);
}

TEST_P(StoreTest, KnowsWhichEventsTouchedWhichEntities) {
  commit([&](Transaction& tx) -> Result<void> {
    for (const char* id : {"a", "b", "c"}) ZS_TRY(tx.append(event(id), 1));
    for (const auto& [entity, seq] : {std::pair<EntityId, Seq>{7, 1}, {7, 3}, {8, 3}, {7, 3}})
      ZS_TRY(tx.note_touch(entity, seq));
    return {};
  });
  EXPECT_THAT(ids(value(reader().events_of(7, 10))), ElementsAre("c", "a"));
  EXPECT_THAT(ids(value(reader().events_of(7, 1))), ElementsAre("c"));
  EXPECT_THAT(value(reader().touched_by(3)), ElementsAre(7, 8));
  EXPECT_THAT(value(reader().touched_by(2)), IsEmpty());
}

TEST_P(StoreTest, GivesAnEntityBackAsItWasSaved) {
  Entity saved = entity(Kind::subscription, "sub'1", "acc", 0xFFFF'FFFF);
  saved.user_key = "user";
  saved.registers.merge("email", event::Value::of_text("a\"b@x.org"), {from_millis(5), "app", "1"});
  saved.registers.merge("amount", event::Value::of_number("49.00"), {from_millis(6), "app", "2"});
  saved.summary.exists = true;
  saved.summary.name = "Äcme";
  saved.summary.lifecycle = state::Lifecycle::churned;
  saved.summary.plan = state::Plan::pro;
  commit([&](Transaction& tx) { return tx.save_state(saved); });
  saved.zoho_id = "5543000000000000001";
  saved.synced.fields = {{"Email", "\"a@x.org\""}, {"Amount", "49.00"}};
  saved.synced.tags = {"plan-pro"};
  saved.synced.tags_doubt = {"plan-base"};
  saved.synced_ms = 99;
  saved.flags = {"Email left out", "", "3:Phone\nclamped"};
  commit([&](Transaction& tx) { return tx.save_link(saved, {}); });

  for (const auto& found : {value(reader().find(Kind::subscription, "sub'1")), value(reader().load(saved.id)),
                            value(reader().find_by_zoho_id(Kind::subscription, saved.zoho_id))}) {
    ASSERT_TRUE(found);
    EXPECT_EQ(found->id, saved.id);
    EXPECT_EQ(found->kind, saved.kind);
    EXPECT_EQ(found->key, saved.key);
    EXPECT_EQ(found->account_key, "acc");
    EXPECT_EQ(found->user_key, "user");
    EXPECT_EQ(found->facts, saved.facts);
    EXPECT_EQ(found->registers, saved.registers);
    EXPECT_EQ(found->summary, saved.summary);
    EXPECT_EQ(found->zoho_id, saved.zoho_id);
    EXPECT_EQ(found->synced, saved.synced);
    EXPECT_EQ(found->synced_ms, 99);
    EXPECT_EQ(found->flags, saved.flags);
  }
}

TEST_P(StoreTest, FindsNothingUnderAnotherKindOrAnEmptyId) {
  const auto id = add(Kind::user, "1");
  EXPECT_FALSE(value(reader().find(Kind::account, "1")));
  EXPECT_FALSE(value(reader().find_by_zoho_id(Kind::user, "")));
  EXPECT_FALSE(value(reader().load(id + 1)));
}

TEST_P(StoreTest, ChangesStateAndSyncedApartFromEachOther) {
  Entity first = entity(Kind::user, "1", "old");
  commit([&](Transaction& tx) { return tx.save_state(first); });
  Entity synced = first;
  synced.zoho_id = "900";
  synced.account_key = "never saved by save_link";
  commit([&](Transaction& tx) { return tx.save_link(synced, {}); });
  Entity moved = first;
  moved.account_key = "new";
  moved.facts = 3;
  moved.zoho_id = "never saved by save_state";
  commit([&](Transaction& tx) { return tx.save_state(moved); });

  const auto found = value(reader().load(first.id));
  EXPECT_EQ(found->account_key, "new");
  EXPECT_EQ(found->zoho_id, "900");
  EXPECT_THAT(keys(value(reader().of_account("old", Kind::user, false, 9))), IsEmpty());
  EXPECT_THAT(keys(value(reader().of_account("new", Kind::user, true, 9))), ElementsAre("1"));
}

TEST_P(StoreTest, ForgetsAZohoIdThatIsTakenAway) {
  Entity row = entity(Kind::user, "1");
  commit([&](Transaction& tx) -> Result<void> {
    ZS_TRY(tx.save_state(row));
    row.zoho_id = "900";
    ZS_TRY(tx.save_link(row, {}));
    row.zoho_id.clear();
    return tx.save_link(row, {});
  });
  EXPECT_FALSE(value(reader().find_by_zoho_id(Kind::user, "900")));
  EXPECT_EQ(value(reader().load(row.id))->zoho_id, "");
}

TEST_P(StoreTest, RefusesAZohoIdThatAnotherEntityOfTheKindHas) {
  Entity first = entity(Kind::user, "1");
  Entity second = entity(Kind::user, "2");
  Entity account = entity(Kind::account, "1");
  first.zoho_id = second.zoho_id = account.zoho_id = "900";
  commit([&](Transaction& tx) -> Result<void> {
    for (auto* one : {&first, &second, &account}) ZS_TRY(tx.save_state(*one));
    ZS_TRY(tx.save_link(first, {}));
    return tx.save_link(account, {});  // another module of Zoho
  });
  // The job may decide what to do about it: the rest of it commits.
  commit([&](Transaction& tx) -> Result<void> {
    const auto refused = tx.save_link(second, {});
    EXPECT_FALSE(refused);
    EXPECT_EQ(code_of(refused), Errc::conflict);
    return tx.set_meta("seen", "yes");
  });
  EXPECT_EQ(value(reader().find_by_zoho_id(Kind::user, "900"))->key, "1");
  EXPECT_EQ(value(reader().meta("seen")), "yes");
}

TEST_P(StoreTest, RefusesASecondEntityOfOneKindAndKeyAndAnUnknownRow) {
  add(Kind::user, "1");
  Entity twin = entity(Kind::user, "1");
  EXPECT_EQ(code_of(store().write([&](Transaction& tx) { return tx.save_state(twin); })), Errc::conflict);
  Entity ghost = entity(Kind::user, "2");
  ghost.id = 4711;
  EXPECT_EQ(code_of(store().write([&](Transaction& tx) { return tx.save_state(ghost); })), Errc::not_found);
  EXPECT_EQ(code_of(store().write([&](Transaction& tx) { return tx.save_synced(ghost); })), Errc::not_found);
  EXPECT_EQ(code_of(store().write([&](Transaction& tx) { return tx.save_link(ghost, {}); })), Errc::not_found);
}

TEST_P(StoreTest, TellsTheDistinctFactsOfAnAccount) {
  for (int i = 0; i < 20; ++i)
    add(Kind::user, std::to_string(i), "acc", i % 3 == 0 ? 0 : 0x8000'0000U + static_cast<std::uint32_t>(i % 3));
  add(Kind::user, "elsewhere", "other", 9);
  add(Kind::user, "alone", "", 9);
  add(Kind::subscription, "s", "acc", 9);
  EXPECT_THAT(value(reader().distinct_facts("acc", Kind::user)), ElementsAre(0U, 0x8000'0001U, 0x8000'0002U));
  EXPECT_THAT(value(reader().distinct_facts("acc", Kind::subscription)), ElementsAre(9U));
  EXPECT_THAT(value(reader().distinct_facts("", Kind::user)), IsEmpty());
}

TEST_P(StoreTest, ListsTheEntitiesOfAnAccountByKey) {
  add(Kind::user, "c", "acc", 1);
  add(Kind::user, "a", "acc", 2);
  add(Kind::user, "d", "acc", 0);
  add(Kind::user, "b", "acc", 1);
  add(Kind::account, "acc", "acc", 1);
  EXPECT_THAT(keys(value(reader().of_account("acc", Kind::user, false, 9))), ElementsAre("a", "b", "c", "d"));
  EXPECT_THAT(keys(value(reader().of_account("acc", Kind::user, true, 9))), ElementsAre("a", "b", "c"));
  EXPECT_THAT(keys(value(reader().of_account("acc", Kind::user, true, 2))), ElementsAre("a", "b"));
}

TEST_P(StoreTest, PagesThroughAllPeopleOfAnAccountByKey) {
  add(Kind::user, "c", "acc", 1);
  add(Kind::user, "a", "acc", 2);
  add(Kind::user, "d", "acc", 0);
  add(Kind::user, "b", "acc", 1);
  add(Kind::user, "e", "other", 1);
  add(Kind::subscription, "bb", "acc", 1);
  EXPECT_THAT(value(reader().people_of("acc", "", 2)), ElementsAre("a", "b"));
  EXPECT_THAT(value(reader().people_of("acc", "b", 9)), ElementsAre("c", "d"));
  EXPECT_THAT(value(reader().people_of("acc", "d", 9)), IsEmpty());
  EXPECT_THAT(value(reader().people_of("", "", 9)), IsEmpty());
}

TEST_P(StoreTest, WhoeverHasTheKeyOfTheirAccountIsAmongItsPeople) {
  add(Kind::account, "m", "", 4);
  const EntityId namesake = add(Kind::user, "m", "m", 2);
  add(Kind::user, "z", "m", 1);
  add(Kind::user, "a", "m", 0);
  add(Kind::subscription, "m", "m", 7);
  add(Kind::user, "elsewhere", "other", 3);
  add(Kind::user, "other", "m", 0);
  EXPECT_THAT(value(reader().distinct_facts("m", Kind::user)), ElementsAre(0U, 1U, 2U));
  EXPECT_THAT(value(reader().distinct_facts("m", Kind::subscription)), ElementsAre(7U));
  EXPECT_THAT(value(reader().distinct_facts("other", Kind::user)), ElementsAre(3U));
  EXPECT_THAT(keys(value(reader().of_account("m", Kind::user, false, 9))), ElementsAre("a", "m", "other", "z"));
  EXPECT_THAT(keys(value(reader().of_account("m", Kind::user, true, 9))), ElementsAre("m", "z"));
  EXPECT_THAT(keys(value(reader().of_account("m", Kind::user, true, 1))), ElementsAre("m"));
  EXPECT_THAT(value(reader().people_of("m", "a", 9)), ElementsAre("m", "other", "z"));
  EXPECT_THAT(value(reader().people_of("m", "m", 9)), ElementsAre("other", "z"));
  // Its facts may become those of another member, or none; and they may move away.
  const auto change = [&](const std::string& account, std::uint32_t facts) {
    commit([&](Transaction& tx) -> Result<void> {
      ZS_ASSIGN(auto row, tx.load(namesake));
      row->account_key = account;
      row->facts = facts;
      return tx.save_state(*row);
    });
  };
  change("m", 1);
  EXPECT_THAT(value(reader().distinct_facts("m", Kind::user)), ElementsAre(0U, 1U));
  change("m", 0);
  EXPECT_THAT(keys(value(reader().of_account("m", Kind::user, true, 9))), ElementsAre("z"));
  change("other", 1);
  EXPECT_THAT(value(reader().people_of("m", "", 9)), ElementsAre("a", "other", "z"));
  EXPECT_THAT(value(reader().people_of("other", "", 9)), ElementsAre("elsewhere", "m"));
}

TEST_P(StoreTest, FindsUsersByTheDigestOfTheEmailThatTheyHaveNow) {
  const auto say = [&](const std::string& key, Kind kind, const event::Value& email, int when) {
    commit([&](Transaction& tx) -> Result<void> {
      ZS_ASSIGN(std::optional<Entity> row, tx.find(kind, key));
      if (!row) row = entity(kind, key);
      row->registers.merge("email", email, {from_millis(when), "app", key + std::to_string(when)});
      return tx.save_state(*row);
    });
  };
  const auto of = [&](std::string_view email, std::string_view after, std::size_t limit) {
    return value(reader().users_with_email(state::email_digest(email), after, limit));
  };
  say("b", Kind::user, event::Value::of_text("  Ann@Example.com "), 1);
  say("a", Kind::user, event::Value::of_text("ann@example.com"), 1);
  say("c", Kind::user, event::Value::of_text("bob@example.com"), 1);
  say("acc", Kind::account, event::Value::of_text("ann@example.com"), 1);
  EXPECT_THAT(of("ann@example.com", "", 9), ElementsAre("a", "b"));
  EXPECT_THAT(of("ann@example.com", "", 1), ElementsAre("a"));
  EXPECT_THAT(of("ann@example.com", "a", 9), ElementsAre("b"));
  say("a", Kind::user, event::Value::of_text("new@example.com"), 2);
  EXPECT_THAT(of("ann@example.com", "", 9), ElementsAre("b"));
  EXPECT_THAT(of("new@example.com", "", 9), ElementsAre("a"));
  say("a", Kind::user, event::Value{}, 3);
  EXPECT_THAT(of("new@example.com", "", 9), IsEmpty());
  EXPECT_THAT(value(reader().users_with_email("", "", 9)), IsEmpty());
}

TEST_P(StoreTest, ListsTheSubscriptionsOfAUserAndThePagesOfAKind) {
  commit([&](Transaction& tx) -> Result<void> {
    for (const char* key : {"s2", "s1", "s3"}) {
      Entity row = entity(Kind::subscription, key);
      row.user_key = key == std::string_view("s3") ? "other" : "u";
      ZS_TRY(tx.save_state(row));
    }
    return {};
  });
  add(Kind::user, "u");
  EXPECT_THAT(keys(value(reader().subscriptions_of_user("u", 9))), ElementsAre("s1", "s2"));
  EXPECT_THAT(keys(value(reader().subscriptions_of_user("", 9))), IsEmpty());
  EXPECT_THAT(keys(value(reader().page(Kind::subscription, "", 2)).entities), ElementsAre("s1", "s2"));
  EXPECT_THAT(keys(value(reader().page(Kind::subscription, "s2", 2)).entities), ElementsAre("s3"));
}

TEST_P(StoreTest, PagesOfAKindLeaveNobodyOutWhoseKeyOthersHaveToo) {
  for (const char* key : {"a", "b", "c", "d", "e"}) {
    add(Kind::account, key);
    if (key != std::string_view("c")) add(Kind::user, key, key);
  }
  for (const Kind kind : {Kind::user, Kind::account}) {
    for (const std::size_t limit : {1U, 2U, 3U, 9U}) {
      std::vector<std::string> seen;
      std::string after;
      do {
        EntityPage page = value(reader().page(kind, after, limit));
        EXPECT_LE(page.entities.size(), limit);
        std::ranges::move(keys(page.entities), std::back_inserter(seen));
        after = std::move(page.next);
      } while (!after.empty());
      if (kind == Kind::user) {
        EXPECT_THAT(seen, ElementsAre("a", "b", "d", "e")) << limit;
      } else {
        EXPECT_THAT(seen, ElementsAre("a", "b", "c", "d", "e")) << limit;
      }
    }
  }
}

TEST_P(StoreTest, APageEndsBetweenTwoKeysHoweverFarItWalked) {
  // The walk ends by itself where each user has an account of the same key: between two users or, starting one further,
  // between a user and the account.
  constexpr int k_alone = 4'000;
  constexpr int k_all = 4'200;
  const auto key = [](int i) { return std::to_string(10'000 + i); };
  commit([&](Transaction& tx) -> Result<void> {
    for (int i = 0; i < k_all; ++i) {
      Entity user = entity(Kind::user, key(i));
      ZS_TRY(tx.save_state(user));
      Entity account = entity(Kind::account, key(i));
      if (i >= k_alone) ZS_TRY(tx.save_state(account));
    }
    return {};
  });
  for (const int first : {0, 1}) {
    std::size_t seen = 0;
    std::string after = key(first);
    do {
      EntityPage page = value(reader().page(Kind::account, after, 1'000));
      seen += page.entities.size();
      after = std::move(page.next);
    } while (!after.empty());
    EXPECT_EQ(seen, k_all - k_alone);
  }
}

TEST_P(StoreTest, APageIsABoundedWalkHoweverManyOfAnotherKindLieBefore) {
  constexpr int k_others = 10'000;
  commit([&](Transaction& tx) -> Result<void> {
    for (int i = 0; i < k_others; ++i) {
      Entity row = entity(Kind::account, "acc" + std::to_string(i));
      ZS_TRY(tx.save_state(row));
    }
    Entity user = entity(Kind::user, "u");
    return tx.save_state(user);
  });
  int pages = 1;
  EntityPage page = value(reader().page(Kind::user, "", 9));
  for (; !page.next.empty(); ++pages) {
    EXPECT_THAT(page.entities, IsEmpty());
    page = value(reader().page(Kind::user, page.next, 9));
  }
  EXPECT_THAT(keys(page.entities), ElementsAre("u"));
  EXPECT_GT(pages, 2);
  EXPECT_LT(pages, 20);
}

TEST_P(StoreTest, FindsWhatIsLinkedToIdsBetweenTwoOthers) {
  commit([&](Transaction& tx) -> Result<void> {
    for (const char* id : {"100", "300", "200", "400"}) {
      Entity row = entity(Kind::user, std::string("u") + id);
      ZS_TRY(tx.save_state(row));
      row.zoho_id = id;
      ZS_TRY(tx.save_link(row, {}));
    }
    Entity deal = entity(Kind::subscription, "s");
    ZS_TRY(tx.save_state(deal));
    deal.zoho_id = "250";
    return tx.save_link(deal, {});
  });
  add(Kind::user, "without");
  EXPECT_THAT(keys(value(reader().linked_between(Kind::user, "100", "400", 9))), ElementsAre("u200", "u300"));
  EXPECT_THAT(keys(value(reader().linked_between(Kind::user, "", "", 9))), ElementsAre("u100", "u200", "u300", "u400"));
  EXPECT_THAT(keys(value(reader().linked_between(Kind::user, "150", "", 2))), ElementsAre("u200", "u300"));
}

TEST_P(StoreTest, TellsATimelineNewestFirstAndKeepsTheOrderOfOneInstant) {
  commit([](Transaction& tx) -> Result<void> {
    ZS_TRY(tx.add_timeline(1, {20, "b1"}));
    ZS_TRY(tx.add_timeline(1, {20, "b2"}));
    ZS_TRY(tx.add_timeline(1, {10, "a"}));
    ZS_TRY(tx.add_timeline(2, {30, "another's"}));
    return tx.add_timeline(1, {20, "b3"});
  });
  std::vector<std::string> entries;
  for (const auto& one : value(reader().timeline(1, 3))) entries.push_back(one.entry);
  EXPECT_THAT(entries, ElementsAre("b3", "b2", "b1"));
  EXPECT_EQ(value(reader().timeline(1, 9)).back().at_ms, 10);
}

TEST_P(StoreTest, KeepsTheLastValueOfAMetaKey) {
  EXPECT_FALSE(value(reader().meta("k")));
  commit([](Transaction& tx) { return tx.set_meta("k", "1"); });
  commit([](Transaction& tx) { return tx.set_meta("k", ""); });
  EXPECT_EQ(value(reader().meta("k")), "");
}

}  // namespace
}  // namespace zs::store::suite
