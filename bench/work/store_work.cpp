// store_work append|fold|plan EVENTS FILE: takes so many sign-ups into a store and stops after the named step. Under
// callgrind or perf it shows what an event costs and where. Prints the time of each step.
#include <fmt/core.h>

#include <chrono>
#include <string>
#include <vector>

#include "engine/desired.hpp"
#include "engine/fold.hpp"
#include "event/parse.hpp"
#include "harness/feed.hpp"
#include "ingest/accept.hpp"
#include "plan/diff.hpp"
#include "store/store.hpp"

namespace {

using namespace zs;

constexpr std::int64_t k_now_ms = 1'770'000'000'000;
constexpr std::uint64_t k_group = 20;  // events a commit, as 64 connections gather them
constexpr std::size_t k_fold = 200;

Result<void> append(store::Store& store, std::uint64_t count) {
  event::Parser parser;
  for (std::uint64_t at = 0; at < count; at += k_group) {
    std::vector<store::NewEvent> events;
    for (std::uint64_t i = at; i < std::min(count, at + k_group); ++i) {
      ingest::Accepted read = ingest::accept(parser, "application/cloudevents+json", {}, bench::signup(i),
                                             from_millis(k_now_ms), store::Lane::live, {});
      if (read.events.empty()) return fail(Errc::invalid, "the feed is not valid");
      events.push_back(std::move(read.events.front()));
    }
    ZS_TRY(store.write([&](store::Transaction& tx) -> Result<void> {
      for (const store::NewEvent& event : events) {
        ZS_ASSIGN(const bool fresh, tx.append(event, k_now_ms));
        if (!fresh) return fail(Errc::invalid, "the feed repeats itself");
      }
      return {};
    }));
  }
  return {};
}

Result<void> fold(store::Store& store) {
  for (std::size_t folded = k_fold; folded == k_fold;) {
    ZS_TRY(store.write([&](store::Transaction& tx) -> Result<void> {
      ZS_ASSIGN(const engine::FoldOutcome outcome, engine::fold(tx, k_fold, k_now_ms, {}));
      folded = outcome.events;
      return {};
    }));
  }
  return {};
}

Result<void> plan_all(store::Store& store, std::uint64_t count) {
  ZS_ASSIGN(const auto reader, store.reader());
  const plan::Mapping mapping;
  std::size_t tags = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    for (const event::Kind kind : {event::Kind::user, event::Kind::account}) {
      ZS_ASSIGN(const auto entity, reader->find(kind, bench::user_id(i)));
      if (!entity) return fail(Errc::not_found, bench::user_id(i));
      ZS_ASSIGN(const engine::Formed formed, engine::form_desired(*reader, *entity, mapping, {}));
      tags += plan::first_write(formed.desired, entity->synced).add.size();
    }
  }
  fmt::print("tags {}\n", tags);
  return {};
}

Result<void> work(const std::string& step, std::uint64_t count, const std::string& file) {
  store::Options options;
  options.path = file;
  options.inline_commits = true;
  ZS_ASSIGN(const auto store, store::open_sqlite(options));
  auto began = std::chrono::steady_clock::now();
  const auto tell = [&](std::string_view what) {
    const auto now = std::chrono::steady_clock::now();
    fmt::print("{} {:.2f} us an event\n", what,
               std::chrono::duration<double, std::micro>(now - began).count() / static_cast<double>(count));
    began = now;
  };
  ZS_TRY(append(*store, count));
  tell("append");
  if (step == "append") return {};
  ZS_TRY(fold(*store));
  tell("fold");
  if (step == "fold") return {};
  ZS_TRY(plan_all(*store, count));
  tell("plan");
  return {};
}

}  // namespace

int main(int count, char** words) {
  if (count != 4) {
    fmt::print(stderr, "usage: store_work append|fold|plan EVENTS FILE\n");
    return 2;
  }
  const auto done = work(words[1], std::stoull(words[2]), words[3]);
  if (!done) fmt::print(stderr, "store_work: {}\n", done.error().text);
  return done ? 0 : 1;
}
