#include "harness/trickle.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <utility>

#include "harness/client.hpp"
#include "harness/feed.hpp"
#include "harness/report.hpp"
#include "harness/site.hpp"
#include "net/curl_transport.hpp"

namespace zs::bench {
namespace {

using namespace std::chrono_literals;
using SteadyClock = std::chrono::steady_clock;

double ms_since(SteadyClock::time_point then) {
  return std::chrono::duration<double, std::milli>(SteadyClock::now() - then).count();
}

/// Looks for customers in the simulator until each is there.
class Watcher {
 public:
  explicit Watcher(const std::string& simulator) : client_(simulator) {
    thread_ = std::jthread([this] { watch(); });
  }
  void add(std::uint64_t customer, SteadyClock::time_point posted) {
    const std::lock_guard lock(mutex_);
    fresh_.push_back({customer, posted, 0});
  }
  /// Waits for the last one.
  void finish(Trickled& out) {
    is_last_ = true;
    thread_.join();
    if (!failure_.empty()) throw std::runtime_error(failure_);
    out.contact_ms = std::move(contact_ms_);
    out.all_ms = std::move(all_ms_);
  }

 private:
  struct Missing {
    std::uint64_t customer = 0;
    SteadyClock::time_point posted;
    double contact_ms = 0;
  };

  void watch() {
    try {
      std::vector<Missing> missing;
      while (!missing.empty() || !is_last_) {
        std::this_thread::sleep_for(2ms);
        {
          const std::lock_guard lock(mutex_);
          missing.insert(missing.end(), fresh_.begin(), fresh_.end());
          fresh_.clear();
        }
        std::erase_if(missing, [this](Missing& one) { return is_there(one); });
        if (!missing.empty() && ms_since(missing.front().posted) > 60'000)
          throw std::runtime_error(user_id(missing.front().customer) + " does not come into the CRM");
      }
    } catch (const std::exception& error) {
      failure_ = error.what();
    }
  }

  [[nodiscard]] std::string record(const std::string& module, std::uint64_t customer) {
    return client_.ask("GET", "/control/records?module=" + module + "&external=" + user_id(customer)).body;
  }

  bool is_there(Missing& one) {
    const std::string contact = record("Contacts", one.customer);
    if (!contact.contains("Last_Name")) return false;
    if (one.contact_ms == 0) one.contact_ms = ms_since(one.posted);
    if (!contact.contains("\"source-") || !record("Accounts", one.customer).contains("\"lifecycle-")) return false;
    contact_ms_.push_back(one.contact_ms);
    all_ms_.push_back(ms_since(one.posted));
    return true;
  }

  Client client_;
  std::mutex mutex_;
  std::vector<Missing> fresh_;  // guarded by mutex_
  std::atomic<bool> is_last_ = false;
  std::vector<double> contact_ms_;
  std::vector<double> all_ms_;
  std::string failure_;
  std::jthread thread_;
};

}  // namespace

Trickled trickle(process::System& site, const Trickle& how) {
  constexpr double k_watched_a_second = 10;
  const auto spread = static_cast<std::uint64_t>(std::max(1.0, how.a_second / k_watched_a_second));
  const auto count = [&](std::chrono::seconds time) {
    return static_cast<std::uint64_t>(static_cast<double>(time.count()) * how.a_second);
  };
  const std::uint64_t before = count(how.before);
  const std::uint64_t all = before + count(how.length);
  Trickled out;
  out.signups = all - before;
  std::atomic<std::uint64_t> refused = 0;
  std::atomic<std::uint64_t> answered = 0;
  Watcher watcher(site.simulator_url());
  SimulatorCounts at_start;
  {
    const auto transport = net::make_curl_transport({.max_connections_per_host = 64});
    const auto began = SteadyClock::now();
    for (std::uint64_t i = 0; i < all; ++i) {
      std::this_thread::sleep_until(began + std::chrono::duration_cast<SteadyClock::duration>(
                                                std::chrono::duration<double>(static_cast<double>(i) / how.a_second)));
      if (i == before) at_start = simulator_counts(site);
      net::ClientRequest request{.method = "POST", .url = how.url + "/v1/events", .body = signup(how.first + i)};
      request.headers = {{"authorization", "Bearer test-key"}, {"content-type", "application/cloudevents+json"}};
      const auto posted = SteadyClock::now();
      transport->send(std::move(request), [&](const net::ClientResponse& answer) {
        if (answer.status != 202) ++refused;
        ++answered;
      });
      if (i >= before && i % spread == 0) watcher.add(how.first + i, posted);
    }
    while (answered < all) std::this_thread::sleep_for(5ms);
  }
  watcher.finish(out);
  if (refused > 0) throw std::runtime_error(std::to_string(refused) + " posts were refused");
  const SimulatorCounts at_end = simulator_counts(site);
  // Those of the last moments may still be on their way: what counts is what came in between.
  const auto came = static_cast<double>(at_end.contacts - at_start.contacts);
  if (came > 0) out.credits_per_1000 = static_cast<double>(at_end.credits - at_start.credits) * 1'000 / came;
  return out;
}

}  // namespace zs::bench
