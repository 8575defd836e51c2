#pragma once
// The lines that were not taken, each with its number and what is wrong with it: beside the file, or on standard error
// where there is no file.

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

namespace zs::cli {

class Rejects {
 public:
  /// `path` empty: standard error. A fresh run forgets what an earlier one left.
  Rejects(std::string path, bool is_fresh);

  /// One JSON object a line: {"line", "error", "text"}; the text is what stood there, so that it can be mended.
  void add(std::int64_t line, std::string_view error, std::string_view text);
  /// Where to look; for people.
  [[nodiscard]] std::string place() const;

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };

  std::string path_;
  std::unique_ptr<std::FILE, Close> file_;
};

}  // namespace zs::cli
