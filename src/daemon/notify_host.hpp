#pragma once
// The sender of webhooks on a thread and a transport of its own, so that no endpoint, however slow, delays a call to
// Zoho. The same thread sweeps changes that are too old to keep.

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "api/webhook_control.hpp"
#include "base/random.hpp"
#include "config/config.hpp"
#include "net/http_client.hpp"
#include "notify/sender.hpp"

namespace zs::daemon {

class NotifyHost final : public api::WebhookControl {
 public:
  NotifyHost(const config::Config& config, store::Store& store, const Clock& clock, std::uint64_t seed);
  ~NotifyHost() override;

  /// Opens its readers and starts the thread.
  [[nodiscard]] Result<void> start();
  /// What is under way is given up, and sent again by the next start.
  void stop();
  /// Something has changed. From any thread; costs little when there is nobody to tell.
  void wake();
  /// See notify::Sender; set before start().
  void on_attempt(std::function<void(std::string_view, std::string_view)> hear) {
    sender_.on_attempt = std::move(hear);
  }

  [[nodiscard]] Result<std::vector<api::WebhookStatus>> webhooks() override;
  [[nodiscard]] Result<void> replay(std::string name, store::ChangeSeq after) override;
  void test(std::string name, std::move_only_function<void(Result<notify::Attempt>)> done) override;

 private:
  void post(std::move_only_function<void()> task);
  void loop(const std::stop_token& stop);
  void sweep();

  const config::Config& config_;
  store::Store& store_;
  const Clock& clock_;
  SeededRandom random_;
  std::unique_ptr<net::HttpTransport> transport_;
  notify::Sender sender_;
  Time next_sweep_{};  // the thread's

  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::deque<std::move_only_function<void()>> tasks_;  // guarded by mutex_
  bool is_woken_ = false;                              // guarded by mutex_
  bool is_closed_ = false;                             // guarded by mutex_
  std::vector<store::WebhookState> states_;            // guarded by mutex_: as of the last tick
  std::mutex reader_mutex_;
  std::unique_ptr<store::Reader> reader_;  // guarded by reader_mutex_
  std::jthread thread_;
};

}  // namespace zs::daemon
