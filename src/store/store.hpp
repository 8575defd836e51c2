#pragma once
// The durable truth: the ledger of events, the entities with their registers and what Zoho holds of them,
// what waits (dirty), what needs a person (held), and the timeline. One writer; readers see committed states.

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "event/event.hpp"
#include "plan/synced.hpp"
#include "state/derive.hpp"
#include "state/registers.hpp"
#include "store/changes.hpp"
#include "store/desk.hpp"
#include "store/webhook.hpp"

namespace zs::store {

using event::Kind;
using EntityId = std::int64_t;  // row of an entity, never reused
using Seq = std::int64_t;       // place of an event in the ledger, ascending from 1

enum class Lane : std::uint8_t { live = 0, backfill = 1, repair = 2 };  // lower goes first

/// An event on its way into the ledger.
struct NewEvent {
  std::string source;
  std::string id;
  std::string type;
  Time time{};
  std::string data;  // the event's `data`, JSON text as received
  Lane lane = Lane::live;
  // Whom it is about, for the refusal of what concerns somebody who was erased; not kept beside `data`.
  std::string user{};     // the user, or the subscription's
  std::string account{};  // the account, or the subscription's
};

/// The type of a ledger row that an erasure has emptied.
inline constexpr std::string_view k_erased_type = "erased";

struct LedgerEvent : NewEvent {
  Seq seq = 0;
  std::int64_t received_ms = 0;
};

/// Row of a user, account or subscription.
struct Entity {
  EntityId id = 0;  // 0: not in the store yet
  Kind kind = Kind::user;
  std::string key;  // the platform's id
  state::Registers registers;
  std::string account_key;  // users: the account they are in; subscriptions: the account they hang on; may be empty
  std::string user_key;     // subscriptions: their user; may be empty
  std::uint32_t facts = 0;  // UserFacts or SubscriptionFacts, packed
  state::AccountSummary summary;  // accounts
  std::string zoho_id;            // empty: not in Zoho, as far as we know
  plan::Synced synced;
  std::int64_t synced_ms = 0;      // last time all of it was in Zoho; 0 never
  std::vector<std::string> flags;  // what was clamped or left out on the way to Zoho, for people
};

/// An entity whose desired and synced states may differ.
struct Dirty {
  EntityId id = 0;
  Lane lane = Lane::live;
  std::int64_t due_ms = 0;    // not before
  std::int64_t since_ms = 0;  // of the oldest change that waits
  std::int64_t version = 0;   // grows with every change: a settle clears only the version it planned
  std::int32_t attempts = 0;  // failed ones since the last success
  EntityId blocked_on = 0;    // the parent that must be in Zoho first; 0: none
};

/// What makes an entity dirty, or dirtier.
struct Mark {
  EntityId id = 0;
  Lane lane = Lane::live;
};

/// Why an entity needs a person.
struct Held {
  EntityId id = 0;
  std::int64_t since_ms = 0;
  std::string code{};         // Zoho's code, or ours in upper case
  std::string field{};        // Zoho's field, may be empty
  std::string message{};      // what happened, no personal data
  std::string mend{};         // what would mend it
  std::string detail{};       // JSON: candidates, the shape of the value and the like
  std::int64_t retry_ms = 0;  // when it is tried again by itself; 0: never
  std::int32_t attempts = 0;  // how often it was, since the last success
};

/// Somebody whose erasure was asked for and is not over.
struct PendingErasure {
  EntityId id = 0;
  std::int64_t since_ms = 0;
  bool is_removed = false;  // no row of theirs is left; the freed bytes wait to be overwritten
};

struct EntityPage {
  std::vector<Entity> entities;
  std::string next;  // the key to go on after; empty: that was the last page
};

struct TimelineEntry {
  std::int64_t at_ms = 0;
  std::string entry;  // one JSON object: {"what", …}
};

struct Backlog {
  std::int64_t unfolded = 0;         // events in the ledger that the fold has not reached
  std::int64_t dirty = 0;            // entities that wait or are in flight, those hanging on held ones excluded
  std::int64_t oldest_since_ms = 0;  // of the dirty ones; 0: none
  std::int64_t held = 0;             // held entities
  std::int64_t hanging = 0;          // dirty ones whose parent (or its parent) is held
};

/// Reads of a consistent, committed state, each call one such state. Not thread-safe: one per thread (see
/// Store::reader).
class Reader {
 public:
  virtual ~Reader() = default;

  [[nodiscard]] virtual Result<std::optional<Entity>> find(Kind kind, std::string_view key) = 0;
  [[nodiscard]] virtual Result<std::optional<Entity>> load(EntityId id) = 0;
  [[nodiscard]] virtual Result<std::optional<Entity>> find_by_zoho_id(Kind kind, std::string_view zoho_id) = 0;

  /// The distinct `facts` of the users or subscriptions of an account; cost grows with their number, not with
  /// the number of rows (loose index scan).
  [[nodiscard]] virtual Result<std::vector<std::uint32_t>> distinct_facts(std::string_view account_key, Kind kind) = 0;
  /// Up to `limit` entities of a kind in an account with facts != 0 when `only_with_facts`, by key.
  [[nodiscard]] virtual Result<std::vector<Entity>> of_account(std::string_view account_key, Kind kind,
                                                               bool only_with_facts, std::size_t limit) = 0;
  /// Keys of all users of an account after `after_key`, in their order. Reads no row, so that thousands cost little.
  [[nodiscard]] virtual Result<std::vector<std::string>> people_of(std::string_view account_key,
                                                                   std::string_view after_key, std::size_t limit) = 0;
  /// The same of the users whose e-mail has this digest (state::email_digest); reads the row of each.
  [[nodiscard]] virtual Result<std::vector<std::string>> users_with_email(std::string_view digest,
                                                                          std::string_view after_key,
                                                                          std::size_t limit) = 0;
  [[nodiscard]] virtual Result<std::vector<Entity>> subscriptions_of_user(std::string_view user_key,
                                                                          std::size_t limit) = 0;
  /// Entities of a kind ordered by key, after `after_key`: for exports. One page costs a bounded walk, and may be empty
  /// with more to come.
  [[nodiscard]] virtual Result<EntityPage> page(Kind kind, std::string_view after_key, std::size_t limit) = 0;
  /// Entities of a kind that are linked to a record whose id lies between the two (neither included), in the order of
  /// the ids' text. An empty `below`: no end.
  [[nodiscard]] virtual Result<std::vector<Entity>> linked_between(Kind kind, std::string_view after_zoho_id,
                                                                   std::string_view below, std::size_t limit) = 0;

  /// The next events after `after`, in ledger order.
  [[nodiscard]] virtual Result<std::vector<LedgerEvent>> events_after(Seq after, std::size_t limit) = 0;
  /// The next events of the live lane alone, past whatever lies between them.
  [[nodiscard]] virtual Result<std::vector<LedgerEvent>> live_events_after(Seq after, std::size_t limit) = 0;
  [[nodiscard]] virtual Result<std::optional<LedgerEvent>> find_event(std::string_view source, std::string_view id) = 0;
  /// Events that touched an entity, newest first.
  [[nodiscard]] virtual Result<std::vector<LedgerEvent>> events_of(EntityId id, std::size_t limit) = 0;
  /// Entities that an event touched.
  [[nodiscard]] virtual Result<std::vector<EntityId>> touched_by(Seq seq) = 0;
  [[nodiscard]] virtual Result<Seq> last_seq() = 0;
  [[nodiscard]] virtual Result<Seq> fold_cursor() = 0;

  /// Dirty entities that may go now (due, not blocked), lane by lane, oldest due first.
  [[nodiscard]] virtual Result<std::vector<Dirty>> ready(std::int64_t now_ms, std::size_t limit) = 0;
  /// Those of the live lane alone, latest due first: what has just changed, past a long line.
  [[nodiscard]] virtual Result<std::vector<Dirty>> newest(std::int64_t now_ms, std::size_t limit) = 0;
  /// The earliest due time later than `now_ms` among unblocked dirty entities; 0: none.
  [[nodiscard]] virtual Result<std::int64_t> next_due(std::int64_t now_ms) = 0;
  [[nodiscard]] virtual Result<std::optional<Dirty>> dirty(EntityId id) = 0;
  [[nodiscard]] virtual Result<Backlog> backlog() = 0;

  [[nodiscard]] virtual Result<std::optional<Held>> held(EntityId id) = 0;
  /// Held entities after `after`, ascending by id.
  [[nodiscard]] virtual Result<std::vector<Held>> held_page(EntityId after, std::size_t limit) = 0;
  /// Held entities whose time to be tried again has come, longest due first.
  [[nodiscard]] virtual Result<std::vector<Held>> held_due(std::int64_t now_ms, std::size_t limit) = 0;
  /// The earliest such time of all that are held; 0: none.
  [[nodiscard]] virtual Result<std::int64_t> next_held_retry() = 0;
  /// Newest first.
  [[nodiscard]] virtual Result<std::vector<TimelineEntry>> timeline(EntityId id, std::size_t limit) = 0;

  [[nodiscard]] virtual Result<std::optional<DeskContact>> desk_contact(std::string_view user_key) = 0;
  /// The user that is known to be this Desk contact.
  [[nodiscard]] virtual Result<std::optional<std::string>> desk_contact_user(std::string_view contact_id) = 0;
  [[nodiscard]] virtual Result<std::optional<DeskTicket>> desk_ticket(std::string_view key) = 0;
  /// Those that are not done, oldest first.
  [[nodiscard]] virtual Result<std::vector<DeskTicket>> unfinished_desk_tickets() = 0;

  [[nodiscard]] virtual Result<std::optional<std::string>> meta(std::string_view key) = 0;

  /// The next changes of the id map after `after`, in the feed's order.
  [[nodiscard]] virtual Result<std::vector<MappingChange>> mapping_changes(ChangeSeq after, std::size_t limit) = 0;
  /// Those of one platform id, newest first.
  [[nodiscard]] virtual Result<std::vector<MappingChange>> mapping_history(Kind kind, std::string_view key,
                                                                           std::size_t limit) = 0;
  [[nodiscard]] virtual Result<ChangeBounds> change_bounds() = 0;
  /// How far an endpoint has come; none before it was first seen.
  [[nodiscard]] virtual Result<std::optional<WebhookState>> webhook(std::string_view name) = 0;

  /// Whether the user or account of this key was erased, or is about to be.
  [[nodiscard]] virtual Result<bool> is_erased(Kind kind, std::string_view key) = 0;
  [[nodiscard]] virtual Result<std::vector<PendingErasure>> erasures() = 0;
};

/// A write in progress; reads see its own writes. All of a transaction commits or nothing does.
class Transaction : public Reader {
 public:
  /// Appends an event unless its (source, id) is there already: then false, and the first one stays.
  /// The same for an event that refuses() would turn away.
  [[nodiscard]] virtual Result<bool> append(const NewEvent& event, std::int64_t received_ms) = 0;
  /// Whether the event is about somebody who was erased. Not one that is known already: that is a repetition.
  [[nodiscard]] virtual Result<bool> refuses(const NewEvent& event) = 0;
  [[nodiscard]] virtual Result<void> set_fold_cursor(Seq seq) = 0;
  /// Notes that an event touched an entity.
  [[nodiscard]] virtual Result<void> note_touch(EntityId id, Seq seq) = 0;

  /// Inserts (id == 0: sets it) or updates registers, links, facts and summary. Errc::conflict when a new entity's kind
  /// and key are there already; kind and key of an old one never change.
  [[nodiscard]] virtual Result<void> save_state(Entity& entity) = 0;
  /// Writes synced, synced_ms and flags. The link stays as it is, whatever the zoho_id says.
  [[nodiscard]] virtual Result<void> save_synced(const Entity& entity) = 0;
  /// The same and the link; a link that is another one now goes into the feed of changes. A zoho_id that another entity
  /// of the kind has is Errc::conflict.
  [[nodiscard]] virtual Result<void> save_link(const Entity& entity, Linking linking) = 0;
  /// Forgets the oldest changes that were made before `before_ms`, at most `limit` of them; how many.
  [[nodiscard]] virtual Result<std::size_t> sweep_changes(std::int64_t before_ms, std::size_t limit) = 0;
  /// Inserts or replaces.
  [[nodiscard]] virtual Result<void> save_webhook(const WebhookState& state) = 0;

  /// Dirty at once: due now (so that it is the newest), lane no lower in rank, attempts reset, no longer held or
  /// blocked. The version is one that the entity never had, also when the row is new: no clear of an earlier plan can
  /// match it.
  [[nodiscard]] virtual Result<void> mark_dirty(std::span<const Mark> marks, std::int64_t now_ms) = 0;
  [[nodiscard]] Result<void> mark_dirty(EntityId id, Lane lane, std::int64_t now_ms) {
    return mark_dirty(std::array{Mark{id, lane}}, now_ms);
  }
  /// The same for all users or subscriptions that have this account_key.
  [[nodiscard]] virtual Result<void> mark_account_dirty(std::string_view account_key, Kind kind, Lane lane,
                                                        std::int64_t now_ms) = 0;
  /// Clears the row if its version is still `version`; false when the entity changed meanwhile (it stays dirty).
  [[nodiscard]] virtual Result<bool> clear_dirty(EntityId id, std::int64_t version) = 0;
  /// Puts off to `due_ms` with so many attempts; no-op if it is not dirty. Version stays.
  [[nodiscard]] virtual Result<void> postpone(EntityId id, std::int64_t due_ms, std::int32_t attempts) = 0;
  /// Not ready until unblocked or marked dirty again; no-op if it is not dirty. Nothing but unblock_children(parent)
  /// and mark_dirty ends it: whoever clears or drops a parent sees to its children in the same transaction.
  [[nodiscard]] virtual Result<void> block(EntityId id, EntityId parent) = 0;
  /// Everything blocked on `parent` may go again, at the time it was due.
  [[nodiscard]] virtual Result<void> unblock_children(EntityId parent) = 0;

  /// Takes the entity out of the backlog (whatever its version) and lists it as held; a held one gets the new reason.
  [[nodiscard]] virtual Result<void> hold(const Held& held) = 0;
  /// Forgets the held row without making it dirty; false when it was not held.
  [[nodiscard]] virtual Result<bool> drop_held(EntityId id) = 0;

  [[nodiscard]] virtual Result<void> add_timeline(EntityId id, const TimelineEntry& entry) = 0;
  [[nodiscard]] virtual Result<void> set_meta(std::string_view key, std::string_view value) = 0;

  /// Erasure. From begin_erasure on, events of the user are refused: what is kept of the key is a salted hash.
  [[nodiscard]] virtual Result<void> begin_erasure(EntityId user, std::int64_t now_ms) = 0;
  /// Refuses what is to come about a user or account.
  [[nodiscard]] virtual Result<void> bury(Kind kind, std::string_view key) = 0;
  /// Takes everything out of these events but their places. Their identities stay as salted hashes, so that repetitions
  /// are still known; the hashes, to stand in for the ids. Nothing that can fail may follow it in a job but what fails
  /// the job.
  [[nodiscard]] virtual Result<std::vector<std::string>> erase_events(std::span<const LedgerEvent> events) = 0;
  /// The row, and all that hangs on its id: timeline, dirty, held. Whoever was blocked on it may go. Its changes go out
  /// of the feed; for each record that they or the row named, an `erased` one without the platform's id tells whoever
  /// follows to drop it (not for one that is another entity's by now).
  [[nodiscard]] virtual Result<void> erase_entity(EntityId id, std::int64_t now_ms) = 0;
  /// The entries of a timeline that have this text in them.
  [[nodiscard]] virtual Result<void> erase_timeline(EntityId id, std::string_view text) = 0;
  /// Everything of the user's is out of the rows.
  [[nodiscard]] virtual Result<void> end_erasure(EntityId user) = 0;
  /// Overwrites, after the commit, a slice of what earlier states left in the files; after the last one, the erasures
  /// that were removed before the first are over. As long as some are pending it has to be asked for again: a reader
  /// may have stood in the way.
  [[nodiscard]] virtual Result<void> wipe() = 0;

  /// Inserts or replaces what is known of a user.
  [[nodiscard]] virtual Result<void> save_desk_contact(const DeskContact& contact) = 0;
  [[nodiscard]] virtual Result<void> drop_desk_contact(std::string_view user_key) = 0;
  /// A new ticket; false, and nothing written, when the key is taken.
  [[nodiscard]] virtual Result<bool> claim_desk_ticket(const DeskTicket& ticket) = 0;
  /// The later phases of one that was claimed; false when it is gone (dropped, or its user erased).
  [[nodiscard]] virtual Result<bool> advance_desk_ticket(const DeskTicket& ticket) = 0;
  [[nodiscard]] virtual Result<void> drop_desk_ticket(std::string_view key) = 0;
  /// Forgets the answers that are older than `before_ms`.
  [[nodiscard]] virtual Result<void> sweep_desk_tickets(std::int64_t before_ms) = 0;
  /// Everything of a user above: its Desk contact, tickets under way, stored answers. For erasure.
  [[nodiscard]] virtual Result<void> forget_desk(std::string_view user_key) = 0;
};

/// What a commit came to. An error means that nothing of the job is on disk, save Errc::outcome_unknown: the sync
/// itself failed, and the commit may be there when the store is opened again.
using CommitDone = std::move_only_function<void(Result<void>)>;
using Job = std::move_only_function<Result<void>(Transaction&)>;

class Store {
 public:
  /// Finishes what is queued, then leaves one tidy file.
  virtual ~Store() = default;

  /// Queues a job; many share one commit (group commit), in the order they were queued. `done` runs after the commit is
  /// on disk (synchronous=FULL), on the writer's thread, and may queue more. A job that returns an error is rolled back
  /// alone, and so is one that passed over a failed write; its companions commit. A job must not throw.
  /// After a failed sync, or anything else that makes the disk or the file doubtful, the store is poisoned: every later
  /// write is refused with what it was until reopened. A full disk (Errc::full) only refuses, and recovers with room.
  virtual void write_async(Job job, CommitDone done) = 0;
  /// The same, waited for. Errc::invalid inside a job or a `done` on the writer's thread: it would wait for itself.
  [[nodiscard]] virtual Result<void> write(Job job) = 0;
  /// A reader of its own connection, for any one thread; it sees what was committed before each call. A store in memory
  /// cannot be read while a job runs: such a reader waits, and one that is used inside the job fails.
  [[nodiscard]] virtual Result<std::unique_ptr<Reader>> reader() = 0;
  /// Whether a commit would succeed as far as is known: for readiness. Never waits for one; on a full disk each call
  /// has a small commit tried, whose outcome a later call tells.
  [[nodiscard]] virtual Result<void> health() = 0;
};

struct Options {
  std::string path;             // a file, or ":memory:" (one shared store per object)
  bool inline_commits = false;  // commit on the caller's thread, one job a commit: for the deterministic simulation
  bool dedupe = true;           // test switch: off lets repeated events in, to prove that tests see it
  std::size_t max_group = 256;  // jobs a commit
  std::size_t identity_run = 32'768;  // SQLite: identities a run of its index; tests make it small
  std::string vfs{};                  // SQLite's name of another file layer: tests put a failing disk there
};

/// Opens or creates; runs migrations. Errc::conflict when another process has it, Errc::corrupt for a foreign or newer
/// file, Errc::unavailable when it cannot be written (read-only disk); each text says what to do.
[[nodiscard]] Result<std::unique_ptr<Store>> open_sqlite(const Options& options);

/// Reads a store's file beside a daemon, or without one; changes nothing. Errc::not_found when there is no file,
/// Errc::unavailable when it is of an older version, which only the daemon brings up to date, otherwise as above.
/// `finds_many_events`: takes time at first and some memory for a find_event() that is quick ever after.
[[nodiscard]] Result<std::unique_ptr<Reader>> open_sqlite_reader(const std::string& path,
                                                                 bool finds_many_events = false);

}  // namespace zs::store
