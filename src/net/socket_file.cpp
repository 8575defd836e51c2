#include "net/socket_file.hpp"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <system_error>
#include <utility>

namespace zs::net {
namespace {

std::string reason(int error) { return std::generic_category().message(error); }

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return address;
}

const sockaddr* as_generic(const sockaddr_un* address) {
  return static_cast<const sockaddr*>(static_cast<const void*>(address));
}

/// Whether somebody listens there.
bool answers(const std::string& path) {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return true;
  const sockaddr_un address = address_of(path);
  const bool refused = ::connect(fd, as_generic(&address), sizeof address) != 0 && errno == ECONNREFUSED;
  ::close(fd);
  return !refused;
}

Result<> make_way(const std::string& path) {
  struct stat there{};
  if (::lstat(path.c_str(), &there) != 0) return {};
  if (!S_ISSOCK(there.st_mode)) {
    return fail(Errc::invalid,
                fmt::format("{} is there and is no socket; it is left alone. Choose another path or remove it", path));
  }
  if (answers(path)) {
    return fail(Errc::conflict, fmt::format("somebody listens on the socket {} already; stop that program or choose "
                                            "another path",
                                            path));
  }
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) {
    return fail(Errc::invalid,
                fmt::format("cannot remove the dead socket {}: {}; remove it by hand", path, reason(errno)));
  }
  return {};
}

}  // namespace

Result<SocketFile> SocketFile::bind(int fd, const std::string& path, unsigned mode) {
  if (path.size() > k_max_socket_path) {
    return fail(Errc::invalid, fmt::format("the socket's path {} is longer than {} bytes; choose a shorter one", path,
                                           k_max_socket_path));
  }
  ZS_TRY(make_way(path));
  const sockaddr_un address = address_of(path);
  // Linux gives the file the mode of the unbound socket, so that nobody gets in before chmod().
  if (::fchmod(fd, 0600) != 0 || ::bind(fd, as_generic(&address), sizeof address) != 0) {
    return fail(Errc::invalid, fmt::format("cannot make the socket {}: {}; its directory must be there and be writable "
                                           "for this user",
                                           path, reason(errno)));
  }
  struct stat made{};
  if (::lstat(path.c_str(), &made) != 0 || ::chmod(path.c_str(), mode) != 0) {
    const int error = errno;
    ::unlink(path.c_str());
    return fail(Errc::invalid, fmt::format("cannot set the mode of the socket {}: {}", path, reason(error)));
  }
  return SocketFile(path, made.st_dev, made.st_ino);
}

SocketFile::~SocketFile() {
  struct stat there{};
  if (!path_.empty() && ::lstat(path_.c_str(), &there) == 0 && there.st_dev == device_ && there.st_ino == inode_)
    ::unlink(path_.c_str());
}

SocketFile::SocketFile(SocketFile&& other) noexcept
    : path_(std::exchange(other.path_, {})), device_(other.device_), inode_(other.inode_) {}

SocketFile& SocketFile::operator=(SocketFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(device_, other.device_);
  std::swap(inode_, other.inode_);
  return *this;
}

}  // namespace zs::net
