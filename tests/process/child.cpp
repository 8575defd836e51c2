#include "process/child.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace zs::process {

TemporaryDirectory::TemporaryDirectory() {
  std::string pattern = (std::filesystem::temp_directory_path() / "zohosync-test-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary directory");
  path_ = pattern;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

Child::Child(Run run) : output_(run.directory / (run.name + ".out")) {
  pid_ = fork();
  if (pid_ < 0) throw std::runtime_error("fork failed");
  if (pid_ > 0) return;
  // Whoever is killed himself leaves nothing running behind.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int out = open(output_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);
  const int null = open("/dev/null", O_RDONLY);
  if (out < 0 || null < 0 || chdir(run.directory.c_str()) != 0) _exit(126);
  dup2(null, STDIN_FILENO);
  dup2(out, STDOUT_FILENO);
  dup2(out, STDERR_FILENO);
  std::vector<std::string> pairs{"PATH=/usr/bin:/bin", "HOME=" + run.directory.string()};
  for (const char* kept : {"ASAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS"}) {
    if (const char* value = std::getenv(kept)) pairs.push_back(std::string(kept) + "=" + value);
  }
  for (const auto& [name, value] : run.environment) pairs.push_back(name + "=" + value);
  std::vector<char*> arguments;
  for (std::string& one : run.arguments) arguments.push_back(one.data());
  arguments.push_back(nullptr);
  std::vector<char*> environment;
  for (std::string& one : pairs) environment.push_back(one.data());
  environment.push_back(nullptr);
  execve(arguments.front(), arguments.data(), environment.data());
  _exit(127);
}

Child::~Child() {
  if (is_running()) {
    signal(SIGKILL);
    wait(std::chrono::seconds{10});
  }
}

void Child::signal(int number) const {
  if (!ended_) kill(pid_, number);
}

int Child::wait(std::chrono::milliseconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (is_running()) {
    if (std::chrono::steady_clock::now() > deadline) return -1;
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
  return code_;
}

bool Child::is_running() {
  if (ended_) return false;
  int status = 0;
  if (waitpid(pid_, &status, WNOHANG) == 0) return true;
  ended_ = true;
  code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return false;
}

std::string Child::output() const {
  std::ifstream in(output_);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::string Child::wait_for(const std::string& text, std::chrono::milliseconds limit) const {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (std::chrono::steady_clock::now() < deadline) {
    const std::string all = output();
    const std::size_t at = all.find(text);
    if (at != std::string::npos) {
      const std::size_t start = at + text.size();
      const std::size_t end = all.find('\n', start);
      if (end != std::string::npos) return all.substr(start, end - start);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  }
  return {};
}

Finished run(Run run, std::chrono::milliseconds limit) {
  Child child(std::move(run));
  const int code = child.wait(limit);
  return {code, child.output()};
}

}  // namespace zs::process
