#pragma once
// What the interface and the engine count, in their own words; ops knows how Prometheus wants it.

#include <array>
#include <map>
#include <string>
#include <string_view>

#include "desk/service.hpp"
#include "engine/engine.hpp"
#include "ops/metrics.hpp"
#include "reconcile/reconciler.hpp"
#include "store/store.hpp"

namespace zs::api {

class Probe {
 public:
  explicit Probe(ops::Registry& registry);

  ops::Counter& requests;
  ops::Counter& events_accepted;
  ops::Counter& events_duplicate;
  ops::Counter& events_rejected;
  ops::Counter& refused_backlog;
  ops::Histogram& commit_seconds;  // from a request's events being good to their being on disk

  /// A call to Zoho came back, or was given up. From the engine's thread.
  void called(std::string_view verb, std::string_view outcome, double seconds);
  /// An access token was asked for at the accounts server. From the engine's thread.
  void minted(std::string_view outcome);
  /// An entity was put on hold. From the engine's thread.
  void held(std::string_view code);
  /// Desk answered, or did not.
  void desk_called(std::string_view outcome);
  /// Brings the gauges about Desk up to date.
  void note(const desk::Status& status);
  /// Brings the gauges up to date and writes all of it.
  [[nodiscard]] std::string text(const engine::Status& status, const store::Backlog& backlog, store::Seq accepted,
                                 std::int64_t oldest_seconds, const reconcile::LastRun& reconcile,
                                 const reconcile::LastRun& verify);

 private:
  ops::Registry& registry_;
};

}  // namespace zs::api
