#pragma once
// Level-triggered sync: what counts is where the desired and the synced state differ, never which event is
// next. Single-threaded; the clock, the randomness, the store and Zoho are given, so that one seed replays a run.
//
// The order of a write that changes an existing record: what it carries is put in doubt in the store, the call goes
// out, the result and the id map commit together with the timeline. A crash between any two of these leaves a
// record that is dirty and in doubt, and is written again. First writes need no doubt: the unique platform id
// makes their repetition find the first one.

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/random.hpp"
#include "base/time.hpp"
#include "batch/governor.hpp"
#include "engine/erasure.hpp"
#include "engine/fold.hpp"
#include "engine/work.hpp"
#include "plan/mapping.hpp"
#include "store/store.hpp"
#include "zoho/crm.hpp"
#include "zoho/reactions.hpp"

namespace zs::engine {

/// An entity and its record, on the word of an import.
struct NewLink {
  event::Kind kind = event::Kind::user;
  std::string key;
  std::string zoho_id;
  std::string account_key;  // users, subscriptions: where they belong until an event says otherwise; may be empty
  std::string user_key;     // subscriptions: the same
  plan::Synced synced;      // what the record was read to hold
};

enum class LinkOutcome : std::uint8_t {
  linked,
  already,    // these two were linked before
  elsewhere,  // the entity has another record
  taken,      // the record is another entity's
  erased,     // the person was, or is about to be
  in_flight,  // a call about it is out: to be asked again
};

enum class OnDeleted : std::uint8_t { hold, recreate, leave };

struct Options {
  plan::Mapping mapping;
  std::vector<std::string> trigger{"workflow"};          // of the live lane; backfill and repair fire nothing
  Duration linger = std::chrono::milliseconds{25};       // how long a part-filled call waits for company
  Duration linger_max = std::chrono::milliseconds{500};  // the same when the day's credits are all but spoken for
  OnDeleted on_deleted = OnDeleted::hold;
  Duration check_deleted = std::chrono::hours{1};  // how often Zoho is asked what people deleted; 0: never
  bool erase_deleted_users = false;                // user.deleted erases the person
  std::string edition;                             // empty: the org's
  int concurrency = 0;                             // 0: the edition's
  std::int64_t daily_credits = 0;
  double live_reserve = 0.2;
  std::size_t window = 4'000;  // entities in memory at once
  std::size_t fold_batch = 200;
  FoldFaults fold_faults;
  bool obey_limits = true;       // test switch: off lets the governor allow everything
  bool send_external_id = true;  // test switch: off makes twins possible, to prove that tests see it
};

/// What the engine tells of itself; a copy of one moment.
struct Status {
  std::string state = "starting";  // ok, throttled, out_of_credits, token_revoked, misconfigured, unreachable
  std::string detail;              // in words, when not ok
  std::int64_t resume_ms = 0;      // when a pause ends by itself; 0: no pause
  std::int64_t calls = 0;
  std::int64_t credits_used = 0;
  std::int64_t credits_limit = 0;
  std::int64_t applied = 0;  // records written
  std::int64_t retried = 0;
  std::int64_t held = 0;      // put on hold since the start
  std::int64_t folded = 0;    // events
  std::int64_t imported = 0;  // links of an imported map
  std::string last_error;
  bool operator==(const Status&) const = default;
};

class Engine {
 public:
  Engine(store::Store& store, zoho::Crm& crm, const Clock& clock, Random& random, Options options);
  ~Engine();

  /// Opens its reader and takes up where the store says. Nothing is sent before the first tick.
  [[nodiscard]] Result<void> start();
  /// Does all that can be done now. Call it when woken, when an answer came, and at next_wakeup().
  void tick();
  /// When there will be something to do without anybody calling; Time::max() for never.
  [[nodiscard]] Time next_wakeup() const { return next_wakeup_; }
  /// The ledger has grown.
  void events_arrived() { may_have_events_ = true; }

  /// Takes a held entity back into the backlog; Errc::not_found if it is not held.
  [[nodiscard]] Result<void> retry_held(EntityId id);
  /// All that match; how many.
  [[nodiscard]] Result<std::int64_t> retry_all_held(const zoho::HeldFilter& filter);
  /// Gives a held entity up: it stays as it is in Zoho until its next change.
  [[nodiscard]] Result<void> discard_held(EntityId id);

  // errand.cpp
  /// A read that is about no work of ours. It goes not before the time given, when the engine may send at all and the
  /// repair lane has credits. `done` is called once, between ticks, with whatever came of it; a drain drops both.
  void run_errand(zoho::Call call, std::move_only_function<void(const zoho::Answer&)> done, Time not_before = {});
  /// A step without a call, in a tick; long ones are cut into many, so that nobody waits for them.
  void run_step(std::move_only_function<void()> step, Time not_before = {});
  /// Somebody else has marked entities dirty.
  void entities_marked() { may_have_dirty_ = true; }
  /// The org as described last; none before the first time.
  [[nodiscard]] const std::optional<zoho::Org>& org() const { return org_; }

  // links.cpp
  /// Pairs that somebody else knows to belong together, each checked against the store once more: what is linked
  /// already, to somebody else, erased or in a call just now is left as it is. The others are linked and marked, so
  /// that their records are written; whoever waited for them may go. Durable when it returns.
  [[nodiscard]] Result<std::vector<LinkOutcome>> link_records(std::span<const NewLink> links);

  /// The right to be forgotten. Begins it, or tells how far it is; durable when it returns. A user that no event has
  /// told of yet is erased as well: what is still to come of them is refused.
  [[nodiscard]] Result<ErasureReport> erase(const std::string& user_key);

  [[nodiscard]] const Status& status() const { return status_; }
  [[nodiscard]] bool is_idle() const {
    return flights_.empty() && works_.empty() && !may_have_events_ && !may_have_dirty_ && !has_errands() &&
           std::ranges::all_of(erasures_, [](const auto& one) { return one.second.is_held; });
  }
  /// Ends a pause early: somebody says that what stood in the way is mended.
  void resume_now();
  /// No new calls from now on; what is out may still be answered.
  void drain() { draining_ = true; }
  [[nodiscard]] bool is_quiet() const { return flights_.empty() && erasure_flights_.empty(); }

  /// Called after commits that brought something into Zoho or into the state.
  std::function<void()> on_progress;
  /// Called for every call that came back or was given up.
  std::function<void(zoho::Verb, zoho::Answer::Outcome, Duration)> on_call;
  /// Called for every entity that was put on hold.
  std::function<void(std::string_view code)> on_held;

 private:
  // fold.cpp's part
  void fold_events();
  void let_senders_go_first(Time began, store::Seq last);
  void rest(Time began);
  [[nodiscard]] bool is_resting(Time until) const;
  struct LiveAhead {
    std::vector<store::LedgerEvent> events;
    store::Seq up_to = 0;  // no other live event is there before this one
  };
  /// The next live events past those of a backfill that wait to be folded.
  [[nodiscard]] Result<LiveAhead> live_ahead();

  // claim.cpp: from the store into the window
  void claim();
  [[nodiscard]] std::size_t window() const;
  [[nodiscard]] Result<std::vector<store::Dirty>> next_in_line(std::size_t room, std::size_t there);
  [[nodiscard]] Work* admit(const store::Dirty& dirty);
  /// Takes a work that is only queued out of the window; its waiters are the next one's.
  [[nodiscard]] std::vector<EntityId> withdraw(EntityId id);
  /// A work of the window that a more urgent one waits for goes over to that one's lane.
  [[nodiscard]] Work* promote(EntityId id, store::Lane lane);
  /// Zoho has answered: after a pause, what was put off because nothing answered may go at once.
  /// An answer to what went out before the pause tells nothing of the time after it.
  [[nodiscard]] bool ends_pause(const Toll& toll) const { return pause_state_.empty() || toll.sent >= paused_until_; }
  [[nodiscard]] Result<void> service_is_back(store::Transaction& tx);
  void answers_again() { failures_in_a_row_ = pauses_in_a_row_ = 0; }

  // limits.cpp: what calls cost and what answers say of the limits
  [[nodiscard]] batch::Cost cost_of(zoho::Verb verb, std::size_t items, bool is_live) const;
  /// When not, the engine wakes once it may.
  [[nodiscard]] bool may_go(const batch::Cost& cost);
  /// For a call that is about to go out by itself; nothing when the store refuses to note it.
  [[nodiscard]] std::optional<Toll> pay(const batch::Cost& cost);
  void land(const Toll& toll, const zoho::Answer& answer);
  void heed_limits(const zoho::Answer& answer);
  [[nodiscard]] Result<void> save_limits(store::Transaction& tx);
  [[nodiscard]] Result<void> restore_limits();
  void set_limits();

  // route.cpp: what each work needs next
  void route(Work& work);
  /// ready: nothing else must be in Zoho first; waits: for a parent in the window; leaves: blocked in the store, or
  /// held.
  enum class Readiness : std::uint8_t { ready, waits, leaves };
  [[nodiscard]] Result<Readiness> form_desired(Work& work);
  [[nodiscard]] Result<Readiness> await_parent(Work& work, const std::optional<store::Entity>& parent,
                                               std::string_view parent_key);
  [[nodiscard]] static std::string email_of(const Work& work);
  void route_change(Work& work);
  void enqueue(Work& work, zoho::Verb verb, std::string tags = {});
  void finish(Work& work);
  void drop_window();

  // held.cpp: what needs a person, and how it goes on
  void hold(Work& work, std::string code, std::string field, std::string message,
            std::vector<std::string> candidates = {});
  void hold_for_now(Work& work, const zoho::ItemAnswer& answer);
  [[nodiscard]] Result<void> keep_held(store::Transaction& tx, const store::Held& held);
  [[nodiscard]] Result<void> take_back(store::Transaction& tx, const store::Held& held);
  void resume_held();

  // mend.cpp: what is done without a person so that a record arrives all the same
  [[nodiscard]] Result<void> settle_mend(store::Transaction& tx, Work& work, const plan::Change& sent,
                                         const zoho::ItemAnswer& answer);
  [[nodiscard]] bool learn_length(zoho::Module module, const std::string& field, std::size_t length);
  void read_schema_for(Work& work, const zoho::ItemAnswer& answer);
  [[nodiscard]] std::vector<std::string> flags_of(const Work& work) const;

  // relearn.cpp: records that people deleted, merged or converted
  [[nodiscard]] Result<void> lose(store::Transaction& tx, Work& work);
  void route_lost(Work& work);
  [[nodiscard]] Result<void> settle_found_by_key(store::Transaction& tx, Work& work,
                                                 const std::vector<zoho::Record>& records);
  [[nodiscard]] Result<void> settle_survivor(store::Transaction& tx, Work& work,
                                             const std::vector<zoho::Record>& records);
  [[nodiscard]] Result<void> follow(store::Transaction& tx, Work& work, const std::string& zoho_id);
  void hold_as_merged(Work& work, const std::string& other_key, const std::string& zoho_id);
  [[nodiscard]] Result<void> settle_missing(store::Transaction& tx, Work& work);
  void ask_for_deletions();
  void heard_of_deletions(const Toll& toll, const zoho::Answer& answer, std::optional<zoho::Deletions> deletions);

  // roles.cpp: contact roles of Deals
  void route_roles(Work& work, const plan::Change& change);
  [[nodiscard]] plan::Change role_change(zoho::Verb verb, const Work& work) const;
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> roles_on_wire(const plan::Change& change) const;
  [[nodiscard]] Result<void> settle_roles_read(store::Transaction& tx, Work& work,
                                               const std::vector<zoho::Record>& records);
  [[nodiscard]] Result<void> settle_roles(store::Transaction& tx, Work& work, const Flight& flight,
                                          const zoho::Answer& answer);
  [[nodiscard]] Result<void> lose_role_holder(store::Transaction& tx, Work& work, const std::string& contact);
  [[nodiscard]] Result<void> wake_deals_of(store::Transaction& tx, const store::Entity& user, store::Lane lane);

  /// Commits what was decided without a call: finished, held and blocked works leave the window.
  void conclude_decided();

  // dispatch.cpp: from queues into calls
  struct Outgoing {
    zoho::Call call;
    Flight flight;
  };
  enum class Fill : std::uint8_t { as_wanted, whole_only };
  void dispatch(Fill fill = Fill::as_wanted);
  void fill_calls(const QueueKey& key, Queue& queue, Fill fill, std::vector<Outgoing>& out);
  [[nodiscard]] bool build(const QueueKey& key, const std::vector<EntityId>& ids, std::vector<Outgoing>& out);
  void send(std::vector<Outgoing> outgoing);
  struct Errand {
    Time not_before;
    std::optional<zoho::Call> call;
    std::move_only_function<void(const zoho::Answer&)> done;
  };
  void run_errands();
  void send_errand(Errand errand);
  [[nodiscard]] bool has_errands() const;
  void describe();
  void described(zoho::Answer answer, std::optional<zoho::Org> org);

  // settle.cpp: what answers mean
  struct Answered {
    std::uint64_t id = 0;
    zoho::Answer answer;
  };
  struct Landed {
    std::uint64_t id = 0;
    Flight flight;
    zoho::Answer answer;
  };
  void land_answers();
  void settle();
  [[nodiscard]] Result<void> settle_call(store::Transaction& tx, std::uint64_t id, Flight& flight,
                                         const zoho::Answer& answer);
  [[nodiscard]] Result<void> settle_item(store::Transaction& tx, Work& work, const Flight& flight, std::size_t index,
                                         const zoho::ItemAnswer& answer);
  [[nodiscard]] Result<void> settle_applied(store::Transaction& tx, Work& work, const Flight& flight, std::size_t index,
                                            const zoho::ItemAnswer& answer);
  [[nodiscard]] Result<void> settle_found(store::Transaction& tx, Work& work, const std::vector<zoho::Record>& records);
  [[nodiscard]] Result<void> settle_read(store::Transaction& tx, Work& work, const zoho::Record* record);
  [[nodiscard]] Result<void> settle_nothing(store::Transaction& tx, std::uint64_t call_id, Flight& flight,
                                            const zoho::Answer& answer);
  [[nodiscard]] Result<void> adopt_own(store::Transaction& tx, Work& work, std::string zoho_id, store::Cause cause);
  [[nodiscard]] Result<void> link(store::Transaction& tx, Work& work, store::Cause cause);
  [[nodiscard]] Result<void> wake_children(store::Transaction& tx, const store::Entity& entity, store::Lane lane);
  [[nodiscard]] Result<LinkOutcome> link_record(store::Transaction& tx, const NewLink& link,
                                                std::vector<EntityId>& linked);
  void let_go(EntityId id);
  [[nodiscard]] Result<void> settle_parent_gone(store::Transaction& tx, Work& work, const zoho::ItemAnswer& answer);
  [[nodiscard]] Result<void> conclude(store::Transaction& tx, Work& work);
  [[nodiscard]] Result<void> note(store::Transaction& tx, const Work& work, std::uint64_t call_id, const Flight& flight,
                                  std::size_t index, const zoho::ItemAnswer& answer);
  void pause(std::string state, std::string detail, bool cheap);

  [[nodiscard]] bool is_needed(const Work& work) const;
  void see_gaps(Work& work, const zoho::Record& record) const;

  // erase.cpp: people who are to be forgotten
  [[nodiscard]] Result<void> load_erasures();
  void take_on(EntityId id, std::string key, store::Seq up_to);
  struct Intended {
    EntityId id = 0;
    std::string key;
    store::Seq up_to = 0;
  };
  [[nodiscard]] Result<std::vector<Intended>> intend_deleted(store::Transaction& tx,
                                                             const std::vector<std::string>& deleted);
  void guard(Erasure& erasure, EntityId id);
  void release(Erasure& erasure);
  [[nodiscard]] bool has_landed(const Erasure& erasure) const;
  void pursue_erasures();
  [[nodiscard]] Result<void> pursue_some();
  [[nodiscard]] bool wiped(EntityId id, Erasure& erasure, const std::set<EntityId>& pending);
  [[nodiscard]] Result<void> pursue(EntityId id, Erasure& erasure);
  [[nodiscard]] Result<void> look_whether_held(EntityId id, Erasure& erasure);
  [[nodiscard]] Result<void> find_way(EntityId id, Erasure& erasure);
  [[nodiscard]] Result<void> remove(EntityId id, Erasure& erasure);
  void call_for_erasures();
  [[nodiscard]] bool call_for_some(zoho::Module module, zoho::Verb verb, std::vector<EntityId> ids);
  void settle_erasures();
  void settle_no_call(const ErasureFlight& flight, const zoho::Answer& answer);
  void settle_no_step(EntityId id, Erasure& erasure, const zoho::Answer& answer, bool was_alone);
  void settle_step(EntityId id, Erasure& erasure, const zoho::Answer& answer, std::size_t index);
  void settle_key(EntityId id, Erasure& erasure, const std::vector<zoho::Record>& records);
  void delete_again(EntityId id, Erasure& erasure);
  void settle_write(EntityId id, Erasure& erasure, const zoho::ItemAnswer& answer);
  void next_step(Erasure& erasure);
  void put_off(Erasure& erasure);
  void hold_erasure(EntityId id, Erasure& erasure, const zoho::ItemAnswer& answer);

  void store_failed(const Error& error);
  void recover_from_store();
  void update_status();
  [[nodiscard]] std::int64_t now_ms() const { return to_millis(now_); }
  [[nodiscard]] Work* find(EntityId id);

  store::Store& store_;
  zoho::Crm& crm_;
  const Clock& clock_;
  Random& random_;
  Options options_;
  ShownElsewhere shown_elsewhere_;
  std::unique_ptr<store::Reader> reader_;
  batch::Governor governor_;
  std::optional<zoho::Org> org_;
  bool describing_ = false;
  bool must_describe_ = false;    // the org is to be looked at again; the old view serves until then
  bool store_broken_ = false;     // a read or write failed in this tick
  bool counted_failure_ = false;  // in this settle: calls that fail together are one failure

  Time now_{};
  Time next_wakeup_{};
  bool may_have_events_ = true;
  bool do_senders_press_ = false;  // they post nearly as fast as their events are folded
  Time fold_next_{};               // not before: who posts goes first
  Time turn_next_{};               // the same for all the rest of a tick
  Time folded_at_{};               // the last time
  store::Seq last_seen_ = 0;       // in the ledger then
  bool is_in_backfill_ = false;    // the fold is at a backfill's events, and more wait
  bool may_have_dirty_ = true;
  bool has_news_ = false;  // live events have been folded that nobody has looked for in the line yet
  // More may wait than there was room for: look again with so few in the window. Half of it: a backfill; more: live
  // changes; 0: no.
  std::size_t claim_at_ = 0;
  bool draining_ = false;
  store::Seq live_folded_ = 0;       // live events up to here are folded, whatever the cursor says
  std::int64_t credits_wanted_ = 1;  // what the live lane needed last and could not have
  Time store_retry_{};
  std::int64_t next_due_ms_ = 0;
  bool may_have_held_ = true;  // the time of the next held entity is to be looked up
  std::int64_t next_held_ms_ = 0;

  /// The question for what was deleted, a module and a page at a time.
  struct DeletionsRound {
    bool under_way = false;
    std::size_t module = 0;
    int page = 1;
    std::optional<Time> since;  // deletions before it are known; nullopt: not looked up yet
    Time started{};
    Time next{};
  };
  DeletionsRound deletions_;
  /// Entities whose records may be gone; they are looked for before anything is written to them.
  std::unordered_set<EntityId> suspects_;
  /// Lengths that Zoho told when it refused a value: they stand until the end of the process.
  std::map<std::pair<zoho::Module, std::string>, std::size_t> lengths_;
  /// When an entity was refused for what the metadata says; a second time after they were read anew it is held.
  std::unordered_map<EntityId, Time> schema_doubts_;
  Time schema_read_{};

  std::unordered_map<EntityId, std::unique_ptr<Work>> works_;
  /// Entities in calls that are out, also after their works were dropped: none may be planned again before its
  /// call has landed, or the older of two calls could arrive last.
  std::unordered_map<EntityId, int> busy_;
  std::vector<EntityId> finished_;                     // nothing (more) to write: to be cleared in the next commit
  std::vector<store::Held> holds_;                     // decided without a call
  std::vector<std::pair<EntityId, EntityId>> blocks_;  // child, parent
  std::map<QueueKey, Queue> queues_;
  std::vector<std::pair<QueueKey, std::vector<EntityId>>> halves_;  // of refused batches, sent as they are
  std::map<std::uint64_t, Flight> flights_;
  std::vector<Answered> answers_;
  std::vector<EntityId> left_;      // works that the commit under way takes out of the window
  std::vector<EntityId> to_route_;  // works that have a next step after it
  std::optional<zoho::Answer> to_pause_;
  std::uint64_t next_call_ = 1;
  std::deque<Errand> errands_;
  int errands_out_ = 0;
  std::map<EntityId, Erasure> erasures_;
  std::unordered_map<EntityId, int> guards_;  // of busy_: how many erasures keep a record
  std::map<std::uint64_t, ErasureFlight> erasure_flights_;
  std::vector<Landed> landed_;  // not settled yet
  std::vector<Answered> erasure_answers_;

  int failures_in_a_row_ = 0;
  int pauses_in_a_row_ = 0;        // each is twice as long as the one before
  std::vector<EntityId> put_off_;  // by calls without an answer, since the last one that had one
  Time paused_until_{};
  std::string pause_state_;
  std::string pause_detail_;
  Status status_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // answers may come after us
};

}  // namespace zs::engine
