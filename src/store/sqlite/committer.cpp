#include "store/sqlite/committer.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <utility>

namespace zs::store::sqlite {
namespace {

// The log is moved at 16 MB. Readers that follow one another without a gap can keep it from starting over; at 256 MB
// the writer waits for them instead.
constexpr int k_tidy_pages = 4'000;
constexpr int k_force_pages = 64'000;
// 16 MB a slice: some milliseconds that nobody who commits notices.
constexpr std::int64_t k_sweep_pages = 4'096;

}  // namespace

Committer::Committer(std::unique_ptr<Connection> connection, std::shared_ptr<IdentityIndex> index, bool dedupe)
    : connection_(std::move(connection)), index_(std::move(index)), writes_(*connection_, *index_, dedupe) {
  // SQLite's own checkpoint hides its errors, and a sync that failed in it must not pass for done.
  const auto note_size = [](void* self, sqlite3*, const char*, int pages) {
    auto& own = *static_cast<Committer*>(self);
    own.log_pages_ = pages;
    own.reached_disk_ = true;
    return SQLITE_OK;
  };
  sqlite3_wal_hook(connection_->handle(), note_size, this);
}

Committer::~Committer() {
  if (!poison_) sqlite3_wal_checkpoint_v2(connection_->handle(), "main", SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
}

void Committer::commit(std::span<Order> orders, std::vector<Result<void>>& outcomes) {
  outcomes.assign(orders.size(), {});
  if (poison_) return fail_all(outcomes, *poison_);
  static_cast<void>(connection_->take_trouble());
  if (auto begun = connection_->run("BEGIN IMMEDIATE"); !begun) {
    if (connection_->is_broken()) poison(begun.error());
    return fail_all(outcomes, begun.error());
  }
  reached_disk_ = false;
  bool any_full = false;
  bool is_empty = true;
  for (std::size_t i = 0; i < orders.size(); ++i) {
    if (!run_one(orders[i], outcomes[i], is_empty)) {
      const Error error = outcomes[i].error();
      roll_back();
      if (connection_->is_broken()) poison(error);
      if (error.code == Errc::full) set_health(error);
      return fail_all(outcomes, error);
    }
    any_full = any_full || (!outcomes[i] && outcomes[i].error().code == Errc::full);
  }
  if (auto done = finish(any_full); !done) fail_all(outcomes, done.error());
}

bool Committer::run_one(Order& order, Result<void>& outcome, bool& is_empty) {
  const auto lost = [&](Error error) {
    outcome = std::unexpected(std::move(error));
    return false;
  };
  // Inside a savepoint SQLite copies each page aside before its first change. Where nothing stands before the job the
  // whole transaction can be undone instead.
  const bool has_savepoint = !is_empty;
  if (has_savepoint) {
    if (auto marked = connection_->run("SAVEPOINT job"); !marked) return lost(marked.error());
  }
  const auto noted = index_->noted();
  const auto dropped = index_->dropped();
  outcome = order.job(writes_);
  // A job that passes over a failed statement would commit half of itself.
  if (auto trouble = connection_->take_trouble(); trouble && outcome) outcome = std::unexpected(std::move(*trouble));
  if (!connection_->in_transaction() || connection_->is_broken()) {
    return lost(outcome ? Error{Errc::unavailable, "the transaction was rolled back"} : outcome.error());
  }
  if (!outcome) {
    index_->forget(noted);
    index_->keep(dropped);
    const auto undone =
        has_savepoint ? connection_->run("ROLLBACK TO job") : connection_->script("ROLLBACK; BEGIN IMMEDIATE");
    if (!undone) return lost(undone.error());
  }
  is_empty = is_empty && !outcome;
  if (!has_savepoint) return true;
  if (auto released = connection_->run("RELEASE job"); !released) return lost(released.error());
  return true;
}

Result<void> Committer::finish(bool any_full) {
  auto done = index_->file(*connection_);
  if (done) done = connection_->run("COMMIT");
  if (done) {
    index_->committed(*connection_);
    if (reached_disk_ && !any_full) set_health(std::nullopt);
    return {};
  }
  Error error = done.error();
  roll_back();
  if (error.code == Errc::full) {
    set_health(error);
  } else if (connection_->is_broken()) {
    // The log may hold the commit all the same, and whoever opens it next would find it.
    poison(error);
    error.code = Errc::outcome_unknown;
  }
  return std::unexpected(std::move(error));
}

void Committer::tidy() {
  if (poison_) return;
  if (writes_.take_wipe()) wipe();
  if (poison_ || log_pages_ < k_tidy_pages) return;
  const int mode = log_pages_ < k_force_pages ? SQLITE_CHECKPOINT_PASSIVE : SQLITE_CHECKPOINT_RESTART;
  log_pages_ = 0;  // the next commit says how long it is now
  const int code = sqlite3_wal_checkpoint_v2(connection_->handle(), "main", mode, nullptr, nullptr);
  if (code == SQLITE_OK || (code & 0xFF) == SQLITE_BUSY) return;
  const Error error = connection_->failed(sqlite3_extended_errcode(connection_->handle()));
  if (connection_->is_broken()) poison(error);
}

void Committer::wipe() {
  if (const auto done = wipe_slice(); !done && connection_->is_broken()) poison(done.error());
}

Result<void> Committer::wipe_slice() {
  // What is removed while a sweep is under way waits for the next one.
  if (sweep_.next_page == 1) ZS_TRY(connection_->run("UPDATE erasure SET removed = 2 WHERE removed = 1"));
  // Readers are not waited for: they would hold up every commit.
  int log_frames = 0;
  sqlite3_busy_timeout(connection_->handle(), 0);
  const int code =
      sqlite3_wal_checkpoint_v2(connection_->handle(), "main", SQLITE_CHECKPOINT_TRUNCATE, &log_frames, nullptr);
  sqlite3_busy_timeout(connection_->handle(), k_busy_ms);
  if ((code & 0xFF) == SQLITE_BUSY) return {};
  if (code != SQLITE_OK) return std::unexpected(connection_->failed(code));
  log_pages_ = 0;
  const bool is_file = log_frames >= 0;
  if (is_file) ZS_TRY(sweep_pages(*connection_, sweep_, k_sweep_pages));
  if (is_file && !sweep_.is_over) return {};
  sweep_ = {};
  return connection_->run("DELETE FROM erasure WHERE removed = 2");
}

Result<void> Committer::health() const {
  const std::lock_guard lock(mutex_);
  if (trouble_) return std::unexpected(*trouble_);
  return {};
}

void Committer::fail_all(std::vector<Result<void>>& outcomes, const Error& error) {
  // A job that had failed by itself keeps its own reason.
  for (auto& outcome : outcomes) {
    if (outcome) outcome = std::unexpected(error);
  }
}

void Committer::roll_back() {
  index_->rolled_back();
  if (!connection_->in_transaction()) return;
  if (auto done = connection_->run("ROLLBACK"); !done) poison(done.error());
}

void Committer::poison(Error error) {
  if (poison_) return;
  // Not even closing may touch the files now: the next opening reads from the log what is truly there.
  sqlite3_db_config(connection_->handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  error.text += "; nothing more is written until the store is opened again";
  set_health(error);
  poison_ = std::move(error);
}

void Committer::set_health(std::optional<Error> trouble) {
  const std::lock_guard lock(mutex_);
  trouble_ = std::move(trouble);
}

}  // namespace zs::store::sqlite
