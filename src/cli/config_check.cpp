// `config check`: every fault of the configuration with its place and mend, offline.
#include <string>

#include "base/json.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"
#include "config/config.hpp"

namespace zs::cli {
namespace {

std::string as_json(const config::Loaded& loaded) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().field("file", loaded.file).field_bool("usable", loaded.usable()).key("findings").begin_array();
  for (const config::Finding& finding : loaded.findings) {
    json.begin_object().field("severity", finding.is_error ? "error" : "warning").field("where", finding.where);
    json.field("key", finding.key).field("problem", finding.problem).field("mend", finding.mend).end_object();
  }
  json.end_array().end_object();
  return out + "\n";
}

std::string as_text(const config::Loaded& loaded) {
  const std::string what = loaded.file.empty() ? "the defaults and the environment (there is no file)" : loaded.file;
  if (loaded.findings.empty()) return what + ": nothing wrong\n";
  return config::describe(loaded.findings) + (loaded.usable() ? what + ": can be used\n" : what + ": cannot be used\n");
}

}  // namespace

Exit config_check(const Options& options) {
  const config::Loaded loaded = config::load(options.config_file, config::process_environment());
  print(options.json ? as_json(loaded) : as_text(loaded));
  return loaded.usable() ? Exit::done : Exit::usage;
}

}  // namespace zs::cli
