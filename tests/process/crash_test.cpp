// The real daemon against the real simulator, killed in mid-load: what was acknowledged is in the CRM, once.
#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <thread>

#include "process/system.hpp"
#include "support/histories.hpp"
#include "support/mapping.hpp"
#include "zoho/metadata.hpp"

namespace zs::process {
namespace {

plan::Schema schema_of(System& system) {
  plan::Schema schema;
  for (const plan::Module module : plan::k_modules) {
    const auto fields =
        zoho::read_fields(system.crm_get("/crm/v8/settings/fields?module=" + std::string(plan::name_of(module))));
    for (const auto& field : *fields)
      schema.fields[static_cast<std::size_t>(module)].emplace(field.api_name, field.info);
  }
  return schema;
}

/// Sends events in small requests; one that is not answered is sent again, as a platform's outbox would.
class Platform {
 public:
  Platform(System& system, std::vector<store::NewEvent> events)
      : system_(system), events_(std::move(events)), thread_([this] { send_all(); }) {}
  void join() { thread_.join(); }
  [[nodiscard]] std::size_t acknowledged() const { return acknowledged_; }
  [[nodiscard]] bool is_done() const { return done_; }

 private:
  void send_all() {
    constexpr std::size_t k_step = 7;
    for (std::size_t from = 0; from < events_.size();) {
      const std::size_t to = std::min(events_.size(), from + k_step);
      std::string body;
      for (std::size_t i = from; i < to; ++i) body += test::to_json(events_[i]) + "\n";
      if (system_.post_events(body).status == 202) {
        acknowledged_ += to - from;
        from = to;
      } else {
        std::this_thread::sleep_for(std::chrono::milliseconds{10});
      }
    }
    done_ = true;
  }

  System& system_;
  std::vector<store::NewEvent> events_;
  std::atomic<std::size_t> acknowledged_{0};
  std::atomic<bool> done_{false};
  std::thread thread_;
};

/// The first of each identity, as the ledger keeps it.
std::vector<store::NewEvent> first_of_each(const std::vector<store::NewEvent>& events) {
  std::vector<store::NewEvent> out;
  std::set<std::pair<std::string, std::string>> seen;
  for (const auto& event : events) {
    if (seen.emplace(event.source, event.id).second) out.push_back(event);
  }
  return out;
}

TEST(Crash, KillingTheDaemonInMidLoadLosesNothingAndDoublesNothing) {
  System system({{"--ready", "--latency-ms", "15", "--jitter-ms", "20"}, {}, true});
  SeededRandom random(20261124);
  const auto events = test::disturb(test::make_history(random, {150, true}), random);
  Platform platform(system, events);
  for (int kills = 0; kills < 6; ++kills) {
    // Killed after some progress, so that every life of the daemon does work.
    const std::size_t goal = platform.acknowledged() + 40 + random.below(60);
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{20};
    while (platform.acknowledged() < goal && !platform.is_done() && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{random.below(60)});
    system.kill_daemon();
    system.start_daemon();
  }
  platform.join();
  ASSERT_TRUE(system.wait_until_synced(std::chrono::seconds{90})) << system.call("GET", "/v1/status").body;
  const plan::Mapping mapping = test::default_mapping();
  const auto faults =
      test::compare(test::expect(first_of_each(events), mapping, schema_of(system)), system.crm(mapping), mapping);
  std::string words;
  for (const std::string& fault : faults) words += "\n  " + fault;
  EXPECT_TRUE(faults.empty()) << words.substr(0, 3000);
  EXPECT_EQ(system.stop_daemon(), 0) << "SIGTERM is a clean end";
  // The log of a life with calls, answers and a clean end.
  const std::string log = system.daemon().output();
  EXPECT_TRUE(log.contains("zohosync serves"));
  for (const char* secret :
       {"@example.", "1000.sim.refresh", "sim-secret", "test-key", "oauthtoken", "O'Neil", "+1555"}) {
    EXPECT_FALSE(log.contains(secret)) << "personal data or a secret in the log: " << secret;
  }
}

TEST(Crash, AnOutageOfZohoIsWaitedOut) {
  System system({{"--ready"}, {}, true});
  SeededRandom random(7);
  const auto events = test::make_history(random, {30, false});
  system.kill_simulator();
  std::string body;
  for (const auto& event : events) body += test::to_json(event) + "\n";
  const auto answer = system.post_events(body);
  ASSERT_EQ(answer.status, 202) << answer.body;
  EXPECT_EQ(system.call("GET", "/readyz", "", "", "").status, 200) << "events can be kept, whatever Zoho does";
  system.start_simulator();
  ASSERT_TRUE(system.wait_until_synced(std::chrono::seconds{60})) << system.call("GET", "/v1/status").body;
  const plan::Mapping mapping = test::default_mapping();
  EXPECT_TRUE(test::compare(test::expect(events, mapping, schema_of(system)), system.crm(mapping), mapping).empty());
}

}  // namespace
}  // namespace zs::process
