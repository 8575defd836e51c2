#include "store/sqlite/lock_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

#include "base/text.hpp"

namespace zs::store::sqlite {
namespace {

/// The pid that the holder wrote; "unknown" in the moment between its lock and its write.
std::string holder_of(int descriptor) {
  std::array<char, 32> buffer{};
  const auto count = ::pread(descriptor, buffer.data(), buffer.size(), 0);
  const std::string_view text = trim({buffer.data(), count > 0 ? static_cast<std::size_t>(count) : 0});
  return text.empty() ? "unknown" : std::string(text);
}

}  // namespace

Result<LockFile> LockFile::acquire(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return fail(Errc::unavailable, "cannot create " + path + ": " + std::strerror(errno));
  LockFile lock(descriptor);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return fail(Errc::unavailable, "cannot lock " + path + ": " + std::strerror(errno));
    return fail(Errc::conflict,
                "another zohosync (pid " + holder_of(descriptor) + ") has it open: stop that one first");
  }
  // Best effort: a daemon must be able to start on a full disk, and the lock holds without the number.
  const std::string pid = std::to_string(::getpid()) + "\n";
  if (::ftruncate(descriptor, 0) == 0) static_cast<void>(::pwrite(descriptor, pid.data(), pid.size(), 0) > 0);
  return lock;
}

LockFile::~LockFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace zs::store::sqlite
