// Durable ingest against a bare loop that does nothing else. Both are started anew for each round, so that neither pays
// for what the other left behind. The product has a Zoho of 100 ms beside it and goes on syncing meanwhile.
#include "floor/bare_store.hpp"
#include "harness/feed.hpp"
#include "harness/load.hpp"
#include "harness/report.hpp"
#include "harness/rows.hpp"
#include "harness/site.hpp"

namespace zs::bench {
namespace {

using namespace std::chrono_literals;

std::chrono::milliseconds length_of(Size size) { return size == Size::quick ? 1'000ms : 4'000ms; }

struct Speeds {
  Samples per_second;
  Samples p50;
  Samples p99;
  Samples most;

  void take(const Loaded& loaded, double events_a_request) {
    if (loaded.refused > 0) throw std::runtime_error(std::to_string(loaded.refused) + " posts were refused");
    per_second.add(static_cast<double>(loaded.answered) * events_a_request / loaded.seconds);
    p50.add(percentile(loaded.latency_ms, 50));
    p99.add(percentile(loaded.latency_ms, 99));
    most.add(percentile(loaded.latency_ms, 100));
  }
};

Load load_for(const std::string& url, Size size, int connections) {
  Load load;
  load.url = url;
  load.length = length_of(size);
  load.connections = connections;
  return load;
}

/// `synced`: the Contacts that are in the CRM when the last post is answered, by the second.
void singles(Size size, int connections, Speeds& product, Speeds& floor, Samples& synced) {
  for (int round = 0; round < rounds(size); ++round) {
    {
      const FloorServer server;
      floor.take(post(load_for(server.url(), size, connections), signup), 1);
    }
    process::System system(site(100));
    const Loaded loaded = post(load_for(system.daemon_url(), size, connections), signup);
    synced.add(static_cast<double>(simulator_counts(system).contacts) / loaded.seconds);
    product.take(loaded, 1);
    show_progress("round " + std::to_string(round + 1));
  }
}

}  // namespace

void ingest_single(Size size) {
  print_heading("ingest_single", "durable posts of one event on 64 connections, 202 after the sync");
  Speeds product;
  Speeds floor;
  Samples synced;
  singles(size, 64, product, floor, synced);
  print_figure("floor: bare Beast + group-commit SQLite", floor.per_second, "events/s");
  print_figure("zohosync, syncing meanwhile", product.per_second, "events/s");
  print_figure("zohosync: brought into the CRM meanwhile", synced, "sign-ups/s");
  print_verdict("ratio", ratio(product.per_second, floor.per_second), "of floor", {Wanted::at_least, 0.8});
}

void tail(Size size) {
  print_heading("tail", "answers under 256 connections; the stalls are the log moving into the database");
  Speeds product;
  Speeds floor;
  Samples synced;
  singles(size, 256, product, floor, synced);
  print_figure("floor: p99", floor.p99, "ms");
  print_figure("floor: slowest", floor.most, "ms");
  print_figure("zohosync: median", product.p50, "ms");
  print_figure("zohosync: p99", product.p99, "ms");
  print_figure("zohosync: slowest", product.most, "ms");
  print_figure("floor: p99 to median", ratio(floor.p99, floor.p50), "");
  print_figure("zohosync: p99 to median", ratio(product.p99, product.p50), "");
  print_verdict("tail (p99 to median) against the floor's",
                ratio(ratio(product.p99, product.p50), ratio(floor.p99, floor.p50)), "", {Wanted::at_most, 1.5});
}

void ingest_batch(Size size) {
  constexpr std::uint64_t k_events = 100;
  constexpr int k_connections = 8;
  print_heading("ingest_batch", "durable posts of 100 events on 8 connections");
  Speeds product;
  Samples floor;
  for (int round = 0; round < rounds(size); ++round) {
    {
      const process::TemporaryDirectory directory;
      BareStore store((directory.path() / "floor.db").string());
      const auto began = std::chrono::steady_clock::now();
      std::chrono::duration<double> passed{};
      std::uint64_t rows = 0;
      while (passed < length_of(size)) {
        // What gathers from eight connections while a commit is under way: half of them on the average.
        std::vector<BareStore::Row> group;
        for (std::uint64_t i = 0; i < k_events * k_connections / 2; ++i, ++rows) {
          std::string event = signup(rows);
          std::string key = event.substr(27, 36);
          group.push_back({std::move(key), std::move(event)});
        }
        store.commit(group);
        passed = std::chrono::steady_clock::now() - began;
      }
      floor.add(static_cast<double>(rows) / passed.count());
    }
    process::System system(site(100));
    Load load = load_for(system.daemon_url(), size, k_connections);
    load.content_type = "application/cloudevents-batch+json";
    product.take(post(load, [](std::uint64_t n) { return as_batch(signups(n * k_events, k_events)); }),
                 static_cast<double>(k_events));
    show_progress("round " + std::to_string(round + 1));
  }
  print_figure("floor: bare SQLite, groups of 400 rows", floor, "events/s");
  print_figure("zohosync, syncing meanwhile", product.per_second, "events/s");
  print_verdict("ratio", ratio(product.per_second, floor), "of floor", {Wanted::at_least, 0.8});
}

}  // namespace zs::bench
