#include <cerrno>
#include <csignal>
#include <iostream>

#include "server/arguments.hpp"
#include "server/service.hpp"

namespace {

constexpr int k_cannot_write = 1;
constexpr int k_cannot_listen = 3;
constexpr int k_bad_file = 2;

/// Blocked before any thread starts, so that only `await` sees them.
class EndSignals {
 public:
  EndSignals() {
    sigemptyset(&set_);
    sigaddset(&set_, SIGTERM);
    sigaddset(&set_, SIGINT);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
  }
  void await() const {
    int signal = 0;
    while (sigwait(&set_, &signal) == EINTR) {
    }
  }

 private:
  sigset_t set_{};
};

}  // namespace

int main(int argc, char** argv) {
  zohosim::Arguments arguments = zohosim::read_arguments(argc, argv);
  const EndSignals signals;
  auto service = zohosim::Service::start(std::move(arguments.options), arguments.address, arguments.port,
                                         std::move(arguments.beginning));
  if (!service) {
    std::cerr << "zohosim: " << service.error().text << "\n";
    return service.error().code == zs::Errc::conflict ? k_cannot_listen : k_bad_file;
  }
  std::cout << "zohosim listens on http://" << arguments.address << ":" << (*service)->port() << "/" << std::endl;
  signals.await();
  (*service)->stop();
  if (arguments.write_org_file.empty()) return 0;
  if (auto written = (*service)->write_org(arguments.write_org_file); !written) {
    std::cerr << "zohosim: " << written.error().text << "\n";
    return k_cannot_write;
  }
  return 0;
}
