#pragma once
// The sign on the door of a store: an advisory lock on "<path>.lock" that names the process that has it. The system
// lets go of it when the process dies, however it dies; the file itself stays, because removing it would race with the
// next.

#include <string>

#include "base/result.hpp"

namespace zs::store::sqlite {

class LockFile {
 public:
  /// Errc::conflict when another process, or this one, has it; Errc::unavailable when the file cannot be made.
  [[nodiscard]] static Result<LockFile> acquire(const std::string& path);
  LockFile(LockFile&& other) noexcept : descriptor_(other.descriptor_) { other.descriptor_ = -1; }
  LockFile(const LockFile&) = delete;
  LockFile& operator=(const LockFile&) = delete;
  LockFile& operator=(LockFile&&) = delete;
  ~LockFile();

 private:
  explicit LockFile(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace zs::store::sqlite
