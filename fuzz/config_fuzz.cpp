// The configuration: any text and any environment give a configuration or findings in words, the same every time, and
// what is called usable keeps within its bounds. Through the door that users come by, guard and all: toml++ 3.3 alone
// does not survive this.
// An input: lines NAME=value for the environment, a line "---", then the TOML; or TOML alone.
#include <algorithm>

#include "base/text.hpp"
#include "config/config.hpp"
#include "demand.hpp"

namespace zs::fuzz {
namespace {

config::Environment take_environment(std::string_view& input) {
  config::Environment out;
  const std::size_t end = input.starts_with("---\n") ? 0 : input.find("\n---\n");
  if (end == std::string_view::npos) return out;
  const std::size_t skip = end == 0 ? 4 : end + 5;
  for (const std::string_view line : split(input.substr(0, end), '\n')) {
    const std::size_t equals = line.find('=');
    if (equals != std::string_view::npos && !line.contains('\0'))
      out.insert_or_assign(std::string(line.substr(0, equals)), std::string(line.substr(equals + 1)));
  }
  input.remove_prefix(skip);
  return out;
}

void check_bounds(const config::Config& config) {
  demand(config.server.threads >= 1, "somebody serves");
  demand(config.server.max_body_bytes > 0 && config.server.max_events_per_request > 0 && config.server.max_backlog > 0,
         "a bound of nothing would refuse everything");
  demand(config.zoho.live_reserve >= 0 && config.zoho.live_reserve <= 1, "the reserve is a share");
  demand(config.zoho.linger.count() >= 0 && config.zoho.timeout.count() > 0, "times go forwards");
  demand(config.zoho.concurrency >= 0 && config.zoho.daily_credits >= 0, "limits are not negative");
  demand(!config.store.url.empty(), "there is a store");
  for (const std::string& url : {config.zoho.accounts_url, config.zoho.api_url, config.zoho.desk_url}) {
    const std::string_view rest = std::string_view(url).substr(std::min<std::size_t>(url.size(), 7));
    demand(url.starts_with("https://") || url.starts_with("http://"), "Zoho is reached over HTTP", url);
    demand(url.starts_with("https://") || rest.starts_with("127.") || rest.starts_with("localhost") ||
               rest.starts_with("[::1]"),
           "plain HTTP stays on this machine", url);
  }
  for (const config::ApiKey& key : config.keys) demand(key.sha256.size() == 64, "a key is a hash", key.sha256);
  const bool loopback = config.server.address.starts_with("127.") || config.server.address == "localhost" ||
                        config.server.address == "::1" || config.server.address == "[::1]";
  demand(loopback || !config.keys.empty() || !config.webhooks.empty(), "what others can reach has keys",
         config.server.address);
}

}  // namespace

void run(std::string_view input) {
  config::Environment environment = take_environment(input);
  const config::Loaded loaded = config::parse(input, "fuzz.toml", environment);
  const config::Loaded again = config::parse(input, "fuzz.toml", environment);
  demand(loaded.config == again.config && config::describe(loaded.findings) == config::describe(again.findings),
         "one text has one meaning");
  bool has_error = false;
  for (const config::Finding& finding : loaded.findings) {
    has_error = has_error || finding.is_error;
    demand(!finding.problem.empty() && !finding.where.empty(), "a finding says what and where", finding.key);
  }
  demand(loaded.usable() == !has_error, "usable means without an error");
  if (loaded.usable()) check_bounds(loaded.config);
}

}  // namespace zs::fuzz
