#pragma once
// A disk for tests that can be full, refuse to sync, or be there no more from a chosen step on, as if the process had
// been killed or the power cut: a SQLite file layer over the system's own.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace zs::store::sqlite {

class FaultyDisk {
 public:
  static constexpr const char* k_vfs = "zohosync-faulty";

  /// Registers the layer under k_vfs, once a process, with nothing wrong yet.
  static FaultyDisk& instance();

  std::atomic<bool> full = false;  // no file can grow; what is inside one can still be overwritten
  std::atomic<bool> log_sync_fails = false;
  std::atomic<bool> database_sync_fails = false;
  std::atomic<int> log_syncs = 0;        // that succeeded
  std::atomic<int> temporary_files = 0;  // that were opened

  /// What happens at the nth step of its kind from now on.
  enum class Fault : std::uint8_t {
    kill,        // a write, cut or sync is not done (of a write the first half is), and nothing after it
    sync_fails,  // a sync fails, once
    full,        // a write that would let a file grow fails, and all such writes after it
  };
  /// Until mend(), syncs are not passed on to the system: what they would have saved is what survives cut_power().
  void strike_at(Fault fault, std::size_t nth);
  [[nodiscard]] bool has_struck() const { return has_struck_; }

  /// After a kill, with no file open any more: what was not synced is lost, all of it, or (`seed` not 0) whichever
  /// parts the seed says.
  void cut_power(std::uint64_t seed);
  void mend();

  // The layer's questions.
  [[nodiscard]] bool is_dead() const { return is_dead_; }
  enum class Verdict : std::uint8_t { pass, fail, half };
  [[nodiscard]] Verdict may_write(bool grows);
  [[nodiscard]] Verdict may_cut();
  [[nodiscard]] Verdict may_sync();
  [[nodiscard]] bool is_counting() const { return is_counting_; }
  /// What a file had where it is about to be changed.
  void remember(const std::string& path, std::int64_t at, std::string had, std::size_t length, std::int64_t size);
  void forget(const std::string& path);

 private:
  struct Change {
    std::int64_t at = 0;
    std::string had;  // less than `length` where the file ended
    std::size_t length = 0;
    std::int64_t size = 0;  // of the file before
  };
  bool strikes(Fault fault);

  std::atomic<bool> is_counting_ = false;
  std::atomic<bool> is_dead_ = false;
  std::atomic<bool> has_struck_ = false;
  std::mutex mutex_;
  Fault fault_ = Fault::kill;                            // mutex_
  std::size_t left_ = 0;                                 // mutex_
  std::map<std::string, std::vector<Change>> unsynced_;  // mutex_; by path, oldest first
};

}  // namespace zs::store::sqlite
