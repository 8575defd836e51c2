#include "cli/import/interrupt.hpp"

#include <csignal>
#include <ctime>

namespace zs::cli {
namespace {

volatile std::sig_atomic_t g_is_set = 0;

void note(int) { g_is_set = 1; }

sigset_t both() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

}  // namespace

Interrupt::Interrupt() {
  g_is_set = 0;
  struct sigaction action{};
  action.sa_handler = note;
  action.sa_flags = static_cast<int>(SA_RESETHAND);  // and no SA_RESTART: a read that waits is to come back
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

Interrupt::~Interrupt() {
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
}

bool Interrupt::is_set() const { return g_is_set != 0; }

bool Interrupt::wait(std::chrono::seconds length) const {
  timespec left{static_cast<std::time_t>(length.count()), 0};
  while (g_is_set == 0) {
    if (nanosleep(&left, &left) == 0) return true;
  }
  return false;
}

Interrupt::Blocked::Blocked() {
  const sigset_t set = both();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

Interrupt::Blocked::~Blocked() {
  const sigset_t set = both();
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

}  // namespace zs::cli
