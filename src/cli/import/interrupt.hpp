#pragma once
// SIGINT and SIGTERM as a flag that work looks at when it is ready to stop; the second one ends the process.

#include <chrono>

namespace zs::cli {

/// From construction until destruction. Threads that are started while `Blocked` lives never get the signal, so that it
/// interrupts the main thread's read or wait.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  [[nodiscard]] bool is_set() const;
  /// False when interrupted before the time was over.
  [[nodiscard]] bool wait(std::chrono::seconds length) const;

  class Blocked {
   public:
    Blocked();
    ~Blocked();
    Blocked(const Blocked&) = delete;
    Blocked& operator=(const Blocked&) = delete;
  };
};

}  // namespace zs::cli
