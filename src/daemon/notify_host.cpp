#include "daemon/notify_host.hpp"

#include <pthread.h>

#include <algorithm>
#include <future>
#include <utility>

#include "base/log.hpp"
#include "base/standard_webhooks.hpp"
#include "net/curl_transport.hpp"

namespace zs::daemon {
namespace {

constexpr Duration k_longest_nap = 1s;
constexpr Duration k_sweep_every = 1h;
constexpr Duration k_after_trouble = 1min;
// Some milliseconds of a commit; whoever else commits shares it.
constexpr std::size_t k_sweep_rows = 1'000;
// Nobody reads what a receiver says beside its status.
constexpr std::size_t k_max_answer_bytes = std::size_t{256} * 1024;
constexpr std::chrono::seconds k_patience{10};

std::vector<notify::Endpoint> endpoints_of(const config::Config& config) {
  std::vector<notify::Endpoint> out;
  for (const config::OutgoingWebhook& one : config.outgoing_webhooks) {
    notify::Endpoint endpoint{.name = one.name, .url = one.url, .keys = {}, .changes = {}, .timeout = one.timeout};
    for (const std::string& secret : one.secrets) {
      if (auto key = webhook_key(secret)) endpoint.keys.push_back(std::move(*key));
    }
    for (const std::string& name : one.changes) {
      if (const auto change = store::parse_change(name)) endpoint.changes.insert(*change);
    }
    out.push_back(std::move(endpoint));
  }
  return out;
}

std::unique_ptr<net::HttpTransport> transport_for(const config::Config& config) {
  net::CurlOptions options;
  // All may be on one host, and each has one message under way and perhaps a try.
  options.max_connections_per_host = 2 * config.outgoing_webhooks.size();
  options.max_response_bytes = k_max_answer_bytes;
  return net::make_curl_transport(std::move(options));
}

}  // namespace

NotifyHost::NotifyHost(const config::Config& config, store::Store& store, const Clock& clock, std::uint64_t seed)
    : config_(config),
      store_(store),
      clock_(clock),
      random_(seed),
      transport_(transport_for(config)),
      sender_(
          {store, *transport_, clock, random_, [this](std::move_only_function<void()> task) { post(std::move(task)); }},
          endpoints_of(config)) {}

NotifyHost::~NotifyHost() { stop(); }

Result<void> NotifyHost::start() {
  ZS_ASSIGN(reader_, store_.reader());
  ZS_TRY(sender_.start());
  states_ = sender_.states();
  thread_ = std::jthread([this](const std::stop_token& stop) {
    pthread_setname_np(pthread_self(), "webhooks");
    loop(stop);
  });
  return {};
}

void NotifyHost::stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  wake_.notify_all();
  thread_.join();
  std::deque<std::move_only_function<void()>> dropped;
  {
    const std::lock_guard lock(mutex_);
    is_closed_ = true;
    dropped.swap(tasks_);
  }
  // Whoever still calls back does it now, not when we are gone.
  transport_.reset();
  static_cast<void>(store_.write([](store::Transaction&) -> Result<void> { return {}; }));
}

void NotifyHost::wake() {
  if (config_.outgoing_webhooks.empty()) return;
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(is_woken_, true)) return;
  }
  wake_.notify_one();
}

void NotifyHost::post(std::move_only_function<void()> task) {
  {
    const std::lock_guard lock(mutex_);
    if (is_closed_) return;
    tasks_.push_back(std::move(task));
  }
  wake_.notify_one();
}

void NotifyHost::loop(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    std::deque<std::move_only_function<void()>> tasks;
    {
      std::unique_lock lock(mutex_);
      // Never long: the clock may be set, and not every change wakes us.
      const Time now = clock_.now();
      const Time next = std::min(sender_.next_wakeup(), next_sweep_);
      const Duration nap = std::clamp<Duration>(next - std::min(now, next), Duration{0}, k_longest_nap);
      wake_.wait_for(lock, stop, nap, [&] { return !tasks_.empty() || is_woken_; });
      tasks.swap(tasks_);
      is_woken_ = false;
    }
    if (stop.stop_requested()) return;
    for (auto& task : tasks) task();
    sender_.tick();
    if (clock_.now() >= next_sweep_) sweep();
    const std::lock_guard lock(mutex_);
    states_ = sender_.states();
  }
}

void NotifyHost::sweep() {
  const Time now = clock_.now();
  std::size_t swept = 0;
  const auto done = store_.write([&](store::Transaction& tx) -> Result<void> {
    ZS_ASSIGN(swept, tx.sweep_changes(to_millis(now - config_.keep_changes), k_sweep_rows));
    return {};
  });
  if (!done) {
    log::warn("old changes of the id map cannot be swept; it is tried again", {{"reason", done.error().text}});
    next_sweep_ = now + k_after_trouble;
    return;
  }
  // A slice after the other, with deliveries in between.
  if (swept < k_sweep_rows) next_sweep_ = now + k_sweep_every;
}

Result<std::vector<api::WebhookStatus>> NotifyHost::webhooks() {
  std::vector<store::WebhookState> states;
  {
    const std::lock_guard lock(mutex_);
    states = states_;
  }
  const std::lock_guard lock(reader_mutex_);
  std::vector<api::WebhookStatus> out;
  for (store::WebhookState& state : states) {
    api::WebhookStatus one;
    ZS_ASSIGN(const store::ChangeBounds bounds, reader_->change_bounds());
    one.lag = std::max<store::ChangeSeq>(0, bounds.last - state.cursor);
    ZS_ASSIGN(const auto waiting, reader_->mapping_changes(state.cursor, 1));
    if (!waiting.empty()) one.oldest_ms = waiting.front().at_ms;
    const auto known = std::ranges::find(config_.outgoing_webhooks, state.name, &config::OutgoingWebhook::name);
    if (known != config_.outgoing_webhooks.end()) one.url = known->url.substr(0, known->url.find('?'));
    one.state = std::move(state);
    out.push_back(std::move(one));
  }
  return out;
}

Result<void> NotifyHost::replay(std::string name, store::ChangeSeq after) {
  // Shared: whoever asked may have given up when the answer comes.
  auto answer = std::make_shared<std::promise<Result<void>>>();
  auto future = answer->get_future();
  post([this, answer, name = std::move(name), after] {
    auto done = sender_.replay(name, after);
    {
      const std::lock_guard lock(mutex_);
      states_ = sender_.states();
    }
    answer->set_value(std::move(done));
  });
  if (future.wait_for(k_patience) != std::future_status::ready)
    return fail(Errc::unavailable, "the sender is busy; try again");
  return future.get();
}

void NotifyHost::test(std::string name, std::move_only_function<void(Result<notify::Attempt>)> done) {
  post([this, name = std::move(name), done = std::move(done)]() mutable { sender_.test(name, std::move(done)); });
}

}  // namespace zs::daemon
