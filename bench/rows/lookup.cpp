// Look-ups in the id map by each of its ids, over HTTP: with few users, and with many in the same run.
#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>

#include "base/crypto.hpp"
#include "base/random.hpp"
#include "harness/client.hpp"
#include "harness/feed.hpp"
#include "harness/known.hpp"
#include "harness/report.hpp"
#include "harness/rows.hpp"
#include "harness/site.hpp"

namespace zs::bench {
namespace {

using event::Kind;
using SteadyClock = std::chrono::steady_clock;

struct KeyOf {
  std::string name;
  std::function<std::string(std::uint64_t customer)> id;
};

const std::array<KeyOf, 7>& keys() {
  static const std::array<KeyOf, 7> k_keys{
      KeyOf{"user_id", user_id},
      KeyOf{"account_key", user_id},
      KeyOf{"subscription_id", subscription_id},
      KeyOf{"contact_id", [](std::uint64_t customer) { return zoho_id(Kind::user, customer); }},
      KeyOf{"account_id", [](std::uint64_t customer) { return zoho_id(Kind::account, customer); }},
      KeyOf{"deal_id", [](std::uint64_t customer) { return zoho_id(Kind::subscription, customer); }},
      KeyOf{"email_hash", [](std::uint64_t customer) { return sha256_hex(email(customer)); }}};
  return k_keys;
}

/// A map of so many users, each with an account and a subscription, and a daemon on it.
struct Site {
  explicit Site(std::uint64_t users) : population(users), system(simulator_alone(0)) {
    fill_store((system.directory() / "zohosync.db").string(), population,
               {.have_subscriptions = true, .what = "lookup"});
    system.start_daemon();
    client.emplace(system.daemon_url());
  }
  [[nodiscard]] std::uint64_t any(Random& random) const { return population.known(random.below(population.size())); }

  Population population;
  process::System system;
  std::optional<Client> client;
  Samples p50;
  Samples p99;
  Samples bulk;
};

/// Milliseconds until the answer, which must speak of the customer.
double timed(Site& site, const std::string& path, std::uint64_t customer, const std::string& body = {}) {
  const auto began = SteadyClock::now();
  const auto answer = site.client->ask(body.empty() ? "GET" : "POST", path, body);
  const std::chrono::duration<double, std::milli> took = SteadyClock::now() - began;
  if (!answer.body.contains('"' + user_id(customer) + '"'))
    throw std::runtime_error(path + " does not find " + user_id(customer) + ": " + answer.body.substr(0, 200));
  return took.count();
}

void measure(Site& site, std::uint64_t lookups, Random& random) {
  std::vector<double> took;
  for (std::uint64_t i = 0; i < lookups; ++i) {
    const std::uint64_t customer = site.any(random);
    const KeyOf& key = keys().at(i % keys().size());
    took.push_back(timed(site, "/v1/mappings?" + key.name + "=" + key.id(customer), customer));
  }
  site.p50.add(percentile(took, 50));
  site.p99.add(percentile(took, 99));
  constexpr int k_ids = 1'000;
  std::string body = R"({"contact_ids":[)";
  std::uint64_t last = 0;
  for (int i = 0; i < k_ids; ++i) {
    last = site.any(random);
    body.append(i == 0 ? "\"" : ",\"").append(zoho_id(Kind::user, last)).append("\"");
  }
  site.bulk.add(timed(site, "/v1/mappings/lookup", last, body + "]}"));
}

}  // namespace

void lookup(Size size) {
  const std::uint64_t few = 10'000;
  const std::uint64_t many = size == Size::quick ? 50'000 : 1'000'000;
  const std::uint64_t lookups = size == Size::quick ? 700 : 7'000;
  print_heading("lookup", "in the id map by each of its seven ids, one connection; " + std::to_string(many) +
                              " users beside " + std::to_string(few));
  Site small(few);
  Site large(many);
  SeededRandom random(1);
  for (int round = 0; round < rounds(size); ++round) {
    show_progress("lookup: round " + std::to_string(round + 1));
    measure(small, lookups, random);
    measure(large, lookups, random);
  }
  print_figure("median", large.p50, "ms");
  print_verdict("p99", large.p99, "ms", {Wanted::at_most, 5});
  print_figure("median, of that with few", ratio(large.p50, small.p50), "times");
  print_figure("p99, of that with few", ratio(large.p99, small.p99), "times");
  print_figure("1,000 Contact ids in one post", large.bulk, "ms");
  Samples export_rate;
  const auto began = SteadyClock::now();
  const auto all = large.client->ask("GET", "/v1/mappings/export");
  const std::chrono::duration<double> passed = SteadyClock::now() - began;
  export_rate.add(static_cast<double>(std::ranges::count(all.body, '\n')) / passed.count());
  print_figure("export", export_rate, "users/s");
  Samples memory;
  memory.add(memory_of(large.system.daemon().pid()).most_mb);
  print_figure("memory of the daemon, at most", memory, "MB");
}

}  // namespace zs::bench
