#include "ops/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <limits>
#include <thread>

namespace zs::ops {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::array k_bounds{0.1, 1.0, 5.0};

TEST(Metrics, AreWrittenWithTheirHelpAndTypeOnceInTheOrderOfNames) {
  Registry registry;
  registry.gauge("zs_backlog", "What waits.").set(2.5);
  registry.counter("zs_a_total", "Calls.", {{"verb", "insert"}}).add(3);
  registry.counter("zs_a_total", "Calls.", {{"verb", "update"}}).add();
  EXPECT_EQ(registry.text(),
            "# HELP zs_a_total Calls.\n"
            "# TYPE zs_a_total counter\n"
            "zs_a_total{verb=\"insert\"} 3\n"
            "zs_a_total{verb=\"update\"} 1\n"
            "# HELP zs_backlog What waits.\n"
            "# TYPE zs_backlog gauge\n"
            "zs_backlog 2.5\n");
}

TEST(Metrics, HistogramsAddTheirBucketsUp) {
  Registry registry;
  Histogram& histogram = registry.histogram("zs_call_seconds", "Time.", k_bounds, {{"verb", "insert"}});
  for (const double value : {0.05, 0.1, 0.5, 5.0, 7.0}) histogram.observe(value);
  EXPECT_EQ(registry.text(),
            "# HELP zs_call_seconds Time.\n"
            "# TYPE zs_call_seconds histogram\n"
            "zs_call_seconds_bucket{verb=\"insert\",le=\"0.1\"} 2\n"
            "zs_call_seconds_bucket{verb=\"insert\",le=\"1\"} 3\n"
            "zs_call_seconds_bucket{verb=\"insert\",le=\"5\"} 4\n"
            "zs_call_seconds_bucket{verb=\"insert\",le=\"+Inf\"} 5\n"
            "zs_call_seconds_sum{verb=\"insert\"} 12.65\n"
            "zs_call_seconds_count{verb=\"insert\"} 5\n");
}

TEST(Metrics, AnUnlabelledHistogramHasOnlyTheBoundAsLabel) {
  Registry registry;
  registry.histogram("zs_t", "T.", k_bounds);
  EXPECT_THAT(registry.text(), HasSubstr("zs_t_bucket{le=\"0.1\"} 0\n"));
  EXPECT_THAT(registry.text(), HasSubstr("zs_t_sum 0\nzs_t_count 0\n"));
}

TEST(Metrics, TheSameNameAndLabelsAreTheSameObjectWhateverTheOrder) {
  Registry registry;
  Counter& first = registry.counter("zs_a", "A.", {{"x", "1"}, {"y", "2"}});
  EXPECT_EQ(&first, &registry.counter("zs_a", "A.", {{"y", "2"}, {"x", "1"}}));
  EXPECT_NE(&first, &registry.counter("zs_a", "A.", {{"y", "1"}, {"x", "2"}}));
  EXPECT_EQ(&registry.histogram("zs_h", "H.", k_bounds), &registry.histogram("zs_h", "H.", k_bounds));
}

TEST(Metrics, AReferenceStaysGoodWhileOthersAreAdded) {
  Registry registry;
  Counter& kept = registry.counter("zs_a", "A.", {{"x", "m"}});
  for (int i = 0; i < 500; ++i) registry.counter("zs_a", "A.", {{"x", std::to_string(i)}});
  kept.add(7);
  EXPECT_THAT(registry.text(), HasSubstr("zs_a{x=\"m\"} 7\n"));
}

TEST(Metrics, AskedForGaugesAreReadWhenSomebodyLooks) {
  Registry registry;
  double now = 1;
  registry.gauge_from("zs_age_seconds", "Age.", [&now] { return now; });
  now = 42;
  EXPECT_THAT(registry.text(), HasSubstr("zs_age_seconds 42\n"));
}

TEST(Metrics, EscapesHelpAndLabels) {
  Registry registry;
  registry.counter("zs_a", "a \"b\"\\\nc", {{"x", "a \"b\"\\\nc"}});
  EXPECT_EQ(registry.text(),
            "# HELP zs_a a \"b\"\\\\\\nc\n"
            "# TYPE zs_a counter\n"
            "zs_a{x=\"a \\\"b\\\"\\\\\\nc\"} 0\n");
}

RC_GTEST_PROP(Metrics, LabelsComeBackFromTheirText, (const std::string& value)) {
  Registry registry;
  registry.counter("zs_a", "A.", {{"x", value}});
  const std::string text = registry.text();
  const std::size_t begin = text.find("{x=\"") + 4;
  std::string back;
  std::size_t at = begin;
  for (; text.at(at) != '"'; ++at) {
    if (text[at] != '\\') {
      RC_ASSERT(text[at] != '\n');
      back += text[at];
    } else {
      ++at;
      back += text.at(at) == 'n' ? '\n' : text.at(at);
    }
  }
  RC_ASSERT(back == value);
  RC_ASSERT(text.substr(at) == "\"} 0\n");
}

RC_GTEST_PROP(Metrics, EveryObservationFallsIntoOneBucket, (const std::vector<double>& values)) {
  Histogram histogram(k_bounds);
  std::vector<std::uint64_t> expected(4, 0);
  for (const double value : values) {
    histogram.observe(value);
    ++expected[value <= 0.1 ? 0U : value <= 1.0 ? 1U : value <= 5.0 ? 2U : 3U];
  }
  RC_ASSERT(histogram.counts() == expected);
}

TEST(Metrics, WritesWhatIsNoFiniteNumberAsPrometheusSpellsIt) {
  Registry registry;
  registry.gauge("zs_a", "A.").set(std::numeric_limits<double>::infinity());
  registry.gauge("zs_b", "B.").set(-std::numeric_limits<double>::infinity());
  registry.gauge("zs_c", "C.").set(std::numeric_limits<double>::quiet_NaN());
  EXPECT_THAT(registry.text(), HasSubstr("zs_a +Inf\n"));
  EXPECT_THAT(registry.text(), HasSubstr("zs_b -Inf\n"));
  EXPECT_THAT(registry.text(), HasSubstr("zs_c NaN\n"));
}

TEST(Metrics, LoseNothingBetweenThreads) {
  constexpr std::uint64_t k_each = 5'000;
  Registry registry;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&registry] {
        for (std::uint64_t n = 0; n < k_each; ++n) {
          registry.counter("zs_a", "A.").add();
          registry.gauge("zs_g", "G.").add(1);
          registry.histogram("zs_h", "H.", k_bounds).observe(2);
          if (n % 1'000 == 0) {
            EXPECT_FALSE(registry.text().empty());
          }
        }
      });
    }
  }
  EXPECT_EQ(registry.counter("zs_a", "A.").value(), 4 * k_each);
  EXPECT_EQ(registry.gauge("zs_g", "G.").value(), 4.0 * k_each);
  EXPECT_THAT(registry.histogram("zs_h", "H.", k_bounds).counts(), ElementsAre(0, 0, 4 * k_each, 0));
  EXPECT_EQ(registry.histogram("zs_h", "H.", k_bounds).sum(), 8.0 * k_each);
}

TEST(MetricsDeathTest, RefusesWhatPrometheusWould) {
  Registry registry;
  registry.counter("zs_a", "A.");
  registry.gauge_from("zs_g", "G.", [] { return 0.0; });
  EXPECT_DEATH(registry.counter("1a", "A."), "is no name for a metric");
  EXPECT_DEATH(registry.counter("zs-a", "A."), "is no name for a metric");
  EXPECT_DEATH(registry.counter("", "A."), "is no name for a metric");
  EXPECT_DEATH(registry.counter("zs_b", "B.", {{"le", "1"}}), "label with a bad name");
  EXPECT_DEATH(registry.counter("zs_b", "B.", {{"a:b", "1"}}), "label with a bad name");
  EXPECT_DEATH(registry.counter("zs_b", "B.", {{"x", "1"}, {"x", "2"}}), "a label twice");
  EXPECT_DEATH(registry.gauge("zs_a", "A."), "two types");
  EXPECT_DEATH(registry.gauge("zs_g", "G."), "both set and asked for");
  EXPECT_DEATH(registry.gauge_from("zs_g", "G.", [] { return 0.0; }), "given twice");
  const std::array falling{2.0, 1.0};
  EXPECT_DEATH(registry.histogram("zs_h", "H.", falling), "do not ascend");
  registry.histogram("zs_h", "H.", k_bounds);
  EXPECT_DEATH(registry.histogram("zs_h", "H.", duration_bounds()), "two sets of bounds");
}

}  // namespace
}  // namespace zs::ops
