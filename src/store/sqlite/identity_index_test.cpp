// That the index forgets no identity and invents none, whatever commits, fails, is filed or is opened again meanwhile.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <string>

#include "base/random.hpp"
#include "store/sqlite/identity_index.hpp"
#include "store/sqlite/run_filter.hpp"
#include "store/store_suite.hpp"

namespace zs::store {
namespace {

using sqlite::identity_hash;
using sqlite::RunFilter;
using suite::event;
using suite::value;

std::vector<std::uint64_t> hashes(std::size_t from, std::size_t count) {
  std::vector<std::uint64_t> out;
  for (std::size_t i = 0; i < count; ++i) out.push_back(identity_hash("app", std::to_string(from + i)));
  return out;
}

TEST(RunFilterTest, NamesEveryRunThatHasAHashAndFewOthers) {
  constexpr std::size_t k_runs = 70;  // more than one word of them
  constexpr std::size_t k_each = 2'000;
  RunFilter filter;
  for (std::size_t run = 0; run < k_runs; ++run) filter.add(RunFilter::filter_of(hashes(run * k_each, k_each)));
  ASSERT_EQ(filter.size(), k_runs);
  for (std::size_t run = 0; run < k_runs; ++run) {
    for (const auto hash : hashes(run * k_each, 20)) EXPECT_THAT(filter.candidates(hash), testing::Contains(run));
  }
}

TEST(RunFilterTest, AFullRunIsAskedInVainLessThanOnceInAThousandTimes) {
  RunFilter filter;
  filter.add(RunFilter::filter_of(hashes(0, RunFilter::k_identities)));
  std::size_t in_vain = 0;
  for (const auto hash : hashes(RunFilter::k_identities, 100'000)) in_vain += filter.candidates(hash).size();
  EXPECT_LT(in_vain, 100U);
}

/// A ledger as one map, for comparison.
struct Model {
  std::map<std::string, Seq> first;
  Seq last = 0;
};

/// Appends a few events, many of them known; fails now and then. What the store said about each must be what the model
/// says.
Result<void> random_job(Transaction& tx, Model& model, Random& random) {
  Model after = model;
  for (auto count = random.below(8); count > 0; --count) {
    const auto id = std::to_string(random.below(400));
    ZS_ASSIGN(const bool added, tx.append(event(id), 1));
    if (added != !after.first.contains(id)) return fail(Errc::corrupt, "wrong about " + id);
    if (added) after.first[id] = ++after.last;
  }
  if (random.chance(0.2)) return fail(Errc::invalid, "undone on purpose");
  model = std::move(after);
  return {};
}

RC_GTEST_PROP(IdentityIndexTest, KnowsExactlyTheEventsOfTheLedger, (std::uint64_t seed)) {
  const suite::TemporaryDirectory directory;
  SeededRandom random(seed);
  const Options options{
      .path = directory.path() + "/store.db", .inline_commits = true, .identity_run = 1 + random.below(40)};
  Model model;
  for (int opening = 0; opening < 3; ++opening) {
    auto store = value(open_sqlite(options));
    auto reader = value(store->reader());
    for (auto jobs = random.below(40); jobs > 0; --jobs) {
      const auto done = store->write([&](Transaction& tx) { return random_job(tx, model, random); });
      RC_ASSERT(done.has_value() || done.error().code == Errc::invalid);
    }
    auto elsewhere = value(open_sqlite_reader(options.path));
    for (int i = 0; i < 400; i += 3) {
      const auto id = std::to_string(i);
      const auto known = model.first.find(id);
      for (auto* one : {reader.get(), elsewhere.get()}) {
        const auto found = value(one->find_event("app", id));
        RC_ASSERT(found.has_value() == (known != model.first.end()));
        if (found) RC_ASSERT(found->seq == known->second);
      }
    }
    RC_ASSERT(value(reader->last_seq()) == model.last);
  }
}

TEST(IdentityIndexTest, KnowsEventsOfManyRunsOfTheUsualSize) {
  constexpr int k_events = 100'000;
  auto store = value(open_sqlite({.path = ":memory:", .inline_commits = true}));
  int added = 0;
  for (const int pass : {0, 1}) {
    for (int from = 0; from < k_events; from += 1'000) {
      ASSERT_TRUE(store->write([&](Transaction& tx) -> Result<void> {
        for (int i = from; i < from + 1'000; ++i) {
          ZS_ASSIGN(const bool is_new, tx.append(event(std::to_string(i)), 1));
          added += is_new ? 1 : 0;
        }
        return {};
      })) << pass;
    }
    EXPECT_EQ(added, k_events);
  }
}

}  // namespace
}  // namespace zs::store
