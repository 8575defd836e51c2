#pragma once
// The file of a Unix socket: whoever may open it may talk to us, so its mode is right from its first moment.

#include <sys/types.h>

#include <cstddef>
#include <string>

#include "base/result.hpp"

namespace zs::net {

/// The longest path that the kernel takes (unix(7)), in bytes.
inline constexpr std::size_t k_max_socket_path = 107;

/// Removes the file in the end, if it is still the one that it made.
class SocketFile {
 public:
  /// Binds `fd` to `path` with just `mode`. A socket there that nobody listens on any more is replaced; one that
  /// answers is Errc::conflict; anything else at the path, or no right to it, Errc::invalid.
  [[nodiscard]] static Result<SocketFile> bind(int fd, const std::string& path, unsigned mode);

  ~SocketFile();
  SocketFile(SocketFile&& other) noexcept;
  SocketFile& operator=(SocketFile&& other) noexcept;
  SocketFile(const SocketFile&) = delete;
  SocketFile& operator=(const SocketFile&) = delete;

 private:
  SocketFile(std::string path, dev_t device, ino_t inode) : path_(std::move(path)), device_(device), inode_(inode) {}

  std::string path_;  // empty: not ours
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

}  // namespace zs::net
