#include "state/registers.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "state/derive.hpp"
#include "state/fold.hpp"

namespace zs::state {
namespace {

Stamp at(int second, std::string id = "e") { return {Time{std::chrono::seconds{second}}, "/app", std::move(id)}; }

TEST(Registers, TheLaterFactWinsWhateverArrivesFirst) {
  Registers a;
  EXPECT_TRUE(a.merge("email", Value::of_text("new"), at(2)));
  EXPECT_FALSE(a.merge("email", Value::of_text("old"), at(1)));
  EXPECT_EQ(a.text("email"), "new");
}

TEST(Registers, ClearingIsAFactLikeAnyOther) {
  Registers a;
  a.merge("phone", Value::of_text("1"), at(1));
  EXPECT_TRUE(a.merge("phone", Value{}, at(2)));
  EXPECT_FALSE(a.merge("phone", Value::of_text("2"), at(1, "f")));
  EXPECT_TRUE(a.find("phone")->is_null());
}

TEST(Registers, ATieIsBrokenBySourceThenId) {
  Registers a;
  a.merge("x", Value::of_text("b"), at(1, "b"));
  EXPECT_FALSE(a.merge("x", Value::of_text("a"), at(1, "a")));
  EXPECT_TRUE(a.merge("x", Value::of_text("c"), at(1, "c")));
}

TEST(Registers, TheLeastStampOfAOnceOnlyFactStays) {
  Registers a;
  a.merge_least(k_first_paid, at(5));
  EXPECT_FALSE(a.merge_least(k_first_paid, at(9)));
  EXPECT_TRUE(a.merge_least(k_first_paid, at(2)));
  EXPECT_EQ(a.stamp_of(k_first_paid)->time, at(2).time);
}

TEST(Registers, ATornTextIsCorruptNotACrash) {
  Registers a;
  a.merge("email", Value::of_text("x"), at(1));
  const std::string text = a.encode();
  for (std::size_t cut = 1; cut < text.size(); ++cut) static_cast<void>(Registers::decode(text.substr(0, cut)));
  EXPECT_FALSE(Registers::decode("{\"s\":[],\"r\":{\"x\":[3,1]}}"));
}

/// Histories of few keys, few times and few values, so that every kind of collision occurs.
event::Event generated_event() {
  using event::Kind;
  event::Event e;
  e.stamp = {Time{std::chrono::seconds{*rc::gen::inRange(0, 8)}}, *rc::gen::element<std::string>("/a", "/b"),
             std::to_string(*rc::gen::inRange(0, 6))};
  const Kind kind = *rc::gen::element(Kind::user, Kind::account, Kind::subscription);
  event::Patch patch{kind, "k", {}};
  e.deletes_user = kind == Kind::user && *rc::gen::inRange(0, 6) == 0;
  const auto value = [&] {
    return *rc::gen::element(Value{}, Value::of_text("x"), Value::of_text("y\"\xc3\xa9\n"),
                             Value::of_number("12999.5000"), Value::of_bool(true));
  };
  if (!e.deletes_user) {
    if (*rc::gen::arbitrary<bool>()) patch.fields.emplace_back("email", value());
    if (*rc::gen::arbitrary<bool>()) patch.fields.emplace_back("attributes.n", value());
    if (kind == Kind::subscription) {
      patch.fields.emplace_back(
          "status", Value::of_text(*rc::gen::element<std::string>("trialing", "active", "canceled", "past_due")));
    }
  }
  e.patches.push_back(std::move(patch));
  return e;
}

Registers fold_all(const std::vector<event::Event>& events) {
  Registers registers;
  for (const auto& e : events) apply(registers, e, e.patches[0]);
  return registers;
}

RC_GTEST_PROP(Fold, AnyPermutationAndRepetitionEndsInTheSameState, ()) {
  std::vector<event::Event> history;
  const int count = *rc::gen::inRange(1, 25);
  for (int i = 0; i < count; ++i) history.push_back(generated_event());
  // One identity, one content: dedupe keeps the first, as the ledger does.
  std::vector<event::Event> distinct;
  for (const auto& e : history) {
    if (std::ranges::none_of(distinct, [&](const auto& d) { return d.stamp == e.stamp; })) distinct.push_back(e);
  }
  std::vector<event::Event> shuffled = distinct;
  const int repeats = *rc::gen::inRange(0, 10);
  for (int i = 0; i < repeats; ++i)
    shuffled.push_back(
        distinct[static_cast<std::size_t>(*rc::gen::inRange<int>(0, static_cast<int>(distinct.size())))]);
  for (std::size_t i = shuffled.size(); i > 1; --i) {
    std::swap(shuffled[i - 1], shuffled[static_cast<std::size_t>(*rc::gen::inRange<int>(0, static_cast<int>(i)))]);
  }
  RC_ASSERT(fold_all(distinct).encode() == fold_all(shuffled).encode());
}

RC_GTEST_PROP(Fold, MergeOfTwoHalvesIsTheFoldOfTheWhole, ()) {
  std::vector<event::Event> left;
  std::vector<event::Event> right;
  for (int i = *rc::gen::inRange(0, 12); i > 0; --i) left.push_back(generated_event());
  for (int i = *rc::gen::inRange(0, 12); i > 0; --i) right.push_back(generated_event());
  Registers ab = fold_all(left);
  ab.merge(fold_all(right));
  Registers ba = fold_all(right);
  ba.merge(fold_all(left));
  std::vector<event::Event> whole = left;
  whole.insert(whole.end(), right.begin(), right.end());
  RC_ASSERT(ab == ba);
  RC_ASSERT(ab == fold_all(whole));
  ab.merge(ab);
  RC_ASSERT(ab == ba);
}

RC_GTEST_PROP(Registers, AreReadBackAsTheyWereWritten, ()) {
  std::vector<event::Event> history;
  for (int i = *rc::gen::inRange(0, 12); i > 0; --i) history.push_back(generated_event());
  const Registers registers = fold_all(history);
  const auto back = Registers::decode(registers.encode());
  RC_ASSERT(back.has_value());
  RC_ASSERT(back->encode() == registers.encode());
}

}  // namespace
}  // namespace zs::state
