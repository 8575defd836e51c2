#include <cerrno>
#include <csignal>
#include <fstream>
#include <iostream>
#include <sstream>

#include "server/arguments.hpp"
#include "server/service.hpp"

namespace {

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

std::string read_file(const std::string& path) {
  const std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return std::move(text).str();
}

}  // namespace

int main(int argc, char** argv) {
  zohosim::Arguments arguments = zohosim::read_arguments(argc, argv);
  const std::string org = arguments.org_file.empty() ? std::string() : read_file(arguments.org_file);
  const EndSignals signals;
  auto service = zohosim::Service::start(std::move(arguments.options), arguments.address, arguments.port, org);
  if (!service) {
    std::cerr << "zohosim: " << service.error().text << "\n";
    return service.error().code == zs::Errc::conflict ? k_cannot_listen : k_bad_file;
  }
  std::cout << "zohosim listens on http://" << arguments.address << ":" << (*service)->port() << "/" << std::endl;
  signals.await();
  (*service)->stop();
  return 0;
}
