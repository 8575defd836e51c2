// `init`: a configuration to begin with, and the first API key. Never asks anybody anything.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "base/crypto.hpp"
#include "base/json.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"
#include "config/config.hpp"

namespace zs::cli {
namespace {

constexpr const char* k_file = "zohosync.toml";

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return ::fsync(fd) == 0;
}

std::string why_not(const std::string& path, int fault) {
  std::string why = path + " cannot be written (" + std::strerror(fault) + ")";
  if (fault == EEXIST) return path + " is there already; --force replaces it, and its key is then lost";
  if (fault == EACCES || fault == EROFS)
    return why + ": run it in a directory that you may write to, or name one with --config";
  if (fault == ENOENT) return why + ": make the directory first";
  return why;
}

/// 0, or the errno. Nobody but the owner reads it: it names the secrets' places and the keys' digests.
int write_file(const std::string& path, std::string_view text, bool replace) {
  const int how = O_WRONLY | O_CREAT | O_CLOEXEC | (replace ? O_TRUNC : O_EXCL);
  const int fd = ::open(path.c_str(), how, 0600);
  if (fd < 0) return errno;
  const int fault = ::fchmod(fd, 0600) == 0 && write_all(fd, text) ? 0 : errno;
  ::close(fd);
  if (fault != 0 && !replace) ::unlink(path.c_str());
  return fault;
}

std::string words(const std::string& path, const std::string& key) {
  return "Wrote " + path +
         " (readable by you alone).\n"
         "\n"
         "API key for the platform, shown this once; the file keeps only its SHA-256:\n"
         "\n"
         "  " +
         key +
         "\n"
         "\n"
         "Next: name the OAuth secrets in " +
         path +
         " (or set ZOHO_CLIENT_ID, ZOHO_CLIENT_SECRET, ZOHO_REFRESH_TOKEN),\n"
         "then `zohosync config check`, `zohosync setup`, `zohosync serve`.\n";
}

}  // namespace

Exit init(const Options& options) {
  const std::string path = options.config_file.empty() ? k_file : options.config_file;
  const std::string key = "zs_" + random_hex(32);
  const std::string text = config::commented_template(sha256_hex(key));
  if (const int fault = write_file(path, text, options.force); fault != 0)
    return fail_with(Exit::failed, why_not(path, fault));
  if (!options.json) return print(words(path, key)) ? Exit::done : Exit::failed;
  std::string out;
  JsonWriter(out).begin_object().field("config", path).field("api_key", key).end_object();
  return print(out + "\n") ? Exit::done : Exit::failed;
}

}  // namespace zs::cli
