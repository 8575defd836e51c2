#include "store/sqlite/faulty_disk.hpp"

#include <sqlite3.h>

#include <new>

namespace zs::store::sqlite {
namespace {

/// SQLite allocates szOsFile bytes for a file: this, and behind it the system's own.
struct File {
  sqlite3_file base;
  sqlite3_file* real;
  bool is_log;
};

sqlite3_file* real_of(sqlite3_file* file) { return reinterpret_cast<File*>(file)->real; }
const sqlite3_io_methods* methods_of(sqlite3_file* file) { return real_of(file)->pMethods; }
sqlite3_vfs* system_vfs() { return sqlite3_vfs_find("unix"); }

int close_file(sqlite3_file* file) { return methods_of(file)->xClose(real_of(file)); }
int read(sqlite3_file* file, void* to, int count, sqlite3_int64 at) {
  return methods_of(file)->xRead(real_of(file), to, count, at);
}

int write(sqlite3_file* file, const void* from, int count, sqlite3_int64 at) {
  sqlite3_int64 size = 0;
  if (FaultyDisk::instance().full) {
    methods_of(file)->xFileSize(real_of(file), &size);
    if (at + count > size) return SQLITE_FULL;
  }
  return methods_of(file)->xWrite(real_of(file), from, count, at);
}

int truncate(sqlite3_file* file, sqlite3_int64 size) { return methods_of(file)->xTruncate(real_of(file), size); }

int sync(sqlite3_file* file, int flags) {
  auto& disk = FaultyDisk::instance();
  const bool is_log = reinterpret_cast<File*>(file)->is_log;
  if (is_log ? disk.log_sync_fails : disk.database_sync_fails) return SQLITE_IOERR_FSYNC;
  if (is_log) ++disk.log_syncs;
  return methods_of(file)->xSync(real_of(file), flags);
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
  own->is_log = (flags & SQLITE_OPEN_WAL) != 0;
  const int code = system_vfs()->xOpen(system_vfs(), name, own->real, flags, flags_out);
  own->base.pMethods = own->real->pMethods != nullptr ? &k_methods : nullptr;
  return code;
}

}  // namespace

FaultyDisk& FaultyDisk::instance() {
  static FaultyDisk disk;
  static sqlite3_vfs vfs = [] {
    sqlite3_vfs layer = *system_vfs();
    layer.zName = k_vfs;
    layer.szOsFile += static_cast<int>(sizeof(File));
    layer.xOpen = open_file;
    return layer;
  }();
  static const int registered = sqlite3_vfs_register(&vfs, 0);
  static_cast<void>(registered);
  return disk;
}

}  // namespace zs::store::sqlite
