#pragma once
// Reads all of Zoho, page by page, beside all that the store knows, and finds what is not as it should be. Runs on the
// engine's thread as errands of the engine: its calls go through the governor on the repair lane's share, its steps are
// short. Memory does not grow with the org: pages come in the order of record ids, and the entities linked to ids
// between the ends of a page are looked up in the store.
//
// Pages are a view of a moving thing, so nothing is said to be missing before it was asked for by its id.

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "engine/engine.hpp"
#include "reconcile/judge.hpp"
#include "reconcile/report.hpp"
#include "store/store.hpp"

namespace zs::reconcile {

struct Options {
  plan::Mapping mapping;
  bool leaves_missing = false;
  Duration every{};     // 0: only when asked to
  bool repair = false;  // of the runs by schedule
  std::size_t max_findings = 10'000;
};

/// The last run that came to its end, kept over restarts.
struct LastRun {
  std::int64_t started_ms = 0;
  std::int64_t ended_ms = 0;  // 0: none yet
  std::int64_t drift = 0;
  std::int64_t left = 0;
};

/// Not thread-safe: the engine's thread. Must go before the engine.
class Reconciler {
 public:
  Reconciler(engine::Engine& engine, store::Store& store, const Clock& clock, Options options);

  /// Opens its reader, remembers the last run and sets the alarm for the next by schedule.
  [[nodiscard]] Result<void> open();
  /// Errc::conflict while one runs.
  [[nodiscard]] Result<void> start(bool repair, Scope scope = Scope::all);

  [[nodiscard]] const Progress& progress() const { return progress_; }
  [[nodiscard]] const std::vector<Finding>& findings() const { return findings_; }
  [[nodiscard]] const LastRun& last_run(Scope scope = Scope::all) const {
    return last_[static_cast<std::size_t>(scope)];
  }

 private:
  using Then = void (Reconciler::*)(const zoho::Answer&);
  struct Suspect {
    store::EntityId entity = 0;
    std::string zoho_id;
    Judgement if_there;  // to_verify: true if the record is there
    bool is_twin = false;
  };

  void ask(zoho::Call call, Then then);
  void next(void (Reconciler::*step)());
  void schedule(Time due);

  void count_records();
  void counted(const zoho::Answer& answer);
  void read_page();
  void page_came(const zoho::Answer& answer);
  void ids_came(const zoho::Answer& answer);
  void read_by_ids();
  void judge_some();
  void look_between();
  void ask_suspects();
  void suspects_came(const zoho::Answer& answer);
  void page_done();
  void look_at_unlinked();
  void records_done();
  void module_done();
  void watch_mending();
  void finish();
  void give_up(std::string why);

  void take(Judgement judgement, std::vector<Judgement>& to_mend);
  [[nodiscard]] Result<void> mend_all(const std::vector<Judgement>& judgements);
  [[nodiscard]] Rules rules() const;
  [[nodiscard]] event::Kind kind() const { return plan::kind_of(progress_.module); }
  [[nodiscard]] std::int64_t now_ms() const { return to_millis(clock_.now()); }

  engine::Engine& engine_;
  store::Store& store_;
  const Clock& clock_;
  Options options_;
  std::unique_ptr<store::Reader> reader_;
  Progress progress_;
  std::vector<Finding> findings_;
  std::array<LastRun, 2> last_;  // by Scope

  // The run under way.
  std::int64_t since_ms_ = 0;  // when the page was asked for
  std::string page_token_;     // of the page to come
  bool by_ids_ = false;        // past the reach of pages
  bool is_last_page_ = false;
  std::string above_;                  // the lowest id of the page before; empty: none yet
  std::string lowest_;                 // of this page; empty: nothing is below it
  std::string between_;                // how far look_between() is
  std::string unlinked_after_;         // how far look_at_unlinked() is
  std::vector<std::string> ids_;       // of this page
  std::size_t ids_read_ = 0;           // by_ids_: of these
  std::vector<zoho::Record> records_;  // to be judged
  std::size_t judged_ = 0;
  std::vector<Suspect> suspects_;                 // to be asked for by id
  std::vector<Suspect> asked_;                    // of these: in the call under way
  std::vector<Suspect> moving_;                   // to be looked at again at the end of the module
  bool ends_module_ = false;                      // moving_ are being looked at
  std::unordered_set<store::EntityId> unlinked_;  // of the module: found as not_linked
  std::vector<store::EntityId> marked_;           // by the repair
  std::size_t watched_ = 0;
};

}  // namespace zs::reconcile
