#pragma once
// What a reconcile finds, and how far it is.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "plan/diff.hpp"
#include "plan/mapping.hpp"
#include "plan/synced.hpp"

namespace zs::reconcile {

enum class Scope : std::uint8_t {
  all,      // every field, tag and link of ours
  mapping,  // the id map alone: are the records there, and do both sides say the same of who is who
};
[[nodiscard]] std::string_view name_of(Scope scope);

enum class Drift : std::uint8_t {
  differs,      // fields or tags of ours are not as they should be
  missing,      // the record was deleted or merged
  not_written,  // it should be in Zoho, and neither waits nor is held
  not_linked,   // a record carries a platform id of ours, and the map knows of none
  foreign_id,   // the record that the map names carries another platform id
  twin,         // a second record carries a platform id
  orphan,       // a record carries a platform id that no event has told of
  left_behind,  // a record of something that should not be in Zoho (any more): listed, not counted as drift
  id_missing,   // Scope::mapping, or all that is known is a link: the record that the map names carries no platform id
};
inline constexpr std::array k_drifts{Drift::differs,    Drift::missing,     Drift::not_written,
                                     Drift::not_linked, Drift::foreign_id,  Drift::twin,
                                     Drift::orphan,     Drift::left_behind, Drift::id_missing};
[[nodiscard]] std::string_view name_of(Drift drift);

struct Finding {
  Drift what = Drift::differs;
  plan::Module module = plan::Module::accounts;
  std::string key;            // the platform's id
  std::string zoho_id;        // the record; empty: there is none
  std::string other_id;       // twin: the record that the map names; foreign_id: the platform id it carries
  plan::Change change;        // differs: what would be written
  plan::Fields found;         // differs: what Zoho holds in the fields of the change
  bool needs_person = false;  // nothing that --repair does mends it
};

enum class State : std::uint8_t { idle, counting, reading, mending, done, failed };
[[nodiscard]] std::string_view name_of(State state);

struct Progress {
  State state = State::idle;
  Scope scope = Scope::all;
  bool repair = false;
  std::int64_t started_ms = 0;
  std::int64_t ended_ms = 0;
  plan::Module module = plan::Module::accounts;  // being read
  std::int64_t credits_expected = 0;             // known once the records are counted
  std::int64_t credits = 0;                      // spent on reading
  std::int64_t records = 0;                      // read
  std::int64_t compared = 0;
  std::int64_t waiting = 0;  // not compared: they wait or were just written
  std::array<std::int64_t, k_drifts.size()> counts{};
  std::int64_t drift = 0;   // all counts but left_behind
  std::int64_t mended = 0;  // of these: written and right now
  std::string error;        // failed

  [[nodiscard]] bool is_running() const {
    return state == State::counting || state == State::reading || state == State::mending;
  }
  [[nodiscard]] std::int64_t left() const { return drift - mended; }
};

/// Findings from `after` on, at most `limit`; `next` where there are more. Values are personal data.
[[nodiscard]] std::string report_json(const Progress& progress, const std::vector<Finding>& findings, std::size_t after,
                                      std::size_t limit);

}  // namespace zs::reconcile
