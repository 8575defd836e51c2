#include "daemon/engine_host.hpp"

#include <algorithm>
#include <future>
#include <utility>

namespace zs::daemon {

EngineHost::~EngineHost() { stop(Duration{0}); }

void EngineHost::run(engine::Engine& engine, reconcile::Reconciler& reconciler, reconcile::MapImport& map_import) {
  engine_ = &engine;
  reconciler_ = &reconciler;
  map_import_ = &map_import;
  thread_ = std::jthread([this](const std::stop_token& stop) { loop(stop); });
}

void EngineHost::loop(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    std::deque<std::move_only_function<void()>> tasks;
    {
      std::unique_lock lock(mutex_);
      // The clock may be set; a nap is never longer than a second, so that no jump can leave us asleep.
      const Time now = clock_.now();
      const Duration nap =
          std::clamp<Duration>(engine_->next_wakeup() - std::min(now, engine_->next_wakeup()), Duration{0}, 1s);
      wake_.wait_for(lock, stop, nap, [&] { return !tasks_.empty() || events_; });
      tasks.swap(tasks_);
      if (std::exchange(events_, false)) engine_->events_arrived();
    }
    for (auto& task : tasks) task();
    if (on_beat) on_beat();
    engine_->tick();
    const std::lock_guard lock(mutex_);
    status_ = engine_->status();
    last_reconcile_ = {reconciler_->last_run(reconcile::Scope::all), reconciler_->last_run(reconcile::Scope::mapping)};
  }
}

void EngineHost::stop(Duration grace) {
  if (!thread_.joinable()) return;
  post([this] { engine_->drain(); });
  const Time deadline = clock_.now() + grace;
  while (clock_.now() < deadline) {
    std::promise<bool> quiet;
    auto answer = quiet.get_future();
    post([this, &quiet] { quiet.set_value(engine_->is_quiet()); });
    if (answer.get()) break;
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
  }
  // One more tick settles what came in last.
  std::promise<void> settled;
  post([this, &settled] {
    engine_->tick();
    settled.set_value();
  });
  settled.get_future().wait();
  thread_.request_stop();
  wake_.notify_all();
  thread_.join();
  std::deque<std::move_only_function<void()>> dropped;
  const std::lock_guard lock(mutex_);
  closed_ = true;
  dropped.swap(tasks_);
}

void EngineHost::post(std::move_only_function<void()> task) {
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return;
    tasks_.push_back(std::move(task));
  }
  wake_.notify_one();
}

void EngineHost::events_arrived() {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(events_, true)) return;
  }
  wake_.notify_one();
}

engine::Status EngineHost::status() const {
  const std::lock_guard lock(mutex_);
  return status_;
}

Result<void> EngineHost::ask(std::move_only_function<Result<void>(engine::Engine&)> question) {
  // Shared: whoever asked may have given up when the answer comes.
  auto answer = std::make_shared<std::promise<Result<void>>>();
  auto future = answer->get_future();
  post([this, answer, question = std::move(question)]() mutable { answer->set_value(question(*engine_)); });
  if (future.wait_for(std::chrono::seconds{10}) != std::future_status::ready)
    return fail(Errc::unavailable, "the engine is busy; try again");
  return future.get();
}

Result<void> EngineHost::retry_held(store::EntityId id) {
  return ask([id](engine::Engine& engine) { return engine.retry_held(id); });
}

Result<std::int64_t> EngineHost::retry_all_held(const zoho::HeldFilter& filter) {
  auto retried = std::make_shared<std::int64_t>(0);
  ZS_TRY(ask([filter, retried](engine::Engine& engine) -> Result<void> {
    ZS_ASSIGN(*retried, engine.retry_all_held(filter));
    return {};
  }));
  return *retried;
}

Result<void> EngineHost::discard_held(store::EntityId id) {
  return ask([id](engine::Engine& engine) { return engine.discard_held(id); });
}

Result<void> EngineHost::start_reconcile(bool repair, reconcile::Scope scope) {
  return ask([this, repair, scope](engine::Engine&) { return reconciler_->start(repair, scope); });
}

Result<std::string> EngineHost::reconcile_report(std::size_t after, std::size_t limit) {
  auto report = std::make_shared<std::string>();
  ZS_TRY(ask([this, after, limit, report](engine::Engine&) -> Result<void> {
    *report = reconcile::report_json(reconciler_->progress(), reconciler_->findings(), after, limit);
    return {};
  }));
  return *report;
}

reconcile::LastRun EngineHost::last_reconcile(reconcile::Scope scope) const {
  const std::lock_guard lock(mutex_);
  return last_reconcile_.at(static_cast<std::size_t>(scope));
}

Result<void> EngineHost::start_map_import(std::vector<reconcile::MapRow> rows, bool apply) {
  return ask([this, rows = std::move(rows), apply](engine::Engine&) { return map_import_->start(rows, apply); });
}

Result<std::string> EngineHost::map_import_report() {
  auto report = std::make_shared<std::string>();
  ZS_TRY(ask([this, report](engine::Engine&) -> Result<void> {
    *report = reconcile::report_json(map_import_->progress(), map_import_->findings());
    return {};
  }));
  return *report;
}

Result<engine::ErasureReport> EngineHost::erase(std::string user_id) {
  auto report = std::make_shared<engine::ErasureReport>();
  ZS_TRY(ask([user_id = std::move(user_id), report](engine::Engine& engine) -> Result<void> {
    ZS_ASSIGN(*report, engine.erase(user_id));
    return {};
  }));
  return *report;
}

}  // namespace zs::daemon
