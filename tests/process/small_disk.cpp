#include "process/small_disk.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <string>

namespace zs::process {
namespace {

[[noreturn]] void give_up(const char* step) {
  throw std::runtime_error(std::string("a small file system cannot be mounted (") + step + ": " + std::strerror(errno) +
                           "): this test needs root or unprivileged user namespaces");
}

void write_once(const char* file, const std::string& text) {
  std::ofstream out(file);
  out << text;
  if (!out.flush()) give_up(file);
}

/// Root simply gets its own mounts; anybody else becomes root of a namespace of its own first.
void enter_own_mounts() {
  if (unshare(CLONE_NEWNS) != 0) {
    const std::string user = std::to_string(getuid());
    const std::string group = std::to_string(getgid());
    if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) give_up("unshare");
    write_once("/proc/self/setgroups", "deny");
    write_once("/proc/self/uid_map", "0 " + user + " 1");
    write_once("/proc/self/gid_map", "0 " + group + " 1");
  }
  if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) give_up("mount /");
}

}  // namespace

SmallDisk::SmallDisk(std::size_t megabytes) {
  enter_own_mounts();
  const std::string options = "size=" + std::to_string(megabytes) + "m";
  if (mount("tmpfs", path().c_str(), "tmpfs", 0, options.c_str()) != 0) give_up("mount tmpfs");
}

SmallDisk::~SmallDisk() { umount2(path().c_str(), MNT_DETACH); }

void SmallDisk::fill() const {
  const int file = open((path() / "filler").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (file < 0) throw std::runtime_error("the filler cannot be made");
  const std::array<char, 4096> block{};
  while (write(file, block.data(), block.size()) > 0) {
  }
  const bool is_full = errno == ENOSPC;
  close(file);
  if (!is_full) throw std::runtime_error("the small disk did not fill up");
}

void SmallDisk::make_room() const { std::filesystem::remove(path() / "filler"); }

}  // namespace zs::process
