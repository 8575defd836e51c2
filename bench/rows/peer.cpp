// The same load through the product and through the peer (bench/peer), each with a simulator of its own, in turns.

#include <array>
#include <stdexcept>
#include <thread>

#include "harness/feed.hpp"
#include "harness/load.hpp"
#include "harness/peer.hpp"
#include "harness/report.hpp"
#include "harness/rows.hpp"
#include "harness/site.hpp"

namespace zs::bench {
namespace {

using namespace std::chrono_literals;
using SteadyClock = std::chrono::steady_clock;

void add_speed(Samples& samples, const Loaded& loaded, double events_a_request) {
  if (loaded.refused > 0) throw std::runtime_error("posts were refused");
  samples.add(static_cast<double>(loaded.answered) * events_a_request / loaded.seconds);
}

void post_in_batches(const std::string& url, const std::vector<std::string>& events) {
  constexpr std::size_t k_batch = 100;
  Load load;
  load.url = url;
  load.content_type = "application/cloudevents-batch+json";
  load.connections = 1;
  load.length = 5min;
  load.most = (events.size() + k_batch - 1) / k_batch;
  const Loaded loaded = post(load, [&](std::uint64_t n) {
    const auto from = events.begin() + static_cast<std::ptrdiff_t>(n * k_batch);
    return as_batch({from, from + static_cast<std::ptrdiff_t>(std::min(k_batch, events.size() - n * k_batch))});
  });
  if (loaded.refused > 0) throw std::runtime_error("posts were refused");
}

void wait_for_peer(Peer& peer) {
  for (const auto deadline = SteadyClock::now() + 10min; SteadyClock::now() < deadline;) {
    const std::int64_t waiting = peer.waiting();
    if (waiting == 0) return;
    show_progress("peer: " + std::to_string(waiting) + " wait");
    std::this_thread::sleep_for(50ms);
  }
  throw std::runtime_error("the peer does not get done");
}

struct Synced {
  double a_second = 0;
  double credits_per_1000 = 0;
};

Synced synced(process::System& site, std::size_t customers, const std::function<void()>& run) {
  const std::int64_t before = simulator_counts(site).credits;
  const auto began = SteadyClock::now();
  run();
  const std::chrono::duration<double> passed = SteadyClock::now() - began;
  const SimulatorCounts after = simulator_counts(site);
  if (after.contacts != static_cast<std::int64_t>(customers)) throw std::runtime_error("not all are in the CRM");
  const auto n = static_cast<double>(customers);
  return {n / passed.count(), static_cast<double>(after.credits - before) * 1'000 / n};
}

/// A customer's three changes of the title in no order, each customer's at once, as retries and parallel senders do it.
std::vector<std::string> shuffled(std::uint64_t customers) {
  constexpr std::array<std::array<std::uint64_t, 3>, 3> k_orders{{{3, 1, 2}, {2, 3, 1}, {1, 2, 3}}};
  std::vector<std::string> events;
  for (std::uint64_t i = 0; i < customers; ++i) {
    for (const std::uint64_t turn : k_orders[i % 3]) events.push_back(profile_change(i, turn));
  }
  return events;
}

std::uint64_t wrong(process::System& site, std::uint64_t customers) {
  std::uint64_t right = 0;
  for (std::uint64_t i = 0; i < customers; ++i) {
    const auto answer = site.control("GET", "/records?module=Contacts&external=" + user_id(i));
    if (answer.body.contains("\"Rank 3\"")) ++right;
  }
  return customers - right;
}

}  // namespace

void peer_ingest(Size size) {
  print_heading("peer_ingest", "durable posts, product and peer in turns");
  Samples product;
  Samples peer;
  Samples product_batched;
  Samples peer_batched;
  Load load;
  load.length = size == Size::quick ? 1'000ms : 4'000ms;
  Load batched = load;
  batched.content_type = "application/cloudevents-batch+json";
  batched.connections = 8;
  const auto hundred = [](std::uint64_t n) { return as_batch(signups(1'000'000 + n * 100, 100)); };
  // A script is compiled as it runs: what its first seconds take is not what it takes.
  const auto warm_up = [&] {
    Load warm = load;
    warm.length = size == Size::quick ? 2'000ms : 8'000ms;
    static_cast<void>(post(warm, [](std::uint64_t n) { return signup(100'000'000 + n); }));
  };
  const int turns = size == Size::quick ? 1 : 5;
  for (int turn = 0; turn < turns; ++turn) {
    {
      Peer rival(100);
      load.url = batched.url = rival.url();
      warm_up();
      add_speed(peer, post(load, signup), 1);
      add_speed(peer_batched, post(batched, hundred), 100);
    }
    process::System system(site(100));
    load.url = batched.url = system.daemon_url();
    warm_up();
    add_speed(product, post(load, signup), 1);
    add_speed(product_batched, post(batched, hundred), 100);
    show_progress("round " + std::to_string(turn + 1));
  }
  print_figure("peer, single posts", peer, "events/s");
  print_figure("zohosync, single posts", product, "events/s");
  print_verdict("single posts", ratio(product, peer), "of peer", {Wanted::at_least, 2.5});
  print_figure("peer, posts of 100", peer_batched, "events/s");
  print_figure("zohosync, posts of 100", product_batched, "events/s");
  print_verdict("posts of 100", ratio(product_batched, peer_batched), "of peer", {Wanted::at_least, 2.5});
}

void peer_signups(Size size) {
  const std::uint64_t for_peer = size == Size::quick ? 100 : 500;
  const std::uint64_t for_product = size == Size::quick ? 4'000 : 20'000;
  print_heading("peer_signups", "sign-ups from the post to the CRM, Zoho at 100 ms; then shuffled changes");
  Samples product;
  Samples peer;
  Samples product_credits;
  Samples peer_credits;
  Samples product_wrong;
  Samples peer_wrong;
  Samples product_memory;
  Samples peer_memory;
  for (int turn = 0; turn < rounds(size); ++turn) {
    {
      Peer rival(100);
      const Synced result = synced(rival.site(), for_peer, [&] {
        post_in_batches(rival.url(), signups(0, for_peer));
        wait_for_peer(rival);
      });
      peer.add(result.a_second);
      peer_credits.add(result.credits_per_1000);
      post_in_batches(rival.url(), shuffled(for_peer));
      wait_for_peer(rival);
      peer_wrong.add(100 * static_cast<double>(wrong(rival.site(), for_peer)) / static_cast<double>(for_peer));
      peer_memory.add(rival.memory_mb());
    }
    process::System system(site(100));
    const Synced result = synced(system, for_product, [&] {
      post_in_batches(system.daemon_url(), signups(0, for_product));
      wait_until_synced(system, 5min, "peer_signups");
    });
    product.add(result.a_second);
    product_credits.add(result.credits_per_1000);
    post_in_batches(system.daemon_url(), shuffled(for_peer));
    wait_until_synced(system, 5min, "peer_signups");
    product_wrong.add(static_cast<double>(wrong(system, for_peer)));
    product_memory.add(memory_of(system.daemon().pid()).most_mb);
  }
  print_figure("peer", peer, "a second");
  print_figure("zohosync", product, "a second");
  print_verdict("sign-ups", ratio(product, peer), "of peer", {Wanted::at_least, 50});
  print_figure("peer: credits per 1,000 sign-ups", peer_credits, "credits");
  print_figure("zohosync: credits per 1,000 sign-ups", product_credits, "credits");
  print_verdict("credits", ratio(product_credits, peer_credits), "of peer", {Wanted::at_most, 1 / 16.0});
  print_figure("peer: left wrong", peer_wrong, "percent");
  print_verdict("zohosync: left wrong", product_wrong, "customers", {Wanted::at_most, 0});
  print_figure("peer: memory, with Redis", peer_memory, "MB");
  print_verdict("zohosync: memory at most", product_memory, "MB", {Wanted::at_most, 100});
}

}  // namespace zs::bench
