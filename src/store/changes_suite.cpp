// Promises about the past of the id map.
#include <gmock/gmock.h>

#include <map>

#include "store/store_suite.hpp"

namespace zs::store::suite {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// "linked inserted user u1 ->100", what a change says but for its place and time.
std::string said(const MappingChange& change) {
  return std::string(name_of(change.change)) + " " + std::string(name_of(change.cause)) + " " +
         std::string(event::name_of(change.kind)) + " " + change.key + " " + change.previous_zoho_id + "->" +
         change.zoho_id;
}

std::vector<std::string> said(const std::vector<MappingChange>& changes) {
  std::vector<std::string> out;
  out.reserve(changes.size());
  for (const MappingChange& one : changes) out.push_back(said(one));
  return out;
}

Result<void> link(Transaction& tx, Entity& row, std::string zoho_id, Cause cause, std::int64_t at_ms = 5) {
  if (row.id == 0) ZS_TRY(tx.save_state(row));
  row.zoho_id = std::move(zoho_id);
  return tx.save_link(row, {cause, at_ms});
}

TEST_P(StoreTest, WritesEveryChangeOfALinkDownWithItsCause) {
  Entity user = entity(Kind::user, "u'1");
  Entity deal = entity(Kind::subscription, "s1");
  commit([&](Transaction& tx) -> Result<void> {
    ZS_TRY(link(tx, user, "100", Cause::inserted));
    return link(tx, deal, "100", Cause::imported);
  });
  commit([&](Transaction& tx) -> Result<void> {
    ZS_TRY(link(tx, user, "200", Cause::merged, 6));
    ZS_TRY(link(tx, user, "300", Cause::adopted_email, 7));
    ZS_TRY(link(tx, user, "", Cause::deleted_in_zoho, 8));
    return link(tx, user, "400", Cause::recreated, 9);
  });
  const auto changes = value(reader().mapping_changes(0, 100));
  EXPECT_THAT(said(changes), ElementsAre("linked inserted user u'1 ->100", "linked imported subscription s1 ->100",
                                         "merged merged user u'1 100->200", "relinked adopted_email user u'1 200->300",
                                         "unlinked deleted_in_zoho user u'1 300->", "linked recreated user u'1 ->400"));
  for (std::size_t i = 0; i < changes.size(); ++i) EXPECT_EQ(changes[i].seq, static_cast<ChangeSeq>(i + 1));
  EXPECT_EQ(changes[2].at_ms, 6);
  EXPECT_EQ(value(reader().change_bounds()).last, 6);
  EXPECT_EQ(value(reader().change_bounds()).swept, 0);
}

TEST_P(StoreTest, NoLinkChangesWithoutItsHistoryAndNoHistoryWithoutALink) {
  Entity user = entity(Kind::user, "u1");
  commit([&](Transaction& tx) { return link(tx, user, "100", Cause::inserted); });
  commit([&](Transaction& tx) -> Result<void> {
    user.zoho_id = "never saved by save_synced";
    user.synced_ms = 7;
    ZS_TRY(tx.save_synced(user));
    return link(tx, user, "100", Cause::adopted_email);
  });
  EXPECT_EQ(value(reader().load(user.id))->zoho_id, "100");
  EXPECT_EQ(value(reader().load(user.id))->synced_ms, 7);
  EXPECT_THAT(said(value(reader().mapping_changes(0, 9))), ElementsAre("linked inserted user u1 ->100"));
}

TEST_P(StoreTest, AChangeCommitsWithItsLinkOrNotAtAll) {
  Entity user = entity(Kind::user, "u1");
  commit([&](Transaction& tx) { return tx.save_state(user); });
  EXPECT_FALSE(store().write([&](Transaction& tx) -> Result<void> {
    ZS_TRY(link(tx, user, "100", Cause::inserted));
    EXPECT_EQ(value(tx.mapping_changes(0, 9)).size(), 1U) << "a transaction sees its own";
    return fail(Errc::invalid, "changed its mind");
  }));
  EXPECT_THAT(value(reader().mapping_changes(0, 9)), IsEmpty());
  EXPECT_EQ(value(reader().load(user.id))->zoho_id, "");
}

TEST_P(StoreTest, ALinkThatIsRefusedChangesNothing) {
  Entity first = entity(Kind::user, "u1");
  Entity second = entity(Kind::user, "u2");
  commit([&](Transaction& tx) -> Result<void> {
    ZS_TRY(link(tx, first, "100", Cause::inserted));
    ZS_TRY(link(tx, second, "200", Cause::inserted));
    second.synced.tags = {"of another record"};
    EXPECT_EQ(code_of(link(tx, second, "100", Cause::merged)), Errc::conflict);
    return {};
  });
  EXPECT_EQ(value(reader().mapping_changes(0, 9)).size(), 2U);
  const auto kept = value(reader().load(second.id));
  EXPECT_EQ(kept->zoho_id, "200");
  EXPECT_THAT(kept->synced.tags, IsEmpty());
}

TEST_P(StoreTest, GivesTheFeedPageByPageAndTheHistoryOfOneNewestFirst) {
  Entity user = entity(Kind::user, "u1");
  Entity other = entity(Kind::account, "u1");
  commit([&](Transaction& tx) -> Result<void> {
    ZS_TRY(link(tx, user, "1", Cause::inserted));
    ZS_TRY(link(tx, other, "1", Cause::inserted));
    ZS_TRY(link(tx, user, "2", Cause::merged));
    return link(tx, user, "3", Cause::merged);
  });
  EXPECT_THAT(said(value(reader().mapping_changes(1, 2))),
              ElementsAre("linked inserted account u1 ->1", "merged merged user u1 1->2"));
  EXPECT_THAT(value(reader().mapping_changes(4, 2)), IsEmpty());
  EXPECT_THAT(said(value(reader().mapping_history(Kind::user, "u1", 2))),
              ElementsAre("merged merged user u1 2->3", "merged merged user u1 1->2"));
  EXPECT_THAT(value(reader().mapping_history(Kind::user, "u2", 2)), IsEmpty());
}

TEST_P(StoreTest, SweepsOldChangesFromTheFrontOnlyAndRemembersHowFar) {
  Entity user = entity(Kind::user, "u1");
  commit([&](Transaction& tx) -> Result<void> {
    // The third was written under a clock that was set back.
    int id = 0;
    for (const std::int64_t at : {10, 20, 5, 30, 40}) ZS_TRY(link(tx, user, std::to_string(++id), Cause::merged, at));
    return {};
  });
  commit([](Transaction& tx) -> Result<void> {
    EXPECT_EQ(value(tx.sweep_changes(15, 100)), 1U);
    return {};
  });
  EXPECT_EQ(value(reader().change_bounds()).swept, 1);
  commit([](Transaction& tx) -> Result<void> {
    EXPECT_EQ(value(tx.sweep_changes(35, 2)), 2U) << "in slices";
    EXPECT_EQ(value(tx.sweep_changes(35, 2)), 1U);
    EXPECT_EQ(value(tx.sweep_changes(35, 2)), 0U);
    return {};
  });
  EXPECT_EQ(value(reader().change_bounds()).swept, 4);
  EXPECT_EQ(value(reader().mapping_changes(0, 9)).size(), 1U);
  commit([](Transaction& tx) -> Result<void> {
    EXPECT_EQ(value(tx.sweep_changes(100, 9)), 1U);
    return {};
  });
  EXPECT_EQ(value(reader().change_bounds()).swept, 5);
  EXPECT_EQ(value(reader().change_bounds()).last, 5);
}

TEST_P(StoreTest, AnErasureLeavesTheRecordsToDropAndNoPlatformId) {
  Entity gone = entity(Kind::user, "u1");
  Entity stays = entity(Kind::user, "u2");
  commit([&](Transaction& tx) -> Result<void> {
    ZS_TRY(link(tx, gone, "100", Cause::inserted));
    ZS_TRY(link(tx, stays, "900", Cause::inserted));
    return link(tx, gone, "200", Cause::merged);
  });
  commit([&](Transaction& tx) { return tx.erase_entity(gone.id, 77); });
  const auto changes = value(reader().mapping_changes(0, 9));
  // Whoever heard of the first link only has to drop 100, whoever heard of both 200.
  EXPECT_THAT(said(changes),
              ElementsAre("linked inserted user u2 ->900", "erased erased user  100->", "erased erased user  200->"));
  EXPECT_EQ(changes.back().at_ms, 77);
  EXPECT_GT(changes[1].seq, 3) << "after all that a follower may have seen";
  EXPECT_THAT(value(reader().mapping_history(Kind::user, "u1", 9)), IsEmpty());
  Entity next = entity(Kind::user, "u3");
  commit([&](Transaction& tx) { return link(tx, next, "300", Cause::inserted); });
  EXPECT_GT(value(reader().mapping_changes(changes.back().seq, 9)).front().seq, changes.back().seq);
}

TEST_P(StoreTest, AnErasureTakesNoRecordFromWhoeverHasItByNow) {
  Entity gone = entity(Kind::user, "u1");
  Entity heir = entity(Kind::user, "u2");
  commit([&](Transaction& tx) -> Result<void> {
    ZS_TRY(link(tx, gone, "100", Cause::inserted));
    ZS_TRY(link(tx, gone, "200", Cause::merged));
    ZS_TRY(link(tx, heir, "100", Cause::adopted_email));
    return tx.erase_entity(gone.id, 7);
  });
  EXPECT_THAT(said(value(reader().mapping_changes(0, 9))),
              ElementsAre("linked adopted_email user u2 ->100", "erased erased user  200->"));
}

TEST_P(DurableStoreTest, TheFeedGoesOnWhereItWasAfterItsNewestChangeIsGone) {
  Entity user = entity(Kind::user, "u1");
  commit([&](Transaction& tx) -> Result<void> {
    ZS_TRY(link(tx, user, "1", Cause::inserted));
    ZS_TRY(link(tx, user, "2", Cause::merged));
    ZS_TRY(tx.sweep_changes(1'000, 100));
    return {};
  });
  close();
  open();
  EXPECT_EQ(value(reader().change_bounds()).last, 2);
  EXPECT_EQ(value(reader().change_bounds()).swept, 2);
  commit([&](Transaction& tx) { return link(tx, user, "3", Cause::merged); });
  EXPECT_EQ(value(reader().mapping_changes(2, 9)).front().seq, 3);
}

}  // namespace
}  // namespace zs::store::suite
