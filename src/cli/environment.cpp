#include "cli/environment.hpp"

#include <cstdlib>
#include <utility>

#include "cli/output.hpp"
#include "config/address.hpp"

namespace zs::cli {

OrExit<config::Config> load_config(const Options& options) {
  config::Loaded loaded = config::load(options.config_file, config::process_environment());
  if (loaded.usable()) return std::move(loaded.config);
  std::erase_if(loaded.findings, [](const config::Finding& finding) { return !finding.is_error; });
  complain("the configuration cannot be used:\n" + config::describe(loaded.findings));
  return std::unexpected(Exit::usage);
}

Result<std::string> store_path(const config::Config& config) {
  constexpr std::string_view k_scheme = "sqlite:";
  if (config.store.url.starts_with(k_scheme)) return config.store.url.substr(k_scheme.size());
  return fail(Errc::invalid, "store.url is not a SQLite file; this version keeps its store in nothing else");
}

OrExit<std::unique_ptr<store::Reader>> open_reader(const Options& options) {
  const auto config = load_config(options);
  if (!config) return std::unexpected(config.error());
  const auto path = store_path(*config);
  if (!path) return std::unexpected(fail_with(Exit::usage, path.error().text));
  auto reader = store::open_sqlite_reader(*path);
  if (!reader) return std::unexpected(fail_with(Exit::unreachable, reader.error().text));
  return std::move(*reader);
}

Result<std::string> daemon_url(const Options& options, const config::Server& server) {
  if (!options.url.empty()) {
    auto origin = config::parse_origin(options.url);
    if (!origin) return fail(Errc::invalid, "--url " + origin.error().text);
    return origin;
  }
  std::string host = server.address == "0.0.0.0" ? "127.0.0.1" : server.address == "::" ? "::1" : server.address;
  if (host.contains(':')) host = "[" + host + "]";
  return (server.tls_cert.empty() ? "http://" : "https://") + host + ":" + std::to_string(server.port);
}

std::string api_key(const Options& options) {
  if (!options.key.empty()) return options.key;
  const char* key = std::getenv("ZOHOSYNC_API_KEY");
  return key == nullptr ? "" : key;
}

OrExit<DaemonClient> connect(const Options& options) {
  const auto config = load_config(options);
  if (!config) return std::unexpected(config.error());
  auto url = daemon_url(options, config->server);
  if (!url) return std::unexpected(fail_with(Exit::usage, url.error().text));
  std::string key = api_key(options);
  if (key.empty()) {
    return std::unexpected(
        fail_with(Exit::usage,
                  "the daemon wants an API key: set ZOHOSYNC_API_KEY (or give --key) to one whose SHA-256 stands "
                  "under [[auth.keys]]; `zohosync init` printed the first"));
  }
  return DaemonClient(std::move(*url), std::move(key));
}

}  // namespace zs::cli
