#pragma once
// A real file system of a few megabytes, for daemons that must live through a full one: a tmpfs in a mount namespace of
// this process, so that it is gone with the process whatever happens. Needs root or unprivileged user namespaces;
// throws with these words where there is neither, since a proof that skips itself is none.

#include <cstddef>
#include <filesystem>

#include "process/child.hpp"

namespace zs::process {

class SmallDisk {
 public:
  explicit SmallDisk(std::size_t megabytes);
  ~SmallDisk();
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return directory_.path(); }
  /// Takes every byte that is left.
  void fill() const;
  /// Gives back what fill() took.
  void make_room() const;

 private:
  TemporaryDirectory directory_;
};

}  // namespace zs::process
