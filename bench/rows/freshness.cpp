// How soon a sign-up is in the CRM: at rest, at a steady rate for the price of its credits, and beside the peer.
#include <stdexcept>
#include <thread>

#include "harness/feed.hpp"
#include "harness/peer.hpp"
#include "harness/report.hpp"
#include "harness/rows.hpp"
#include "harness/site.hpp"
#include "harness/trickle.hpp"

namespace zs::bench {
namespace {

using namespace std::chrono_literals;
using SteadyClock = std::chrono::steady_clock;

constexpr int k_round_trip_ms = 100;

}  // namespace

void freshness(Size size) {
  const std::uint64_t count = size == Size::quick ? 20 : 200;
  print_heading("freshness", "from the post of a sign-up at rest until all of it is confirmed, Zoho at 100 ms");
  Samples p50;
  Samples p99;
  for (int round = 0; round < rounds(size); ++round) {
    process::System system(site(k_round_trip_ms));
    wait_until_synced(system, 20s, "freshness");
    std::this_thread::sleep_for(1s);  // the look at the org at the start is over
    std::vector<double> ms;
    for (std::uint64_t i = 0; i < count; ++i) {
      const auto began = SteadyClock::now();
      system.call("POST", "/v1/events", signup(i), "application/cloudevents+json");
      const auto mapped = system.call("GET", "/v1/mappings/users/" + user_id(i) + "?wait=20");
      if (mapped.body.find("\"synced\":true") == std::string::npos)
        throw std::runtime_error("not synced: " + mapped.body);
      ms.push_back(std::chrono::duration<double, std::milli>(SteadyClock::now() - began).count());
      show_progress("freshness: " + std::to_string(i + 1));
    }
    p50.add(percentile(ms, 50));
    p99.add(percentile(ms, 99));
  }
  print_verdict("median", p50, "ms", {Wanted::at_most, 2 * k_round_trip_ms + 10});
  print_verdict("p99", p99, "ms", {Wanted::at_most, 2 * k_round_trip_ms + 30});
  Samples trips;
  for (const double ms : p50.values()) trips.add(ms / k_round_trip_ms);
  print_figure("median, in round trips", trips, "of 2");
}

void linger(Size size) {
  print_heading("linger",
                "credits and time of sign-ups by their rate, Zoho at 100 ms; with ample and with tight credits");
  for (const bool is_tight : {false, true}) {
    for (const int a_second : {1, 5, 20, 100, 1'000}) {
      // Tight: at this pace the day's credits would be spent several times over, and yet they last for the run.
      const std::int64_t credits = is_tight ? 500 + 60 * a_second : 0;
      process::System system(site(k_round_trip_ms, credits));
      wait_until_synced(system, 20s, "linger");
      const std::string name = std::to_string(a_second) + " a second, " + (is_tight ? "tight" : "ample");
      show_progress("linger: " + name);
      Trickle how;
      how.url = system.daemon_url();
      how.a_second = a_second;
      how.before = size == Size::quick ? 2s : 5s;
      how.length = size == Size::quick ? 3s : 20s;
      const Trickled run = trickle(system, how);
      Samples spent;
      spent.add(run.credits_per_1000);
      print_figure(name + ": credits per 1,000", spent, "credits");
      Samples median;
      median.add(percentile(run.all_ms, 50));
      print_figure(name + ": all written, median", median, "ms");
    }
  }
}

void peer_freshness(Size size) {
  print_heading("peer_freshness", "20 sign-ups a second, Zoho at 100 ms: until all of one is written");
  Samples peer;
  Samples peer_contact;
  Samples product;
  Samples product_contact;
  Samples product_p99;
  Samples peer_p99;
  Trickle how;
  how.length = size == Size::quick ? 5s : 20s;
  for (int round = 0; round < rounds(size); ++round) {
    const auto take = [](const Trickled& run, Samples& all, Samples& p99, Samples& contact) {
      all.add(percentile(run.all_ms, 50));
      p99.add(percentile(run.all_ms, 99));
      contact.add(percentile(run.contact_ms, 50));
    };
    {
      Peer rival(k_round_trip_ms);
      how.url = rival.url();
      take(trickle(rival.site(), how), peer, peer_p99, peer_contact);
    }
    process::System system(site(k_round_trip_ms));
    wait_until_synced(system, 20s, "peer_freshness");
    how.url = system.daemon_url();
    take(trickle(system, how), product, product_p99, product_contact);
    show_progress("round " + std::to_string(round + 1));
  }
  print_figure("peer: Contact there, median", peer_contact, "ms");
  print_figure("zohosync: Contact there, median", product_contact, "ms");
  print_figure("peer: all written, median", peer, "ms");
  print_figure("zohosync: all written, median", product, "ms");
  print_figure("peer: all written, p99", peer_p99, "ms");
  print_figure("zohosync: all written, p99", product_p99, "ms");
  print_verdict("all written, median", ratio(product, peer), "of peer", {Wanted::at_most, 0.6});
}

}  // namespace zs::bench
