#include "cli/import/rejects.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/json.hpp"
#include "base/text.hpp"
#include "cli/output.hpp"

namespace zs::cli {

Rejects::Rejects(std::string path, bool is_fresh) : path_(std::move(path)) {
  if (is_fresh && !path_.empty()) ::unlink(path_.c_str());
}

void Rejects::add(std::int64_t line, std::string_view error, std::string_view text) {
  if (!path_.empty() && !file_) {
    // Customers' data: for the owner's eyes.
    const int fd = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    file_.reset(fd < 0 ? nullptr : ::fdopen(fd, "a"));
    if (!file_) {
      complain(path_ + " cannot be written (" + std::strerror(errno) + "); what is rejected is shown here");
      path_.clear();
    }
  }
  if (path_.empty()) {
    complain("line " + std::to_string(line) + " is rejected: " + printable(error));
    return;
  }
  std::string out;
  JsonWriter json(out);
  json.begin_object().field("line", line).field("error", error).key("text");
  if (is_valid_utf8(text)) {
    json.string(text);
  } else {
    json.null();
  }
  json.end_object();
  out += '\n';
  std::fwrite(out.data(), 1, out.size(), file_.get());
  std::fflush(file_.get());
}

std::string Rejects::place() const { return path_.empty() ? "named above" : "listed in " + path_; }

}  // namespace zs::cli
