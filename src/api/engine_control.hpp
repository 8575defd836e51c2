#pragma once
// What the HTTP interface may ask of the engine, from any thread.

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "engine/engine.hpp"
#include "reconcile/map_import.hpp"
#include "reconcile/reconciler.hpp"

namespace zs::api {

class EngineControl {
 public:
  virtual ~EngineControl() = default;
  virtual void events_arrived() = 0;
  /// A copy of the last tick's.
  [[nodiscard]] virtual engine::Status status() const = 0;
  /// Waits for the engine's thread.
  [[nodiscard]] virtual Result<void> retry_held(store::EntityId id) = 0;
  [[nodiscard]] virtual Result<std::int64_t> retry_all_held(const zoho::HeldFilter& filter) = 0;
  [[nodiscard]] virtual Result<void> discard_held(store::EntityId id) = 0;
  /// Errc::conflict while one runs.
  [[nodiscard]] virtual Result<void> start_reconcile(bool repair, reconcile::Scope scope) = 0;
  /// How far it is and what it found, from the finding `after` on, as JSON.
  [[nodiscard]] virtual Result<std::string> reconcile_report(std::size_t after, std::size_t limit) = 0;
  /// A copy of the last tick's.
  [[nodiscard]] virtual reconcile::LastRun last_reconcile(reconcile::Scope scope) const = 0;
  /// Checks an existing id map, and with `apply` takes it over. Errc::conflict while one import runs.
  [[nodiscard]] virtual Result<void> start_map_import(std::vector<reconcile::MapRow> rows, bool apply) = 0;
  /// How far the last one is and what stands against it, as JSON.
  [[nodiscard]] virtual Result<std::string> map_import_report() = 0;
  [[nodiscard]] virtual Result<engine::ErasureReport> erase(std::string user_id) = 0;
};

}  // namespace zs::api
