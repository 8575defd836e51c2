#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

#include "config/schema.hpp"

namespace zs::config {
namespace {

constexpr std::string_view k_here = "zohosync.toml";
constexpr std::string_view k_system = "/etc/zohosync/zohosync.toml";

bool exists(std::string_view path) {
  std::error_code fault;
  return std::filesystem::exists(std::filesystem::path(path), fault);
}

/// A file that somebody named is taken though it may be missing; empty when there is none at all.
std::string choose_file(const std::string& explicit_file, const Environment& environment) {
  if (!explicit_file.empty()) return explicit_file;
  if (exists(k_here)) return std::string(k_here);
  if (std::string named = variable(environment, "ZOHOSYNC_CONFIG"); !named.empty()) return named;
  if (exists(k_system)) return std::string(k_system);
  return {};
}

std::optional<std::string> read_file(const std::string& path) {
  std::error_code fault;
  if (std::filesystem::is_directory(path, fault)) return std::nullopt;
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  std::string text(std::istreambuf_iterator<char>(in), {});
  if (in.bad()) return std::nullopt;
  return text;
}

Loaded unreadable(const std::string& file, bool is_there) {
  Loaded out;
  out.config = defaults();
  out.file = file;
  out.findings.push_back(
      {true, file, "", is_there ? "this file cannot be read" : "there is no such file",
       is_there ? "make it a file that this user may read" : "correct the path, or run zohosync init"});
  return out;
}

}  // namespace

Environment process_environment() {
  Environment out;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view line(*entry);
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) continue;
    out.insert_or_assign(std::string(line.substr(0, equals)), std::string(line.substr(equals + 1)));
  }
  return out;
}

Loaded load(const std::string& explicit_file, const Environment& environment) {
  const std::string file = choose_file(explicit_file, environment);
  if (file.empty()) {
    Loaded out = parse("", "the defaults", environment);
    out.file.clear();
    return out;
  }
  const auto text = read_file(file);
  if (!text) return unreadable(file, exists(file));
  return parse(*text, file, environment);
}

}  // namespace zs::config
