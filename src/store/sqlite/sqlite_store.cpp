// The store on SQLite put together: the lock on the door, the file's recognition, the settings, and one of two ways of
// committing.

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <future>
#include <optional>
#include <utility>

#include "store/sqlite/committer.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/group_commit.hpp"
#include "store/sqlite/lock_file.hpp"
#include "store/sqlite/reader.hpp"
#include "store/sqlite/schema.hpp"
#include "store/store.hpp"

namespace zs::store {
namespace {

using sqlite::Access;
using sqlite::Connection;

constexpr std::string_view k_in_memory = ":memory:";
constexpr std::string_view k_probe = "store.probe";

/// Where a store's bytes are, as SQLite wants to be told.
struct Place {
  std::string path;
  std::string vfs;
  bool in_memory = false;
  bool never_wait = false;  // whoever has it locked is this very thread
};

/// A name for each store in memory: connections with the same name share the content, and committed states only
/// (shared-cache mode, the other way to share, would show readers and lock them by the table).
Place place_of(const Options& options) {
  static std::atomic<std::uint64_t> count{0};
  if (options.path == k_in_memory)
    return {"/zohosync-" + std::to_string(++count), "memdb", true, options.inline_commits};
  std::error_code problem;
  const auto path = std::filesystem::weakly_canonical(options.path, problem);
  return {problem ? options.path : path.string(), options.vfs};
}

std::unexpected<Error> cannot_open(const std::string& path, Error error) {
  error.text = "cannot open the store " + path + ": " + error.text;
  return std::unexpected(std::move(error));
}

/// SQLite would create it readable for everybody; its -wal and -shm files take over the mode.
Result<void> create_private(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor >= 0) {
    ::close(descriptor);
    return {};
  }
  if (errno == EEXIST) return {};
  return fail(Errc::unavailable, "cannot create it: " + std::string(std::strerror(errno)));
}

/// Cache sizes fit a daemon of 64 MB; the system's page cache does the rest.
Result<void> configure_reader(Connection& connection) {
  return connection.script("PRAGMA cache_size = -2000; PRAGMA temp_store = MEMORY; PRAGMA query_only = ON;");
}

Result<void> configure_writer(Connection& connection, bool in_memory) {
  // What is deleted is overwritten where it stood: an erasure must not leave bytes in free pages.
  ZS_TRY(connection.script("PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16000; PRAGMA secure_delete = ON;"));
  if (in_memory)
    return connection.script("PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA cache_spill = OFF;");
  {
    ZS_ASSIGN(auto query, connection.query("PRAGMA journal_mode = WAL"));
    ZS_ASSIGN(const bool answered, query.step());
    const bool is_wal = answered && query.text(0) == "wal";
    // The file is marked only now, and a sync that fails here must not pass for done.
    ZS_TRY(query.run());
    if (!is_wal) {
      return fail(Errc::unavailable, "the file system does not allow a write-ahead log: use a local disk");
    }
  }
  // FULL, not NORMAL: in WAL mode NORMAL may lose acknowledged commits at a power cut.
  return connection.script("PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864;");
}

Result<std::unique_ptr<Connection>> open_writer(const Place& place) {
  if (!place.in_memory) ZS_TRY(create_private(place.path));
  ZS_ASSIGN(auto connection, Connection::open(place.path, Access::writer, place.vfs));
  if (connection->is_read_only()) {
    return fail(Errc::unavailable,
                "it cannot be written: check the owner and mode of the file, and that the disk is not read-only");
  }
  // Recognised before anything is set: a foreign file stays as it is, to the last byte.
  ZS_TRY(sqlite::recognise_file(*connection));
  ZS_TRY(configure_writer(*connection, place.in_memory));
  ZS_TRY(sqlite::migrate(*connection));
  return connection;
}

Result<std::unique_ptr<Reader>> open_reader(const Place& place, std::shared_ptr<const sqlite::IdentityIndex> index) {
  ZS_ASSIGN(auto connection,
            Connection::open(place.path, place.in_memory ? Access::shared : Access::reader, place.vfs));
  ZS_TRY(configure_reader(*connection));
  if (place.never_wait) ZS_TRY(connection->script("PRAGMA busy_timeout = 0"));
  return sqlite::make_reader(std::move(connection), std::move(index));
}

/// All that an opened store owns, in the order in which it may go: the connection before the lock.
struct Opened {
  Place place;
  std::optional<sqlite::LockFile> lock;
  std::shared_ptr<sqlite::IdentityIndex> index;
  std::unique_ptr<Connection> connection;
};

/// What both ways of committing share.
class SqliteStore : public Store {
 public:
  SqliteStore(Opened opened, const Options& options)
      : opened_(std::move(opened)), committer_(std::move(opened_.connection), opened_.index, options.dedupe) {}

  Result<std::unique_ptr<Reader>> reader() override {
    auto reader = open_reader(opened_.place, opened_.index);
    if (!reader) return cannot_open(opened_.place.path, reader.error());
    return reader;
  }

 protected:
  sqlite::Committer& committer() { return committer_; }

  /// Whether room has come back after a full disk: the smallest commit that needs some.
  static Result<void> probe(Transaction& transaction) {
    // A value that changes: SQLite writes no page for one that stays.
    ZS_ASSIGN(const auto last, transaction.meta(k_probe));
    return transaction.set_meta(k_probe, last.value_or("0") == "1" ? "0" : "1");
  }

 private:
  Opened opened_;
  sqlite::Committer committer_;
};

class ThreadedStore final : public SqliteStore {
 public:
  ThreadedStore(Opened opened, const Options& options)
      : SqliteStore(std::move(opened), options), group_(committer(), options.max_group) {}

  void write_async(Job job, CommitDone done) override { group_.push({std::move(job), std::move(done)}); }

  Result<void> write(Job job) override {
    if (group_.is_writer_thread()) {
      return fail(Errc::invalid, "write() in a commit's callback would wait for itself: use write_async()");
    }
    std::promise<Result<void>> promise;
    auto outcome = promise.get_future();
    group_.push({std::move(job), [promise = std::move(promise)](Result<void> result) mutable {
                   promise.set_value(std::move(result));
                 }});
    return outcome.get();
  }

  Result<void> health() override {
    auto known = committer().health();
    if (!known && known.error().code == Errc::full && !probing_.exchange(true)) {
      write_async(probe, [this](const Result<void>&) { probing_ = false; });
    }
    return known;
  }

 private:
  std::atomic<bool> probing_ = false;
  sqlite::GroupCommit group_;  // last: its thread uses all of the above
};

/// Commits where the caller stands, one job at a time, in the order they came: a simulation replays exactly.
class InlineStore final : public SqliteStore {
 public:
  using SqliteStore::SqliteStore;

  void write_async(Job job, CommitDone done) override {
    queue_.push_back({std::move(job), std::move(done)});
    if (!busy_) drain();
  }

  Result<void> write(Job job) override {
    if (busy_) return fail(Errc::invalid, "write() inside a job would wait for itself: use write_async()");
    Result<void> outcome;
    write_async(std::move(job), [&outcome](Result<void> result) { outcome = std::move(result); });
    return outcome;
  }

  Result<void> health() override {
    auto known = committer().health();
    if (known || known.error().code != Errc::full || busy_) return known;
    return write(probe);
  }

 private:
  void drain() {
    std::vector<Result<void>> outcomes;
    while (!queue_.empty()) {
      auto order = std::move(queue_.front());
      queue_.pop_front();
      busy_ = true;
      committer().commit({&order, 1}, outcomes);
      busy_ = false;
      if (order.done) order.done(std::move(outcomes.front()));
      committer().tidy();
    }
  }

  std::deque<sqlite::Order> queue_;
  bool busy_ = false;
};

}  // namespace

Result<std::unique_ptr<Store>> open_sqlite(const Options& options) {
  Opened opened{.place = place_of(options), .lock = {}, .index = {}, .connection = {}};
  const auto& path = opened.place.path;
  if (!opened.place.in_memory) {
    auto lock = sqlite::LockFile::acquire(path + ".lock");
    if (!lock) return cannot_open(path, lock.error());
    opened.lock.emplace(std::move(*lock));
  }
  auto connection = open_writer(opened.place);
  if (!connection) return cannot_open(path, connection.error());
  opened.connection = std::move(*connection);
  opened.index = std::make_shared<sqlite::IdentityIndex>(options.identity_run);
  if (auto loaded = opened.index->load(*opened.connection); !loaded) return cannot_open(path, loaded.error());
  if (options.inline_commits) return std::make_unique<InlineStore>(std::move(opened), options);
  return std::make_unique<ThreadedStore>(std::move(opened), options);
}

Result<std::unique_ptr<Reader>> open_sqlite_reader(const std::string& path, bool finds_many_events) {
  std::error_code problem;
  if (!std::filesystem::exists(path, problem)) return cannot_open(path, {Errc::not_found, "there is no such file"});
  auto connection = Connection::open(path, Access::reader, "");
  if (!connection) return cannot_open(path, connection.error());
  if (auto known = sqlite::check_schema(**connection); !known) return cannot_open(path, known.error());
  if (auto ready = configure_reader(**connection); !ready) return cannot_open(path, ready.error());
  if (!finds_many_events) return sqlite::make_reader(std::move(*connection), nullptr);
  auto index = std::make_shared<sqlite::IdentityIndex>(Options{}.identity_run);
  if (auto loaded = index->load(**connection); !loaded) return cannot_open(path, loaded.error());
  return sqlite::make_reader(std::move(*connection), std::move(index));
}

}  // namespace zs::store
