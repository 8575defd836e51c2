#pragma once
// The engine on its own thread: a mailbox in front of it, a nap until it has something to do.

#include <array>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

#include "api/engine_control.hpp"
#include "engine/engine.hpp"
#include "reconcile/map_import.hpp"
#include "reconcile/reconciler.hpp"

namespace zs::daemon {

class EngineHost final : public api::EngineControl {
 public:
  explicit EngineHost(const Clock& clock) : clock_(clock) {}
  ~EngineHost() override;

  /// Starts the thread; all are touched only by it from here on, until stop() returns.
  void run(engine::Engine& engine, reconcile::Reconciler& reconciler, reconcile::MapImport& map_import);
  /// No new calls; waits up to `grace` for those that are out, then ends the thread.
  void stop(Duration grace);
  /// Called on the engine's thread, at least once a second while it runs; set before run().
  std::function<void()> on_beat;

  /// Runs a task on the engine's thread. Refused (dropped) after stop().
  void post(std::move_only_function<void()> task);

  void events_arrived() override;
  [[nodiscard]] engine::Status status() const override;
  [[nodiscard]] Result<void> retry_held(store::EntityId id) override;
  [[nodiscard]] Result<std::int64_t> retry_all_held(const zoho::HeldFilter& filter) override;
  [[nodiscard]] Result<void> discard_held(store::EntityId id) override;
  [[nodiscard]] Result<void> start_reconcile(bool repair, reconcile::Scope scope) override;
  [[nodiscard]] Result<std::string> reconcile_report(std::size_t after, std::size_t limit) override;
  [[nodiscard]] reconcile::LastRun last_reconcile(reconcile::Scope scope) const override;
  [[nodiscard]] Result<void> start_map_import(std::vector<reconcile::MapRow> rows, bool apply) override;
  [[nodiscard]] Result<std::string> map_import_report() override;
  [[nodiscard]] Result<engine::ErasureReport> erase(std::string user_id) override;

 private:
  void loop(const std::stop_token& stop);
  [[nodiscard]] Result<void> ask(std::move_only_function<Result<void>(engine::Engine&)> question);

  const Clock& clock_;
  engine::Engine* engine_ = nullptr;
  reconcile::Reconciler* reconciler_ = nullptr;
  reconcile::MapImport* map_import_ = nullptr;

  mutable std::mutex mutex_;
  std::condition_variable_any wake_;
  std::deque<std::move_only_function<void()>> tasks_;  // guarded by mutex_
  bool events_ = false;                                // guarded by mutex_
  bool closed_ = false;                                // guarded by mutex_
  engine::Status status_;                              // guarded by mutex_
  std::array<reconcile::LastRun, 2> last_reconcile_;   // by Scope; guarded by mutex_
  std::jthread thread_;
};

}  // namespace zs::daemon
