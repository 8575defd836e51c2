#pragma once
// A real program as a child process: started with a clean environment of its own, its output kept in files,
// killed for sure at the end.

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace zs::process {

/// A directory that goes with the test.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

struct Run {
  std::vector<std::string> arguments;  // the program first
  std::map<std::string, std::string> environment;
  std::filesystem::path directory;
  std::string name;  // of its output files in the directory
};

class Child {
 public:
  explicit Child(Run run);
  ~Child();  // SIGKILL if it still runs
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  void signal(int number) const;
  /// Waits for the end; the exit code, 128 + signal when killed, -1 when it still runs at the deadline.
  int wait(std::chrono::milliseconds limit);
  [[nodiscard]] bool is_running();
  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] std::string output() const;  // stdout and stderr so far
  /// Waits until the output has `text`; what follows it on its line, or empty at the deadline.
  [[nodiscard]] std::string wait_for(const std::string& text, std::chrono::milliseconds limit) const;

 private:
  pid_t pid_ = -1;
  int code_ = -1;
  bool ended_ = false;
  std::filesystem::path output_;
};

/// Runs to the end and gives code and output.
struct Finished {
  int code = -1;
  std::string output;
};
[[nodiscard]] Finished run(Run run, std::chrono::milliseconds limit = std::chrono::seconds{60});

}  // namespace zs::process
