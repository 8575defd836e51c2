#include "store/sqlite/faulty_disk.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <new>
#include <utility>

#include "base/random.hpp"

namespace zs::store::sqlite {
namespace {

/// SQLite allocates szOsFile bytes for a file: this, and behind it the system's own.
struct File {
  sqlite3_file base;
  sqlite3_file* real;
  const char* path;  // SQLite keeps it as long as the file is open
  bool is_log;
};

sqlite3_file* real_of(sqlite3_file* file) { return reinterpret_cast<File*>(file)->real; }
const sqlite3_io_methods* methods_of(sqlite3_file* file) { return real_of(file)->pMethods; }
sqlite3_vfs* system_vfs() { return sqlite3_vfs_find("unix"); }

int close_file(sqlite3_file* file) { return methods_of(file)->xClose(real_of(file)); }
int read(sqlite3_file* file, void* to, int count, sqlite3_int64 at) {
  return methods_of(file)->xRead(real_of(file), to, count, at);
}

/// Notes what is there before it is changed, as far as a power cut could bring it back.
void remember(sqlite3_file* file, sqlite3_int64 at, std::size_t length, sqlite3_int64 size) {
  const auto* own = reinterpret_cast<File*>(file);
  if (own->path == nullptr || !FaultyDisk::instance().is_counting()) return;
  const auto there = std::clamp<sqlite3_int64>(size - at, 0, static_cast<sqlite3_int64>(length));
  std::string had(static_cast<std::size_t>(there), '\0');
  if (there > 0) methods_of(file)->xRead(real_of(file), had.data(), static_cast<int>(there), at);
  FaultyDisk::instance().remember(own->path, at, std::move(had), length, size);
}

int write(sqlite3_file* file, const void* from, int count, sqlite3_int64 at) {
  auto& disk = FaultyDisk::instance();
  if (disk.is_dead()) return SQLITE_IOERR_WRITE;
  sqlite3_int64 size = 0;
  methods_of(file)->xFileSize(real_of(file), &size);
  const bool grows = at + count > size;
  if (disk.full && grows) return SQLITE_FULL;
  const auto verdict = disk.may_write(grows);
  if (verdict == FaultyDisk::Verdict::fail) return SQLITE_FULL;
  remember(file, at, static_cast<std::size_t>(count), size);
  if (verdict == FaultyDisk::Verdict::half) {
    methods_of(file)->xWrite(real_of(file), from, count / 2, at);
    return SQLITE_IOERR_WRITE;
  }
  return methods_of(file)->xWrite(real_of(file), from, count, at);
}

int truncate(sqlite3_file* file, sqlite3_int64 size) {
  auto& disk = FaultyDisk::instance();
  if (disk.is_dead() || disk.may_cut() == FaultyDisk::Verdict::fail) return SQLITE_IOERR_TRUNCATE;
  sqlite3_int64 before = 0;
  methods_of(file)->xFileSize(real_of(file), &before);
  if (before > size) remember(file, size, static_cast<std::size_t>(before - size), before);
  return methods_of(file)->xTruncate(real_of(file), size);
}

int sync(sqlite3_file* file, int flags) {
  auto& disk = FaultyDisk::instance();
  const auto* own = reinterpret_cast<File*>(file);
  if (disk.is_dead() || (own->is_log ? disk.log_sync_fails : disk.database_sync_fails)) return SQLITE_IOERR_FSYNC;
  if (disk.may_sync() == FaultyDisk::Verdict::fail) return SQLITE_IOERR_FSYNC;
  if (own->is_log) ++disk.log_syncs;
  if (!disk.is_counting()) return methods_of(file)->xSync(real_of(file), flags);
  if (own->path != nullptr) disk.forget(own->path);
  return SQLITE_OK;
}

int file_size(sqlite3_file* file, sqlite3_int64* size) { return methods_of(file)->xFileSize(real_of(file), size); }
int lock(sqlite3_file* file, int level) { return methods_of(file)->xLock(real_of(file), level); }
int unlock(sqlite3_file* file, int level) { return methods_of(file)->xUnlock(real_of(file), level); }
int check_lock(sqlite3_file* file, int* held) { return methods_of(file)->xCheckReservedLock(real_of(file), held); }
int control(sqlite3_file* file, int what, void* with) {
  return methods_of(file)->xFileControl(real_of(file), what, with);
}
int sector_size(sqlite3_file* file) { return methods_of(file)->xSectorSize(real_of(file)); }
int characteristics(sqlite3_file* file) { return methods_of(file)->xDeviceCharacteristics(real_of(file)); }
int shm_map(sqlite3_file* file, int page, int size, int extend, void volatile** at) {
  return methods_of(file)->xShmMap(real_of(file), page, size, extend, at);
}
int shm_lock(sqlite3_file* file, int offset, int count, int flags) {
  return methods_of(file)->xShmLock(real_of(file), offset, count, flags);
}
void shm_barrier(sqlite3_file* file) { methods_of(file)->xShmBarrier(real_of(file)); }
int shm_unmap(sqlite3_file* file, int drop) { return methods_of(file)->xShmUnmap(real_of(file), drop); }

// Version 2: with shared memory, which the write-ahead log needs, and without memory-mapped reads.
constexpr sqlite3_io_methods k_methods = {
    2,         close_file, read,    write,       truncate,        sync,    file_size, lock,
    unlock,    check_lock, control, sector_size, characteristics, shm_map, shm_lock,  shm_barrier,
    shm_unmap, nullptr,    nullptr};

int open_file(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* flags_out) {
  auto* own = new (file) File{};
  own->real = reinterpret_cast<sqlite3_file*>(own + 1);
  if (name != nullptr) {
    own->path = name;
  } else {
    ++FaultyDisk::instance().temporary_files;
  }
  own->is_log = (flags & SQLITE_OPEN_WAL) != 0;
  const int code = system_vfs()->xOpen(system_vfs(), name, own->real, flags, flags_out);
  own->base.pMethods = own->real->pMethods != nullptr ? &k_methods : nullptr;
  return code;
}

int delete_file(sqlite3_vfs*, const char* name, int sync_directory) {
  if (FaultyDisk::instance().is_dead()) return SQLITE_IOERR_DELETE;
  FaultyDisk::instance().forget(name);
  return system_vfs()->xDelete(system_vfs(), name, sync_directory);
}

}  // namespace

void FaultyDisk::strike_at(Fault fault, std::size_t nth) {
  const std::lock_guard lock(mutex_);
  fault_ = fault;
  left_ = nth;
  has_struck_ = false;
  unsynced_.clear();
  is_counting_ = true;
}

bool FaultyDisk::strikes(Fault fault) {
  if (!is_counting_) return false;
  const std::lock_guard lock(mutex_);
  if (fault != fault_ || left_ == 0 || --left_ > 0) return false;
  has_struck_ = true;
  return true;
}

FaultyDisk::Verdict FaultyDisk::may_write(bool grows) {
  if (strikes(Fault::kill)) {
    is_dead_ = true;
    return Verdict::half;
  }
  if (grows && strikes(Fault::full)) {
    full = true;
    return Verdict::fail;
  }
  return Verdict::pass;
}

FaultyDisk::Verdict FaultyDisk::may_cut() {
  if (!strikes(Fault::kill)) return Verdict::pass;
  is_dead_ = true;
  return Verdict::fail;
}

FaultyDisk::Verdict FaultyDisk::may_sync() {
  if (strikes(Fault::kill)) {
    is_dead_ = true;
    return Verdict::fail;
  }
  return strikes(Fault::sync_fails) ? Verdict::fail : Verdict::pass;
}

void FaultyDisk::remember(const std::string& path, std::int64_t at, std::string had, std::size_t length,
                          std::int64_t size) {
  const std::lock_guard lock(mutex_);
  unsynced_[path].push_back({at, std::move(had), length, size});
}

void FaultyDisk::forget(const std::string& path) {
  const std::lock_guard lock(mutex_);
  unsynced_.erase(path);
}

void FaultyDisk::cut_power(std::uint64_t seed) {
  const std::lock_guard lock(mutex_);
  SeededRandom random(seed);
  for (auto& [path, changes] : unsynced_) {
    const int file = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
    if (file < 0) continue;
    std::reverse(changes.begin(), changes.end());
    for (Change& change : changes) {
      if (seed != 0 && random.chance(0.5)) continue;
      // What a file had grown by may be there as a hole when later parts of it arrived.
      change.had.resize(change.length, '\0');
      if (::pwrite(file, change.had.data(), change.had.size(), change.at) < 0) continue;
      if (seed == 0 && ::ftruncate(file, change.size) != 0) continue;
    }
    ::close(file);
  }
  unsynced_.clear();
}

void FaultyDisk::mend() {
  full = log_sync_fails = database_sync_fails = false;
  is_dead_ = is_counting_ = false;
  const std::lock_guard lock(mutex_);
  left_ = 0;
  unsynced_.clear();
}

FaultyDisk& FaultyDisk::instance() {
  static FaultyDisk disk;
  static sqlite3_vfs vfs = [] {
    sqlite3_vfs layer = *system_vfs();
    layer.zName = k_vfs;
    layer.szOsFile += static_cast<int>(sizeof(File));
    layer.xOpen = open_file;
    layer.xDelete = delete_file;
    return layer;
  }();
  static const int registered = sqlite3_vfs_register(&vfs, 0);
  static_cast<void>(registered);
  return disk;
}

}  // namespace zs::store::sqlite
