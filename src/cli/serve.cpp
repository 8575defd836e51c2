// `serve`: checks the configuration, says what is doubtful in it, and hands over to the daemon.
#include "daemon/serve.hpp"

#include "base/log.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"
#include "config/config.hpp"

namespace zs::cli {

Exit serve(const Options& options) {
  const config::Loaded loaded = config::load(options.config_file, config::process_environment());
  if (!loaded.usable())
    return fail_with(Exit::usage, "the configuration cannot be used:\n" + config::describe(loaded.findings));
  for (const config::Finding& finding : loaded.findings) {
    log::warn("doubtful configuration",
              {{"where", finding.where}, {"key", finding.key}, {"problem", finding.problem}, {"mend", finding.mend}});
  }
  return static_cast<Exit>(daemon::serve(loaded.config));
}

}  // namespace zs::cli
