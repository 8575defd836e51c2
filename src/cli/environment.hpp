#pragma once
// What most verbs need first: the configuration, the store's file, the daemon.

#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "cli/command.hpp"
#include "cli/daemon_client.hpp"
#include "config/config.hpp"
#include "store/store.hpp"

namespace zs::cli {

template <class T>
using OrExit = std::expected<T, Exit>;

/// The checked configuration. Its faults are printed.
[[nodiscard]] OrExit<config::Config> load_config(const Options& options);
/// The file behind store.url; Errc::invalid when it is not of a kind that this program knows.
[[nodiscard]] Result<std::string> store_path(const config::Config& config);
/// Reads beside a running daemon, or without one. What is in the way is printed.
[[nodiscard]] OrExit<std::unique_ptr<store::Reader>> open_reader(const Options& options);
/// Where the daemon answers: --url, else server.listen with a wildcard read as this machine.
[[nodiscard]] Result<std::string> daemon_url(const Options& options, const config::Server& server);
/// --key, else $ZOHOSYNC_API_KEY; empty when neither is given.
[[nodiscard]] std::string api_key(const Options& options);
/// A client with address and key. What is missing is printed.
[[nodiscard]] OrExit<DaemonClient> connect(const Options& options);

}  // namespace zs::cli
