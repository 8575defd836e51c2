// Promises about what is kept for Zoho Desk.
#include "store/store_suite.hpp"

namespace zs::store::suite {
namespace {

DeskTicket ticket(std::string key, std::string user, std::int64_t at_ms) {
  DeskTicket out;
  out.key = std::move(key);
  out.fingerprint = "f";
  out.user_key = std::move(user);
  out.correlation = "c-" + out.key;
  out.order = R"({"subject":"it's"})";
  out.created_ms = at_ms;
  out.phase_ms = at_ms;
  return out;
}

TEST_P(StoreTest, GivesADeskTicketBackPhaseByPhase) {
  DeskTicket made = ticket("k1", "u1", 5);
  made.phase = DeskPhase::contact_sent;
  commit([&](Transaction& tx) -> Result<void> {
    EXPECT_TRUE(value(tx.claim_desk_ticket(made)));
    return {};
  });
  auto found = value(reader().desk_ticket("k1"));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->phase, DeskPhase::contact_sent);
  EXPECT_EQ(found->order, made.order);
  EXPECT_EQ(found->correlation, "c-k1");
  made.phase = DeskPhase::done;
  made.contact_id = "77";
  made.phase_ms = 9;
  made.order.clear();
  made.answer = "{}";
  commit([&](Transaction& tx) -> Result<void> {
    EXPECT_TRUE(value(tx.advance_desk_ticket(made)));
    return {};
  });
  found = value(reader().desk_ticket("k1"));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->phase, DeskPhase::done);
  EXPECT_EQ(found->contact_id, "77");
  EXPECT_EQ(found->answer, "{}");
  EXPECT_EQ(found->order, "");
  EXPECT_EQ(found->created_ms, 5);
  EXPECT_TRUE(value(reader().unfinished_desk_tickets()).empty());
}

TEST_P(StoreTest, GivesAKeyToOneTicketOnly) {
  commit([&](Transaction& tx) -> Result<void> {
    EXPECT_TRUE(value(tx.claim_desk_ticket(ticket("k1", "u1", 5))));
    EXPECT_FALSE(value(tx.claim_desk_ticket(ticket("k1", "u2", 6))));
    EXPECT_FALSE(value(tx.advance_desk_ticket(ticket("k2", "u2", 6)))) << "never claimed";
    return {};
  });
  EXPECT_EQ(value(reader().desk_ticket("k1"))->user_key, "u1");
  EXPECT_FALSE(value(reader().desk_ticket("k2")));
}

TEST_P(StoreTest, SweepsOldAnswersAndNothingThatIsUnderWay) {
  DeskTicket old = ticket("old", "u1", 5);
  old.phase = DeskPhase::done;
  DeskTicket fresh = ticket("fresh", "u1", 50);
  fresh.phase = DeskPhase::done;
  commit([&](Transaction& tx) -> Result<void> {
    for (const DeskTicket& one : {old, fresh, ticket("second", "u1", 4), ticket("first", "u1", 3)})
      EXPECT_TRUE(value(tx.claim_desk_ticket(one)));
    return tx.sweep_desk_tickets(50);
  });
  EXPECT_FALSE(value(reader().desk_ticket("old")));
  EXPECT_TRUE(value(reader().desk_ticket("fresh")));
  const auto unfinished = value(reader().unfinished_desk_tickets());
  ASSERT_EQ(unfinished.size(), 2U);
  EXPECT_EQ(unfinished[0].key, "first");
}

TEST_P(StoreTest, ForgetsAllOfAUserInDeskAndNothingOfAnother) {
  commit([&](Transaction& tx) -> Result<void> {
    for (const std::string user : {"u1", "u2"}) {
      ZS_TRY(tx.save_desk_contact({user, "d-" + user, "c-" + user, user == "u2", 7}));
      EXPECT_TRUE(value(tx.claim_desk_ticket(ticket("k-" + user, user, 5))));
    }
    return tx.save_desk_contact({"u2", "d-2", "c-2", false, 8});
  });
  EXPECT_EQ(value(reader().desk_contact_user("d-u1")), "u1");
  commit([](Transaction& tx) { return tx.forget_desk("u1"); });
  EXPECT_FALSE(value(reader().desk_contact("u1")));
  EXPECT_FALSE(value(reader().desk_contact_user("d-u1")));
  EXPECT_FALSE(value(reader().desk_ticket("k-u1")));
  EXPECT_TRUE(value(reader().desk_ticket("k-u2")));
  const auto other = value(reader().desk_contact("u2"));
  ASSERT_TRUE(other);
  EXPECT_EQ(other->contact_id, "d-2");
  EXPECT_EQ(other->crm_contact_id, "c-2");
  EXPECT_FALSE(other->verified);
  EXPECT_EQ(other->found_ms, 8);
  commit([](Transaction& tx) { return tx.drop_desk_contact("u2"); });
  EXPECT_FALSE(value(reader().desk_contact("u2")));
}

}  // namespace
}  // namespace zs::store::suite
