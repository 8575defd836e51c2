#pragma once
// A disk for tests that can be full or refuse to sync: a SQLite file layer over the system's own.

#include <atomic>

namespace zs::store::sqlite {

struct FaultyDisk {
  static constexpr const char* k_vfs = "zohosync-faulty";

  /// Registers the layer under k_vfs, once a process, with nothing wrong yet.
  static FaultyDisk& instance();

  std::atomic<bool> full = false;  // no file can grow; what is inside one can still be overwritten
  std::atomic<bool> log_sync_fails = false;
  std::atomic<bool> database_sync_fails = false;
  std::atomic<int> log_syncs = 0;  // that succeeded

  void mend() { full = log_sync_fails = database_sync_fails = false; }
};

}  // namespace zs::store::sqlite
