#pragma once
// An existing id map, checked against the store and the org and then taken over. Runs on the engine's thread as errands
// of the engine, like a reconcile: its reads go through the governor on the repair lane's share, its steps are short.
// Nothing is written but links, each only if nobody else has a claim on either side; the engine then writes the
// platform id onto the record. What stops half way is begun again: what is linked by then is known.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "engine/engine.hpp"
#include "reconcile/map_order.hpp"
#include "store/store.hpp"

namespace zs::reconcile {

struct MapImportProgress {
  enum class State : std::uint8_t { idle, checking, linking, done, failed };
  State state = State::idle;
  bool apply = false;
  std::int64_t rows = 0;
  std::int64_t rows_without = 0;  // name no pair
  std::int64_t pairs = 0;
  std::int64_t already = 0;           // of these: linked before
  std::int64_t good = 0;              // of these: nothing stands against them
  std::int64_t linked = 0;            // of the good: linked, when applied
  std::int64_t credits_expected = 0;  // at most, for checking
  std::int64_t credits = 0;           // spent on it
  std::string error;                  // failed

  [[nodiscard]] bool is_running() const { return state == State::checking || state == State::linking; }
};
[[nodiscard]] std::string_view name_of(MapImportProgress::State state);

/// Not thread-safe: the engine's thread. Must go before the engine.
class MapImport {
 public:
  MapImport(engine::Engine& engine, store::Store& store, const Clock& clock, plan::Mapping mapping);

  [[nodiscard]] Result<void> open();
  /// Begins to check, and with `apply` to link what nothing stands against. Errc::conflict while one runs.
  [[nodiscard]] Result<void> start(const std::vector<MapRow>& rows, bool apply);

  [[nodiscard]] const MapImportProgress& progress() const { return progress_; }
  [[nodiscard]] const std::vector<MapFinding>& findings() const { return findings_; }

 private:
  void next(void (MapImport::*step)());
  void look_at_store();
  [[nodiscard]] Result<void> look_up(const MapPair& pair);
  void read_records();
  void records_came(const zoho::Answer& answer);
  void find_keys();
  void keys_came(const zoho::Answer& answer);
  void link_some();
  void finish();
  void give_up(std::string why);
  void ask(zoho::Call call, void (MapImport::*then)(const zoho::Answer&));
  void refuse(const MapPair& pair, Conflict what, std::string other = {});
  [[nodiscard]] const std::string& id_field(event::Kind kind) const;

  engine::Engine& engine_;
  store::Store& store_;
  const Clock& clock_;
  plan::Mapping mapping_;
  std::unique_ptr<store::Reader> reader_;
  MapImportProgress progress_;
  std::vector<MapFinding> findings_;

  struct Candidate {
    MapPair pair;
    plan::Synced read;
  };
  std::vector<MapPair> pairs_;  // to be looked at, from at_ on
  std::size_t at_ = 0;
  std::vector<MapPair> unread_;  // to be read by their records' ids, from read_ on
  std::size_t read_ = 0;
  std::vector<MapPair> asked_;      // in the call under way
  std::vector<Candidate> without_;  // their records carry no platform id: nobody else's may, either; from found_ on
  std::size_t found_ = 0;
  std::size_t finding_ = 0;      // of these: in the call under way
  std::vector<Candidate> good_;  // from linked_ on
  std::size_t linked_ = 0;
};

/// {"state","apply",…,"findings":[{"line","what","module","id","zoho_id","other","mend"}]}
[[nodiscard]] std::string report_json(const MapImportProgress& progress, const std::vector<MapFinding>& findings);

}  // namespace zs::reconcile
