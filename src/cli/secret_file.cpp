#include "cli/secret_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/crypto.hpp"

namespace zs::cli {
namespace {

class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_;
};

struct Place {
  std::string target;
  std::string directory;
};

/// A link stays a link: what it points to is replaced.
Place place_of(const std::string& path) {
  std::error_code ignored;
  const std::filesystem::path resolved = std::filesystem::weakly_canonical(path, ignored);
  const std::string target = resolved.empty() ? path : resolved.string();
  const std::string directory = std::filesystem::path(target).parent_path().string();
  return {target, directory.empty() ? "." : directory};
}

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return ::fsync(fd) == 0;
}

bool keep_owner(int fd, const std::string& target, const std::string& directory) {
  struct stat status{};
  if (::geteuid() != 0) return true;
  if (::stat(target.c_str(), &status) != 0 && ::stat(directory.c_str(), &status) != 0) return false;
  return ::fchown(fd, status.st_uid, status.st_gid) == 0;
}

std::unexpected<Error> not_written(const std::string& path, int fault) {
  std::string mend =
      "give --print to have the token on standard output instead, or name another zoho.refresh_token_file";
  if (fault == ENOENT) mend = "make the directory first; " + mend;
  return fail(Errc::conflict, path + " cannot be written (" + std::strerror(fault) + "): " + mend);
}

}  // namespace

Result<void> may_write_secret(const std::string& path) {
  if (::access(place_of(path).directory.c_str(), W_OK | X_OK) != 0) return not_written(path, errno);
  return {};
}

Result<void> write_secret(const std::string& path, std::string_view secret) {
  const auto [target, directory] = place_of(path);
  const std::string temporary = target + ".new-" + random_hex(4);
  {
    const File file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (file.fd() < 0) return not_written(path, errno);
    const bool done = ::fchmod(file.fd(), 0600) == 0 && keep_owner(file.fd(), target, directory) &&
                      write_all(file.fd(), std::string(secret) + "\n");
    if (!done || ::rename(temporary.c_str(), target.c_str()) != 0) {
      const int fault = errno;
      ::unlink(temporary.c_str());
      return not_written(path, fault);
    }
  }
  const File opened(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.fd() < 0 || ::fsync(opened.fd()) != 0) return not_written(path, errno);
  return {};
}

}  // namespace zs::cli
